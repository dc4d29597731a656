//! Which runs' ends have been told: the outbox remembers up to which one, the history knows the rest. Blocks on the disk.

use std::io;

use crate::model::RunRecord;
use crate::report::outbox::Outbox;
use crate::store::history::HistoryReader;

/// At the first start with mails: nothing is told of runs from before.
pub fn begin(outbox: &Outbox, past: &HistoryReader) -> io::Result<()> {
    if outbox.told().is_some() {
        return Ok(());
    }
    let newest = past.newest(1).map_err(io::Error::other)?;
    outbox.set_told(newest.first().map_or(0, |record| record.run))
}

/// Runs that have ended and were not told of, oldest first.
pub fn missed(outbox: &Outbox, past: &HistoryReader) -> io::Result<Vec<RunRecord>> {
    match outbox.told() {
        Some(told) => past.ended_after(told).map_err(io::Error::other),
        None => Ok(Vec::new()),
    }
}
