//! What the controller's own tasks send back to it.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::caller_watch::QueueEvent;
use super::cleanup::CleanedUp;
use super::stored::Stored;
use crate::copy::Event;
use crate::veeam::lock_check::LockFinding;

/// The tasks' ends.
pub struct InternalSenders {
    /// With the number of the run.
    pub run_events: UnboundedSender<(u64, Event)>,
    pub stored: UnboundedSender<Stored>,
    pub lock_changes: UnboundedSender<()>,
    pub cleaned_up: UnboundedSender<CleanedUp>,
    pub queue_events: UnboundedSender<QueueEvent>,
    pub findings: UnboundedSender<LockFinding>,
    pub source_available: UnboundedSender<()>,
}

/// The loop's ends.
pub struct InternalInputs {
    pub run_events: UnboundedReceiver<(u64, Event)>,
    pub stored: UnboundedReceiver<Stored>,
    pub lock_changes: UnboundedReceiver<()>,
    pub cleaned_up: UnboundedReceiver<CleanedUp>,
    pub queue_events: UnboundedReceiver<QueueEvent>,
    pub findings: UnboundedReceiver<LockFinding>,
    pub source_available: UnboundedReceiver<()>,
}

pub fn channels() -> (InternalSenders, InternalInputs) {
    let (run_events, run_events_out) = unbounded_channel();
    let (stored, stored_out) = unbounded_channel();
    let (lock_changes, lock_changes_out) = unbounded_channel();
    let (cleaned_up, cleaned_up_out) = unbounded_channel();
    let (queue_events, queue_events_out) = unbounded_channel();
    let (findings, findings_out) = unbounded_channel();
    let (source_available, source_available_out) = unbounded_channel();
    let senders =
        InternalSenders { run_events, stored, lock_changes, cleaned_up, queue_events, findings, source_available };
    let inputs = InternalInputs {
        run_events: run_events_out,
        stored: stored_out,
        lock_changes: lock_changes_out,
        cleaned_up: cleaned_up_out,
        queue_events: queue_events_out,
        findings: findings_out,
        source_available: source_available_out,
    };
    (senders, inputs)
}
