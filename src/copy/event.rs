//! What a run reports while it is under way, in order. It asks for one thing only: admission to copy while Veeam waits.

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{oneshot, watch};

use super::cancel::StopReason;
use crate::veeam::HeldLocks;
use asbackup_api::{Fault, Micros, Notice, Progress, Step, Totals, Warning};

/// One thing that a run reports.
#[derive(Debug)]
pub enum Event {
    StepBegan(Step),
    Notice(Notice),
    /// Also part of the run's record; no other list of warnings exists.
    Warning(Warning),
    Progress(Progress),
    FreeBytes(u64),
    /// The source passed its checks; it lies on this file system.
    SourceAccepted(String),
    /// The run's source is no longer where it was; it lay on this file system.
    SourceLost(String),
    /// The run waits until no job of Veeam writes or waits. Once it is admitted, Veeam waits.
    AdmissionRequested {
        /// What the lock directories hold now.
        locks: HeldLocks,
        opener: oneshot::Sender<()>,
        /// Receives what becomes known meanwhile.
        activity: watch::Sender<VeeamActivity>,
    },
    /// What the lock directories hold now, while the run waits.
    LocksScanned(HeldLocks),
    /// What is copied is as the source was then (microseconds since 1970), and nothing of the source is read any more.
    SnapshotStands(Micros),
    /// The run is over; nothing follows.
    Ended(Box<RunSummary>),
}

/// What else a waiting run waits for, besides lock files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VeeamActivity {
    /// The locks have been taken into account, and Veeam has answered if it is asked at all.
    pub is_known: bool,
    /// Jobs that write, according to Veeam.
    pub jobs: Vec<String>,
}

/// How a run ended, and what it came to.
#[derive(Debug)]
pub struct RunSummary {
    /// The step that the run had reached.
    pub step: Step,
    /// What ended the run early.
    pub fault: Option<Fault>,
    /// What else went wrong while the run was undone.
    pub further: Vec<Fault>,
    pub stopped: Option<StopReason>,
    pub totals: Totals,
    pub safe_to_remove: bool,
}

/// Sends a run's events.
#[derive(Debug, Clone)]
pub struct EventSink {
    pub run: u64,
    pub sender: UnboundedSender<(u64, Event)>,
}

impl EventSink {
    /// The receiver is gone only when the daemon ends.
    pub fn send(&self, event: Event) {
        let _ = self.sender.send((self.run, event));
    }

    pub fn notice(&self, notice: Notice) {
        self.send(Event::Notice(notice));
    }

    pub fn warning(&self, warning: Warning) {
        self.send(Event::Warning(warning));
    }
}
