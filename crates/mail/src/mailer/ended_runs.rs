//! Which ended runs were not mailed yet: the outbox stores the last one that was, the history has those after it. Blocks.

use std::fmt;
use std::io;

use crate::outbox::Outbox;
use asbackup_api::RunRecord;

/// The part of the history that mails need. Both methods block.
pub trait EndedRuns: fmt::Debug + Send + Sync {
    /// The number of the newest ended run; 0 = none.
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

/// At the first start, counts earlier runs as mailed.
pub fn begin(outbox: &Outbox, history: &dyn EndedRuns) -> io::Result<()> {
    if outbox.last_mailed_run().is_some() {
        return Ok(());
    }
    outbox.set_last_mailed_run(history.newest()?)
}

/// Ended runs that were not mailed, oldest first.
pub fn unmailed(outbox: &Outbox, history: &dyn EndedRuns) -> io::Result<Vec<RunRecord>> {
    match outbox.last_mailed_run() {
        Some(run) => history.after(run),
        None => Ok(Vec::new()),
    }
}
