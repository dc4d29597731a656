//! What the postman begins with, is asked for, and tells. Plain data.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;

use crate::config::Config;
use crate::model::Warning;
use crate::report::mail::Occasion;
use crate::report::reminder::Seen;
use crate::store::history::HistoryReader;
use crate::texts::Texts;

/// What the postman is asked for.
#[derive(Debug)]
pub enum Errand {
    Tell(Occasion),
    /// The runs that ended while nobody could tell of them; sent once the history is up to date.
    CatchUp,
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
    pub outbox: watch::Sender<crate::model::Outbox>,
    pub notes: UnboundedSender<Note>,
}

/// What the postman begins with.
#[derive(Debug)]
pub struct Start {
    pub config: Arc<Config>,
    pub texts: Arc<Texts>,
    /// `/var/lib/asbackup`
    pub state: PathBuf,
    pub past: HistoryReader,
}
