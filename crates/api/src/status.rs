//! The snapshot that every reader sees: bus properties, `STATUS=`, status file. Made by the controller alone.

use std::time::Duration;

use serde::Serialize;

use super::{DiskId, Fault, Micros, Outcome, Step, Told, UnformattedRow, Warning};

/// What the daemon is doing, in the words of the bus property `State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    #[default]
    Idle,
    WaitingForVeeam,
    Mounting,
    Locking,
    Checking,
    Copying,
    Unlocking,
    Unmounting,
    Stopping,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::WaitingForVeeam => "waiting-for-veeam",
            Self::Mounting => "mounting",
            Self::Locking => "locking",
            Self::Checking => "checking",
            Self::Copying => "copying",
            Self::Unlocking => "unlocking",
            Self::Unmounting => "unmounting",
            Self::Stopping => "stopping",
        }
    }
}

impl From<Step> for State {
    fn from(step: Step) -> Self {
        match step {
            Step::IdentifyDisk | Step::WaitForVeeam => Self::WaitingForVeeam,
            Step::Mount => Self::Mounting,
            Step::Lock => Self::Locking,
            Step::Check => Self::Checking,
            Step::Copy => Self::Copying,
            Step::Unlock | Step::FreeSpace => Self::Unlocking,
            Step::Unmount => Self::Unmounting,
        }
    }
}

/// How far the copy is. Bytes are bytes of file contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    pub bytes_done: u64,
    /// What the dry run said must be copied; 0 before it has ended.
    pub bytes_total: u64,
    /// Bytes per second, smoothed.
    pub rate: u64,
    /// 0 = unknown.
    pub seconds_left: u64,
    pub file: String,
}

impl Progress {
    /// 0 to 1, or -1 while the total is unknown; nothing to copy is 1.
    pub fn ratio(&self, known: bool) -> f64 {
        if !known {
            return -1.0;
        }
        if self.bytes_total == 0 {
            return 1.0;
        }
        (self.bytes_done as f64 / self.bytes_total as f64).min(1.0)
    }
}

/// How the last run ended, for those who look afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub run: u64,
    pub disk: DiskId,
    pub label: String,
    pub outcome: Outcome,
    pub fault: Option<Fault>,
    pub warnings: Vec<Warning>,
    pub finished_at: Micros,
}

/// Mails that have not gone out yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxStatus {
    pub waiting: u32,
    /// Why the last attempt failed.
    pub trouble: Option<Warning>,
}

/// Whether a disk may be taken away, in the words of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It may.
    Safe,
    /// It must stay until it is released.
    #[serde(rename = "plugged")]
    Attached,
    /// It is not there.
    Gone,
}

impl Presence {
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Attached => "plugged",
            Self::Gone => "gone",
        }
    }
}

/// A job of Veeam that writes, or waits until it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VeeamLock {
    pub job: String,
    /// Holding (the copy waits) or waiting (for the copy).
    pub held: bool,
    pub since: Micros,
}

impl VeeamLock {
    /// The word on the bus.
    pub fn state(&self) -> &'static str {
        if self.held { "held" } else { "waiting" }
    }
}

/// A line of the log, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub at: Micros,
    /// "info", "warning" or "error".
    pub level: &'static str,
    pub text: String,
}

/// One disk for `ListDisks`: known ones from the config, present or not, and unknown file systems that could be added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiskRow {
    pub uuid: String,
    pub known: bool,
    pub present: bool,
    pub label: String,
    pub file_system: String,
    pub device: String,
    pub vendor: String,
    pub model: String,
    pub mount_points: Vec<String>,
    /// The administrator told UDisks2 to keep hands off (`UDISKS_IGNORE`).
    pub ignored: bool,
    pub size: u64,
    /// Free bytes at the end of the last run that saw them.
    pub free: u64,
    pub last_success: Micros,
    pub recipients: Vec<String>,
}

impl Status {
    /// How many locks of Veeam there are besides those that are listed.
    pub fn unlisted_locks(&self) -> u32 {
        let listed = u32::try_from(self.veeam_locks.len()).unwrap_or(u32::MAX);
        self.veeam_lock_count.saturating_sub(listed)
    }

    /// Whether this disk may be taken away.
    pub fn presence(&self, disk: &str) -> Presence {
        let same = |uuid: &str| uuid.eq_ignore_ascii_case(disk);
        if self.safe_to_remove.iter().any(|uuid| same(uuid)) {
            return Presence::Safe;
        }
        let is_present = self.disks.iter().any(|row| row.present && same(&row.uuid));
        if is_present { Presence::Attached } else { Presence::Gone }
    }

    /// A fresh installation: calm, and with a next step.
    pub fn is_not_set_up(&self) -> bool {
        self.config_error.facts.is_not_set_up() && self.last.is_none()
    }
}

/// Everything that readers may know at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Status {
    /// One sentence for a person, in the configured language.
    pub sentence: String,
    pub state: State,
    /// UUID of the disk of the run that is on.
    pub disk: String,
    pub label: String,
    /// 0 = none.
    pub run: u64,
    pub started_at: Micros,
    /// 0 to 1, -1 = unknown.
    pub ratio: f64,
    pub progress: Progress,
    /// Bytes that an interrupted copy has left on the disk and that this one only compares.
    pub bytes_resumed: u64,
    pub queue: Vec<String>,
    /// Of the run that is on.
    pub warnings: Vec<Told>,
    pub free_bytes: u64,
    pub last: Option<Finished>,
    /// Name and message of the last run's fault; empty = none.
    pub last_error: (String, Told),
    pub last_warnings: Vec<Told>,
    pub safe_to_remove: Vec<String>,
    /// The first of them.
    pub veeam_locks: Vec<VeeamLock>,
    /// All of them, at least.
    pub veeam_lock_count: u32,
    /// Why config.ini was refused, what is missing in it, or empty.
    pub config_error: Told,
    /// Mails that wait to be sent.
    pub outbox_count: u32,
    /// Why they wait; empty while nothing is wrong.
    pub outbox_error: Told,
    /// The newest lines about the run that is on or was last, oldest first.
    pub run_log: Vec<LogLine>,
    pub web_address: String,
    /// By which names the status page may be asked for.
    pub web_names: Vec<String>,
    pub disks: Vec<DiskRow>,
    /// Plugged in, and without a file system.
    pub unformatted: Vec<UnformattedRow>,
    /// UDisks2 has told what is plugged in.
    pub disks_seen: bool,
    /// How often a copy's progress is worth a write to the status file.
    pub sample_every: Duration,
}
