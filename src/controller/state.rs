//! All state of the daemon, grouped by subject. Each group has a file of its own, with the methods that change it.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use zbus::Connection;

use super::active_run::ActiveRun;
use super::attachments::Attachments;
use super::call::Signal;
use super::config_file::ConfigFile;
use super::snapshot_probe::SnapshotProbe;
use super::source_watch::SourceWatch;
use super::stale_locks::StaleLocks;
use super::store_writer::StoreWriter;
use super::task_channels::TaskSenders;
use super::veeam_queue::VeeamQueue;
use crate::disks::host_disks::HostDisks;
use crate::store::Store;
use crate::store::index::RunIndex;
use crate::store::saved_state::SavedState;
use asbackup_api::{OutboxStatus, RunBegun, Status, Warning};
use asbackup_config::Config;
use asbackup_mail::mailer::Request as MailRequest;
use asbackup_texts::Texts;

/// Where decisions go to.
#[derive(Debug)]
pub struct Outputs {
    /// For runs, for UDisks2, and to see callers leave the bus; nobody calls here.
    pub connection: Connection,
    pub status: watch::Sender<Status>,
    pub texts: watch::Sender<Arc<Texts>>,
    pub signals: UnboundedSender<Signal>,
    /// To the mailer.
    pub mail_requests: UnboundedSender<MailRequest>,
}

/// What the controller begins with.
#[derive(Debug)]
pub struct Start {
    pub config: Config,
    pub config_path: PathBuf,
    /// `/run/asbackup`, or what systemd says.
    pub runtime: PathBuf,
    pub store: Store,
    pub run_index: RunIndex,
    /// Runs that began and never ended.
    pub unfinished: Vec<RunBegun>,
    pub saved_state: SavedState,
    /// Files that could not be read.
    pub damage: Vec<Warning>,
    pub boot_id: String,
}

pub struct Controller {
    pub outputs: Outputs,
    pub senders: TaskSenders,
    pub service: ServiceState,
    pub config: Arc<Config>,
    pub config_file: ConfigFile,
    pub texts: Arc<Texts>,
    pub runtime: PathBuf,
    pub boot_id: String,
    pub attachments: Attachments,
    /// The disks that the source lies on.
    pub repository: HostDisks,
    pub run: Option<ActiveRun>,
    pub source_watch: SourceWatch,
    pub snapshot_probe: SnapshotProbe,
    pub veeam_queue: VeeamQueue,
    pub stale_locks: StaleLocks,
    pub store: StoreWriter,
    pub run_index: RunIndex,
    pub saved_state: SavedState,
    pub outbox: OutboxStatus,
}

/// How far the daemon is.
#[derive(Debug, Default)]
pub struct ServiceState {
    /// The disks have been seen, and systemd knows.
    pub ready: bool,
    /// UDisks2 does not answer.
    pub disks_lost: bool,
    pub stopping: bool,
}

impl Controller {
    pub fn new(start: Start, outputs: Outputs, senders: TaskSenders) -> Self {
        let texts = outputs.texts.borrow().clone();
        Self {
            service: ServiceState::default(),
            config_file: ConfigFile::new(start.config_path, &start.config),
            config: Arc::new(start.config),
            texts,
            runtime: start.runtime,
            boot_id: start.boot_id,
            attachments: Attachments::default(),
            repository: HostDisks::default(),
            run: None,
            source_watch: SourceWatch::default(),
            snapshot_probe: SnapshotProbe::default(),
            veeam_queue: VeeamQueue::default(),
            stale_locks: StaleLocks::default(),
            store: StoreWriter::new(start.store, senders.stored.clone()),
            run_index: start.run_index,
            saved_state: start.saved_state,
            outbox: OutboxStatus::default(),
            outputs,
            senders,
        }
    }
}
