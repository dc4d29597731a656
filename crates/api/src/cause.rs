//! What is behind a fault, where that is known: each value is chosen only on evidence, and each enum has one for "not known why".
//! Words for people are chosen by these names in `locales/*/faults.ftl`.

use serde::{Deserialize, Serialize};

/// Why one file could not be stored on the disk, or a lock file not be made or deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// It lies in a subvolume of btrfs that is read-only, as snapshots are.
    ReadOnlySubvolume,
    /// Somebody mounted the disk read-only meanwhile.
    MountedReadOnly,
    /// It, or the directory it is in, is marked immutable (`chattr +i`).
    Immutable,
    /// The same with `chattr +a`.
    AppendOnly,
    /// The computer uses it as swap space.
    SwapFile,
    /// Something is mounted upon it.
    MountPoint,
    /// A program has it open in such a way that it can't be changed (`ETXTBSY`, `EBUSY`).
    InUse,
    /// More extended attributes or ACL entries than the file system takes for one file.
    AttributeTooLarge,
    /// It takes none of this kind.
    AttributesUnsupported,
    /// The directory takes no further names, whatever room there is.
    DirectoryFull,
    /// A quota of its owner or its project is used up.
    Quota,
    /// For a lock file; contents that find no room are a full disk.
    NoRoom,
    /// The same with room for further files.
    NoInodes,
    /// btrfs has used up the room that it has set aside for its own notes.
    MetadataFull,
    /// The kernel says that there is no room, though there is.
    RoomUnusable,
    /// The file system takes no name, or no target of a link, of this length.
    NameTooLong,
    /// The file system does not take a character in it, or the name as a whole.
    NameRefused,
    /// It is larger than a file may be on this file system.
    FileTooLarge,
    /// The file has as many names as the file system takes.
    TooManyLinks,
    /// Its names lie in different subvolumes or quota projects, over which no hard link goes.
    LinksApart,
    /// A symbolic link stands where a directory or the file is expected; none is followed.
    LinkInTheWay,
    /// A directory stands in its place, and something in it stays.
    NotEmpty,
    /// The way to it leads over a mount point, so it would not be on the disk.
    OtherFileSystem,
    /// The kernel does not permit it, and none of the reasons above is the case.
    NotPermitted,
    /// It lies on a share of the network, whose server refuses it.
    ShareRefuses,
    /// The server lets it only be read.
    ShareReadOnly,
    /// What it lies on gave no answer in time.
    NoAnswer,
    /// Reading or writing failed, and nobody has noted down an error of the disk.
    InputOutput,
    /// Not known why; also in records of earlier versions.
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
    /// In the service's own directory; records of earlier versions have no place.
    #[default]
    Computer,
}

/// Why a disk could not be mounted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MountTrouble {
    /// The kernel says that the file system makes no sense, or that it can't be read.
    Damaged,
    /// The kernel has no driver for it.
    NoDriver,
    /// Something else has the device.
    Busy,
    /// UDisks2 or polkit does not permit it.
    NotPermitted,
    /// There was none in time.
    NoAnswer,
    /// Not known why; also in records of earlier versions.
    #[default]
    Unknown,
}

/// Why nothing can be copied to a disk that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unusable {
    /// It is encrypted, and nobody has unlocked it.
    Locked,
    /// Somebody has, and it is the container that is known, not the file system in it.
    Container,
    /// It carries the marks of several file systems.
    Ambiguous,
    /// Its partitions were made behind an enclosure that shows sectors of another size.
    OtherSectors,
    /// Its beginning can't be read.
    Unreadable,
    /// The enclosure says that no disk is in it.
    NoMedium,
}

/// Why a disk was mounted read-only although that was not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadOnly {
    /// Windows has not let go of it (hibernation, fast startup).
    Windows,
    /// The file system is marked so (`tune2fs -O read-only`).
    Marked,
    /// An entry in /etc/fstab or in UDisks2's mount options says so.
    Settings,
    /// Not known why.
    Unknown,
}
