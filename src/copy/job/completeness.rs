//! The net beneath a copy: what rsync says to have copied must be found on the disk by its name. It is not where the target takes
//! different names for one (a kernel's list of those is known to nobody else, and FAT has short names of its own beside each long
//! one), and where somebody has renamed, deleted or mounted something there meanwhile: rsync goes on through what it has open.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{AtFlags, statat};

use super::stages::Run;
use crate::blocking::{GLANCE, blocking};
use crate::copy::cancel::RunError;
use crate::copy::rsync::command_line::Purpose;
use crate::copy::rsync::exit;
use crate::copy::rsync::itemize::{Change, Item};
use crate::copy::rsync::runner;
use crate::copy::trees::source::Source;
use crate::copy::trees::timestamps;
use crate::disks::mount_table::mounted_upon;
use crate::model::Fault;

/// So many are named.
const EXAMPLES: usize = 3;

impl Run {
    /// Has rsync look once more: of what has not changed in the source since it was locked, nothing may be left to do.
    pub(super) async fn prove_complete(&mut self, source: &Source, folds: bool) -> Result<(), RunError> {
        self.prove_uncovered().await?;
        let target = self.target_again()?;
        let invocation = self.invocation(&self.rsync()?, Purpose::DryRun, target.as_fd())?;
        let (ended, undone) = runner::undone(invocation, &mut self.context.cancel).await?;
        // One that has gone meanwhile explains whatever rsync says of it, or does not find in it.
        self.prove_source(source).await?;
        if !exit::is_good(exit::code(ended.status)) {
            return Err(self.failure(&ended).await.into());
        }
        let failed = |error: io::Error| Fault::Internal { cause: error.to_string() };
        let locked = match self.locked() {
            Ok(locked) => locked,
            Err(error) => return Err(self.source_unavailable(error).await.into()),
        };
        let (source, there) = (self.spec.config.source.clone(), self.target_again()?);
        let missing = blocking(GLANCE, move || Ok(missing(undone, &source, &there, locked))).await.map_err(failed)?;
        if missing.is_empty() {
            return Ok(());
        }
        let examples: Vec<_> = missing.iter().take(EXAMPLES).map(|item| item.path.display().to_string()).collect();
        let (count, examples) = (missing.len() as u64, examples.join(", "));
        Err(Fault::CopyIncomplete { count, examples, folds }.into())
    }

    /// What is mounted in the target while rsync works there gets its part of the copy, and loses what is not in the source.
    async fn prove_uncovered(&self) -> Result<(), RunError> {
        let target = self.target_again()?;
        let failed = |error: io::Error| Fault::Internal { cause: error.to_string() };
        let covered = blocking(GLANCE, move || mounted_upon(&target)).await.map_err(failed)?;
        match covered.first() {
            Some(upon) => Err(Fault::TargetCovered { path: upon.mount_point.display().to_string() }.into()),
            None => Ok(()),
        }
    }
}

/// Those that are not there, and were in the source as they are now when that was `locked`, by its own clock.
fn missing(mut undone: Vec<Item>, source: &Path, target: &File, locked: Option<(i64, i64)>) -> Vec<Item> {
    let is_as_before = |item: &Item| {
        let now = source.join(&item.path).symlink_metadata();
        now.is_ok_and(|meta| locked.is_none_or(|locked| (meta.ctime(), meta.ctime_nsec()) < locked))
    };
    undone.retain(|item| is_as_before(item) && !lacks_its_time_alone(source, target, item));
    undone
}

/// Some file systems can't keep every time; a file that differs in such a one alone is there.
fn lacks_its_time_alone(source: &Path, target: &File, item: &Item) -> bool {
    let is_odd = source.join(&item.path).symlink_metadata().is_ok_and(|meta| !timestamps::is_held(meta.mtime()));
    let there = statat(target, &item.path, AtFlags::SYMLINK_NOFOLLOW);
    item.change == Change::Updated && is_odd && there.is_ok_and(|there| there.st_size.unsigned_abs() == item.length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::rsync::itemize::Line;

    #[test]
    fn what_changed_meanwhile_is_not_missing() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = source.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let changed = file.metadata().unwrap().ctime();
        let count = |name: &str, locked| {
            let Line::Item(item) = Line::parse(format!(">f+++++++++|1|{name}").as_bytes()) else { panic!("{name}") };
            missing(vec![item], source.path(), &File::open(target.path()).unwrap(), Some((locked, 0))).len()
        };
        assert_eq!((count("file", changed), count("gone", changed + 1)), (0, 0));
        assert_eq!(count("file", changed + 1), 1);
    }

    #[test]
    fn a_file_of_the_same_length_is_there_only_if_its_time_can_not_be_held() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let count = |seconds| {
            std::fs::write(target.path().join("file"), "x").unwrap();
            let file = std::fs::File::create(source.path().join("file")).unwrap();
            file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
            let Line::Item(item) = Line::parse(b">f..t......|1|file") else { panic!("no item") };
            missing(vec![item], source.path(), &File::open(target.path()).unwrap(), None).len()
        };
        assert_eq!((count(1_700_000_000), count(1), count(5_000_000_000)), (1, 0, 0));
    }
}
