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
    pub bytes_total: u64,
    pub bytes_done: u64,
    pub files: u64,
    pub deletions: u64,
    /// Seconds from rsync's start until all was written back to the disk, without check and unmount.
    pub copy_seconds: u64,
    pub free_bytes: u64,
    pub size_bytes: u64,
}

/// What is written down of a run when it begins, so that one that never ended is noticed after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunBegun {
    pub run: u64,
    pub disk: DiskId,
    pub label: String,
    pub trigger: Trigger,
    #[serde(rename = "plug")]
    pub attachment: AttachmentId,
    pub started_at: Micros,
    /// Where this run begins in the logs; none of runs that older versions began.
    #[serde(default)]
    pub logs: Vec<LogPart>,
}

/// One finished run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    pub run: u64,
    pub disk: DiskId,
    pub label: String,
    pub trigger: Trigger,
    #[serde(rename = "plug")]
    pub attachment: AttachmentId,
    pub started_at: Micros,
    pub finished_at: Micros,
    pub outcome: Outcome,
    /// The step that the run had reached when it ended.
    pub step: Step,
    #[serde(default)]
    pub fault: Option<Fault>,
    /// What went wrong without ending the run, in the order in which it came.
    #[serde(flatten, with = "super::run_warning::list")]
    pub warnings: Vec<RunWarning>,
    #[serde(default)]
    pub totals: Totals,
    /// Proven unmounted, flushed and free of holders at the end.
    #[serde(default)]
    pub safe_to_remove: bool,
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
