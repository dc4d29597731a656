//! The record of a run: one line of the history.

use serde::{Deserialize, Serialize};

use super::{DiskId, Fault, LogPart, Micros, Outcome, Presence, RunWarning, Step, Trigger};

/// One attachment of one disk. The kernel numbers each medium that appears, and reuses no number until reboot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AttachmentId {
    /// `/proc/sys/kernel/random/boot_id`; the kernel numbers media anew at each boot.
    pub boot_id: String,
    /// `/sys/block/*/diskseq`; `None` on kernels before 5.15.
    pub diskseq: Option<u64>,
}

/// The totals of a copy. Sizes are in bytes; 0 = unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// The bytes to copy, according to the plan.
    pub bytes_total: u64,
    /// The bytes that were copied.
    pub bytes_done: u64,
    /// The number of files copied.
    pub files: u64,
    /// The number of files deleted on the disk, according to the plan; 0 unless rsync finished.
    pub deletions: u64,
    /// Seconds from rsync's start to the end of the flush.
    pub copy_seconds: u64,
    /// Free space on the disk when it was last measured.
    pub free_bytes: u64,
    /// The size of its file system.
    pub size_bytes: u64,
    /// Of when the state is that was copied; 0 without a snapshot, and in records of older versions.
    #[serde(default)]
    pub source_as_of: Micros,
}

/// What is recorded when a run begins, so that an unfinished run is noticed after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunBegun {
    /// The run's number, counted from 1.
    pub run: u64,
    /// UUID of the disk that is copied to.
    pub disk: DiskId,
    /// The disk's label at that time.
    pub label: String,
    /// Why it began.
    pub trigger: Trigger,
    /// Tells apart this attachment of the disk from earlier and later ones.
    #[serde(rename = "plug")]
    pub attachment: AttachmentId,
    /// When it began.
    pub started_at: Micros,
    /// Where this run begins in the logs; empty in records of older versions.
    #[serde(default)]
    pub logs: Vec<LogPart>,
}

/// One finished run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The run's number, counted from 1.
    pub run: u64,
    /// UUID of the disk that is copied to.
    pub disk: DiskId,
    /// The disk's label at that time.
    pub label: String,
    /// Why it began.
    pub trigger: Trigger,
    /// Tells apart this attachment of the disk from earlier and later ones.
    #[serde(rename = "plug")]
    pub attachment: AttachmentId,
    /// When it began.
    pub started_at: Micros,
    /// When it ended, including the release of the disk.
    pub finished_at: Micros,
    /// Only a success counts as a backup.
    pub outcome: Outcome,
    /// The last step that the run reached.
    pub step: Step,
    /// Why the run ended early, or what went wrong while the disk was released; `None` if nothing did.
    #[serde(default)]
    pub fault: Option<Fault>,
    /// Problems that did not end the run, in their order.
    #[serde(flatten, with = "super::run_warning::list")]
    pub warnings: Vec<RunWarning>,
    /// All 0 if the run did not get that far.
    #[serde(default)]
    pub totals: Totals,
    /// The disk was verifiably unmounted, flushed and unused at the end.
    #[serde(default)]
    pub safe_to_remove: bool,
    /// Where its lines are in the logs; empty in records of older versions.
    #[serde(default)]
    pub logs: Vec<LogPart>,
}

impl RunBegun {
    /// The record of this run with the given end; the caller fills in the rest.
    pub fn ended(&self, finished_at: Micros, outcome: Outcome) -> RunRecord {
        RunRecord {
            run: self.run,
            disk: self.disk.clone(),
            label: self.label.clone(),
            trigger: self.trigger,
            attachment: self.attachment.clone(),
            started_at: self.started_at,
            finished_at,
            outcome,
            step: Step::IdentifyDisk,
            fault: None,
            warnings: Vec::new(),
            totals: Totals::default(),
            safe_to_remove: false,
            logs: self.logs.clone(),
        }
    }
}

impl RunRecord {
    /// Whether the disk could be removed when the run was over. An interrupted run is resumed, so its disk may be in use again a moment
    /// later.
    pub fn presence(&self) -> Presence {
        let is_interrupted = self.fault.as_ref().is_some_and(Fault::is_interruption);
        match self.fault {
            _ if self.safe_to_remove && !is_interrupted => Presence::Safe,
            Some(Fault::DiskRemoved) => Presence::Gone,
            _ => Presence::Attached,
        }
    }
}
