//! Files of the source that are not copied, because they have a name that we use ourselves. A source that is itself a
//! copy made by this service can hold such names, and nobody would notice.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, statat};

use super::both_trees::BothTrees;
use super::context::examples;
use crate::copy::trees::name_probe::NAME_DIRECTORY;
use crate::copy::trees::partial::PARTIAL;
use crate::copy::trees::tree_info::Roots;
use crate::copy::trees::walk::{WalkError, walk};
use asbackup_api::Warning;

/// So many are named.
const EXAMPLES: usize = 3;

impl BothTrees<'_> {
    /// rsync has already reported a source that can't be read.
    pub async fn warn_of_skipped_names(&mut self) {
        let config = &self.job.spec.config;
        // If both lock files have the same name, the one in the source is our own.
        let lock = Some(config.disk_lockfile.clone()).filter(|lock| *lock != config.source_lockfile);
        // A snapshot has none of them.
        let Ok(live) = self.source.directory.try_clone() else { return };
        let search = self.on_thread(move |roots: Roots, cancel| {
            // A source that hangs must not keep the disk from being unmounted.
            drop(roots);
            skipped(&live, lock, || cancel.check().is_ok())
        });
        let Ok(Ok(found)) = search.await else { return };
        if !found.is_empty() {
            let examples = examples(found.iter().map(PathBuf::as_path), EXAMPLES);
            self.job.warn(Warning::OwnNames { count: found.len() as u64, examples });
        }
    }
}

/// Files in directories with our names, and the one with the name of the lock file on the disk.
fn skipped(source: &File, lock: Option<PathBuf>, go_on: impl Fn() -> bool) -> Result<Vec<PathBuf>, WalkError> {
    let mut found = Vec::new();
    walk(source.as_fd(), go_on, |path, _| {
        if path.parent().is_some_and(is_in_our_directory) {
            found.push(path.to_owned());
        }
    })?;
    found.extend(lock.filter(|lock| statat(source, lock, AtFlags::SYMLINK_NOFOLLOW).is_ok()));
    Ok(found)
}

fn is_in_our_directory(directory: &Path) -> bool {
    directory.iter().any(|name| [PARTIAL, NAME_DIRECTORY].map(OsStr::new).contains(&name))
}
