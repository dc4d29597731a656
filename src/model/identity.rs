//! By what a disk is recognised besides its UUID, which a clone has, too. Told to nobody.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The device that a file system came from. What the device does not tell is empty or 0, and counts like any other value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiskIdentity {
    /// Of the drive, as its enclosure tells it.
    pub serial: String,
    pub wwn: String,
    /// Of the partition or the whole disk that holds the file system, in bytes.
    pub size: u64,
    /// 0 for a file system on the whole disk.
    pub partition: u64,
    /// Where the partition begins, in bytes.
    pub offset: u64,
}

impl DiskIdentity {
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
    fn a_field_that_an_older_version_did_not_know_is_empty() {
        let identity: DiskIdentity = serde_json::from_str(r#"{"serial":"A"}"#).unwrap();
        assert_eq!(identity, DiskIdentity { serial: "A".into(), ..DiskIdentity::default() });
    }
}
