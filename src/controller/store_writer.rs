//! Has the store write, and reports each result to the controller, which publishes some things only once they are on
//! the disk.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::call::Reply;
use crate::store::Store;
use crate::store::history::HistoryError;
use crate::store::saved_state::SavedState;
use asbackup_api::{Agreed, DiskId, DiskIdentity, Notice, RunBegun, RunRecord, Warning};
use asbackup_config::Config;
use asbackup_mail::log_excerpt;

/// The store has written something, or could not.
#[derive(Debug)]
pub enum Stored {
    /// A run's beginning, and what was agreed to for its disk.
    RunBegun {
        begun: Box<RunBegun>,
        agreed: Option<Agreed>,
        error: Option<HistoryError>,
    },
    RunEnded {
        record: Box<RunRecord>,
        error: Option<HistoryError>,
    },
    /// A warning could not be added to a run.
    NoteLost(HistoryError),
    /// What is remembered; the warning says that the next start will not know it.
    Saved {
        lost: Option<Warning>,
        then: AfterSave,
    },
}

/// What follows when something is remembered.
#[derive(Debug)]
pub enum AfterSave {
    Nothing,
    Log(Notice),
    DiskTrusted { disk: DiskId, label: String, reply: Reply<()> },
}

/// Writes in order of the requests; nobody waits for it.
pub struct StoreWriter {
    store: Store,
    stored: UnboundedSender<Stored>,
}

impl StoreWriter {
    pub fn new(store: Store, stored: UnboundedSender<Stored>) -> Self {
        Self { store, stored }
    }

    /// Records that a run begins, and where in the logs; reads what somebody agreed to for this very disk.
    pub fn begin(&self, begun: RunBegun, identity: Option<DiskIdentity>, config: Arc<Config>) {
        let (store, stored) = (self.store.clone(), self.stored.clone());
        tokio::spawn(async move {
            let begun = RunBegun { logs: log_excerpt::begin(&config).await, ..begun };
            let error = store.begin(begun.clone()).await.err();
            let agreed = match identity {
                Some(identity) => store.agreed(begun.disk.clone(), identity).await,
                None => None,
            };
            // The receiver ends only with the daemon.
            let _ = stored.send(Stored::RunBegun { begun: Box::new(begun), agreed, error });
        });
    }

    /// Records how a run ended, and where in the logs.
    pub fn end(&self, record: RunRecord, config: Arc<Config>) {
        let (store, stored) = (self.store.clone(), self.stored.clone());
        tokio::spawn(async move {
            let record = RunRecord { logs: log_excerpt::end(record.logs, &config).await, ..record };
            let error = store.end(record.clone()).await.err();
            let _ = stored.send(Stored::RunEnded { record: Box::new(record), error });
        });
    }

    /// Records the end of a run that another daemon began. At start nothing else waits for the disk.
    ///
    /// # Errors
    /// As `Store::end`.
    pub async fn end_unfinished(&self, record: RunRecord) -> Result<(), HistoryError> {
        self.store.end(record).await
    }

    /// Adds a warning to a run that may be over.
    pub fn note(&self, run: u64, warning: Warning) {
        let (noted, stored) = (self.store.note(run, warning), self.stored.clone());
        tokio::spawn(async move {
            if let Err(error) = noted.await {
                let _ = stored.send(Stored::NoteLost(error));
            }
        });
    }

    /// Saves all that is remembered; the controller then goes on with `then`.
    pub fn save(&self, state: SavedState, then: AfterSave) {
        let (saved, stored) = (self.store.save(state), self.stored.clone());
        tokio::spawn(async move {
            let lost = saved.await.err();
            let _ = stored.send(Stored::Saved { lost, then });
        });
    }

    /// The disk has a good copy now.
    pub fn end_agreement(&self, disk: DiskId) {
        self.store.end_agreement(disk);
    }

    /// Waits for all earlier requests.
    pub async fn flush(&self) {
        self.store.flush().await;
    }
}
