//! The service's state at one moment, and what can be derived from it. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use zbus::OwnedVariant;

use asbackup_api::bus::json;
use asbackup_api::{Disk, Run, Status};

/// The keys of a disk that the page publishes; recipients and mount points stay private.
const DISK_KEYS: [&str; 7] = ["uuid", "label", "known", "present", "size", "free", "last-success"];
/// The keys of a run that the page publishes.
const RUN_KEYS: [&str; 14] = [
    "run",
    "disk",
    "label",
    "started-at",
    "finished-at",
    "result",
    "error",
    "message",
    "message-facts",
    "warnings",
    "warning-facts",
    "bytes-done",
    "free",
    "size",
];

/// Values by their names on the bus.
pub type Object = Map<String, Value>;

/// The service as the page sees it.
#[derive(Debug, Clone, Default)]
pub enum View {
    /// The service does not answer.
    #[default]
    Away,
    Here(Arc<Snapshot>),
}

/// The service's properties, disks and runs.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub status: Status,
    pub disks: Arc<Vec<Disk>>,
    /// Newest first.
    pub runs: Arc<Vec<Run>>,
}

/// Converts a dictionary of the bus to JSON.
pub fn object(dictionary: &HashMap<String, OwnedVariant>) -> Object {
    dictionary.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

impl Snapshot {
    /// The number of locks beyond those listed.
    pub fn unlisted_locks(&self) -> u64 {
        u64::from(self.status.unlisted_locks())
    }

    pub fn is_running(&self) -> bool {
        self.status.run != 0
    }

    /// Whether the daemon has verified that the disk is unmounted. The page must never say so too early.
    pub fn is_safe(&self, uuid: &str) -> bool {
        self.status.safe_to_remove.iter().any(|safe| safe.eq_ignore_ascii_case(uuid))
    }

    pub fn is_present(&self, uuid: &str) -> bool {
        self.find(uuid).is_some_and(|disk| disk.present)
    }

    /// The disk's label, or its UUID if no label is known.
    pub fn name<'a>(&'a self, uuid: &'a str) -> &'a str {
        let label = self.find(uuid).map_or("", |disk| disk.label.as_str());
        if !label.is_empty() {
            return label;
        }
        // Only the history knows the label of a disk that is not plugged in.
        let run = self.runs.iter().find(|run| run.disk.eq_ignore_ascii_case(uuid) && !run.label.is_empty());
        run.map_or(uuid, |run| run.label.as_str())
    }

    /// The configured disks, in their order.
    pub fn known_disks(&self) -> impl Iterator<Item = &Disk> {
        self.disks.iter().filter(|disk| disk.known)
    }

    fn find(&self, uuid: &str) -> Option<&Disk> {
        self.disks.iter().find(|disk| disk.uuid.eq_ignore_ascii_case(uuid))
    }

    /// The JSON of `/api/status`, with keys in snake case.
    pub fn to_json(&self) -> Object {
        let mut all = snake_case(self.status.to_json());
        let disks = self.disks.iter().map(|disk| only(&DISK_KEYS, disk.to_json()));
        all.insert("disks".to_owned(), disks.collect());
        let runs = self.runs.iter().map(|run| only(&RUN_KEYS, run.to_json()));
        all.insert("runs".to_owned(), runs.collect());
        all
    }
}

fn only(names: &[&str], mut row: Object) -> Value {
    row.retain(|name, _| names.contains(&name.as_str()));
    snake_case(row).into()
}

/// Renames the outermost keys; both `SafeToRemove` and `safe-to-remove` become `safe_to_remove`.
fn snake_case(object: Object) -> Object {
    object.into_iter().map(|(name, value)| (snake(&name), value)).collect()
}

fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, character) in name.char_indices() {
        if at > 0 && character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(if character == '-' { '_' } else { character.to_ascii_lowercase() });
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_snake_case() {
        assert_eq!(
            ["OutboxCount", "last-success", "Run", "uuid"].map(snake),
            ["outbox_count", "last_success", "run", "uuid"]
        );
    }

    #[test]
    fn recipients_and_mount_points_are_not_published() {
        let disk = Disk {
            recipients: vec!["boss@example.com".to_owned()],
            mount_points: vec!["/mnt/secret".to_owned()],
            ..Disk::default()
        };
        let published = Snapshot { disks: Arc::new(vec![disk]), ..Snapshot::default() }.to_json();
        let text = Value::from(published.clone()).to_string();
        assert!(!text.contains("boss") && !text.contains("secret"), "{text}");
        assert!(published["disks"][0]["last_success"] == 0, "{text}");
    }
}
