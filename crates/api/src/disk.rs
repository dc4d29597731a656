//! One disk, as `ListDisks` and `ListUnformattedDisks` give it.

use serde::{Deserialize, Serialize};

use super::Micros;
use super::wire::{Wire, dictionary};

dictionary! {
    /// Known ones from the config, present or not, and unknown file systems that could be added.
    pub struct Disk {
        "uuid" => uuid: String,
        "known" => known: bool,
        "present" => present: bool,
        "label" => label: String,
        "file-system" => file_system: String,
        "device" => device: String,
        /// Always empty: disks are recognised by it, so it is told to nobody. The key was there in the first version.
        "serial" => serial: String,
        "vendor" => vendor: String,
        "model" => model: String,
        "mount-points" => mount_points: Vec<String>,
        /// The administrator told UDisks2 to keep hands off (`UDISKS_IGNORE`).
        "ignored" => ignored: bool,
        /// Bytes.
        "size" => size: u64,
        /// Free bytes at the end of the last run that saw them.
        "free" => free: u64,
        "last-success" => last_success: Micros,
        "recipients" => recipients: Vec<String>,
    }
    beside {}
}

dictionary! {
    /// A disk, or a partition of one, that is plugged in and has no file system yet.
    pub struct UnformattedDisk {
        "device" => device: String,
        /// Bytes.
        "size" => size: u64,
        "vendor" => vendor: String,
        "model" => model: String,
        "contents" => contents: Contents,
    }
    beside {}
}

/// What is on it, in the words of the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contents {
    /// Its first and its last mebibyte are.
    Blank,
    /// There is something on it that nobody recognises.
    NotEmpty,
    ReadOnly,
    /// A partition table, and no partition in it.
    NoPartition,
    /// Nobody knows.
    #[default]
    #[serde(other)]
    Unreadable,
}

impl Contents {
    /// The word on the bus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::NotEmpty => "not-empty",
            Self::ReadOnly => "read-only",
            Self::NoPartition => "no-partition",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Wire for Contents {
    type Form = String;

    fn wire(&self) -> String {
        self.name().to_owned()
    }
}
