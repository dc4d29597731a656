//! What a run leaves in the source when its daemon is killed and its disk does not come back: the lock file, which would keep
//! others away for nothing.

use std::fs::File;
use std::os::fd::AsFd;

use log::debug;
use rustix::fs::{Mode, OFlags};

use super::lockfile;
use crate::config::Config;

/// Takes it away. Blocks; a source that is not there at the moment has nothing to be cleared up.
pub fn clear_source(config: &Config) -> std::io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(top) = rustix::fs::open(&config.source, flags, Mode::empty()) else { return Ok(()) };
    if let Err(error) = lockfile::sweep(File::from(top).as_fd(), &config.source_lockfile) {
        // The next run meets it too, and says so.
        debug!("{}: {error}", config.source_lockfile.display());
    }
    Ok(())
}
