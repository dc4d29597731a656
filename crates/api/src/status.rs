//! The snapshot that every reader sees: bus properties, `STATUS=`, status file. Made by the controller alone.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::wire::{Wire, dictionary};
use super::{Disk, Facts, Micros, Outcome, State, UnformattedDisk, Warning, outcome};

/// How far the copy is. Bytes are bytes of file contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// What was copied so far.
    pub bytes_done: u64,
    /// What the dry run said must be copied; 0 before it has ended.
    pub bytes_total: u64,
    /// Bytes per second, smoothed.
    pub rate: u64,
    /// 0 = unknown.
    pub seconds_left: u64,
    /// The file that is being copied, below the source; for people only, empty while there is none.
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

/// Mails that have not gone out yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxStatus {
    /// How many.
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
    /// The word in the texts and, as the argument `plug`, on the bus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Attached => "plugged",
            Self::Gone => "gone",
        }
    }
}

dictionary! {
    /// Everything that readers may know at one moment: the properties of the bus, by their names there. Units and meanings are those
    /// of `dbus/de.example.Backup.xml`.
    pub struct Status {
        /// One sentence for a person, in the configured language.
        "Status" => status: String,
        /// What the service is doing.
        #[serde(default = "State::not_told")]
        "State" => state: State,
        /// UUID of the disk of the run that is on.
        "Disk" => disk: String,
        /// 0 = none.
        "Run" => run: u64,
        /// When that run began; 0 = none.
        "StartedAt" => started_at: Micros,
        /// 0 to 1, -1 = unknown.
        "Progress" => progress: f64,
        /// Bytes of contents that were copied so far.
        "BytesDone" => bytes_done: u64,
        /// What the dry run said must be copied; 0 before it has ended.
        "BytesTotal" => bytes_total: u64,
        /// Bytes that an interrupted copy has left on the disk and that this one only compares.
        "BytesResumed" => bytes_resumed: u64,
        /// Smoothed.
        "BytesPerSecond" => bytes_per_second: u64,
        /// 0 = unknown.
        "SecondsLeft" => seconds_left: u64,
        /// The file that is being copied, below the source; for people only.
        "CurrentFile" => current_file: String,
        /// UUIDs of disks that wait for their turn.
        "Queue" => queue: Vec<String>,
        /// Of the run that is on.
        "Warnings" => warnings: Vec<String>,
        /// What each of them is about, in the same order.
        "WarningFacts" => warning_facts: Vec<Facts>,
        /// What was free on a disk when it was last measured: in the run that is on, or at the end of the last one.
        "FreeBytes" => free_bytes: u64,
        /// None before the first run.
        #[serde(with = "outcome")]
        "LastResult" => last_result: Option<Outcome>,
        /// Name and message of the last run's fault; empty = none.
        "LastError" => last_error: (String, String),
        /// What that message is about.
        "LastErrorFacts" => last_error_facts: Facts,
        /// Of the last run, what went wrong while its disk was released and its mail was sent included.
        "LastWarnings" => last_warnings: Vec<String>,
        /// What each of them is about, in the same order.
        "LastWarningFacts" => last_warning_facts: Vec<Facts>,
        /// UUID of the last run's disk; empty before the first run.
        "LastDisk" => last_disk: String,
        /// When the last run ended.
        "LastFinishedAt" => last_finished_at: Micros,
        /// UUIDs of the disks that are plugged in and released.
        "SafeToRemove" => safe_to_remove: Vec<String>,
        /// The first of them.
        "VeeamLocks" => veeam_locks: Vec<VeeamLock>,
        /// All of them, at least.
        "VeeamLockCount" => veeam_lock_count: u32,
        /// Why config.ini was refused, what is missing in it, or empty.
        "ConfigError" => config_error: String,
        /// What that sentence is about.
        "ConfigErrorFacts" => config_error_facts: Facts,
        /// Mails that wait to be sent.
        "OutboxCount" => outbox_count: u32,
        /// Why they wait; empty while nothing is wrong.
        "OutboxError" => outbox_error: String,
        /// What that sentence is about.
        "OutboxErrorFacts" => outbox_error_facts: Facts,
        /// The newest lines about the run that is on or was last, oldest first.
        "RunLog" => run_log: Vec<LogLine>,
        /// Where the status page listens, as host:port.
        "WebAddress" => web_address: String,
        /// By which names the status page may be asked for.
        "WebNames" => web_names: Vec<String>,
        /// The service's, `0.2.0`.
        "Version" => version: String,
    }
    beside {
        /// Of the disk of the run that is on.
        label: String,
        /// Of the disk of the last run.
        last_label: String,
        /// Number of the last run, 0 = none.
        last_run: u64,
        /// What `ListDisks` gives.
        disks: Vec<Disk>,
        /// Plugged in, and without a file system.
        unformatted: Vec<UnformattedDisk>,
        /// UDisks2 has told what is plugged in.
        disks_seen: bool,
        /// How often a copy's progress is worth a write to the status file.
        sample_every: Duration,
    }
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
        self.config_error_facts.is_not_set_up() && self.last_result.is_none()
    }
}

/// A job of Veeam that writes, or waits until it may. On the bus it is job, state and since when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(String, String, Micros)", into = "(String, String, Micros)")]
pub struct VeeamLock {
    /// The job's name, with `@` and the session where the lock is for one alone.
    pub job: String,
    /// Holding (the copy waits) or waiting (for the copy).
    pub held: bool,
    /// When the lock was set, or first asked for.
    pub since: Micros,
}

impl VeeamLock {
    /// The word on the bus.
    pub fn state(&self) -> &'static str {
        if self.held { "held" } else { "waiting" }
    }
}

impl From<(String, String, Micros)> for VeeamLock {
    fn from((job, state, since): (String, String, Micros)) -> Self {
        Self { job, held: state == "held", since }
    }
}

impl From<VeeamLock> for (String, String, Micros) {
    fn from(lock: VeeamLock) -> Self {
        let state = lock.state().to_owned();
        (lock.job, state, lock.since)
    }
}

/// A line of the log, as it was written. On the bus it is when, level and text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Micros, String, String)", into = "(Micros, String, String)")]
pub struct LogLine {
    /// When it was written.
    pub at: Micros,
    /// "info", "warning" or "error".
    pub level: Cow<'static, str>,
    /// One line in the service's language, without control characters.
    pub text: String,
}

impl From<(Micros, String, String)> for LogLine {
    fn from((at, level, text): (Micros, String, String)) -> Self {
        Self { at, level: level.into(), text }
    }
}

impl From<LogLine> for (Micros, String, String) {
    fn from(line: LogLine) -> Self {
        (line.at, line.level.into_owned(), line.text)
    }
}

impl Wire for VeeamLock {
    type Form = (String, String, Micros);

    fn wire(&self) -> Self::Form {
        (self.job.wire(), self.state().to_owned(), self.since)
    }
}

impl Wire for LogLine {
    type Form = (Micros, String, String);

    fn wire(&self) -> Self::Form {
        (self.at, self.level.clone().into_owned(), self.text.wire())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(told: &Value) -> Status {
        Status::read(told.as_object().unwrap())
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_empty_and_takes_nothing_else_along() {
        let told =
            json!({ "State": "copying", "Run": "seven", "LastError": [1], "LastResult": "exploded", "Tomorrow": 1 });
        let expected = Status { state: State::Copying, last_result: Some(Outcome::Aborted), ..Status::default() };
        assert_eq!(read(&told), expected);
    }

    #[test]
    fn a_state_that_is_not_told_is_not_idle() {
        for told in [json!({}), json!({ "State": 7 }), json!({ "State": "polishing" })] {
            assert_eq!(read(&told).state, State::Unknown, "{told}");
        }
    }
}
