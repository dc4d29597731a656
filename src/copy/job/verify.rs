//! What is on the disk for sure. A run proves what it has written by a flush without errors; what the one before could not prove is
//! held against the source in step 5, before the dry run. `doubt` says which files that are, and why.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::stages::Run;
use crate::blocking::{FLUSH, blocking};
use crate::copy::cancel::RunError;
use crate::copy::rsync::command_line::Purpose;
use crate::copy::rsync::complaint::Deed;
use crate::copy::rsync::runner;
use crate::copy::trees::source::Source;
use crate::copy::trees::unverified::{self, Doubt, Suspects};
use crate::copy::trees::walk::WalkError;
use crate::disks::{FileSystem, Volume};
use crate::model::{Fault, Notice, Warning};

/// So many are named.
const EXAMPLES: usize = 5;
/// In the directory of what lives no longer than the service.
const LIST: &str = "compare.list";

impl Run {
    /// From here on something is written to the disk.
    pub(super) fn expect_writes(&mut self) {
        if let Some(locks) = &mut self.locks {
            locks.unflushed = true;
        }
    }

    /// Nothing on the disk that is newer than its lock file is proven to be there.
    pub(super) fn cast_doubt(&mut self) {
        let since = self.chosen().is_ok_and(|volume| keeps_change_times(&volume));
        let Some(locks) = &mut self.locks else { return };
        let made = locks.disk.as_ref().filter(|_| since).and_then(|(lock, _)| lock.made());
        locks.doubt = Some(Doubt { since: made });
    }

    /// Writes back what is in memory. An error is told only here, only once, and only to a descriptor that was opened before the
    /// copy; so whoever does not wait for the answer is left in doubt.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        let Some(mounted) = &self.mounted else { return Ok(()) };
        let top = mounted.try_clone_top()?;
        let before = self.locks.as_ref().and_then(|locks| locks.doubt);
        self.cast_doubt();
        blocking(FLUSH, move || Ok::<_, io::Error>(rustix::fs::syncfs(top)?)).await?;
        if let Some(locks) = &mut self.locks {
            locks.doubt = before;
            locks.unflushed = false;
        }
        Ok(())
    }

    /// Whether everything that was written is on the disk.
    pub(super) async fn is_proven(&mut self) -> Result<bool, Fault> {
        let Some(locks) = &self.locks else { return Ok(true) };
        if locks.doubt.is_some() {
            return Ok(false);
        }
        if locks.unflushed
            && let Err(error) = self.flush_heard().await
        {
            // That it was pulled is told when it can't be unmounted.
            let pulled = self.loses_disk().await;
            return if pulled { Ok(false) } else { Err(self.flush_failed(&error).await) };
        }
        Ok(self.locks.as_ref().is_some_and(|locks| locks.doubt.is_none()))
    }

    /// Has what runs before left in doubt compared, and what is missing of it seen by the dry run.
    pub(super) async fn settle_doubt(&mut self, source: &Source) -> Result<(), RunError> {
        let Some(doubt) = self.locks.as_ref().and_then(|locks| locks.doubt) else { return Ok(()) };
        let suspects = self.suspects(doubt, source).await?;
        if suspects.files > 0 {
            self.context.events.notice(Notice::StepCompare { files: suspects.files, bytes: suspects.bytes });
            let lost = self.compare(&suspects).await?;
            self.have_copied_anew(lost).await?;
        }
        if let Some(locks) = &mut self.locks {
            locks.doubt = None;
        }
        Ok(())
    }

    async fn suspects(&mut self, doubt: Doubt, source: &Source) -> Result<Suspects, RunError> {
        let source = source.try_clone().map_err(internal)?.directory;
        let target = self.target_again()?;
        let stop = self.context.cancel.clone();
        let search = blocking(FLUSH, move || doubt.suspects(&source, &target, || stop.check().is_ok()));
        let found = tokio::select! {
            biased;
            reason = self.context.cancel.requested() => return Err(RunError::Stopped(reason)),
            found = search => found,
        };
        match found {
            Ok(suspects) => Ok(suspects),
            Err(unseen) => Err(self.failed(Deed::Read, &unseen.path, &unseen.source).await.into()),
        }
    }

    /// Those that differ.
    pub(super) async fn compare(&mut self, suspects: &Suspects) -> Result<Vec<PathBuf>, RunError> {
        let list = self.spec.runtime.join(LIST);
        let unwritable = |error: io::Error| Fault::Internal { cause: format!("{}: {error}", list.display()) };
        write_private(&list, &suspects.list).map_err(unwritable)?;
        let target = self.target_again()?;
        let purpose = Purpose::Compare { list: &list };
        let invocation = self.invocation(&self.rsync()?, purpose, target.as_fd())?;
        let compared = runner::differing(invocation, &mut self.context.cancel).await;
        // The next one writes it anew.
        let _ = std::fs::remove_file(&list);
        let (ended, differing) = compared?;
        self.check_end(&ended).await?;
        Ok(differing)
    }

    async fn have_copied_anew(&mut self, lost: Vec<PathBuf>) -> Result<(), RunError> {
        if lost.is_empty() {
            return Ok(());
        }
        let count = lost.len() as u64;
        let examples: Vec<_> = lost.iter().take(EXAMPLES).map(|path| path.display().to_string()).collect();
        self.take_times(lost).await?;
        self.warn(Warning::LostFiles { count, examples: examples.join(", ") });
        Ok(())
    }

    /// What changes in the source while it is copied may be there half new and half old. The next run sees it by its time, but where
    /// times are too coarse, so it is told there in another way.
    pub(super) async fn doubt_changed_meanwhile(&mut self, source: &Source) -> Result<(), RunError> {
        let fine = self.locks.as_ref().is_some_and(|locks| locks.fine_times);
        if fine && self.chosen()?.file_system() == FileSystem::Full {
            return Ok(());
        }
        let Some(locked) = self.locked().map_err(internal)? else { return Ok(()) };
        let (source, target) = (source.try_clone().map_err(internal)?.directory, self.target_again()?);
        let stop = self.context.cancel.clone();
        let search = move || Ok(unverified::changed_meanwhile(&source, &target, locked, || stop.check().is_ok()));
        let changed = tokio::select! {
            biased;
            reason = self.context.cancel.requested() => return Err(RunError::Stopped(reason)),
            changed = blocking(FLUSH, search) => changed.map_err(internal)?,
        };
        match changed {
            Ok(changed) => self.take_times(changed).await,
            Err(unseen) => Err(self.failed(Deed::Read, &unseen.path, &unseen.source).await.into()),
        }
    }

    /// When the source was locked, by its own clock: seconds and nanoseconds.
    pub(super) fn locked(&self) -> io::Result<Option<(i64, i64)>> {
        let lock = self.locks.as_ref().and_then(|locks| locks.source.as_ref());
        lock.map(|(lock, _)| lock.changed()).transpose()
    }

    async fn take_times(&mut self, lost: Vec<PathBuf>) -> Result<(), RunError> {
        let target = self.target_again()?;
        self.expect_writes();
        let mark = move |path: &PathBuf| {
            unverified::take_time_from(&target, path).map_err(|source| WalkError { path: path.clone(), source })
        };
        let marking = blocking(FLUSH, move || lost.iter().try_for_each(mark));
        let marked = tokio::select! {
            biased;
            reason = self.context.cancel.requested() => return Err(RunError::Stopped(reason)),
            marked = marking => marked,
        };
        if let Err(unmarked) = marked {
            return Err(self.failed(Deed::Owner, &unmarked.path, &unmarked.source).await.into());
        }
        Ok(())
    }
}

fn internal(error: io::Error) -> Fault {
    Fault::Internal { cause: error.to_string() }
}

/// The names in the source are not for everybody.
pub(super) fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text)
}

/// FAT and its like forget when a file was changed, once they are unmounted.
fn keeps_change_times(volume: &Volume) -> bool {
    volume.file_system() == FileSystem::Full
}
