//! An attached volume: a file system on a block device, or a disk whose file system can't be reached. Plain data, and
//! what follows from comparing two of them. `inventory` makes them.

use std::path::PathBuf;

use zbus::OwnedObjectPath;

use super::kernel;
use super::stack::Medium;
use asbackup_api::{DiskId, DiskIdentity, Unusable};

/// How complete a copy on a file system can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    /// Owners, ACLs, extended attributes, links, nanoseconds.
    Full,
    /// Contents and names only.
    Plain {
        /// The longest possible file, in bytes.
        max_file: u64,
    },
    /// Not for backups (optical media, network images, unknown).
    Unsupported,
}

impl FileSystem {
    /// From UDisks2's `IdType`.
    pub fn of(id_type: &str) -> Self {
        match id_type {
            "ext4" | "xfs" | "btrfs" => Self::Full,
            "vfat" => Self::Plain { max_file: u64::from(u32::MAX) },
            "exfat" | "ntfs" => Self::Plain { max_file: u64::MAX },
            _ => Self::Unsupported,
        }
    }
}

/// A file system on an attached block device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// The UUID.
    pub id: DiskId,
    /// Empty without a label.
    pub label: String,
    /// `ext4`, `ntfs`, … as UDisks2 names it.
    pub id_type: String,
    /// Bytes.
    pub size: u64,
    /// The device node; reused for other disks.
    pub device: PathBuf,
    /// `st_rdev` of the device node.
    pub device_number: u64,
    /// UDisks2's object; reused for other disks.
    pub object: OwnedObjectPath,
    /// Where it is mounted.
    pub mount_points: Vec<PathBuf>,
    /// The device is write-protected.
    pub read_only: bool,
    /// The administrator has set the udev property `UDISKS_IGNORE`.
    pub ignored: bool,
    /// On a disk that holds the machine's own system.
    pub system: bool,
    /// Which device of its file system this is, where a file system can have several; btrfs calls it UUID_SUB.
    pub member: String,
    /// The kernel's sequence number of the medium; none before Linux 5.15.
    pub diskseq: Option<u64>,
    /// In the physical disks beneath it, as of when it was seen.
    pub media: Vec<Medium>,
    /// Of the drive; empty if unknown.
    pub serial: String,
    /// Of the drive; empty if unknown.
    pub vendor: String,
    /// Of the drive; empty if unknown.
    pub model: String,
    /// Of the drive; empty if unknown.
    pub wwn: String,
    /// 0 for a file system on the whole disk.
    pub partition: u64,
    /// Bytes.
    pub offset: u64,
    /// Of the physical disk; none where UDisks2 knows no drive, as for loop devices.
    pub drive: Option<OwnedObjectPath>,
    /// Drives with the same text share one power supply.
    pub sibling: String,
    /// UDisks2 can switch the drive off.
    pub can_power_off: bool,
    /// Why nothing can be copied to it as it is.
    pub hindrance: Option<Hindrance>,
}

/// Why nothing can be copied to an attached disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindrance {
    /// What is the matter.
    pub why: Unusable,
    /// UUIDs of the file systems whose signatures it carries. Empty where only the drive can identify it, if anything
    /// can.
    pub marks: Vec<DiskId>,
    /// Only its drive says that it is this disk.
    pub likely: bool,
    /// In technical words.
    pub cause: String,
}

impl Volume {
    /// How complete a copy on it can be.
    pub fn file_system(&self) -> FileSystem {
        FileSystem::of(&self.id_type)
    }

    /// The disk's name for people: its label, or else its UUID.
    pub fn name(&self) -> String {
        if self.label.is_empty() { self.id.to_string() } else { self.label.clone() }
    }

    /// Whether it may be another disk after all.
    pub fn is_guess(&self) -> bool {
        self.hindrance.as_ref().is_some_and(|hindrance| hindrance.likely)
    }

    /// What identifies this disk besides its UUID.
    pub fn identity(&self) -> DiskIdentity {
        DiskIdentity {
            serial: self.serial.clone(),
            wwn: self.wwn.clone(),
            size: self.size,
            partition: self.partition,
            offset: self.offset,
        }
    }

    /// The same with the size that the kernel reports now: UDisks2 can lag behind a device that has just got its
    /// medium.
    pub fn identity_now(&self) -> DiskIdentity {
        DiskIdentity { size: kernel::size(self.device_number).unwrap_or(self.size), ..self.identity() }
    }

    /// Whether switching off this disk's drive would also take the other one away.
    pub fn shares_power_with(&self, other: &Self) -> bool {
        let sibling = !self.sibling.is_empty() && self.sibling == other.sibling;
        self.drive.is_some() && (self.drive == other.drive || sibling)
    }

    /// Whether `other` is the same medium, attached once. A disk that is usable now counts as another attachment than
    /// the locked one before.
    pub fn is_same_attachment(&self, other: &Self) -> bool {
        self.is_same_medium(other) && self.hindrance.is_some() == other.hindrance.is_some()
    }

    /// The same, whether usable or not.
    pub fn is_same_medium(&self, other: &Self) -> bool {
        self.id == other.id && self.object == other.object && self.diskseq == other.diskseq
    }

    /// Whether the kernel still has this medium, whatever UDisks2 says at the moment (it may be restarting).
    pub fn is_still_there(&self) -> bool {
        self.diskseq.is_some() && !self.has_gone()
    }

    /// Whether it was removed, or a disk beneath it. Not the opposite of `is_still_there`: without the kernel's
    /// numbers, both are false.
    pub fn has_gone(&self) -> bool {
        let own = self.diskseq.is_some() && kernel::diskseq(self.device_number) != self.diskseq;
        own || self.media.iter().any(Medium::has_gone)
    }
}

#[cfg(test)]
impl Volume {
    /// A good ext4 disk, for tests.
    pub fn sample(uuid: &str) -> Self {
        Self {
            id: DiskId::new(uuid),
            label: "OFFSITE1".into(),
            id_type: "ext4".into(),
            size: 1,
            device: "/dev/sdz1".into(),
            device_number: 0,
            object: OwnedObjectPath::default(),
            mount_points: vec![],
            read_only: false,
            ignored: false,
            system: false,
            member: String::new(),
            diskseq: None,
            media: vec![],
            serial: String::new(),
            vendor: String::new(),
            model: String::new(),
            wwn: String::new(),
            partition: 0,
            offset: 0,
            drive: None,
            sibling: String::new(),
            can_power_off: false,
            hindrance: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_of_one_dock_share_its_power() {
        let drive = |path: &str, sibling: &str| Volume {
            drive: Some(OwnedObjectPath::try_from(path).unwrap()),
            sibling: sibling.into(),
            ..Volume::sample("A")
        };
        assert!(drive("/a", "").shares_power_with(&drive("/a", "")), "two partitions");
        assert!(drive("/a", "dock").shares_power_with(&drive("/b", "dock")));
        assert!(!drive("/a", "").shares_power_with(&drive("/b", "")));
        assert!(!Volume::sample("A").shares_power_with(&Volume::sample("B")), "no drives");
    }

    #[test]
    fn file_systems_are_classed_by_what_they_can_hold() {
        assert_eq!(FileSystem::of("xfs"), FileSystem::Full);
        assert_eq!(FileSystem::of("vfat"), FileSystem::Plain { max_file: 4_294_967_295 });
        assert_eq!(FileSystem::of("iso9660"), FileSystem::Unsupported);
    }
}
