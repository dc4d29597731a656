//! What stays of a run when it is over: one line of the history.

use serde::{Deserialize, Serialize};

use super::{DiskId, Fault, LogPart, Micros, Outcome, Presence, RunWarning, Step, Trigger};

/// One attachment of one disk. The kernel numbers each medium that appears and reuses no number until reboot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AttachmentId {
    /// `/proc/sys/kernel/random/boot_id`; the numbers below start anew at each boot.
    pub boot_id: String,
    /// `/sys/block/*/diskseq`; absent on kernels before 5.15.
    pub diskseq: Option<u64>,
}

/// What the copy amounted to. Sizes in bytes, 0 = unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// What the preflight check said must be copied.
    pub bytes_total: u64,
    /// What was copied of it.
    pub bytes_done: u64,
    /// How many files were copied.
    pub files: u64,
    /// How many files were deleted on the disk, by the plan; 0 unless rsync came to its end.
    pub deletions: u64,
    /// Seconds from rsync's start until all was written back to the disk, without check and unmount.
    pub copy_seconds: u64,
    /// What was free on the disk when it was last measured.
    pub free_bytes: u64,
    /// The size of its file system.
    pub size_bytes: u64,
}

/// What is written down of a run when it begins, so that one that never ended is noticed after a crash.
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
    /// Where this run begins in the logs; none of runs that older versions began.
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
    /// When it ended, all that was undone included.
    pub finished_at: Micros,
    /// Only a success counts as a backup.
    pub outcome: Outcome,
    /// The step that the run had reached when it ended.
    pub step: Step,
    /// Why it ended early, or else what went wrong while the disk was released; none if nothing did.
    #[serde(default)]
    pub fault: Option<Fault>,
    /// What went wrong without ending the run, in the order in which it came.
    #[serde(flatten, with = "super::run_warning::list")]
    pub warnings: Vec<RunWarning>,
    /// All 0 where the run did not get that far.
    #[serde(default)]
    pub totals: Totals,
    /// Proven unmounted, flushed and free of holders at the end.
    #[serde(default)]
    pub safe_to_remove: bool,
    /// Where its lines are in the logs; none of runs that older versions recorded.
    #[serde(default)]
    pub logs: Vec<LogPart>,
}

impl RunBegun {
    /// The record of this run when it has ended so; the rest is for the caller to fill in.
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
    /// Whether the disk could be taken away when the run was over. What was cut off is taken up again, so that the disk may be
    /// in use a moment later, whatever was proven.
    pub fn presence(&self) -> Presence {
        let is_cut = self.fault.as_ref().is_some_and(Fault::is_interruption);
        match self.fault {
            _ if self.safe_to_remove && !is_cut => Presence::Safe,
            Some(Fault::DiskRemoved) => Presence::Gone,
            _ => Presence::Attached,
        }
    }
}
