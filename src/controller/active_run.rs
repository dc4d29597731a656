//! The run that is on: how far it is, what it has warned of, and the strings to stop it and to let it past Veeam.

use std::path::PathBuf;

use tokio::sync::{oneshot, watch};

use crate::copy::{CancelHandle, VeeamActivity};
use crate::disks::Volume;
use crate::logging::Scope;
use crate::model::{Progress, RunBegun, Step, Trigger, Warning};
use crate::systemd::Inhibitor;

const ALMOST: f64 = 0.99;

/// Why a run begins, and what it may.
#[derive(Debug)]
pub struct RunRequest {
    pub trigger: Trigger,
    /// Delete more than the budget this once.
    pub allowed: bool,
    /// The signal waits for the reply to the call.
    pub after: Option<oneshot::Receiver<()>>,
}

/// What a run that waits for Veeam has handed over.
#[derive(Debug)]
pub struct Admission {
    /// Lets the copy begin.
    pub opener: oneshot::Sender<()>,
    /// What the run may know while it waits.
    pub activity: watch::Sender<VeeamActivity>,
}

#[derive(Debug)]
pub struct ActiveRun {
    pub begun: RunBegun,
    /// Attachments in when the run began; a disk that was not there ends the run at its first step.
    pub volume: Option<Volume>,
    /// By the config that the run began with.
    pub source: PathBuf,
    pub destination: PathBuf,
    pub step: Step,
    pub progress: Progress,
    /// What an interrupted copy has left on the disk: comparing it takes less time than the estimate says.
    pub resumed: u64,
    /// The dry run has ended, so the total is known.
    pub counted: bool,
    /// Everything is on the disk, not only in memory.
    pub written: bool,
    /// All that the run's record will hold, in the order in which it came.
    pub warnings: Vec<Warning>,
    /// What the mailer has to say of this run; the history keeps it apart.
    pub mail_warnings: Vec<Warning>,
    /// How many of the warnings the run itself can't know: jobs of Veeam that began in mid-copy without asking.
    pub intrusions: usize,
    pub free_bytes: u64,
    /// Waits for Veeam until this is used.
    pub admission: Option<Admission>,
    /// Veeam waits from here on.
    pub admitted: bool,
    pub cancel: CancelHandle,
    /// HeldLocks, not read: it keeps the machine awake.
    pub _inhibitor: Inhibitor,
}

impl ActiveRun {
    pub fn scope(&self) -> Scope {
        Scope { run: self.begun.run, disk: self.begun.disk.to_string(), step: Some(self.step) }
    }

    pub fn enter(&mut self, step: Step) {
        self.step = step;
        self.counted |= step == Step::Copy;
    }

    pub fn advance(&mut self, progress: Progress) {
        self.progress = progress;
    }

    /// 0 to 1, or -1 while the total is unknown. Writing back can take as long as copying, so it is whole only after that.
    pub fn ratio(&self) -> f64 {
        let ratio = self.progress.ratio(self.counted);
        if self.written { ratio } else { ratio.min(ALMOST) }
    }
}
