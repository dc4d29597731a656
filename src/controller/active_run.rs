//! The active run: its progress and warnings, and the handles that cancel it and admit its copy.

use std::path::PathBuf;

use tokio::sync::{oneshot, watch};

use super::call::{Reply, Started};
use crate::copy::{CancelHandle, CancelToken, RunSpec, VeeamActivity};
use crate::disks::Volume;
use asbackup_api::{Micros, Progress, RunBegun, RunRecord, RunWarning, Step, Trigger};
use asbackup_logging::Scope;
use asbackup_system::systemd::Inhibitor;

/// Shown until all is flushed: writing back can take as long as copying.
const ALMOST: f64 = 0.99;

/// Why a run begins, and what it may.
#[derive(Debug)]
pub struct RunRequest {
    pub trigger: Trigger,
    /// Delete more than the budget this once.
    pub allowed: bool,
    /// For the caller that requested the run.
    pub reply: Option<Reply<Started>>,
}

/// What a run is doing, as far as the controller is concerned.
#[derive(Debug)]
pub enum Phase {
    /// Its beginning is being recorded, and has not been published.
    Starting(Box<Starting>),
    /// Its steps are under way.
    Running,
    /// Its end is being recorded, and has not been published.
    Recording,
    /// Its end is on record. Jobs that waited get their locks, so that nobody sees them wait for a copy that is over.
    Granting { record: Box<RunRecord>, is_recorded: bool },
}

/// What the steps begin with once the run is on record.
#[derive(Debug)]
pub struct Starting {
    pub request: RunRequest,
    pub spec: RunSpec,
    pub cancel: CancelToken,
}

/// Whether the copy may begin while Veeam is around.
#[derive(Debug)]
pub enum Admission {
    NotRequested,
    Requested {
        /// Lets the copy begin.
        opener: oneshot::Sender<()>,
        /// Shows the waiting run what Veeam does.
        activity: watch::Sender<VeeamActivity>,
    },
    /// Veeam waits from here on.
    Granted,
    /// The snapshot stands since then, and nobody waits any more.
    Over {
        as_of: Micros,
    },
}

/// The run under way; there is one at most.
#[derive(Debug)]
pub struct ActiveRun {
    pub begun: RunBegun,
    pub phase: Phase,
    /// Attached when the run began; if it was not, the run ends at its first step.
    pub volume: Option<Volume>,
    /// By the config that the run began with.
    pub source: PathBuf,
    pub destination: PathBuf,
    pub step: Step,
    pub progress: Progress,
    /// Bytes that an interrupted copy left on the disk: comparing them takes less time than the estimate says.
    pub resumed: u64,
    /// Who writes to what is to be frozen, so that the run waits.
    pub writers: String,
    /// The dry run has ended, so the total is known.
    pub counted: bool,
    /// Everything is flushed to the disk.
    pub written: bool,
    /// In the order in which they came.
    pub warnings: Vec<RunWarning>,
    /// How many of the warnings are about jobs of Veeam that began in mid-copy without asking.
    pub intrusions: usize,
    pub free_bytes: u64,
    pub admission: Admission,
    pub cancel: CancelHandle,
    /// Keeps the machine awake as long as it is held.
    pub _inhibitor: Inhibitor,
}

impl ActiveRun {
    pub fn is_starting(&self) -> bool {
        matches!(self.phase, Phase::Starting(_))
    }

    pub fn is_granting(&self) -> bool {
        matches!(self.phase, Phase::Granting { .. })
    }

    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running)
    }

    /// Of when the copied state is; 0 until that is known.
    pub fn source_as_of(&self) -> Micros {
        match self.admission {
            Admission::Over { as_of } => as_of,
            _ => 0,
        }
    }

    /// What a line of the log belongs to: nothing until the run's beginning is on record, and nothing once its end is.
    pub fn scope(&self) -> Scope {
        if self.is_starting() || self.is_granting() {
            return Scope::default();
        }
        Scope { run: self.begun.run, disk: self.begun.disk.to_string(), step: Some(self.step) }
    }

    pub fn enter(&mut self, step: Step) {
        self.step = step;
        self.writers.clear();
        self.counted |= step == Step::Copy;
    }

    /// 0 to 1, or -1 while the total is unknown.
    pub fn ratio(&self) -> f64 {
        let ratio = self.progress.ratio(self.counted);
        if self.written { ratio } else { ratio.min(ALMOST) }
    }
}
