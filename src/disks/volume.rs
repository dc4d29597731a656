//! What is plugged in: a file system on a block device, or a disk on which none can be got at. Plain data, and what follows from
//! two of them. Where it comes from is `inventory`'s business.

use std::path::PathBuf;

use zbus::OwnedObjectPath;

use super::kernel;
use super::stack::Medium;
use crate::model::{DiskId, DiskIdentity, Unusable};

/// How whole a copy can be on a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    /// Owners, ACLs, extended attributes, links, nanoseconds.
    Full,
    /// Contents and names only. `max_file` in bytes.
    Plain { max_file: u64 },
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

/// A file system on a block device that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    pub id: DiskId,
    pub label: String,
    /// `ext4`, `ntfs`, … as UDisks2 names it.
    pub id_type: String,
    /// Bytes.
    pub size: u64,
    pub device: PathBuf,
    pub device_number: u64,
    pub object: OwnedObjectPath,
    pub mount_points: Vec<PathBuf>,
    pub read_only: bool,
    /// The administrator's udev rule `UDISKS_IGNORE` says hands off.
    pub ignored: bool,
    /// On a disk that the machine's own system lies on.
    pub system: bool,
    /// Which of the devices of one file system this is, where a file system can have several; btrfs calls it UUID_SUB.
    pub member: String,
    pub diskseq: Option<u64>,
    /// In the physical disks beneath it, when it was seen.
    pub media: Vec<Medium>,
    pub serial: String,
    pub vendor: String,
    pub model: String,
    pub wwn: String,
    /// 0 for a file system on the whole disk.
    pub partition: u64,
    /// Bytes.
    pub offset: u64,
    /// Of the physical disk; none where UDisks2 knows of no drive, as for loop devices.
    pub drive: Option<OwnedObjectPath>,
    /// Drives with the same text share one plug.
    pub sibling: String,
    pub can_power_off: bool,
    /// Nothing can be copied to it as it is.
    pub hindrance: Option<Hindrance>,
}

/// Why nothing can be copied to a disk though it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindrance {
    pub why: Unusable,
    /// Whose file systems' marks it carries. Empty where it can be recognised by its drive alone, if at all.
    pub marks: Vec<DiskId>,
    /// It is taken for the disk that it is called because of its drive.
    pub likely: bool,
    /// In technical words.
    pub cause: String,
}

impl Volume {
    pub fn file_system(&self) -> FileSystem {
        FileSystem::of(&self.id_type)
    }

    /// The label, or the UUID of a disk without one: what people call the disk.
    pub fn name(&self) -> String {
        if self.label.is_empty() { self.id.to_string() } else { self.label.clone() }
    }

    /// Whether it is not known for sure that this is the disk.
    pub fn is_guess(&self) -> bool {
        self.hindrance.as_ref().is_some_and(|hindrance| hindrance.likely)
    }

    /// By what this disk is recognised besides its UUID.
    pub fn identity(&self) -> DiskIdentity {
        DiskIdentity {
            serial: self.serial.clone(),
            wwn: self.wwn.clone(),
            size: self.size,
            partition: self.partition,
            offset: self.offset,
        }
    }

    /// The same, of the size that the kernel tells at this moment: UDisks2 can be behind a device that has just got its medium.
    pub fn identity_now(&self) -> DiskIdentity {
        DiskIdentity { size: kernel::size(self.device_number).unwrap_or(self.size), ..self.identity() }
    }

    /// Whether switching this disk's drive off would take the other one away, too.
    pub fn shares_power_with(&self, other: &Self) -> bool {
        let sibling = !self.sibling.is_empty() && self.sibling == other.sibling;
        self.drive.is_some() && (self.drive == other.drive || sibling)
    }

    /// Whether `other` is the same medium in the same plug-in. A disk that can be got at now is another than the locked one before.
    pub fn is_same_attachment(&self, other: &Self) -> bool {
        self.is_same_medium(other) && self.hindrance.is_some() == other.hindrance.is_some()
    }

    /// The same, whether or not it could be got at.
    pub fn is_same_medium(&self, other: &Self) -> bool {
        self.id == other.id && self.object == other.object && self.diskseq == other.diskseq
    }

    /// Whether the kernel still has this very medium, whatever UDisks2 says at the moment (it may be restarting).
    pub fn is_still_there(&self) -> bool {
        self.diskseq.is_some() && !self.has_gone()
    }

    /// Whether it was taken away, or a disk beneath it. Not the opposite of the former: a kernel that gives no numbers says
    /// neither.
    pub fn has_gone(&self) -> bool {
        let own = self.diskseq.is_some() && kernel::diskseq(self.device_number) != self.diskseq;
        own || self.media.iter().any(Medium::has_gone)
    }
}

#[cfg(test)]
impl Volume {
    /// A good ext4 disk for the tests of other rooms.
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
    fn a_dock_shares_its_power_among_its_drives() {
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
    fn file_systems_are_sorted_by_what_they_can_hold() {
        assert_eq!(FileSystem::of("xfs"), FileSystem::Full);
        assert_eq!(FileSystem::of("vfat"), FileSystem::Plain { max_file: 4_294_967_295 });
        assert_eq!(FileSystem::of("iso9660"), FileSystem::Unsupported);
    }
}
