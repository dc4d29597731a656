//! What the mailer is started with, receives and sends. Plain data.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;

use super::ended_runs::EndedRuns;
use crate::occasion::Occasion;
use asbackup_api::{Micros, RunRecord, Warning};
use asbackup_config::Config;
use asbackup_texts::Texts;

/// The state of the configured disks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisksSeen {
    /// At least one is attached.
    pub present: bool,
    /// When the last good copy to any of them ended, in microseconds since 1970; 0 = never.
    pub last_good: Micros,
}

/// A request to the mailer.
#[derive(Debug)]
pub enum Request {
    /// Mail about anything but the end of a run.
    Notify(Occasion),
    /// The history may have ended runs that were not mailed; includes the newest, unless the daemon has just started.
    RunEnded(Option<Box<RunRecord>>),
    /// New settings are in force.
    Settings {
        /// The new configuration.
        config: Arc<Config>,
        /// Texts in its language.
        texts: Arc<Texts>,
    },
    /// A disk was attached or removed, or a copy has succeeded.
    Disks(DisksSeen),
    /// Try once more, then end.
    Stop,
}

/// What went wrong with a mail about a run, often after its end.
#[derive(Debug)]
pub struct MailWarning {
    /// The run's number.
    pub run: u64,
    /// What went wrong.
    pub warning: Warning,
}

/// The task's own ends of the channels.
#[derive(Debug)]
pub struct Channels {
    pub requests: UnboundedReceiver<Request>,
    pub outbox: watch::Sender<asbackup_api::OutboxStatus>,
    pub warnings: UnboundedSender<MailWarning>,
}

/// What the mailer is started with.
#[derive(Debug)]
pub struct MailerStart {
    /// The configuration at the start.
    pub config: Arc<Config>,
    /// Texts in its language.
    pub texts: Arc<Texts>,
    /// `/var/lib/asbackup`
    pub state: PathBuf,
    /// The history of ended runs.
    pub history: Arc<dyn EndedRuns>,
}
