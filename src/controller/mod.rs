//! Decides. One task owns all state; everything that happens comes in through `Inputs`, everything that is told goes out
//! through `Outputs`, and readers hold snapshots, so that nobody ever waits for anybody.
//!
//! `sightings` sees disks come and go, `hindered` which can't be used, `plugged` knows which one is due, `active` how far the run is, `referee` who of Veeam and
//! the copy goes first, `waiting` who waits for that, `similar names` whose name is nearly another's, `gate` when the copy may,
//! `evidence` what is known of those who hold locks, `callers` whether those who wait are still there; `lookout` waits for a source
//! that comes late; `runs` begins and ends runs, `release` clears up behind killed ones, `calls` answers, `remember` knows disks and
//! source again, `reload` takes a new config, `snapshot` sums up.

mod active_run;
mod admission;
mod attachments;
mod call;
mod caller_watch;
mod calls;
mod disk_events;
mod identities;
mod notify;
mod publish;
mod recovery;
mod reload;
mod runs;
mod similar_names;
mod source_watch;
mod stale_locks;
mod unusable_disks;
mod veeam_queue;
mod waiting_jobs;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::Level;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval_at, sleep_until};
use zbus::Connection;

use crate::config::Config;
use crate::copy::Event;
use crate::disks::{DiskEvent, host_disks};
use crate::logging;
use crate::model::{DiskId, Notice, Outbox, RunRecord, Status, Told};
use crate::store::history::History;
use crate::store::remembered::Remembered;
use crate::systemd::{self, Watchdog};
use crate::texts::{Spoken, Texts};
use crate::veeam::lock_check::LockFinding;
use active_run::ActiveRun;
use asbackup_mail::postman::{Errand, Note};
use attachments::Attachments;
use caller_watch::QueueEvent;
use recovery::Released;
use source_watch::SourceWatch;
use stale_locks::StaleLocks;
use veeam_queue::VeeamQueue;

pub use call::{Call, Caller, Reply, Signal, Started};

/// Until systemd would lose deadline with a stop, it is told every second that we are still at it.
const HEARTBEAT: Duration = Duration::from_secs(1);
const EXTENSION: Duration = Duration::from_secs(10);
/// How often the kernel is asked whether the disks are still there: UDisks2 tells it too, but late on a busy machine.
const REMOVAL_CHECK: Duration = Duration::from_secs(2);
/// With nothing to wait for.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A request of the service manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceRequest {
    Reload,
    Stop,
}

/// Where things come from.
#[derive(Debug)]
pub struct Inputs {
    pub calls: UnboundedReceiver<Call>,
    pub sightings: UnboundedReceiver<DiskEvent>,
    pub requests: UnboundedReceiver<ServiceRequest>,
    /// What the postman found out about runs.
    pub notes: UnboundedReceiver<Note>,
    /// Mails that have not gone out yet.
    pub outbox: watch::Receiver<Outbox>,
    pub watchdog: Watchdog,
}

/// Where things go to.
#[derive(Debug)]
pub struct Outputs {
    /// For runs, for UDisks2, and to see callers leave the bus; nobody calls here.
    pub connection: Connection,
    pub status: watch::Sender<Status>,
    pub texts: watch::Sender<Arc<Texts>>,
    pub signals: UnboundedSender<Signal>,
    /// To the postman.
    pub errands: UnboundedSender<Errand>,
}

/// What the controller begins with.
#[derive(Debug)]
pub struct Start {
    pub config: Config,
    pub config_path: PathBuf,
    /// `/run/asbackup`, or what systemd says.
    pub runtime: PathBuf,
    pub history: History,
    pub memory: Remembered,
    pub boot_id: String,
}

pub struct Controller {
    outputs: Outputs,
    config: Arc<Config>,
    config_path: PathBuf,
    /// Why config.ini was refused at the last reload.
    config_error: Told,
    /// Found out once for each configuration.
    web_names: Vec<String>,
    texts: Arc<Texts>,
    runtime: PathBuf,
    history: History,
    memory: Remembered,
    boot_id: String,
    attachments: Attachments,
    /// What the source lies on.
    repository: host_disks::HostDisks,
    veeam_queue: VeeamQueue,
    stale_locks: StaleLocks,
    run: Option<ActiveRun>,
    last: Option<RunRecord>,
    last_success: HashMap<DiskId, RunRecord>,
    outbox: Outbox,
    next_run: u64,
    ready: bool,
    service_lost: bool,
    stopping: bool,
    news: UnboundedSender<(u64, Event)>,
    lock_changes: UnboundedSender<()>,
    released: UnboundedSender<Released>,
    queue_events: UnboundedSender<QueueEvent>,
    findings: UnboundedSender<LockFinding>,
    source_watch: SourceWatch,
    source_available: UnboundedSender<()>,
}

/// What the controller's own helpers send back to it.
struct InternalInputs {
    news: UnboundedReceiver<(u64, Event)>,
    lock_changes: UnboundedReceiver<()>,
    released: UnboundedReceiver<Released>,
    queue_events: UnboundedReceiver<QueueEvent>,
    findings: UnboundedReceiver<LockFinding>,
    source_available: UnboundedReceiver<()>,
}

/// Runs until it is asked to stop and the run that is on has been ended properly.
pub async fn control(start: Start, inputs: Inputs, outputs: Outputs) {
    let (mut controller, internal) = Controller::new(start, outputs);
    controller.report_lost_memory();
    controller.recover().await;
    controller.serve(inputs, internal).await;
}

impl Controller {
    fn new(start: Start, outputs: Outputs) -> (Self, InternalInputs) {
        let (news, news_receiver) = unbounded_channel();
        let (lock_changes, lock_receiver) = unbounded_channel();
        let (released, tidied_receiver) = unbounded_channel();
        let (queue_events, partings_receiver) = unbounded_channel();
        let (findings, findings_receiver) = unbounded_channel();
        let (source_available, source_receiver) = unbounded_channel();
        let texts = outputs.texts.borrow().clone();
        let controller = Self {
            outputs,
            web_names: reload::web_names(&start.config),
            config: Arc::new(start.config),
            config_path: start.config_path,
            config_error: Told::default(),
            texts,
            runtime: start.runtime,
            next_run: start.history.last_run() + 1,
            history: start.history,
            memory: start.memory,
            boot_id: start.boot_id,
            attachments: Attachments::default(),
            repository: host_disks::HostDisks::default(),
            veeam_queue: VeeamQueue::default(),
            stale_locks: StaleLocks::default(),
            run: None,
            last: None,
            last_success: HashMap::new(),
            outbox: Outbox::default(),
            ready: false,
            service_lost: false,
            stopping: false,
            news,
            lock_changes,
            released,
            queue_events,
            findings,
            source_watch: SourceWatch::default(),
            source_available,
        };
        let internal = InternalInputs {
            news: news_receiver,
            lock_changes: lock_receiver,
            released: tidied_receiver,
            queue_events: partings_receiver,
            findings: findings_receiver,
            source_available: source_receiver,
        };
        (controller, internal)
    }

    async fn serve(&mut self, mut inputs: Inputs, mut internal: InternalInputs) {
        let (mut heartbeat, mut removal_check) = (ticks(HEARTBEAT), ticks(REMOVAL_CHECK));
        loop {
            self.publish();
            if self.stopping && self.run.is_none() {
                return;
            }
            let next_due = self.next_due();
            let deadline = self.veeam_queue.next_deadline();
            tokio::select! {
                Some(call) = inputs.calls.recv() => self.answer(call).await,
                Some(sighting) = inputs.sightings.recv() => self.on_disk_event(sighting).await,
                Some(request) = inputs.requests.recv() => self.on_service_request(request).await,
                Some(note) = inputs.notes.recv() => self.on_mailer_note(&note),
                Ok(()) = inputs.outbox.changed() => self.outbox = inputs.outbox.borrow_and_update().clone(),
                Some((run, news)) = internal.news.recv() => self.on_run_event(run, news).await,
                Some(()) = internal.lock_changes.recv() => self.rescan_locks().await,
                Some(released) = internal.released.recv() => self.on_released(released),
                Some(parting) = internal.queue_events.recv() => self.on_queue_event(parting).await,
                Some(finding) = internal.findings.recv() => self.on_finding(finding).await,
                Some(()) = internal.source_available.recv() => self.on_source_available(),
                () = sleep_until(deadline.unwrap_or_else(|| Instant::now() + NEVER).into()), if deadline.is_some() => {
                    self.expire_waiting_jobs();
                }
                () = sleep_until(next_due.unwrap_or_else(|| Instant::now() + NEVER).into()), if next_due.is_some() => {}
                () = inputs.watchdog.is_hungry() => systemd::feed_watchdog(),
                _ = removal_check.tick(), if self.attachments.has_any() => self.check_for_removals(),
                _ = heartbeat.tick(), if self.stopping => systemd::extend_timeout(EXTENSION),
            }
            self.start_due_run().await;
            self.update_source_watch();
        }
    }

    async fn on_service_request(&mut self, request: ServiceRequest) {
        match request {
            ServiceRequest::Reload => {
                // The journal has the reason, and the old config stays in force.
                let _ = self.reload().await;
            }
            ServiceRequest::Stop => self.stop(),
        }
    }

    fn stop(&mut self) {
        if std::mem::replace(&mut self.stopping, true) {
            return;
        }
        systemd::stopping();
        self.note(Notice::DaemonStopping);
        if let Some(run) = &self.run {
            run.cancel.cancel(crate::copy::StopReason::ServiceStopped);
        }
    }

    /// One line of the logs, outside of runs or within the one that is on.
    fn tell<T: Spoken>(&self, level: Level, value: &T) {
        let scope = self.run.as_ref().map(ActiveRun::scope).unwrap_or_default();
        logging::tell(level, &self.texts, value, &scope);
    }

    /// The same for what Veeam's scripts, or who is in their place, can cause as often as they like.
    fn tell_seldom<T: Spoken>(&self, level: Level, value: &T) {
        let scope = self.run.as_ref().map(ActiveRun::scope).unwrap_or_default();
        logging::tell_seldom(level, &self.texts, value, &scope);
    }

    fn note(&self, notice: Notice) {
        self.tell(Level::Info, &notice);
    }
}

/// A ticker that begins with a pause and does not make up for what it missed.
fn ticks(period: Duration) -> Interval {
    let mut ticks = interval_at((Instant::now() + period).into(), period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
