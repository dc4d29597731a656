//! What the page knows at one moment: the wire types, and what follows from them. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use zbus::OwnedVariant;

use asbackup_api::bus::json;
use asbackup_api::{Disk, Run, Status};

/// What is told of disks on the page; who gets mails and where a disk is mounted is nobody's business there.
const DISK_KEYS: [&str; 7] = ["uuid", "label", "known", "present", "size", "free", "last-success"];
/// And of runs.
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

/// By their names on the bus.
pub type Object = Map<String, Value>;

/// What is known of the service.
#[derive(Debug, Clone, Default)]
pub enum View {
    /// It does not answer.
    #[default]
    Away,
    Here(Arc<Snapshot>),
}

/// The properties, and the two lists.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub status: Status,
    pub disks: Arc<Vec<Disk>>,
    /// Newest first.
    pub runs: Arc<Vec<Run>>,
}

/// The same as JSON, under the names of the bus.
pub fn object(told: &HashMap<String, OwnedVariant>) -> Object {
    told.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

impl Snapshot {
    /// How many locks there are besides those that are listed.
    pub fn unlisted_locks(&self) -> u64 {
        u64::from(self.status.unlisted_locks())
    }

    pub fn is_running(&self) -> bool {
        self.status.run != 0
    }

    /// Proven unmounted: the one thing that must never be said a moment too early.
    pub fn is_safe(&self, uuid: &str) -> bool {
        self.status.safe_to_remove.iter().any(|safe| safe.eq_ignore_ascii_case(uuid))
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

    /// For `/api/status`: names as programs write them.
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

/// Of the outermost names, `SafeToRemove` and `safe-to-remove` alike.
fn snake_case(told: Object) -> Object {
    told.into_iter().map(|(name, value)| (snake(&name), value)).collect()
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
    fn names_are_written_as_programs_write_them() {
        assert_eq!(
            ["OutboxCount", "last-success", "Run", "uuid"].map(snake),
            ["outbox_count", "last_success", "run", "uuid"]
        );
    }

    #[test]
    fn the_page_tells_nobody_who_gets_mails_or_where_a_disk_is_mounted() {
        let disk = Disk {
            recipients: vec!["boss@example.com".to_owned()],
            mount_points: vec!["/mnt/secret".to_owned()],
            ..Disk::default()
        };
        let told = Snapshot { disks: Arc::new(vec![disk]), ..Snapshot::default() }.to_json();
        let text = Value::from(told.clone()).to_string();
        assert!(!text.contains("boss") && !text.contains("secret"), "{text}");
        assert!(told["disks"][0]["last_success"] == 0, "{text}");
    }
}
