//! Step 5, times: files that differ from the source only in a time that the disk can't hold, or by a clock that has
//! changed, are not copied again. `timestamps` finds them.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::both_trees::BothTrees;
use super::context::{examples, write_private};
use crate::copy::cancel::{CancelToken, RunError};
use crate::copy::rsync::command_line;
use crate::copy::trees::timestamps::{TimeComparison, TimeMismatch, set_times};
use crate::copy::trees::tree_info::Roots;
use crate::copy::trees::unverified::FileList;
use crate::copy::trees::walk::WalkError;
use crate::disks::FileSystem;
use asbackup_api::{Fault, Notice, Warning};

/// So many are named.
const EXAMPLES: usize = 3;
/// rsync matches each file against each rule.
const MOST: usize = 10_000;
/// In the runtime directory: files on the disk that are up to date but for their time.
const SKIP_LIST: &str = "skip.list";

impl BothTrees<'_> {
    /// `had_unverified`: files of earlier runs were verified in this one, so an equal length proves nothing.
    pub async fn reconcile_times(&mut self, had_unverified: bool) -> Result<(), RunError> {
        let is_full = self.disk.volume.file_system() == FileSystem::Full;
        if is_full && self.locks.late_times {
            return Ok(());
        }
        let compare = |roots: Roots, cancel: CancelToken| {
            TimeComparison::compare(&roots.source, &roots.target, || cancel.check().is_ok())
        };
        let times = self.in_both(compare).await?;
        if let Some(shift) = times.shift().filter(|_| !is_full && !had_unverified) {
            let shifted = self.without_changed(times.shifted(shift)).await?;
            self.undo_shift(shifted, shift).await?;
        }
        self.skip_unstorable(times.unstorable(), is_full).await
    }

    /// A file that is rewritten each night is off by a day as well. So the contents of every file that changed in the
    /// source around or after the last good copy are compared, and what differs is left to rsync.
    async fn without_changed(&mut self, mut shifted: Vec<TimeMismatch>) -> Result<Vec<TimeMismatch>, RunError> {
        let copied = self.job.spec.remembered.copied.unwrap_or_default();
        let touched = shifted.iter().filter(|mismatch| !mismatch.is_unchanged_since(copied));
        let list = listed(touched);
        if list.files == 0 {
            return Ok(shifted);
        }
        let differing: HashSet<PathBuf> = self.differing(&list).await?.into_iter().collect();
        shifted.retain(|mismatch| !differing.contains(&mismatch.path));
        Ok(shifted)
    }

    async fn undo_shift(&mut self, shifted: Vec<TimeMismatch>, shift: i64) -> Result<(), RunError> {
        if shifted.is_empty() {
            return Ok(());
        }
        let (files, minutes) = (shifted.len() as u64, shift.unsigned_abs() / 60);
        self.locks.is_dirty = true;
        self.in_both(move |roots, _| set_times(&roots.source, &roots.target, shifted, false)).await?;
        self.job.notice(Notice::StepClock { files, minutes });
        Ok(())
    }

    /// Their times say nothing, so their contents are compared.
    async fn skip_unstorable(&mut self, mut unstorable: Vec<TimeMismatch>, is_full: bool) -> Result<(), RunError> {
        unstorable.truncate(MOST);
        if unstorable.is_empty() {
            return Ok(());
        }
        let differing = self.differing(&listed(unstorable.iter())).await?;
        unstorable.retain(|mismatch| !differing.contains(&mismatch.path));
        if !unstorable.is_empty() {
            let examples = examples(unstorable.iter().map(|mismatch| mismatch.path.as_path()), EXAMPLES);
            self.job.warn(Warning::UnheldTimes { count: unstorable.len() as u64, examples });
        }
        self.locks.is_dirty = true;
        let set = move |roots: Roots, _| set_times(&roots.source, &roots.target, unstorable, is_full);
        let refused = self.in_both(set).await?;
        self.write_skip_list(&refused)
    }

    fn write_skip_list(&mut self, files: &[TimeMismatch]) -> Result<(), RunError> {
        let path = self.job.spec.runtime.join(SKIP_LIST);
        let internal = |error: std::io::Error| Fault::Internal { cause: format!("{}: {error}", path.display()) };
        let text: Vec<u8> = files.iter().flat_map(|mismatch| rule(&mismatch.path)).collect();
        write_private(&path, &text).map_err(internal)?;
        self.skip_list = Some(path);
        Ok(())
    }

    async fn in_both<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(Roots, CancelToken) -> Result<T, WalkError> + Send + 'static,
    ) -> Result<T, RunError> {
        let done = self.on_thread(work).await?;
        Ok(done.map_err(|error| Fault::WriteFailed { cause: error.to_string() })?)
    }
}

fn listed<'a>(files: impl Iterator<Item = &'a TimeMismatch>) -> FileList {
    let mut list = FileList::default();
    files.for_each(|mismatch| list.add(&mismatch.path, mismatch.length));
    list
}

/// One line for rsync; empty for a name with a line break.
fn rule(path: &Path) -> Vec<u8> {
    let pattern = command_line::pattern(path);
    if pattern.as_bytes().contains(&b'\n') { Vec::new() } else { [pattern.as_bytes(), b"\n"].concat() }
}
