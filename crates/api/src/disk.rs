//! One disk, as `ListDisks` and `ListUnformattedDisks` give it.

use serde::{Deserialize, Serialize};

use super::Micros;
use super::wire::{Wire, dictionary};

dictionary! {
    /// Known ones from the config, present or not, and unknown file systems that could be added.
    pub struct Disk {
        /// The UUID of its file system, an opaque string that ignores case.
        "uuid" => uuid: String,
        /// It is in `config.ini`.
        "known" => known: bool,
        /// It is plugged in.
        "present" => present: bool,
        /// Of its file system; of a known disk that is absent, as it was after its last good copy.
        "label" => label: String,
        /// Its type as UDisks2 names it, `ext4`; empty while it is absent.
        "file-system" => file_system: String,
        /// The block device, `/dev/sdb1`; empty while it is absent.
        "device" => device: String,
        /// Always empty: disks are recognised by it, so it is told to nobody. The key was there in the first version.
        "serial" => serial: String,
        /// Of the drive, as it says itself; may be empty.
        "vendor" => vendor: String,
        /// Of the drive, as it says itself; may be empty.
        "model" => model: String,
        /// Where it is mounted, by whomever.
        "mount-points" => mount_points: Vec<String>,
        /// The administrator told UDisks2 to keep hands off (`UDISKS_IGNORE`).
        "ignored" => ignored: bool,
        /// Bytes.
        "size" => size: u64,
        /// Free bytes at the end of the last good copy to it; 0 before the first one.
        "free" => free: u64,
        /// When the last good copy to it ended.
        "last-success" => last_success: Micros,
        /// Mail addresses that get mails about this disk.
        "recipients" => recipients: Vec<String>,
    }
    beside {}
}

dictionary! {
    /// A disk, or a partition of one, that is plugged in and has no file system yet.
    pub struct UnformattedDisk {
        /// The block device, `/dev/sdb`.
        "device" => device: String,
        /// Bytes.
        "size" => size: u64,
        /// Of the drive, as it says itself; may be empty.
        "vendor" => vendor: String,
        /// Of the drive, as it says itself; may be empty.
        "model" => model: String,
        /// Whether formatting it would lose something.
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
    /// It can't be written to, so it can't be formatted either.
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
