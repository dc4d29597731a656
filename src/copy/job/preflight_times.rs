//! Step 5, its part about times: files that differ from the source in a time that the disk can't hold, or by a clock that has changed,
//! are not copied again. `times` says which those are.

use std::collections::HashSet;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::stages::Run;
use super::verify::write_private;
use crate::blocking::{FLUSH, blocking};
use crate::copy::cancel::{CancelToken, RunError};
use crate::copy::rsync::command_line;
use crate::copy::trees::source::Source;
use crate::copy::trees::timestamps::{Odd, Times, give_times};
use crate::copy::trees::unverified::Suspects;
use crate::copy::trees::walk::WalkError;
use crate::disks::FileSystem;
use crate::model::{Fault, Notice, Warning};

/// So many are named.
const EXAMPLES: usize = 3;
/// rsync holds each file against each rule.
const MOST: usize = 10_000;
/// In the directory of what lives no longer than the service: what is on the disk as it should be but for its time.
const LIST: &str = "settled.list";

impl Run {
    /// `doubted`: what runs before have written was compared in this one, so that an equal length proves nothing.
    pub(super) async fn settle_times(&mut self, source: &Source, doubted: bool) -> Result<(), RunError> {
        let whole = self.chosen()?.file_system() == FileSystem::Full;
        let late = self.locks.as_ref().is_some_and(|locks| locks.late_times);
        if whole && late {
            return Ok(());
        }
        let compare =
            |source: File, target: File, stop: CancelToken| Times::compare(&source, &target, || stop.check().is_ok());
        let times = self.on_both(source, compare).await?;
        if let Some(shift) = times.shift().filter(|_| !whole && !doubted) {
            let shifted = self.without_changed(times.shifted(shift)).await?;
            self.set_clock_right(source, shifted, shift).await?;
        }
        self.settle_beyond(source, times.beyond(), whole).await
    }

    /// What is written anew each night is off by a day as well. So of all that the source has touched about the last good copy or since,
    /// contents are compared, and what differs is left to rsync.
    async fn without_changed(&mut self, mut shifted: Vec<Odd>) -> Result<Vec<Odd>, RunError> {
        let copied = self.spec.remembered.copied.unwrap_or_default();
        let mut suspects = Suspects::default();
        let touched = shifted.iter().filter(|odd| !odd.is_unchanged_since(copied));
        touched.for_each(|odd| suspects.add(&odd.path, odd.length));
        if suspects.files == 0 {
            return Ok(shifted);
        }
        let differing: HashSet<PathBuf> = self.compare(&suspects).await?.into_iter().collect();
        shifted.retain(|odd| !differing.contains(&odd.path));
        Ok(shifted)
    }

    async fn set_clock_right(&mut self, source: &Source, shifted: Vec<Odd>, shift: i64) -> Result<(), RunError> {
        if shifted.is_empty() {
            return Ok(());
        }
        let (files, minutes) = (shifted.len() as u64, shift.unsigned_abs() / 60);
        self.expect_writes();
        self.on_both(source, move |source, target, _| give_times(&source, &target, shifted, false)).await?;
        self.context.events.notice(Notice::StepClock { files, minutes });
        Ok(())
    }

    /// Their times say nothing, so their contents are compared.
    async fn settle_beyond(&mut self, source: &Source, mut beyond: Vec<Odd>, whole: bool) -> Result<(), RunError> {
        beyond.truncate(MOST);
        if beyond.is_empty() {
            return Ok(());
        }
        let mut suspects = Suspects::default();
        beyond.iter().for_each(|odd| suspects.add(&odd.path, odd.length));
        let differing = self.compare(&suspects).await?;
        beyond.retain(|odd| !differing.contains(&odd.path));
        let examples: Vec<_> = beyond.iter().take(EXAMPLES).map(|odd| odd.path.display().to_string()).collect();
        if !beyond.is_empty() {
            self.warn(Warning::UnheldTimes { count: beyond.len() as u64, examples: examples.join(", ") });
        }
        self.expect_writes();
        let refused =
            self.on_both(source, move |source, target, _| give_times(&source, &target, beyond, whole)).await?;
        self.leave_alone(&refused)
    }

    fn leave_alone(&mut self, settled: &[Odd]) -> Result<(), RunError> {
        let list = self.spec.runtime.join(LIST);
        let rules: Vec<PathBuf> = settled.iter().map(|odd| command_line::pattern(&odd.path).into()).collect();
        let lines = rules.iter().map(|rule| rule.as_os_str().as_bytes()).filter(|rule| !rule.contains(&b'\n'));
        let text = lines.flat_map(|rule| [rule, b"\n"].concat()).collect::<Vec<u8>>();
        let internal = |error: std::io::Error| Fault::Internal { cause: format!("{}: {error}", list.display()) };
        write_private(&list, &text).map_err(internal)?;
        self.settled = Some(list);
        Ok(())
    }

    /// Does what blocks in both trees; whoever tells the run to end is not kept waiting.
    async fn on_both<T: Send + 'static>(
        &mut self,
        source: &Source,
        work: impl FnOnce(File, File, CancelToken) -> Result<T, WalkError> + Send + 'static,
    ) -> Result<T, RunError> {
        let internal = |error: std::io::Error| Fault::Internal { cause: error.to_string() };
        let source = source.try_clone().map_err(internal)?.directory;
        let (target, stop) = (self.target_again()?, self.context.cancel.clone());
        let done = blocking(FLUSH, move || work(source, target, stop));
        tokio::select! {
            biased;
            reason = self.context.cancel.requested() => Err(RunError::Stopped(reason)),
            done = done => Ok(done.map_err(|error| Fault::WriteFailed { cause: error.to_string() })?),
        }
    }
}
