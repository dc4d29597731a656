//! Runs rsync until it ends or the run is cancelled, and passes its lines to a reader.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::process::{GRACE, Invocation, ProcessEnd, SHORT_GRACE};
use crate::copy::cancel::{CancelToken, RunError, StopReason};
use asbackup_api::Fault;

/// How often a reader's `tick` is called.
const TICK: Duration = Duration::from_secs(1);

/// Reads rsync's output.
pub trait OutputReader {
    fn line(&mut self, line: &[u8]);
    /// The beginning of a line; `line` gets it again when it is whole.
    fn partial_line(&mut self, _text: &[u8]) {}
    /// Called about once a second.
    fn tick(&mut self) {}
}

/// Runs rsync.
///
/// # Errors
/// The run is to end (rsync is gone by then), or rsync can't be run.
pub async fn run(
    invocation: Invocation<'_>,
    cancel: &mut CancelToken,
    reader: &mut impl OutputReader,
) -> Result<ProcessEnd, RunError> {
    let broken = |error: std::io::Error| Fault::Internal { cause: format!("rsync: {error}") };
    let mut running = invocation.start().map_err(broken)?;
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            biased;
            reason = cancel.requested() => {
                running.terminate(patience_for(reason)).await;
                return Err(RunError::Stopped(reason));
            }
            _ = ticks.tick() => reader.tick(),
            ended = running.read_on(|text, whole| if whole { reader.line(text) } else { reader.partial_line(text) }) => {
                if let Some(ended) = ended.map_err(broken)? {
                    return Ok(ended);
                }
            }
        }
    }
}

fn patience_for(reason: StopReason) -> Duration {
    match reason {
        StopReason::DiskRemoved | StopReason::DiskHung | StopReason::DiskFailing => SHORT_GRACE,
        StopReason::Cancelled | StopReason::ServiceStopped | StopReason::RepositoryFull => GRACE,
    }
}
