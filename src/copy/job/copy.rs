//! Step 6: the copy itself, written back to the disk and checked for completeness.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustix::fs::fstatvfs;
use rustix::io::Errno;

use super::both_trees::BothTrees;
use super::context::examples;
use super::preflight::{Planned, Preflighted};
use crate::copy::cancel::RunError;
use crate::copy::rsync::command_line::{Deletions, Purpose};
use crate::copy::rsync::complaint::Operation;
use crate::copy::rsync::copy_monitor::CopyMonitor;
use crate::copy::rsync::exit;
use crate::copy::rsync::process::ProcessEnd;
use crate::copy::rsync::runner::run;
use crate::copy::trees::partial::{PARTIAL, PartialPolicy};
use asbackup_api::{Fault, Notice, Step, Warning};
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::paths;

/// So many are named.
const EXAMPLES: usize = 3;

/// Step 6.
///
/// # Errors
/// The copy is not complete or not on the medium, or the run is to end.
pub async fn copy(mut preflighted: Preflighted<'_>) -> Result<(), RunError> {
    let trees = &mut preflighted.trees;
    trees.job.begin(Step::Copy);
    let config = trees.job.spec.config.clone();
    let target = trees.shown_on_disk(Path::new(""));
    trees.job.notice(Notice::StepCopy { source: config.source.display().to_string(), target });
    let start = Instant::now();
    let mut monitor = CopyMonitor::new(preflighted.planned.plan.bytes, trees.job.events.clone(), config.sample_every);
    let ended = preflighted.run_rsync(&mut monitor).await;
    let Preflighted { mut trees, planned, folds } = preflighted;
    let plan = planned.plan;
    // Otherwise readers would see the last tick's figures during the whole flush.
    trees.job.totals.bytes_done = monitor.publish(Instant::now());
    trees.job.totals.files = monitor.files;
    trees.judge_end(&ended?).await?;
    if !planned.deleting.first {
        trees.prune(&planned.listing).await?;
    }
    trees.warn_of_remains(&monitor.not_empty);
    trees.job.totals.deletions = plan.deletions;
    let is_frozen = trees.frozen.is_some();
    if plan.writes() {
        if !is_frozen {
            trees.invalidate_changed_files().await?;
        }
        trees.warn_of_skipped_names().await;
    }
    trees.write_back().await?;
    // Includes the flush, so that everybody sees the same rate, one that the disk really has kept up.
    trees.job.totals.copy_seconds = start.elapsed().as_secs().max(1);
    if folds || plan.writes() {
        trees.check_completeness(folds).await?;
    }
    if is_frozen && plan.writes() {
        // What is given another time differs from the snapshot from here on. The end of the lock flushes that.
        trees.invalidate_changed_files().await?;
    }
    let totals = &trees.job.totals;
    let (files, bytes, seconds) = (totals.files, totals.bytes_done, totals.copy_seconds);
    trees.job.notice(Notice::StepCopied { files, bytes, seconds, rate: bytes / seconds });
    trees.job.cancel.check()
}

impl Preflighted<'_> {
    async fn run_rsync(&mut self, monitor: &mut CopyMonitor) -> Result<ProcessEnd, RunError> {
        let partial = self.prepare_partial_files().await?;
        let purpose = Purpose::Copy { deletions: self.deletions(), partial };
        let trees = &mut self.trees;
        let is_logged = trees.open_log().await;
        let mut rsync = trees.rsync()?;
        rsync.log_file = rsync.log_file.filter(|_| is_logged);
        let target = trees.target_clone()?;
        let invocation = trees.invocation(&rsync, purpose, target.as_fd())?;
        trees.recheck_target().await?;
        trees.recheck_source().await?;
        trees.locks.is_dirty = true;
        if self.planned.deleting.first {
            trees.prune(&self.planned.listing).await?;
        }
        let ended = run(invocation, &mut trees.job.cancel, monitor).await;
        if is_logged {
            trees.warn_of_full_log().await;
        }
        ended
    }

    fn deletions(&self) -> Deletions {
        let Planned { plan, deleting, .. } = &self.planned;
        match deleting.first {
            _ if self.trees.frozen.is_some() => Deletions::Elsewhere,
            true => Deletions::First { removals: plan.removals },
            false => Deletions::Last { removals: plan.removals },
        }
    }

    /// Moves files that an earlier run left half copied to where rsync looks for them, and returns what becomes of a
    /// partial file of this run.
    async fn prepare_partial_files(&mut self) -> Result<PartialPolicy, Fault> {
        let policy = PartialPolicy::for_copy(self.planned.plan.bytes);
        let partial = std::mem::take(&mut self.planned.partial);
        let (files, bytes) = (partial.count(), partial.bytes);
        if files == 0 || self.planned.deleting.first {
            return Ok(policy);
        }
        let trees = &self.trees;
        let Ok(target) = trees.target.try_clone() else { return Ok(policy) };
        let moved = blocking(GLANCE, move || {
            partial.move_into_place(&target);
            Ok::<_, io::Error>(())
        });
        if let Err(error) = moved.await {
            return Err(trees.explainer().io_failure(Operation::Name, Path::new(PARTIAL), &error).await);
        }
        trees.job.notice(Notice::StepResumed { files, bytes });
        Ok(PartialPolicy::Resume)
    }
}

impl BothTrees<'_> {
    /// Checks that rsync can write to its log. By itself, rsync would not create the log's directory, not complain, and
    /// copy all the same.
    async fn open_log(&self) -> bool {
        let path = self.job.spec.config.rsync_log_file.clone();
        let shown = path.display().to_string();
        let opened = blocking(GLANCE, move || paths::append(&path).map(drop)).await;
        if let Err(error) = &opened {
            self.job.warn(Warning::LogUnwritable { path: shown, cause: error.to_string() });
        }
        opened.is_ok()
    }

    /// rsync does not report lines that found no room in its log.
    async fn warn_of_full_log(&self) {
        let path = self.job.spec.config.rsync_log_file.clone();
        let shown = path.display().to_string();
        let is_full = blocking(GLANCE, move || {
            let room = fstatvfs(paths::append(&path)?)?;
            // A device has no blocks, and needs none.
            Ok::<_, io::Error>(room.f_blocks > 0 && room.f_bfree == 0)
        });
        if is_full.await.unwrap_or(false) {
            let cause = io::Error::from(Errno::NOSPC).to_string();
            self.job.warn(Warning::LogUnwritable { path: shown, cause });
        }
    }

    async fn judge_end(&self, ended: &ProcessEnd) -> Result<(), RunError> {
        let code = exit::code(ended.status);
        if code == exit::VANISHED {
            self.job.warn(Warning::VanishedFiles { examples: exit::cause(ended) });
        }
        let judged = if exit::is_good(code) { Ok(()) } else { Err(self.explainer().rsync_failure(ended).await) };
        // A source that has gone meanwhile explains what rsync could not read or calls vanished.
        if !ended.status.success() {
            self.recheck_source().await?;
        }
        Ok(judged?)
    }

    /// The disk then holds more than the source, which rsync's exit code does not say.
    pub(super) fn warn_of_remains(&self, not_empty: &BTreeSet<PathBuf>) {
        if !not_empty.is_empty() {
            let examples = examples(not_empty.iter().map(PathBuf::as_path), EXAMPLES);
            self.job.warn(Warning::NotDeleted { count: not_empty.len() as u64, examples });
        }
    }

    /// rsync ends as soon as everything is in memory.
    async fn write_back(&mut self) -> Result<(), RunError> {
        self.job.notice(Notice::Flushing);
        let flushed = tokio::select! {
            flushed = self.locks.flush(self.disk) => flushed,
            reason = self.job.cancel.requested() => return Err(RunError::Stopped(reason)),
        };
        if let Some(fault) = self.disk.failure().await {
            return Err(fault.into());
        }
        match flushed {
            Ok(()) => Ok(()),
            Err(error) => Err(self.explainer().flush_failure(&error).await.into()),
        }
    }
}
