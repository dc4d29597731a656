//! Goes on where something had to be on the disk first. The store writes in the order in which it was asked; what follows
//! from that, and must not be told before, is here.

use log::Level;

use super::Controller;
use super::call::Reply;
use crate::store::history::HistoryError;
use asbackup_api::{Agreed, DiskId, Fault, Notice, RunBegun, RunRecord, Warning};

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
    Tell(Notice),
    DiskTrusted { disk: DiskId, label: String, reply: Reply<()> },
}

impl Controller {
    /// What can't be written is reported, and all goes on: a copy is worth more than its record.
    pub(super) fn on_stored(&mut self, stored: Stored) {
        match stored {
            Stored::RunBegun { begun, agreed, error } => {
                self.tell_store_error(error.as_ref());
                self.on_run_begun(*begun, agreed);
            }
            Stored::RunEnded { record, error } => {
                self.tell_store_error(error.as_ref());
                self.on_run_ended(record, error.is_none());
            }
            Stored::NoteLost(error) => self.tell_store_error(Some(&error)),
            Stored::Saved { lost, then } => {
                lost.iter().for_each(|warning| self.tell(Level::Warn, warning));
                match then {
                    AfterSave::Nothing => {}
                    AfterSave::Tell(notice) => self.note(notice),
                    AfterSave::DiskTrusted { disk, label, reply } => self.on_disk_trusted(&disk, label, reply),
                }
            }
        }
    }

    /// Has all that is remembered saved, and goes on with `then`.
    pub(super) fn save_state(&self, then: AfterSave) {
        let (saved, stored) = (self.store.save(self.saved_state.clone()), self.internal.stored.clone());
        tokio::spawn(async move {
            let lost = saved.await.err();
            // The receiver ends only with the daemon.
            let _ = stored.send(Stored::Saved { lost, then });
        });
    }

    /// Adds a warning to a run that may be over.
    pub(super) fn save_note(&self, run: u64, warning: Warning) {
        let (noted, stored) = (self.store.note(run, warning), self.internal.stored.clone());
        tokio::spawn(async move {
            if let Err(error) = noted.await {
                let _ = stored.send(Stored::NoteLost(error));
            }
        });
    }

    fn tell_store_error(&self, error: Option<&HistoryError>) {
        if let Some(error) = error {
            self.tell(Level::Error, &Fault::Internal { cause: error.to_string() });
        }
    }
}
