//! The channels on which the controller's own tasks send back their results.

use std::io;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::caller_watch::QueueEvent;
use super::cleanup::CleanedUp;
use super::config_file::ConfigRead;
use super::lock_worker::{self, LockRequest, LockWorkDone};
use super::store_writer::Stored;
use crate::copy::Event;
use crate::veeam::lock_check::LockFinding;

/// The tasks' ends.
pub struct TaskSenders {
    /// With the number of the run.
    pub run_events: UnboundedSender<(u64, Event)>,
    pub stored: UnboundedSender<Stored>,
    pub config_read: UnboundedSender<ConfigRead>,
    pub lock_changes: UnboundedSender<()>,
    /// To the task that works on lock files.
    pub lock_requests: UnboundedSender<LockRequest>,
    pub cleaned_up: UnboundedSender<CleanedUp>,
    pub queue_events: UnboundedSender<QueueEvent>,
    pub findings: UnboundedSender<LockFinding>,
    pub source_available: UnboundedSender<()>,
    /// What is in the way of a snapshot; empty for nothing.
    pub snapshot_probes: UnboundedSender<io::Result<String>>,
}

/// The loop's ends.
pub struct TaskReceivers {
    pub run_events: UnboundedReceiver<(u64, Event)>,
    pub stored: UnboundedReceiver<Stored>,
    pub config_read: UnboundedReceiver<ConfigRead>,
    pub lock_changes: UnboundedReceiver<()>,
    pub lock_work: UnboundedReceiver<LockWorkDone>,
    pub cleaned_up: UnboundedReceiver<CleanedUp>,
    pub queue_events: UnboundedReceiver<QueueEvent>,
    pub findings: UnboundedReceiver<LockFinding>,
    pub source_available: UnboundedReceiver<()>,
    pub snapshot_probes: UnboundedReceiver<io::Result<String>>,
}

/// Also starts the task that works on lock files.
pub fn open() -> (TaskSenders, TaskReceivers) {
    let (run_events, run_events_out) = unbounded_channel();
    let (stored, stored_out) = unbounded_channel();
    let (config_read, config_read_out) = unbounded_channel();
    let (lock_changes, lock_changes_out) = unbounded_channel();
    let (lock_requests, lock_work) = lock_worker::start();
    let (cleaned_up, cleaned_up_out) = unbounded_channel();
    let (queue_events, queue_events_out) = unbounded_channel();
    let (findings, findings_out) = unbounded_channel();
    let (source_available, source_available_out) = unbounded_channel();
    let (snapshot_probes, snapshot_probes_out) = unbounded_channel();
    let senders = TaskSenders {
        run_events,
        stored,
        config_read,
        lock_changes,
        lock_requests,
        cleaned_up,
        queue_events,
        findings,
        source_available,
        snapshot_probes,
    };
    let inputs = TaskReceivers {
        run_events: run_events_out,
        stored: stored_out,
        config_read: config_read_out,
        lock_changes: lock_changes_out,
        lock_work,
        cleaned_up: cleaned_up_out,
        queue_events: queue_events_out,
        findings: findings_out,
        source_available: source_available_out,
        snapshot_probes: snapshot_probes_out,
    };
    (senders, inputs)
}
