//! One disk, as `ListDisks` and `ListUnformattedDisks` return it.

use serde::{Deserialize, Serialize};

use super::Micros;
use super::wire::{Wire, dictionary};

dictionary! {
    /// A configured disk, attached or not, or an attached file system that could be added.
    pub struct Disk {
        /// The UUID of its file system, an opaque string that ignores case.
        "uuid" => uuid: String,
        /// The disk is in `config.ini`.
        "known" => known: bool,
        /// The disk is plugged in.
        "present" => present: bool,
        /// The label of its file system; while the disk is absent, the label after its last good copy.
        "label" => label: String,
        /// Its type in UDisks2's terms, such as `ext4`; empty while the disk is absent.
        "file-system" => file_system: String,
        /// The block device, such as `/dev/sdb1`; empty while the disk is absent.
        "device" => device: String,
        /// Always empty, because disks are identified by it. Kept for clients of the first version.
        "serial" => serial: String,
        /// The drive's vendor, as the drive reports it; may be empty.
        "vendor" => vendor: String,
        /// The drive's model, as the drive reports it; may be empty.
        "model" => model: String,
        /// Where it is mounted, whoever mounted it.
        "mount-points" => mount_points: Vec<String>,
        /// A udev rule (`UDISKS_IGNORE`) tells UDisks2 to leave the disk alone.
        "ignored" => ignored: bool,
        /// Its size in bytes.
        "size" => size: u64,
        /// Free bytes at the end of the last good copy to it; 0 before the first one.
        "free" => free: u64,
        /// When the last good copy to it ended.
        "last-success" => last_success: Micros,
        /// Addresses that get mails about this disk.
        "recipients" => recipients: Vec<String>,
    }
    beside {}
}

dictionary! {
    /// An attached disk or partition without a file system.
    pub struct UnformattedDisk {
        /// The block device, such as `/dev/sdb`.
        "device" => device: String,
        /// Its size in bytes.
        "size" => size: u64,
        /// The drive's vendor, as the drive reports it; may be empty.
        "vendor" => vendor: String,
        /// The drive's model, as the drive reports it; may be empty.
        "model" => model: String,
        /// Whether formatting would lose anything.
        "contents" => contents: Contents,
    }
    beside {}
}

/// What is on an unformatted disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contents {
    /// Its first and last mebibyte are zero.
    Blank,
    /// Data that is not recognised.
    NotEmpty,
    /// It is read-only, so it can't be formatted.
    ReadOnly,
    /// A partition table without partitions.
    NoPartition,
    /// Unknown.
    #[default]
    #[serde(other)]
    Unreadable,
}

impl Contents {
    /// The name on the bus.
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
