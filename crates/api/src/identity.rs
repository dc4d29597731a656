//! What identifies a disk besides its UUID, which a clone shares. Never published.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The maximum space in bytes that a container takes for itself; LUKS takes 16 MiB by default.
const MAX_CONTAINER_HEADER: u64 = 64 << 20;

/// The device that holds a file system. What the device does not report is empty or 0, and compares like any other value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiskIdentity {
    /// The drive's serial number, as its enclosure reports it.
    pub serial: String,
    /// The drive's World Wide Name.
    pub wwn: String,
    /// The size in bytes of the partition, or of the whole disk, that holds the file system.
    pub size: u64,
    /// The partition's number; 0 for a file system on the whole disk.
    pub partition: u64,
    /// The offset of the partition in bytes.
    pub offset: u64,
}

impl DiskIdentity {
    /// Whether this device may hold the stored disk's file system, which can't be seen: it is the same drive, and there is room for the
    /// file system in the same place, on the whole drive, or in a container.
    pub fn may_hold(&self, stored: &Self) -> bool {
        let is_identifiable = !stored.serial.is_empty() || !stored.wwn.is_empty();
        let same_drive = is_identifiable && self.serial == stored.serial && self.wwn == stored.wwn;
        let same_place = self.partition == stored.partition && self.offset == stored.offset;
        let is_whole = self.partition == 0 && self.size >= stored.offset + stored.size;
        let is_container = self.size.checked_sub(stored.size).is_some_and(|room| room <= MAX_CONTAINER_HEADER);
        same_drive && (self.size == 0 || is_whole || is_container || same_place && self.size == stored.size)
    }

    /// Whether another enclosure alone could explain a difference, since it changes everything but the size.
    pub fn has_same_size(&self, other: &Self) -> bool {
        self.size == other.size
    }
}

/// Hides the identity from logs, because anyone who knows it could make another disk look the same.
impl fmt::Debug for DiskIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskIdentity").field("size", &self.size).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_enclosure_keeps_the_size_and_debug_hides_the_serial_number() {
        let before = DiskIdentity { serial: "A-SERIAL".into(), size: 10, ..DiskIdentity::default() };
        assert!(before.has_same_size(&DiskIdentity { serial: "B".into(), ..before.clone() }));
        assert!(!before.has_same_size(&DiskIdentity { size: 11, ..before.clone() }));
        assert!(!format!("{before:?}").contains("SERIAL"));
    }

    #[test]
    fn only_the_same_drive_with_enough_room_may_hold_a_stored_disk() {
        let inner = DiskIdentity { serial: "A".into(), size: 900 << 20, ..DiskIdentity::default() };
        let partition = DiskIdentity { partition: 2, offset: 4096, size: 916 << 20, ..inner.clone() };
        assert!(partition.may_hold(&inner), "a container");
        assert!(!DiskIdentity { size: 990 << 20, ..partition.clone() }.may_hold(&inner));
        assert!(!DiskIdentity { serial: "B".into(), ..partition.clone() }.may_hold(&inner));
        let whole = DiskIdentity { size: 1000 << 20, ..inner.clone() };
        assert!(whole.may_hold(&partition), "its table can't be read");
        assert!(!whole.may_hold(&DiskIdentity { size: 2000 << 20, ..partition.clone() }));
        assert!(DiskIdentity { size: 0, ..inner.clone() }.may_hold(&partition), "no medium");
        let nameless = DiskIdentity { serial: String::new(), ..inner.clone() };
        assert!(!nameless.may_hold(&nameless));
    }

    #[test]
    fn a_field_missing_in_an_older_record_is_empty() {
        let identity: DiskIdentity = serde_json::from_str(r#"{"serial":"A"}"#).unwrap();
        assert_eq!(identity, DiskIdentity { serial: "A".into(), ..DiskIdentity::default() });
    }
}
