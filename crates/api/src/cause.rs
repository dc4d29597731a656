//! Why a fault happened, as far as known. A value is chosen only on evidence; without evidence, it is the one for an unknown cause.
//! The texts in `locales/*/faults.ftl` select their wording by these names.

use serde::{Deserialize, Serialize};

/// Why a file could not be stored on the disk, or a lock file could not be created or deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// The file is in a read-only btrfs subvolume, such as a snapshot.
    ReadOnlySubvolume,
    /// Someone remounted the disk read-only.
    MountedReadOnly,
    /// The file or its directory is immutable (`chattr +i`).
    Immutable,
    /// The file or its directory is append-only (`chattr +a`).
    AppendOnly,
    /// The computer uses the file as swap space.
    SwapFile,
    /// Something is mounted on it.
    MountPoint,
    /// A program uses the file in a way that prevents changes (`ETXTBSY`, `EBUSY`).
    InUse,
    /// The file has more extended attributes or ACL entries than the file system allows.
    AttributeTooLarge,
    /// The file system does not support this kind of attribute.
    AttributesUnsupported,
    /// The directory can't hold more names, even though the disk has space.
    DirectoryFull,
    /// The quota of the file's owner or project is used up.
    Quota,
    /// There is no space for a lock file; for other files, the disk is full.
    NoRoom,
    /// There is no inode for a lock file.
    NoInodes,
    /// btrfs has no space left for metadata.
    MetadataFull,
    /// The kernel reports that there is no space, though there is.
    RoomUnusable,
    /// The name or a link's target is too long for the file system.
    NameTooLong,
    /// The file system does not allow the name or a character in it.
    NameRefused,
    /// The file is larger than the file system allows.
    FileTooLarge,
    /// The file has more hard links than the file system allows.
    TooManyLinks,
    /// The file's names are in different subvolumes or quota projects, which hard links can't cross.
    LinksApart,
    /// A symbolic link, which is not followed, is in the place of a directory or of the file.
    LinkInTheWay,
    /// A directory that is not empty is in the place of the file.
    NotEmpty,
    /// The path crosses a mount point, so the file would not be on the disk.
    OtherFileSystem,
    /// The kernel denies permission, for none of the reasons above.
    NotPermitted,
    /// The server of the network share refuses it.
    ShareRefuses,
    /// The server of the network share allows only reading.
    ShareReadOnly,
    /// The disk or the server did not answer in time.
    NoAnswer,
    /// Reading or writing failed, but no error of the disk is recorded.
    InputOutput,
    /// Unknown, as in records of earlier versions.
    #[default]
    Unknown,
}

/// Where a lock file is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockPlace {
    /// In the target directory.
    Disk,
    /// In the repository.
    Source,
    /// In the service's own directory, or missing in records of earlier versions.
    #[default]
    Computer,
}

/// Why a disk could not be mounted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MountTrouble {
    /// The kernel reports that the file system is damaged or can't be read.
    Damaged,
    /// The kernel has no driver for the file system.
    NoDriver,
    /// Something else uses the device.
    Busy,
    /// UDisks2 or polkit does not permit it.
    NotPermitted,
    /// UDisks2 did not answer in time.
    NoAnswer,
    /// Unknown, as in records of earlier versions.
    #[default]
    Unknown,
}

/// Why an attached disk can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unusable {
    /// It is encrypted and locked.
    Locked,
    /// It is encrypted and unlocked, but the configured UUID is that of the container, not of the file system in it.
    Container,
    /// It has signatures of several file systems.
    Ambiguous,
    /// It was partitioned in an enclosure with a different sector size.
    OtherSectors,
    /// Its first sectors can't be read.
    Unreadable,
    /// The enclosure reports that it contains no disk.
    NoMedium,
}

/// Why a disk was mounted read-only although read-write was requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadOnly {
    /// Windows still has it mounted (hibernation, fast startup).
    Windows,
    /// The file system is marked read-only (`tune2fs -O read-only`).
    Marked,
    /// An entry in `/etc/fstab` or in UDisks2's mount options requires it.
    Settings,
    /// Unknown.
    Unknown,
}
