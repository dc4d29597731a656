//! Which ended runs have not been mailed yet: the outbox remembers the last one, the history knows those after it. Blocks.

use std::fmt;
use std::io;

use crate::outbox::Outbox;
use asbackup_api::RunRecord;

/// The history, as far as mails need it. Both methods block.
pub trait EndedRuns: fmt::Debug + Send + Sync {
    /// The number of the newest ended run; 0 = none yet.
    ///
    /// # Errors
    /// The history can't be read.
    fn newest(&self) -> io::Result<u64>;

    /// Ended runs with a higher number, oldest first.
    ///
    /// # Errors
    /// The history can't be read.
    fn after(&self, run: u64) -> io::Result<Vec<RunRecord>>;
}

/// At the very first start, takes earlier runs as mailed.
pub fn begin(outbox: &Outbox, past: &dyn EndedRuns) -> io::Result<()> {
    if outbox.told().is_some() {
        return Ok(());
    }
    outbox.set_told(past.newest()?)
}

/// Ended runs without a mail, oldest first.
pub fn missed(outbox: &Outbox, past: &dyn EndedRuns) -> io::Result<Vec<RunRecord>> {
    match outbox.told() {
        Some(told) => past.after(told),
        None => Ok(Vec::new()),
    }
}
