//! What the postman begins with, is asked for, and tells. Plain data.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;

use crate::mail::Occasion;
use crate::reminder::Seen;
use asbackup_api::{RunRecord, Warning};
use asbackup_config::Config;
use asbackup_texts::Texts;

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

/// What the postman is asked for.
#[derive(Debug)]
pub enum Errand {
    /// Anything but the end of a run.
    Tell(Occasion),
    /// The history has the end of a run, or of several that were interrupted.
    RunEnded,
    Settings {
        config: Arc<Config>,
        texts: Arc<Texts>,
    },
    /// Whether any known disk is plugged in, and the last good copy.
    Disks(Seen),
    /// Tries once more and ends.
    Stop,
}

/// Something that belongs to a run after its end.
#[derive(Debug)]
pub struct Note {
    pub run: u64,
    pub warning: Warning,
}

/// Where things come from and go to.
#[derive(Debug)]
pub struct Ports {
    pub errands: UnboundedReceiver<Errand>,
    pub outbox: watch::Sender<asbackup_api::Outbox>,
    pub notes: UnboundedSender<Note>,
}

/// What the postman begins with.
#[derive(Debug)]
pub struct Start {
    pub config: Arc<Config>,
    pub texts: Arc<Texts>,
    /// `/var/lib/asbackup`
    pub state: PathBuf,
    pub past: Arc<dyn EndedRuns>,
}
