//! Which runs' ends have been told: the outbox remembers up to which one, the history knows the rest. Blocks on the disk.

use std::io;

use super::EndedRuns;
use crate::outbox::Outbox;
use asbackup_api::RunRecord;

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
