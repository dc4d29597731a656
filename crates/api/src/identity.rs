//! By what a disk is recognised besides its UUID, which a clone has, too. Told to nobody.

use std::fmt;

use serde::{Deserialize, Serialize};

/// LUKS takes 16 MiB by default, bytes.
const CONTAINER_ROOM: u64 = 64 << 20;

/// The device that a file system came from. What the device does not tell is empty or 0, and counts like any other value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiskIdentity {
    /// Of the drive, as its enclosure tells it.
    pub serial: String,
    /// The drive's World Wide Name.
    pub wwn: String,
    /// Of the partition or the whole disk that holds the file system, in bytes.
    pub size: u64,
    /// 0 for a file system on the whole disk.
    pub partition: u64,
    /// Where the partition begins, in bytes.
    pub offset: u64,
}

impl DiskIdentity {
    /// Whether a device of which only this can be told may be the disk that was remembered so: the same drive, and a place on it
    /// in which there is room for the file system. The room before one in a container is the container's own.
    pub fn may_hold(&self, remembered: &Self) -> bool {
        let told = !remembered.serial.is_empty() || !remembered.wwn.is_empty();
        let same_drive = told && self.serial == remembered.serial && self.wwn == remembered.wwn;
        let same_place = self.partition == remembered.partition && self.offset == remembered.offset;
        let is_whole = self.partition == 0 && self.size >= remembered.offset + remembered.size;
        let is_container = self.size.checked_sub(remembered.size).is_some_and(|room| room <= CONTAINER_ROOM);
        same_drive && (self.size == 0 || is_whole || is_container || same_place && self.size == remembered.size)
    }

    /// Whether another enclosure alone could explain a difference.
    pub fn has_same_size(&self, other: &Self) -> bool {
        self.size == other.size
    }
}

/// Whoever knows what a disk is recognised by can make another one look like it, so no log has it.
impl fmt::Debug for DiskIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskIdentity").field("size", &self.size).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_in_another_enclosure_has_the_same_size_and_no_number_is_shown() {
        let before = DiskIdentity { serial: "A-SERIAL".into(), size: 10, ..DiskIdentity::default() };
        assert!(before.has_same_size(&DiskIdentity { serial: "B".into(), ..before.clone() }));
        assert!(!before.has_same_size(&DiskIdentity { size: 11, ..before.clone() }));
        assert!(!format!("{before:?}").contains("SERIAL"));
    }

    #[test]
    fn a_device_may_hold_what_was_remembered_of_the_same_drive_where_it_has_room() {
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
    fn a_field_that_an_older_version_did_not_know_is_empty() {
        let identity: DiskIdentity = serde_json::from_str(r#"{"serial":"A"}"#).unwrap();
        assert_eq!(identity, DiskIdentity { serial: "A".into(), ..DiskIdentity::default() });
    }
}
