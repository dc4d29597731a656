//! What the mailer begins with, is asked for, and tells. Plain data.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;

use super::ended_runs::EndedRuns;
use crate::occasion::Occasion;
use asbackup_api::{Micros, Warning};
use asbackup_config::Config;
use asbackup_texts::Texts;

/// What is known of the disks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisksSeen {
    /// Any known disk is plugged in.
    pub present: bool,
    /// When the last good copy to any of them ended; 0 = never.
    pub last_good: Micros,
}

/// What the mailer is asked for.
#[derive(Debug)]
pub enum Request {
    /// Anything but the end of a run.
    Tell(Occasion),
    /// The history has the end of a run, or of several that were interrupted.
    RunEnded,
    Settings {
        config: Arc<Config>,
        texts: Arc<Texts>,
    },
    /// Whether any known disk is plugged in, and the last good copy.
    Disks(DisksSeen),
    /// Tries once more and ends.
    Stop,
}

/// Something that belongs to a run after its end.
#[derive(Debug)]
pub struct MailWarning {
    pub run: u64,
    pub warning: Warning,
}

/// Where things come from and go to.
#[derive(Debug)]
pub struct Channels {
    pub requests: UnboundedReceiver<Request>,
    pub outbox: watch::Sender<asbackup_api::OutboxStatus>,
    pub warnings: UnboundedSender<MailWarning>,
}

/// What the mailer begins with.
#[derive(Debug)]
pub struct MailerStart {
    pub config: Arc<Config>,
    pub texts: Arc<Texts>,
    /// `/var/lib/asbackup`
    pub state: PathBuf,
    pub past: Arc<dyn EndedRuns>,
}
