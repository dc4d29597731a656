//! Which runs' ends have been told: the outbox remembers up to which one, the history knows the rest. Blocks on the disk.

use std::fmt;
use std::io;

use crate::outbox::Outbox;
use asbackup_api::RunRecord;

/// The runs that have ended, as told by whoever keeps the history. Both methods block on the disk.
pub trait EndedRuns: fmt::Debug + Send + Sync {
    /// The number of the newest one; 0 = none yet.
    ///
    /// # Errors
    /// The history can't be read.
    fn newest(&self) -> io::Result<u64>;

    /// Those with a higher number, oldest first.
    ///
    /// # Errors
    /// The history can't be read.
    fn after(&self, run: u64) -> io::Result<Vec<RunRecord>>;
}

/// At the first start with mails: nothing is told of runs from before.
pub fn begin(outbox: &Outbox, past: &dyn EndedRuns) -> io::Result<()> {
    if outbox.told().is_some() {
        return Ok(());
    }
    outbox.set_told(past.newest()?)
}

/// Runs that have ended and were not told of, oldest first.
pub fn missed(outbox: &Outbox, past: &dyn EndedRuns) -> io::Result<Vec<RunRecord>> {
    match outbox.told() {
        Some(told) => past.after(told),
        None => Ok(Vec::new()),
    }
}
