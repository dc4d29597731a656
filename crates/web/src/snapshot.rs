//! What the page knows at one moment, as plain data, read off the bus's properties and lists.
//! Pure. Whatever is missing or of another type is empty: an older service must not take the page down.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use zbus::OwnedVariant;

use asbackup_api::Facts;
use asbackup_api::bus::{Row, json};

/// Properties by their names on the bus.
pub type Properties = HashMap<String, OwnedVariant>;

/// What is known of the service.
#[derive(Debug, Clone, Default)]
pub enum View {
    /// It does not answer.
    #[default]
    Away,
    Here(Arc<Snapshot>),
}

/// Names, units and meanings are those of `dbus/de.example.Backup.xml`; serialised it is `/api/status`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Snapshot {
    pub version: String,
    pub state: String,
    pub status: String,
    pub run: u64,
    pub disk: String,
    pub started_at: u64,
    pub progress: f64,
    pub bytes_done: u64,
    pub bytes_total: u64,
    pub bytes_resumed: u64,
    pub bytes_per_second: u64,
    pub seconds_left: u64,
    pub current_file: String,
    pub queue: Vec<String>,
    pub warnings: Vec<String>,
    pub warning_facts: Vec<Facts>,
    pub last_result: String,
    /// Name and message.
    pub last_error: (String, String),
    pub last_error_facts: Facts,
    pub last_warnings: Vec<String>,
    pub last_warning_facts: Vec<Facts>,
    pub last_disk: String,
    pub last_finished_at: u64,
    pub safe_to_remove: Vec<String>,
    /// Job, state, since.
    pub veeam_locks: Vec<(String, String, u64)>,
    /// All of them; a service that does not tell has listed all.
    pub veeam_lock_count: u32,
    pub config_error: String,
    pub config_error_facts: Facts,
    /// Mails that wait to be sent, and why.
    pub outbox_count: u32,
    pub outbox_error: String,
    pub outbox_error_facts: Facts,
    /// When, "info" "warning" or "error", and the text; oldest first.
    pub run_log: Vec<(u64, String, String)>,
    pub web_address: String,
    pub web_names: Vec<String>,
    pub disks: Arc<Vec<Disk>>,
    /// Newest first.
    pub runs: Arc<Vec<Run>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Disk {
    pub uuid: String,
    pub label: String,
    pub known: bool,
    pub present: bool,
    pub size: u64,
    pub free: u64,
    pub last_success: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Run {
    pub run: u64,
    pub disk: String,
    pub label: String,
    pub started_at: u64,
    pub finished_at: u64,
    pub result: String,
    pub error: String,
    pub message: String,
    pub message_facts: Facts,
    pub warnings: Vec<String>,
    pub warning_facts: Vec<Facts>,
    pub bytes_done: u64,
    pub free: u64,
    pub size: u64,
}

impl Snapshot {
    pub fn new(properties: &Properties, disks: Arc<Vec<Disk>>, runs: Arc<Vec<Run>>) -> Self {
        Self {
            version: get(properties, "Version"),
            state: get(properties, "State"),
            status: get(properties, "Status"),
            run: get(properties, "Run"),
            disk: get(properties, "Disk"),
            started_at: get(properties, "StartedAt"),
            progress: get(properties, "Progress"),
            bytes_done: get(properties, "BytesDone"),
            bytes_total: get(properties, "BytesTotal"),
            bytes_resumed: get(properties, "BytesResumed"),
            bytes_per_second: get(properties, "BytesPerSecond"),
            seconds_left: get(properties, "SecondsLeft"),
            current_file: get(properties, "CurrentFile"),
            queue: get(properties, "Queue"),
            warnings: get(properties, "Warnings"),
            warning_facts: all_facts(properties, "WarningFacts"),
            last_result: get(properties, "LastResult"),
            last_error: get(properties, "LastError"),
            last_error_facts: facts(properties, "LastErrorFacts"),
            last_warnings: get(properties, "LastWarnings"),
            last_warning_facts: all_facts(properties, "LastWarningFacts"),
            last_disk: get(properties, "LastDisk"),
            last_finished_at: get(properties, "LastFinishedAt"),
            safe_to_remove: get(properties, "SafeToRemove"),
            veeam_locks: get(properties, "VeeamLocks"),
            veeam_lock_count: get(properties, "VeeamLockCount"),
            config_error: get(properties, "ConfigError"),
            config_error_facts: facts(properties, "ConfigErrorFacts"),
            outbox_count: get(properties, "OutboxCount"),
            outbox_error: get(properties, "OutboxError"),
            outbox_error_facts: facts(properties, "OutboxErrorFacts"),
            run_log: get(properties, "RunLog"),
            web_address: get(properties, "WebAddress"),
            web_names: get(properties, "WebNames"),
            disks,
            runs,
        }
    }

    /// As it is after the installation.
    pub fn is_not_set_up(&self) -> bool {
        self.config_error_facts.is_not_set_up() && self.last_result.is_empty()
    }

    /// How many locks there are besides those that are listed.
    pub fn unlisted_locks(&self) -> u64 {
        u64::from(self.veeam_lock_count).saturating_sub(self.veeam_locks.len() as u64)
    }

    pub fn is_running(&self) -> bool {
        self.run != 0
    }

    /// Proven unmounted: the one thing that must never be said a moment too early.
    pub fn is_safe(&self, uuid: &str) -> bool {
        self.safe_to_remove.iter().any(|safe| safe.eq_ignore_ascii_case(uuid))
    }

    pub fn is_present(&self, uuid: &str) -> bool {
        self.find(uuid).is_some_and(|disk| disk.present)
    }

    /// What people call the disk.
    pub fn name<'a>(&'a self, uuid: &'a str) -> &'a str {
        let label = self.find(uuid).map_or("", |disk| disk.label.as_str());
        if !label.is_empty() {
            return label;
        }
        // One that is not plugged in has its label in the history alone.
        let run = self.runs.iter().find(|run| run.disk.eq_ignore_ascii_case(uuid) && !run.label.is_empty());
        run.map_or(uuid, |run| run.label.as_str())
    }

    /// In the order of the configuration.
    pub fn known_disks(&self) -> impl Iterator<Item = &Disk> {
        self.disks.iter().filter(|disk| disk.known)
    }

    fn find(&self, uuid: &str) -> Option<&Disk> {
        self.disks.iter().find(|disk| disk.uuid.eq_ignore_ascii_case(uuid))
    }
}

impl From<Row> for Disk {
    fn from(row: Row) -> Self {
        Self {
            uuid: get(&row, "uuid"),
            label: get(&row, "label"),
            known: get(&row, "known"),
            present: get(&row, "present"),
            size: get(&row, "size"),
            free: get(&row, "free"),
            last_success: get(&row, "last-success"),
        }
    }
}

impl From<Row> for Run {
    fn from(row: Row) -> Self {
        Self {
            run: get(&row, "run"),
            disk: get(&row, "disk"),
            label: get(&row, "label"),
            started_at: get(&row, "started-at"),
            finished_at: get(&row, "finished-at"),
            result: get(&row, "result"),
            error: get(&row, "error"),
            message: get(&row, "message"),
            message_facts: facts(&row, "message-facts"),
            warnings: get(&row, "warnings"),
            warning_facts: all_facts(&row, "warning-facts"),
            bytes_done: get(&row, "bytes-done"),
            free: get(&row, "free"),
            size: get(&row, "size"),
        }
    }
}

impl Run {
    pub fn seconds(&self) -> u64 {
        self.finished_at.saturating_sub(self.started_at) / 1_000_000
    }

    pub fn name(&self) -> &str {
        if self.label.is_empty() { &self.disk } else { &self.label }
    }
}

fn facts(row: &HashMap<String, OwnedVariant>, name: &str) -> Facts {
    row.get(name).map(|value| Facts::read(&json(value))).unwrap_or_default()
}

fn all_facts(row: &HashMap<String, OwnedVariant>, name: &str) -> Vec<Facts> {
    row.get(name).map(|value| Facts::read_all(&json(value))).unwrap_or_default()
}

fn get<T: TryFrom<OwnedVariant> + Default>(row: &HashMap<String, OwnedVariant>, name: &str) -> T {
    let value = row.get(name).cloned();
    value.and_then(|value| T::try_from(value).ok()).unwrap_or_default()
}
