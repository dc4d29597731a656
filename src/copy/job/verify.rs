//! Step 5, verification: files that earlier runs may not have written to the medium are compared with the source before
//! the dry run. Also handles files that change in the source in mid-copy, which the next run could miss. `unverified`
//! finds both.

use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;

use super::both_trees::BothTrees;
use super::context::{examples, internal, write_private};
use crate::copy::cancel::{CancelToken, RunError};
use crate::copy::dry_run::collect;
use crate::copy::rsync::command_line::Purpose;
use crate::copy::rsync::complaint::Operation;
use crate::copy::trees::tree_info::Roots;
use crate::copy::trees::unverified::{self, FileList, Unverified};
use crate::copy::trees::walk::WalkError;
use crate::disks::FileSystem;
use asbackup_api::{Fault, Notice, Warning};

/// So many are named.
const EXAMPLES: usize = 5;
/// In the runtime directory.
const LIST: &str = "compare.list";

impl BothTrees<'_> {
    /// Compares what earlier runs left unverified; the dry run then lists what differs.
    pub async fn verify_unverified(&mut self) -> Result<(), RunError> {
        let Some(unverified) = self.locks.unverified else { return Ok(()) };
        let list = self.candidates(unverified).await?;
        if list.files > 0 {
            self.job.notice(Notice::StepCompare { files: list.files, bytes: list.bytes });
            let lost = self.differing(&list).await?;
            self.have_copied_again(lost).await?;
        }
        self.locks.unverified = None;
        Ok(())
    }

    async fn candidates(&mut self, unverified: Unverified) -> Result<FileList, RunError> {
        let search = move |roots: Roots, cancel: CancelToken| {
            unverified.candidates(&roots.source, &roots.target, || cancel.check().is_ok())
        };
        match self.on_thread(search).await? {
            Ok(list) => Ok(list),
            Err(unread) => Err(self.walk_failure(Operation::Read, &unread).await.into()),
        }
    }

    /// The files of the list whose contents differ from the source's.
    pub async fn differing(&mut self, list: &FileList) -> Result<Vec<PathBuf>, RunError> {
        let path = self.job.spec.runtime.join(LIST);
        let unwritable = |error: io::Error| Fault::Internal { cause: format!("{}: {error}", path.display()) };
        write_private(&path, &list.list).map_err(unwritable)?;
        let target = self.target_clone()?;
        let invocation = self.invocation(&self.rsync()?, Purpose::Compare { list: &path }, target.as_fd())?;
        let compared = collect::differing(invocation, &mut self.job.cancel).await;
        // The next comparison writes its own.
        let _ = std::fs::remove_file(&path);
        let (ended, differing) = compared?;
        self.check_end(&ended).await?;
        Ok(differing)
    }

    async fn have_copied_again(&mut self, lost: Vec<PathBuf>) -> Result<(), RunError> {
        if lost.is_empty() {
            return Ok(());
        }
        let (count, examples) = (lost.len() as u64, examples(lost.iter().map(PathBuf::as_path), EXAMPLES));
        self.invalidate_times(lost).await?;
        self.job.warn(Warning::LostFiles { count, examples });
        Ok(())
    }

    /// A file that changes in the source while it is copied may arrive half new and half old. The next run sees that by
    /// its time, except where times are too coarse; there the copy's time is invalidated.
    pub async fn invalidate_changed_files(&mut self) -> Result<(), RunError> {
        if self.locks.fine_times && self.disk.volume.file_system() == FileSystem::Full {
            return Ok(());
        }
        let frozen = self.frozen.as_ref().map(|frozen| frozen.as_of);
        let locked = self.locks.source_locked_at().map_err(|error| internal(&error))?;
        let search = move |roots: Roots, cancel: CancelToken| {
            let go_on = || cancel.check().is_ok();
            Ok(match (frozen, locked) {
                (Some(as_of), _) => unverified::youngest(&roots.source, &roots.target, as_of, go_on),
                (None, Some(locked)) => unverified::changed_since(&roots.source, &roots.target, locked, go_on),
                (None, None) => Ok(Vec::new()),
            })
        };
        match self.on_thread(search).await?.map_err(|error: io::Error| internal(&error))? {
            Ok(changed) => self.invalidate_times(changed).await,
            Err(unread) => Err(self.walk_failure(Operation::Read, &unread).await.into()),
        }
    }

    /// To rsync, a file with another time does not look copied.
    async fn invalidate_times(&mut self, files: Vec<PathBuf>) -> Result<(), RunError> {
        self.locks.is_dirty = true;
        let invalidate = move |roots: Roots, _| {
            let one = |path: &PathBuf| {
                let failed = |source| WalkError { path: path.clone(), source };
                unverified::invalidate_time(&roots.target, path).map_err(failed)
            };
            files.iter().try_for_each(one)
        };
        match self.on_thread(invalidate).await? {
            Ok(()) => Ok(()),
            Err(refused) => Err(self.walk_failure(Operation::Owner, &refused).await.into()),
        }
    }

    async fn walk_failure(&self, operation: Operation, error: &WalkError) -> Fault {
        self.explainer().io_failure(operation, &error.path, &error.source).await
    }
}
