//! What of the source is not copied since it is called like something of ours. A source that is itself a copy of this service's can
//! hold such names, and nobody would know.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, statat};

use super::stages::Run;
use crate::blocking::{FLUSH, blocking};
use crate::copy::trees::name_probe::ASIDE;
use crate::copy::trees::partial::PARTIAL;
use crate::copy::trees::source::Source;
use crate::copy::trees::walk::{WalkError, walk};
use crate::model::Warning;

/// So many are named.
const EXAMPLES: usize = 3;

impl Run {
    /// A source that can't be looked at has been told as that by rsync.
    pub(super) async fn warn_of_own_names(&mut self, source: &Source) {
        let Ok(source) = source.try_clone() else { return };
        let config = &self.spec.config;
        // Where both are called the same, what is there is our own lock in the source.
        let lock = Some(config.disk_lockfile.clone()).filter(|lock| *lock != config.source_lockfile);
        let mut stop = self.context.cancel.clone();
        let going = stop.clone();
        let look = blocking(FLUSH, move || left_out(&source.directory, lock, || going.check().is_ok()));
        let found = tokio::select! {
            _ = stop.requested() => return,
            found = look => found.unwrap_or_default(),
        };
        let named: Vec<_> = found.iter().take(EXAMPLES).map(|path| path.display().to_string()).collect();
        if !named.is_empty() {
            self.warn(Warning::OwnNames { count: found.len() as u64, examples: named.join(", ") });
        }
    }
}

/// Files in directories of ours, and the one whose place is that of the lock on the disk.
fn left_out(source: &File, lock: Option<PathBuf>, go_on: impl Fn() -> bool) -> Result<Vec<PathBuf>, WalkError> {
    let mut found = Vec::new();
    walk(source.as_fd(), go_on, |path, _| {
        if path.parent().is_some_and(is_in_ours) {
            found.push(path.to_owned());
        }
    })?;
    found.extend(lock.filter(|lock| statat(source, lock, AtFlags::SYMLINK_NOFOLLOW).is_ok()));
    Ok(found)
}

fn is_in_ours(directory: &Path) -> bool {
    directory.iter().any(|name| [PARTIAL, ASIDE].map(OsStr::new).contains(&name))
}
