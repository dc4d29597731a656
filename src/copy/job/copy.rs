//! Step 6: the copy itself, and its writing back to the disk.

use std::collections::BTreeSet;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustix::fs::fstatvfs;
use rustix::io::Errno;

use super::stages::{Checked, Run, seconds_since};
use crate::blocking::{GLANCE, blocking};
use crate::copy::cancel::RunError;
use crate::copy::rsync::cause::{self, End};
use crate::copy::rsync::command_line::Purpose;
use crate::copy::rsync::complaint::{Complaint, Deed};
use crate::copy::rsync::exit;
use crate::copy::rsync::process::Ended;
use crate::copy::rsync::runner::{Watcher, drive};
use crate::copy::trees::partial::{CutOff, PARTIAL};
use crate::copy::trees::target::Target;
use crate::model::{Fault, Notice, Step, Warning};
use crate::paths;

/// So many are named.
const EXAMPLES: usize = 3;

impl Run {
    pub(super) async fn copy(&mut self, mut checked: Checked) -> Result<(), RunError> {
        self.begin(Step::Copy);
        let config = self.spec.config.clone();
        self.context.events.notice(Notice::StepCopy {
            source: config.source.display().to_string(),
            target: self.on_disk(Path::new("")).display().to_string(),
        });
        let start = Instant::now();
        let mut watcher = Watcher::new(checked.plan.bytes, self.context.events.clone(), config.sample_every);
        let ended = self.run_rsync(&mut checked, &mut watcher).await;
        // Else readers would see the last tick's figures during the whole flush.
        self.totals.bytes_done = watcher.publish(Instant::now());
        self.totals.files = watcher.files;
        let ended = ended?;
        let judged = self.judge_end(&ended).await;
        // One that has gone meanwhile explains what rsync could not read, and what it calls vanished.
        if !ended.status.success() {
            self.prove_source(&checked.source).await?;
        }
        judged?;
        self.warn_of_rest(&watcher.not_empty);
        self.totals.deletions = checked.plan.deletions;
        if checked.plan.writes() {
            self.doubt_changed_meanwhile(&checked.source).await?;
            self.warn_of_own_names(&checked.source).await;
        }
        self.write_back().await?;
        // With the writing back, so that everybody is told the same rate, and one that the disk has kept.
        self.totals.copy_seconds = seconds_since(start);
        if checked.folds || checked.plan.writes() {
            self.prove_complete(&checked.source, checked.folds).await?;
        }
        let (bytes, seconds) = (self.totals.bytes_done, self.totals.copy_seconds);
        let (files, rate) = (self.totals.files, bytes / seconds);
        self.context.events.notice(Notice::StepCopied { files, bytes, seconds, rate });
        self.context.cancel.check()
    }

    async fn run_rsync(&mut self, checked: &mut Checked, watcher: &mut Watcher) -> Result<Ended, RunError> {
        let cut_off = self.offer_halves(checked).await?;
        let purpose = Purpose::Copy { delete_first: checked.deleting.first, removals: checked.plan.removals, cut_off };
        let logged = self.make_log().await;
        let mut rsync = self.rsync()?;
        rsync.log_file = rsync.log_file.filter(|_| logged);
        let target = self.target_again()?;
        let invocation = self.invocation(&rsync, purpose, target.as_fd())?;
        self.prove_target().await?;
        self.prove_source(&checked.source).await?;
        self.expect_writes();
        let ended = drive(invocation, &mut self.context.cancel, watcher).await;
        if logged {
            self.judge_log().await;
        }
        ended
    }

    /// rsync says nothing of lines that found no room in its log.
    async fn judge_log(&mut self) {
        let path = self.spec.config.rsync_log_file.clone();
        let shown = path.display().to_string();
        let full = blocking(GLANCE, move || {
            let room = fstatvfs(paths::append(&path)?)?;
            // Of a device there is none, nor need there be.
            Ok::<_, std::io::Error>(room.f_blocks > 0 && room.f_bfree == 0)
        });
        if full.await.unwrap_or(false) {
            let cause = std::io::Error::from(Errno::NOSPC).to_string();
            self.warn(Warning::LogUnwritable { path: shown, cause });
        }
    }

    /// Whether rsync may write to its log. It would make neither the log's directory nor a word of it, and copy all the same.
    async fn make_log(&mut self) -> bool {
        let path = self.spec.config.rsync_log_file.clone();
        let shown = path.display().to_string();
        let made = blocking(GLANCE, move || paths::append(&path).map(drop)).await;
        if let Err(error) = &made {
            self.warn(Warning::LogUnwritable { path: shown, cause: error.to_string() });
        }
        made.is_ok()
    }

    /// Puts in rsync's way what a run before left half copied, and says what becomes of a half of this run.
    async fn offer_halves(&self, checked: &mut Checked) -> Result<CutOff, Fault> {
        let cut_off = CutOff::of_copy(checked.plan.bytes);
        let halves = std::mem::take(&mut checked.halves);
        let (files, bytes) = (halves.count(), halves.bytes);
        if files == 0 || checked.deleting.first {
            return Ok(cut_off);
        }
        let Some(Ok(target)) = self.target.as_ref().map(Target::try_clone) else { return Ok(cut_off) };
        let offered = blocking(GLANCE, move || {
            halves.offer(&target);
            Ok::<_, std::io::Error>(())
        });
        if let Err(error) = offered.await {
            return Err(self.failed(Deed::Name, Path::new(PARTIAL), &error).await);
        }
        self.context.events.notice(Notice::StepResumed { files, bytes });
        Ok(CutOff::Resumed)
    }

    /// The disk holds more than the source then, and rsync ends as if it did not.
    fn warn_of_rest(&mut self, not_empty: &BTreeSet<PathBuf>) {
        let named: Vec<_> = not_empty.iter().take(EXAMPLES).map(|path| path.display().to_string()).collect();
        if !named.is_empty() {
            self.warn(Warning::NotDeleted { count: not_empty.len() as u64, examples: named.join(", ") });
        }
    }

    async fn judge_end(&mut self, ended: &Ended) -> Result<(), Fault> {
        let code = exit::code(ended.status);
        if code == exit::VANISHED {
            self.warn(Warning::VanishedFiles { examples: exit::cause(ended) });
        }
        if exit::is_good(code) {
            return Ok(());
        }
        Err(self.failure(ended).await)
    }

    /// Why rsync ended with an error.
    pub(super) async fn failure(&self, ended: &Ended) -> Fault {
        let complaints: Vec<Complaint> = ended.complaints.iter().filter_map(|line| Complaint::parse(line)).collect();
        let decisive = cause::decisive(&complaints);
        let evidence = self.evidence(decisive).await;
        let end = End { code: exit::code(ended.status), words: &exit::cause(ended) };
        cause::of_rsync(end, decisive, &evidence)
    }

    /// rsync is done when everything is in memory.
    async fn write_back(&mut self) -> Result<(), RunError> {
        self.context.events.notice(Notice::Flushing);
        let mut stop = self.context.cancel.clone();
        let flushed = tokio::select! {
            flushed = self.flush() => flushed,
            reason = stop.requested() => return Err(RunError::Stopped(reason)),
        };
        self.judge_health().await?;
        match flushed {
            Ok(()) => Ok(()),
            Err(error) => Err(self.flush_failed(&error).await.into()),
        }
    }
}
