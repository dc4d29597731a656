//! The loop: takes one event after the other, from outside and from the controller's own tasks, and passes it to what
//! handles it. Nothing in here waits for a disk, so feeding the watchdog from this loop proves something.

use std::time::{Duration, Instant};

use log::Level;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::Controller;
use super::call::Call;
use super::state::{Outputs, Start};
use super::store_writer::{AfterSave, Stored};
use super::task_channels::{self, TaskReceivers};
use crate::copy::StopReason;
use crate::disks::DiskEvent;
use asbackup_api::{Notice, OutboxStatus};
use asbackup_mail::mailer::MailWarning;
use asbackup_system::systemd::{self, Watchdog};

/// How often a stop that takes long asks systemd for more time.
const HEARTBEAT: Duration = Duration::from_secs(1);
const EXTENSION: Duration = Duration::from_secs(10);
/// How often the kernel is asked whether the disks are still there: UDisks2 says so too, but late on a busy machine.
const REMOVAL_CHECK: Duration = Duration::from_secs(2);
/// How long a stop waits for work on lock files, and then for the store's last writes.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
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

/// Runs until it is asked to stop and the active run has ended cleanly.
pub async fn control(mut start: Start, inputs: Inputs, outputs: Outputs) {
    let (senders, tasks) = task_channels::open();
    let (damage, unfinished) = (std::mem::take(&mut start.damage), std::mem::take(&mut start.unfinished));
    let mut controller = Controller::new(start, outputs, senders);
    damage.iter().for_each(|warning| controller.log(Level::Warn, warning));
    controller.recover(&unfinished).await;
    controller.serve(inputs, tasks).await;
    // From here on nothing asks for more time.
    systemd::extend_timeout(2 * EXTENSION);
    let _ = timeout(STOP_PATIENCE, controller.store.flush()).await;
}

impl Controller {
    async fn serve(&mut self, mut inputs: Inputs, mut tasks: TaskReceivers) {
        let (mut heartbeat, mut removal_check) = (ticks(HEARTBEAT), ticks(REMOVAL_CHECK));
        let mut leave_by = None;
        loop {
            self.publish();
            if self.service.stopping && self.run.is_none() {
                // Scripts that go on requesting locks must not keep the daemon from stopping.
                let leave_by = *leave_by.get_or_insert_with(|| Instant::now() + STOP_PATIENCE);
                if !self.veeam_queue.is_busy() || Instant::now() >= leave_by {
                    return;
                }
            }
            let next_due = self.next_due();
            let deadline = self.veeam_queue.next_deadline();
            tokio::select! {
                Some(call) = inputs.calls.recv() => self.on_call(call),
                Some(event) = inputs.disk_events.recv() => self.on_disk_event(event),
                Some(request) = inputs.requests.recv() => self.on_service_request(request),
                Some(note) = inputs.notes.recv() => self.on_mailer_note(&note),
                Ok(()) = inputs.outbox.changed() => self.outbox = inputs.outbox.borrow_and_update().clone(),
                Some((run, event)) = tasks.run_events.recv() => self.on_run_event(run, event),
                Some(stored) = tasks.stored.recv() => self.on_stored(stored),
                Some(read) = tasks.config_read.recv() => self.on_config_read(read),
                Some(done) = tasks.lock_work.recv() => self.on_lock_work_done(done),
                Some(()) = tasks.lock_changes.recv() => self.rescan_locks(),
                Some(done) = tasks.cleaned_up.recv() => self.on_cleaned_up(done),
                Some(event) = tasks.queue_events.recv() => self.on_queue_event(event),
                Some(finding) = tasks.findings.recv() => self.on_finding(finding),
                Some(()) = tasks.source_available.recv() => self.on_source_available(),
                Some(obstacle) = tasks.snapshot_probes.recv() => self.on_snapshots_probed(obstacle),
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

    /// Requests are carried out even if the caller has gone, except for locks.
    fn on_call(&mut self, call: Call) {
        match call {
            Call::Start { disk, allowed, reply } => self.start_on_request(&disk, allowed, reply),
            Call::TrustDisk { disk, reply } => self.trust_disk(&disk, reply),
            Call::Cancel { reply } => {
                let _ = reply.send(self.cancel());
            }
            Call::VeeamLock { job, caller, reply } => self.lock_for_veeam(job, caller, reply),
            Call::VeeamUnlock { job, reply } => self.unlock_for_veeam(job, reply),
            Call::Reload { reply } => self.reload(Some(reply)),
        }
    }

    fn on_service_request(&mut self, request: ServiceRequest) {
        match request {
            ServiceRequest::Reload => self.reload(None),
            ServiceRequest::Stop => self.stop(),
        }
    }

    /// What can't be written is reported, and all goes on: a copy is worth more than its record.
    fn on_stored(&mut self, stored: Stored) {
        match stored {
            Stored::RunBegun { begun, agreed, error } => {
                self.log_store_error(error.as_ref());
                self.on_run_begun(*begun, agreed);
            }
            Stored::RunEnded { record, error } => {
                self.log_store_error(error.as_ref());
                self.on_run_ended(record, error.is_none());
            }
            Stored::NoteLost(error) => self.log_store_error(Some(&error)),
            Stored::Saved { lost, then } => {
                lost.iter().for_each(|warning| self.log(Level::Warn, warning));
                match then {
                    AfterSave::Nothing => {}
                    AfterSave::Log(notice) => self.log_notice(notice),
                    AfterSave::DiskTrusted { disk, label, reply } => self.on_disk_trusted(&disk, label, reply),
                }
            }
        }
    }

    fn stop(&mut self) {
        if std::mem::replace(&mut self.service.stopping, true) {
            return;
        }
        systemd::stopping();
        self.log_notice(Notice::DaemonStopping);
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
