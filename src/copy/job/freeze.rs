//! Freezing as a run does it: on a thread that stops when the run is to end, and leaves nothing then.

use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use asbackup_snapshot::{Attempt, Place, Skipped, Unfrozen};
use log::debug;
use tokio::time::timeout;

use crate::copy::cancel::{CancelToken, RunError};
use crate::copy::trees::frozen::{Frozen, because};
use crate::copy::trees::source::Source;
use asbackup_system::blocking::{FLUSH, blocking};

/// A thread notices within this time that nobody waits for it.
const NOTICE_TIME: Duration = Duration::from_secs(2);

/// What is to be frozen, and where.
pub struct Freezing {
    pub source: Source,
    /// The source's path, for people.
    pub shown: PathBuf,
    pub place: Arc<Place>,
    /// Of the snapshot.
    pub name: String,
    pub listed: Vec<PathBuf>,
}

/// What came of it.
pub enum Outcome {
    Frozen(Frozen),
    /// These changed meanwhile.
    Changed(Vec<PathBuf>),
    /// It would fail again, for this reason.
    Impossible(String),
}

impl Freezing {
    /// The listed files that somebody has open for writing.
    ///
    /// # Errors
    /// The run is to end. What can't be found out is the inner error.
    pub async fn open_files(self, cancel: &mut CancelToken) -> Result<io::Result<Vec<PathBuf>>, RunError> {
        until_stopped(cancel, move |stopped| {
            let writers = self.begin(stopped)?.stamps().writers(stopped).map_err(io::Error::other)?;
            Ok(writers.into_iter().map(|writer| writer.path).collect())
        })
        .await
        .map_err(|(reason, _)| reason)
    }

    /// Freezes what is listed. Nothing is left of what fails.
    ///
    /// # Errors
    /// The run is to end.
    pub async fn freeze(self, cancel: &mut CancelToken) -> Result<Outcome, RunError> {
        match until_stopped(cancel, move |stopped| self.freeze_here(stopped)).await {
            Ok(done) => Ok(done.unwrap_or_else(|error| Outcome::Impossible(because(&error)))),
            // It was done in that very moment.
            Err((reason, Some(Ok(Outcome::Frozen(frozen))))) => {
                remove(frozen).await;
                Err(reason)
            }
            Err((reason, _)) => Err(reason),
        }
    }

    fn begin(&self, stopped: &AtomicBool) -> io::Result<Attempt<'_>> {
        let listed = self.listed.iter().cloned();
        Attempt::begin(self.source.directory.as_fd(), &self.place, &self.name, listed, stopped)
            .map_err(io::Error::other)
    }

    fn freeze_here(&self, stopped: &AtomicBool) -> io::Result<Outcome> {
        match self.begin(stopped)?.freeze(stopped) {
            Ok(frozen) => Ok(Outcome::Frozen(Frozen::new(self.place.clone(), &self.name, &frozen)?)),
            Err(Unfrozen::Changed(changed)) => {
                Ok(Outcome::Changed(changed.into_iter().map(|changed| changed.path).collect()))
            }
            Err(Unfrozen::Skipped(skipped)) => Ok(Outcome::Impossible(self.first(&skipped))),
            Err(Unfrozen::Unusable(unusable)) => Ok(Outcome::Impossible(because(&unusable))),
            Err(Unfrozen::Failed(failed)) => Err(io::Error::other(failed)),
        }
    }

    fn first(&self, skipped: &[Skipped]) -> String {
        skipped.first().map(|skipped| format!("{}/{}", self.shown.display(), because(skipped))).unwrap_or_default()
    }
}

/// Why work was not waited for, and what had become of it in the last moment.
type Stopped<T> = (RunError, Option<io::Result<T>>);

async fn until_stopped<T: Send + 'static>(
    cancel: &mut CancelToken,
    work: impl FnOnce(&AtomicBool) -> io::Result<T> + Send + 'static,
) -> Result<io::Result<T>, Stopped<T>> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let work = blocking(FLUSH, move || work(&stopped));
    tokio::pin!(work);
    tokio::select! {
        biased;
        reason = cancel.requested() => {
            stop.store(true, Ordering::Relaxed);
            Err((RunError::Stopped(reason), timeout(NOTICE_TIME, &mut work).await.ok()))
        }
        done = &mut work => Ok(done),
    }
}

/// Removes a snapshot that nothing needs any more. What can't be removed is removed by the next run.
pub async fn remove(frozen: Frozen) {
    if let Err(error) = blocking(FLUSH, move || frozen.remove()).await {
        debug!("the snapshot: {error}");
    }
}
