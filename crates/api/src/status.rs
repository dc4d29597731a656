//! The status that every reader sees: bus properties, `STATUS=`, status file. Only the controller creates it.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::wire::{Wire, dictionary};
use super::{Disk, Facts, Micros, Outcome, State, UnformattedDisk, Warning, outcome};

/// The progress of the copy. Bytes are bytes of file contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The bytes copied so far.
    pub bytes_done: u64,
    /// The bytes to copy, according to the dry run; 0 until it has ended.
    pub bytes_total: u64,
    /// Bytes per second, smoothed.
    pub rate: u64,
    /// An estimate; 0 = unknown.
    pub seconds_left: u64,
    /// The current file, below the source; for people only, empty if there is none.
    pub file: String,
}

impl Progress {
    /// 0 to 1, or -1 while the total is unknown; 1 if there is nothing to copy.
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

/// The mails that wait to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxStatus {
    /// The number of mails.
    pub waiting: u32,
    /// Why the last attempt failed.
    pub trouble: Option<Warning>,
}

/// Whether a disk may be removed; the texts select their wording by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It is safe to remove.
    Safe,
    /// It is attached and must stay until it is released.
    #[serde(rename = "plugged")]
    Attached,
    /// It is not attached.
    Gone,
}

impl Presence {
    /// The name in the texts and, as the argument `plug`, on the bus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Attached => "plugged",
            Self::Gone => "gone",
        }
    }
}

dictionary! {
    /// The whole published state at one moment: the properties of the bus, by their names there. `dbus/de.example.Backup.xml` documents
    /// their units and meanings.
    pub struct Status {
        /// One sentence for a person, in the configured language.
        "Status" => status: String,
        /// What the service is doing.
        #[serde(default = "State::missing")]
        "State" => state: State,
        /// UUID of the current run's disk; empty = none.
        "Disk" => disk: String,
        /// The current run's number; 0 = none.
        "Run" => run: u64,
        /// When that run began; 0 = none.
        "StartedAt" => started_at: Micros,
        /// 0 to 1; -1 = unknown.
        "Progress" => progress: f64,
        /// Bytes of file contents copied so far.
        "BytesDone" => bytes_done: u64,
        /// The bytes to copy, according to the dry run; 0 until it has ended.
        "BytesTotal" => bytes_total: u64,
        /// Bytes that an interrupted copy left on the disk, and that this one only compares.
        "BytesResumed" => bytes_resumed: u64,
        /// Of when the source's state is that the current run copies; 0 while that is not known. From then on Veeam may work.
        "SourceAsOf" => source_as_of: Micros,
        /// Smoothed.
        "BytesPerSecond" => bytes_per_second: u64,
        /// An estimate; 0 = unknown.
        "SecondsLeft" => seconds_left: u64,
        /// The current file, below the source; for people only.
        "CurrentFile" => current_file: String,
        /// UUIDs of the disks that wait for their run.
        "Queue" => queue: Vec<String>,
        /// The current run's warnings.
        "Warnings" => warnings: Vec<String>,
        /// The facts of each warning, in the same order.
        "WarningFacts" => warning_facts: Vec<Facts>,
        /// Free space when it was last measured: in the current run, or at the end of the last one.
        "FreeBytes" => free_bytes: u64,
        /// `None` before the first run.
        #[serde(with = "outcome")]
        "LastResult" => last_result: Option<Outcome>,
        /// Name and message of the last run's fault; empty = none.
        "LastError" => last_error: (String, String),
        /// The facts of that message.
        "LastErrorFacts" => last_error_facts: Facts,
        /// The last run's warnings, including those about releasing its disk and sending its mail.
        "LastWarnings" => last_warnings: Vec<String>,
        /// The facts of each warning, in the same order.
        "LastWarningFacts" => last_warning_facts: Vec<Facts>,
        /// UUID of the last run's disk; empty before the first run.
        "LastDisk" => last_disk: String,
        /// When the last run ended.
        "LastFinishedAt" => last_finished_at: Micros,
        /// UUIDs of the disks that are plugged in and released.
        "SafeToRemove" => safe_to_remove: Vec<String>,
        /// The first Veeam locks.
        "VeeamLocks" => veeam_locks: Vec<VeeamLock>,
        /// The total number of Veeam locks, or a lower bound.
        "VeeamLockCount" => veeam_lock_count: u32,
        /// Why `config.ini` was refused, or what it lacks; empty = nothing.
        "ConfigError" => config_error: String,
        /// The facts of that sentence.
        "ConfigErrorFacts" => config_error_facts: Facts,
        /// Why the repository can't be frozen, so that Veeam waits until a copy is over; empty if it can be, or is not to be.
        "SnapshotError" => snapshot_error: String,
        /// The number of mails that wait to be sent.
        "OutboxCount" => outbox_count: u32,
        /// Why they wait; empty while nothing is wrong.
        "OutboxError" => outbox_error: String,
        /// The facts of that sentence.
        "OutboxErrorFacts" => outbox_error_facts: Facts,
        /// The newest log lines about the current or the last run, oldest first.
        "RunLog" => run_log: Vec<LogLine>,
        /// Where the status page listens, as host:port.
        "WebAddress" => web_address: String,
        /// The host names by which the status page may be requested.
        "WebNames" => web_names: Vec<String>,
        /// The service's version, such as `0.2.0`.
        "Version" => version: String,
    }
    beside {
        /// Label of the current run's disk.
        label: String,
        /// Who writes to what is to be frozen, so that the run waits; empty = nobody.
        writers: String,
        /// Label of the last run's disk.
        last_label: String,
        /// Number of the last run; 0 = none.
        last_run: u64,
        /// The disks that `ListDisks` returns.
        disks: Vec<Disk>,
        /// Attached disks without a file system.
        unformatted: Vec<UnformattedDisk>,
        /// UDisks2 has reported the attached disks.
        disks_seen: bool,
        /// The interval at which progress is written to the status file.
        sample_every: Duration,
    }
}

impl Status {
    /// The number of Veeam locks beyond those listed.
    pub fn unlisted_locks(&self) -> u32 {
        let listed = u32::try_from(self.veeam_locks.len()).unwrap_or(u32::MAX);
        self.veeam_lock_count.saturating_sub(listed)
    }

    /// Whether this disk may be removed.
    pub fn presence(&self, disk: &str) -> Presence {
        let same = |uuid: &str| uuid.eq_ignore_ascii_case(disk);
        if self.safe_to_remove.iter().any(|uuid| same(uuid)) {
            return Presence::Safe;
        }
        let is_present = self.disks.iter().any(|row| row.present && same(&row.uuid));
        if is_present { Presence::Attached } else { Presence::Gone }
    }

    /// Whether this is a fresh installation, which is not an error.
    pub fn is_not_set_up(&self) -> bool {
        self.config_error_facts.is_not_set_up() && self.last_result.is_none()
    }
}

/// A Veeam job that writes or waits to write. On the bus: job, state, and time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(String, String, Micros)", into = "(String, String, Micros)")]
pub struct VeeamLock {
    /// The job's name, with `@` and the session if the lock is for a single session.
    pub job: String,
    /// The job holds the lock, and copies wait; otherwise the job waits for the copy.
    pub held: bool,
    /// When the lock was granted, or first requested.
    pub since: Micros,
}

impl VeeamLock {
    /// The state's name on the bus.
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

/// A line of the log, as it was written. On the bus: time, level and text.
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

    fn read(properties: &Value) -> Status {
        Status::read(properties.as_object().unwrap())
    }

    #[test]
    fn a_missing_or_mistyped_property_is_empty_and_affects_no_other() {
        let properties =
            json!({ "State": "copying", "Run": "seven", "LastError": [1], "LastResult": "exploded", "Tomorrow": 1 });
        let expected = Status { state: State::Copying, last_result: Some(Outcome::Aborted), ..Status::default() };
        assert_eq!(read(&properties), expected);
    }

    #[test]
    fn a_missing_or_unknown_state_is_not_idle() {
        for properties in [json!({}), json!({ "State": 7 }), json!({ "State": "polishing" })] {
            assert_eq!(read(&properties).state, State::Unknown, "{properties}");
        }
    }
}
