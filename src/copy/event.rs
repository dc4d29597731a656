//! What a run tells while it is on, in order, to whoever listens. It asks for one thing only: the way past Veeam.

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{oneshot, watch};

use super::cancel::StopReason;
use crate::model::{Fault, Notice, Progress, Step, Totals, Warning};
use crate::veeam::HeldLocks;

#[derive(Debug)]
pub enum News {
    /// A step begins.
    Step(Step),
    Notice(Notice),
    Warning(Warning),
    Progress(Progress),
    FreeBytes(u64),
    /// The file system that the source lies on; what is in it may be mirrored.
    Source(String),
    /// The run's source is no longer where it was; it lay on this file system.
    SourceLost(String),
    /// The lock directory as it is now; `gate` is answered when no job of Veeam writes or waits any more, and from then on
    /// Veeam waits.
    AskGate {
        locks: HeldLocks,
        gate: oneshot::Sender<()>,
        /// For what becomes known meanwhile.
        busy: watch::Sender<Busy>,
    },
    /// The lock directory as it is now, for those who wait at the gate.
    Locks(HeldLocks),
    /// The run is over.
    Ended(Box<Ending>),
}

/// What else a run that waits at the gate waits for, besides lock files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Busy {
    /// The locks were weighed and Veeam, where it is asked, has answered.
    pub is_known: bool,
    /// Who writes by Veeam's own word.
    pub jobs: Vec<String>,
}

/// How a run ended, and what it came to.
#[derive(Debug)]
pub struct Ending {
    pub step: Step,
    /// What ended the run early.
    pub fault: Option<Fault>,
    /// What went wrong besides while it was undone.
    pub further: Vec<Fault>,
    pub stopped: Option<StopReason>,
    pub warnings: Vec<Warning>,
    pub totals: Totals,
    pub safe_to_remove: bool,
}

/// A run's mouth.
#[derive(Debug, Clone)]
pub struct Teller {
    pub run: u64,
    pub listener: UnboundedSender<(u64, News)>,
}

impl Teller {
    /// A listener that has gone away ends with the daemon; the run ends on its own terms.
    pub fn tell(&self, news: News) {
        let _ = self.listener.send((self.run, news));
    }

    pub fn notice(&self, notice: Notice) {
        self.tell(News::Notice(notice));
    }

    pub fn warning(&self, warning: Warning) {
        self.tell(News::Warning(warning));
    }
}
