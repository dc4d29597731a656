//! By what a disk is recognised besides its UUID, which a clone has, too.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The device that a file system came from. What the device does not tell is empty or 0, and counts like any other value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What of the two is not alike, in technical words: of this one, then of the other.
    pub fn differences(&self, other: &Self) -> (String, String) {
        let pairs = self.fields().into_iter().zip(other.fields());
        let (own, others): (Vec<_>, Vec<_>) = pairs.filter(|(own, other)| own != other).unzip();
        (show(own), show(others))
    }

    /// Whether another enclosure alone could explain the difference.
    pub fn has_same_size(&self, other: &Self) -> bool {
        (self.size, self.partition, self.offset) == (other.size, other.partition, other.offset)
    }

    fn fields(&self) -> [(&'static str, String); 5] {
        [
            ("serial", self.serial.clone()),
            ("wwn", self.wwn.clone()),
            ("size", self.size.to_string()),
            ("partition", self.partition.to_string()),
            ("offset", self.offset.to_string()),
        ]
    }
}

impl fmt::Display for DiskIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show(self.fields().into()))
    }
}

fn show(fields: Vec<(&'static str, String)>) -> String {
    let words: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let before = DiskIdentity { serial: "A".into(), size: 10, ..DiskIdentity::default() };
        let now = DiskIdentity { serial: "B".into(), ..before.clone() };
        assert_eq!(before.differences(&now), ("serial=A".to_owned(), "serial=B".to_owned()));
        assert!(before.has_same_size(&now));
        assert!(!before.has_same_size(&DiskIdentity { size: 11, ..before.clone() }));
    }

    #[test]
    fn a_field_that_an_older_version_did_not_know_is_empty() {
        let identity: DiskIdentity = serde_json::from_str(r#"{"serial":"A"}"#).unwrap();
        assert_eq!(identity, DiskIdentity { serial: "A".into(), ..DiskIdentity::default() });
    }
}
