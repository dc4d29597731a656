//! What a run leaves in the source when its daemon is killed and its disk does not come back: the lock file, which would keep
//! others away for nothing.

use std::os::fd::AsFd;

use log::debug;

use super::lock_file;
use crate::config::Config;
use crate::paths;

/// Takes it away. Blocks; a source that is not there at the moment has nothing to be cleared up.
pub fn clear_source(config: &Config) -> std::io::Result<()> {
    let Ok(top) = paths::directory(&config.source) else { return Ok(()) };
    if let Err(error) = lock_file::sweep(top.as_fd(), &config.source_lockfile) {
        // The next run meets it too, and says so.
        debug!("{}: {error}", config.source_lockfile.display());
    }
    Ok(())
}
