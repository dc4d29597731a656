//! One attempt to freeze what is listed as it is at one moment: note what everything is, freeze it, and see that nothing has changed.

use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

use crate::listing::complete;
use crate::place::Place;
use crate::refusal::Unusable;
use crate::report::{Report, Skipped, Why};
use crate::snapshot::Snapshot;
use crate::stamp::Change;
use crate::stamps::{Changed, Failed, Stamps};

/// What is listed has been noted, and is not frozen yet.
#[derive(Debug)]
pub struct Attempt<'a> {
    source: BorrowedFd<'a>,
    place: &'a Place,
    name: String,
    stamps: Stamps,
}

/// All that was listed, as it was at one moment.
#[derive(Debug)]
pub struct Frozen {
    /// Where it is.
    pub snapshot: Snapshot,
    /// What it is.
    pub report: Report,
    /// Until then, everything listed was as it is in the snapshot.
    pub as_of: SystemTime,
}

/// Why there is no snapshot. Nothing is left of the attempt.
#[derive(Debug, thiserror::Error)]
pub enum Unfrozen {
    /// Somebody wrote meanwhile: these are not what was noted. Another attempt may fare better.
    #[error("{} of the listed paths changed meanwhile", .0.len())]
    Changed(Vec<Changed>),
    /// These can't be frozen, and could not be if it were tried again.
    #[error("{} of the listed paths can't be frozen", .0.len())]
    Skipped(Vec<Skipped>),
    /// No snapshot can be made in the place.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// Cancelled, or nothing can be said.
    #[error(transparent)]
    Failed(#[from] Failed),
}

impl<'a> Attempt<'a> {
    /// Notes what everything listed, and what belongs to it (see [`complete`]), is now. `name` is the snapshot's.
    ///
    /// # Errors
    /// Cancelled; the source can't be read, or its file system can't be flushed.
    pub fn begin(
        source: BorrowedFd<'a>,
        place: &'a Place,
        name: &str,
        listed: impl IntoIterator<Item = PathBuf>,
        cancel: &AtomicBool,
    ) -> Result<Self, Failed> {
        let stamps = Stamps::take(source, complete(source, listed, cancel)?, cancel)?;
        Ok(Self { source, place, name: name.to_owned(), stamps })
    }

    /// What was noted; it says who has something of it open for writing.
    pub fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    /// Freezes it.
    ///
    /// # Errors
    /// Somebody wrote since `begin`, something can't be frozen, or it was cancelled.
    pub fn freeze(self, cancel: &AtomicBool) -> Result<Frozen, Unfrozen> {
        let snapshot = Snapshot::create(self.place, &self.name)?;
        let frozen = self.fill(snapshot, cancel);
        if frozen.is_err() {
            // What can't be removed now is removed by the next removal.
            let _ = self.place.remove(&self.name, &AtomicBool::new(false));
        }
        frozen
    }

    fn fill(&self, snapshot: Snapshot, cancel: &AtomicBool) -> Result<Frozen, Unfrozen> {
        let mut report = snapshot.freeze(self.source, self.stamps.entries(), cancel);
        let hopeless: Vec<_> = report.skipped.extract_if(.., |skipped| skipped.why != Why::Changed).collect();
        if !hopeless.is_empty() {
            return Err(Unfrozen::Skipped(hopeless));
        }
        let mut changed = self.stamps.changed(self.source, cancel)?;
        // What was found out of place while it was frozen may be in its place again.
        let skipped = report.skipped.drain(..).map(|skipped| Changed { path: skipped.path, change: Change::Replaced });
        changed.extend(
            skipped.filter(|skipped| changed.iter().all(|changed| changed.path != skipped.path)).collect::<Vec<_>>(),
        );
        if !changed.is_empty() {
            return Err(Unfrozen::Changed(changed));
        }
        // Without skipped ones, only a cancelled freezing leaves something untried.
        Failed::unless_cancelled(cancel)?;
        Ok(Frozen { snapshot, report, as_of: SystemTime::now() })
    }
}
