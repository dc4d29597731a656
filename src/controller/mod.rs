//! Decides. One task owns all state: events come in through `Inputs`, decisions go out through `Outputs`, and readers hold whole
//! copies of the status, so nobody ever waits for anybody. Whatever may block is a task of its own; its result comes back
//! through `internal`.
//!
//! - `disk_events`, `attachments`, `unusable_disks`: which disks are attached, which is due, which can't be used;
//! - `runs`, `active_run`, `source_watch`: starting and ending runs, and waiting for a source that comes late;
//! - `stored`, `identities`, `recovery`, `cleanup`: what has to be on the disk first, what is known again, and what a killed
//!   daemon left behind;
//! - `veeam_queue`, `waiting_jobs`, `caller_watch`, `admission`, `lock_work`, `lock_results`, `stale_locks`, `similar_names`:
//!   whether Veeam or the copy goes first;
//! - `call`, `calls`, `reload`, `publish`, `notify`: answering callers, taking a new config, and telling.

mod active_run;
mod admission;
mod attachments;
mod call;
mod caller_watch;
mod calls;
mod cleanup;
mod disk_events;
mod identities;
mod internal;
mod lock_results;
mod lock_work;
mod notify;
mod publish;
mod recovery;
mod reload;
mod runs;
mod similar_names;
mod source_watch;
mod stale_locks;
mod stored;
mod unusable_disks;
mod veeam_queue;
mod waiting_jobs;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::Level;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval_at, sleep_until, timeout};
use zbus::Connection;

use crate::copy::StopReason;
use crate::disks::{DiskEvent, host_disks};
use crate::store::Store;
use crate::store::index::RunIndex;
use crate::store::saved_state::SavedState;
use active_run::ActiveRun;
use asbackup_api::{Notice, OutboxStatus, RunBegun, Status, Told, Warning};
use asbackup_config::Config;
use asbackup_mail::mailer::{MailWarning, Request as MailRequest};
use asbackup_system::systemd::{self, Watchdog};
use asbackup_texts::Texts;
use attachments::Attachments;
use internal::{InternalInputs, InternalSenders};
use reload::Reload;
use source_watch::SourceWatch;
use stale_locks::StaleLocks;
use veeam_queue::VeeamQueue;

pub use call::{Call, Caller, Reply, Signal, Started};

/// How often a stop that takes long asks systemd for more time.
const HEARTBEAT: Duration = Duration::from_secs(1);
const EXTENSION: Duration = Duration::from_secs(10);
/// How often the kernel is asked whether the disks are still there: UDisks2 says so too, but late on a busy machine.
const REMOVAL_CHECK: Duration = Duration::from_secs(2);
/// How long a stop waits for work on lock files, and then for the store's last writes.
const FAREWELL: Duration = Duration::from_secs(5);
/// With nothing to wait for.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A request of the service manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceRequest {
    Reload,
    Stop,
}

/// Where events come from.
#[derive(Debug)]
pub struct Inputs {
    pub calls: UnboundedReceiver<Call>,
    pub disk_events: UnboundedReceiver<DiskEvent>,
    pub requests: UnboundedReceiver<ServiceRequest>,
    /// What the mailer found out about runs.
    pub notes: UnboundedReceiver<MailWarning>,
    /// Mails that have not gone out yet.
    pub outbox: watch::Receiver<OutboxStatus>,
    pub watchdog: Watchdog,
}

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

/// All state. Each group has its own file, with the methods that change it.
pub struct Controller {
    outputs: Outputs,
    internal: InternalSenders,
    service: ServiceState,
    config: Arc<Config>,
    config_file: ConfigFile,
    texts: Arc<Texts>,
    runtime: PathBuf,
    boot_id: String,
    attachments: Attachments,
    /// The disks that the source lies on.
    repository: host_disks::HostDisks,
    run: Option<ActiveRun>,
    source_watch: SourceWatch,
    veeam_queue: VeeamQueue,
    stale_locks: StaleLocks,
    store: Store,
    run_index: RunIndex,
    saved_state: SavedState,
    outbox: OutboxStatus,
}

/// How far the daemon is.
#[derive(Debug, Default)]
struct ServiceState {
    /// The disks have been seen, and systemd knows.
    ready: bool,
    /// UDisks2 does not answer.
    disks_lost: bool,
    stopping: bool,
}

/// config.ini and what was last found in it.
#[derive(Debug)]
struct ConfigFile {
    path: PathBuf,
    /// Why it was refused at the last reload.
    error: Told,
    /// Names under which the status page may be asked for.
    web_names: Vec<String>,
    reload: Reload,
}

/// Runs until it is asked to stop and the active run has ended cleanly.
pub async fn control(start: Start, inputs: Inputs, outputs: Outputs) {
    let (internal, internal_inputs) = internal::channels();
    let texts = outputs.texts.borrow().clone();
    let mut controller = Controller {
        outputs,
        internal,
        service: ServiceState::default(),
        config_file: ConfigFile {
            path: start.config_path,
            error: Told::default(),
            web_names: reload::web_names(&start.config),
            reload: Reload::default(),
        },
        config: Arc::new(start.config),
        texts,
        runtime: start.runtime,
        boot_id: start.boot_id,
        attachments: Attachments::default(),
        repository: host_disks::HostDisks::default(),
        run: None,
        source_watch: SourceWatch::default(),
        veeam_queue: VeeamQueue::default(),
        stale_locks: StaleLocks::default(),
        store: start.store,
        run_index: start.run_index,
        saved_state: start.saved_state,
        outbox: OutboxStatus::default(),
    };
    start.damage.iter().for_each(|warning| controller.tell(Level::Warn, warning));
    controller.recover(&start.unfinished).await;
    controller.serve(inputs, internal_inputs).await;
    // From here on nothing asks for more time.
    systemd::extend_timeout(2 * EXTENSION);
    let _ = timeout(FAREWELL, controller.store.flush()).await;
}

impl Controller {
    async fn serve(&mut self, mut inputs: Inputs, mut internal: InternalInputs) {
        let (mut heartbeat, mut removal_check) = (ticks(HEARTBEAT), ticks(REMOVAL_CHECK));
        let mut leave_by = None;
        loop {
            self.publish();
            if self.service.stopping && self.run.is_none() {
                // Scripts that go on asking must not keep the daemon from stopping.
                let leave_by = *leave_by.get_or_insert_with(|| Instant::now() + FAREWELL);
                if !self.veeam_queue.is_busy() || Instant::now() >= leave_by {
                    return;
                }
            }
            let next_due = self.next_due();
            let deadline = self.veeam_queue.next_deadline();
            tokio::select! {
                Some(call) = inputs.calls.recv() => self.answer(call),
                Some(event) = inputs.disk_events.recv() => self.on_disk_event(event),
                Some(request) = inputs.requests.recv() => self.on_service_request(request),
                Some(note) = inputs.notes.recv() => self.on_mailer_note(&note),
                Ok(()) = inputs.outbox.changed() => self.outbox = inputs.outbox.borrow_and_update().clone(),
                Some((run, event)) = internal.run_events.recv() => self.on_run_event(run, event),
                Some(stored) = internal.stored.recv() => self.on_stored(stored),
                Some(read) = internal.config_read.recv() => self.on_config_read(read),
                Some(done) = internal.lock_work.recv() => self.on_lock_work_done(done),
                Some(()) = internal.lock_changes.recv() => self.rescan_locks(),
                Some(done) = internal.cleaned_up.recv() => self.on_cleaned_up(done),
                Some(event) = internal.queue_events.recv() => self.on_queue_event(event),
                Some(finding) = internal.findings.recv() => self.on_finding(finding),
                Some(()) = internal.source_available.recv() => self.on_source_available(),
                () = sleep_until(deadline.unwrap_or_else(|| Instant::now() + NEVER).into()), if deadline.is_some() => {
                    self.expire_waiting_jobs();
                }
                () = sleep_until(next_due.unwrap_or_else(|| Instant::now() + NEVER).into()), if next_due.is_some() => {}
                () = inputs.watchdog.feed_due() => systemd::feed_watchdog(),
                _ = removal_check.tick(), if self.attachments.has_any() => self.check_for_removals(),
                _ = heartbeat.tick(), if self.service.stopping => systemd::extend_timeout(EXTENSION),
            }
            self.finish_run();
            self.start_due_run();
            self.update_source_watch();
        }
    }

    fn on_service_request(&mut self, request: ServiceRequest) {
        match request {
            ServiceRequest::Reload => self.reload(None),
            ServiceRequest::Stop => self.stop(),
        }
    }

    fn stop(&mut self) {
        if std::mem::replace(&mut self.service.stopping, true) {
            return;
        }
        systemd::stopping();
        self.note(Notice::DaemonStopping);
        if let Some(run) = &self.run {
            run.cancel.cancel(StopReason::ServiceStopped);
        }
    }
}

/// A ticker that begins with a pause and skips what it missed.
fn ticks(period: Duration) -> Interval {
    let mut ticks = interval_at((Instant::now() + period).into(), period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
