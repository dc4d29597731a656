//! The check after a copy: what rsync claims to have copied must be on the disk under its name. It is not if the target
//! treats different names as the same (only the kernel knows which, and FAT adds short names to the long ones), or if
//! somebody has renamed, deleted or mounted something there meanwhile: rsync goes on with what it has open.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{AtFlags, statat};

use super::both_trees::BothTrees;
use super::context::{examples, internal};
use crate::copy::cancel::RunError;
use crate::copy::dry_run::collect;
use crate::copy::rsync::command_line::Purpose;
use crate::copy::rsync::exit;
use crate::copy::rsync::itemize::{Change, Item};
use crate::copy::trees::source::unavailable_source;
use crate::copy::trees::timestamps;
use crate::disks::mount_table::mounted_upon;
use asbackup_api::Fault;
use asbackup_system::blocking::{GLANCE, blocking};

/// So many are named.
const EXAMPLES: usize = 3;

impl BothTrees<'_> {
    /// Repeats rsync's dry run, which must find nothing left to do for what has not changed in the source since it was
    /// locked.
    pub async fn check_completeness(&mut self, folds: bool) -> Result<(), RunError> {
        self.refuse_covered_target().await?;
        let target = self.target_clone()?;
        let purpose = if self.frozen.is_some() { Purpose::Remaining } else { Purpose::DryRun };
        let invocation = self.invocation(&self.rsync()?, purpose, target.as_fd())?;
        let (ended, remaining) = collect::remaining(invocation, &mut self.job.cancel).await?;
        // A source that has gone meanwhile explains whatever rsync reports or does not find.
        self.recheck_source().await?;
        if !exit::is_good(exit::code(ended.status)) {
            return Err(self.explainer().rsync_failure(&ended).await.into());
        }
        let config = &self.job.spec.config;
        let source = self.frozen.as_ref().map_or(&config.source, |frozen| &frozen.path).clone();
        // Nothing changes in a snapshot, so there all that is missing is.
        let locked = match self.locks.source_locked_at() {
            Ok(locked) => locked,
            Err(error) => return Err(unavailable_source(&source, error).await.into()),
        };
        let there = self.target_clone()?;
        let missing = blocking(GLANCE, move || Ok(missing(remaining, &source, &there, locked))).await;
        let missing = missing.map_err(|error: io::Error| internal(&error))?;
        if missing.is_empty() {
            return Ok(());
        }
        let examples = examples(missing.iter().map(|item| item.path.as_path()), EXAMPLES);
        Err(Fault::CopyIncomplete { count: missing.len() as u64, examples, folds }.into())
    }

    /// A file system mounted in the target while rsync works there receives a part of the copy, and loses what is not
    /// in the source.
    async fn refuse_covered_target(&self) -> Result<(), Fault> {
        let target = self.target_clone()?;
        let covered = blocking(GLANCE, move || mounted_upon(&target)).await.map_err(|error| internal(&error))?;
        match covered.first() {
            Some(upon) => Err(Fault::TargetCovered { path: upon.mount_point.display().to_string() }),
            None => Ok(()),
        }
    }
}

/// Items that are not on the target, and have not changed in the source since it was locked (by its own clock).
fn missing(mut remaining: Vec<Item>, source: &Path, target: &File, locked: Option<(i64, i64)>) -> Vec<Item> {
    let is_as_before = |item: &Item| {
        let now = source.join(&item.path).symlink_metadata();
        now.is_ok_and(|meta| locked.is_none_or(|locked| (meta.ctime(), meta.ctime_nsec()) < locked))
    };
    remaining.retain(|item| is_as_before(item) && !lacks_its_time_alone(source, target, item));
    remaining
}

/// Some file systems can't hold every time; a file that differs only in such a time is there.
fn lacks_its_time_alone(source: &Path, target: &File, item: &Item) -> bool {
    let is_unstorable =
        source.join(&item.path).symlink_metadata().is_ok_and(|meta| !timestamps::is_storable(meta.mtime()));
    let there = statat(target, &item.path, AtFlags::SYMLINK_NOFOLLOW);
    item.change == Change::Updated
        && is_unstorable
        && there.is_ok_and(|there| there.st_size.unsigned_abs() == item.length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::rsync::itemize::OutputLine;

    #[test]
    fn a_file_that_changed_since_is_not_missing() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = source.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let changed = file.metadata().unwrap().ctime();
        let count = |name: &str, locked| {
            let OutputLine::Item(item) = OutputLine::parse(format!(">f+++++++++|1|{name}").as_bytes()) else {
                panic!("{name}")
            };
            missing(vec![item], source.path(), &File::open(target.path()).unwrap(), Some((locked, 0))).len()
        };
        assert_eq!((count("file", changed), count("gone", changed + 1)), (0, 0));
        assert_eq!(count("file", changed + 1), 1);
    }

    #[test]
    fn a_file_of_equal_length_is_there_only_if_its_time_is_unstorable() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let count = |seconds| {
            std::fs::write(target.path().join("file"), "x").unwrap();
            let file = std::fs::File::create(source.path().join("file")).unwrap();
            file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
            let OutputLine::Item(item) = OutputLine::parse(b">f..t......|1|file") else { panic!("no item") };
            missing(vec![item], source.path(), &File::open(target.path()).unwrap(), None).len()
        };
        assert_eq!((count(1_700_000_000), count(1), count(5_000_000_000)), (1, 0, 0));
    }
}
