//! What somebody who writes to a file, replaces it or changes its attributes can't leave as it was.

use std::fmt;
use std::os::fd::BorrowedFd;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Statx, StatxFlags, StatxTimestamp};
use rustix::io::Errno;

/// A point in time as file systems keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Since 1970.
    pub seconds: i64,
    /// Beyond the second, less than 10⁹.
    pub nanoseconds: u32,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A device, pipe or socket.
    Other,
}

/// What the file system says of a path, as far as a change of contents, name or attributes shows in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Major and minor number; each btrfs subvolume has its own.
    pub device: (u32, u32),
    /// Its number on that device.
    pub inode: u64,
    /// What it is.
    pub kind: Kind,
    /// In bytes.
    pub size: u64,
    /// When the contents changed last (mtime); it can be set.
    pub modified: Time,
    /// When anything of it changed last (ctime); it can't be set.
    pub changed: Time,
    /// How many names it has.
    pub links: u32,
}

/// What is another one than it was; the gravest, if there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Attributes, or something that leaves size and time alone (ctime).
    Touched,
    /// Its number of names.
    Links,
    /// The time of the contents (mtime).
    Modified,
    /// The size.
    Size,
    /// It is another file, or of another kind.
    Replaced,
    /// It is not there, or was not there in the first place.
    Vanished,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Touched => "its attributes changed",
            Self::Links => "its number of names changed",
            Self::Modified => "it was written to",
            Self::Size => "its size changed",
            Self::Replaced => "another one has its name",
            Self::Vanished => "it is gone",
        })
    }
}

/// Tells files apart, whatever their names: device and inode.
pub(crate) type FileNumber = ((u32, u32), u64);

impl Stamp {
    /// Of what lies in a directory under a name, without following a link; of the directory itself for an empty name.
    pub(crate) fn of(directory: BorrowedFd<'_>, name: &Path) -> Result<Self, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::EMPTY_PATH | AtFlags::NO_AUTOMOUNT;
        rustix::fs::statx(directory, name, flags, StatxFlags::BASIC_STATS).map(|stat| Self::from(&stat))
    }

    /// Of an open file.
    pub(crate) fn of_open(file: BorrowedFd<'_>) -> Result<Self, Errno> {
        Self::of(file, Path::new(""))
    }

    pub(crate) fn file(&self) -> FileNumber {
        (self.device, self.inode)
    }

    /// Whether both are of one file, whatever became of it.
    pub(crate) fn is_same_file(&self, other: &Self) -> bool {
        (self.file(), self.kind) == (other.file(), other.kind)
    }

    /// What has changed since.
    pub(crate) fn change(&self, now: &Self) -> Option<Change> {
        let looks = [
            (Change::Replaced, self.is_same_file(now)),
            (Change::Size, self.size == now.size),
            (Change::Modified, self.modified == now.modified),
            (Change::Links, self.links == now.links),
            (Change::Touched, self.changed == now.changed),
        ];
        looks.into_iter().find(|(_, is_equal)| !is_equal).map(|(change, _)| change)
    }
}

impl From<&Statx> for Stamp {
    fn from(stat: &Statx) -> Self {
        Self {
            device: (stat.stx_dev_major, stat.stx_dev_minor),
            inode: stat.stx_ino,
            kind: Kind::from(FileType::from_raw_mode(stat.stx_mode.into())),
            size: stat.stx_size,
            modified: Time::from(stat.stx_mtime),
            changed: Time::from(stat.stx_ctime),
            links: stat.stx_nlink,
        }
    }
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::Regular,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Link,
            _ => Self::Other,
        }
    }
}

impl From<StatxTimestamp> for Time {
    fn from(time: StatxTimestamp) -> Self {
        Self { seconds: time.tv_sec, nanoseconds: time.tv_nsec }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_change_is_named() {
        let time = Time { seconds: 1, nanoseconds: 2 };
        let before =
            Stamp { device: (8, 1), inode: 3, kind: Kind::Regular, size: 4, modified: time, changed: time, links: 1 };
        let later = Time { seconds: 2, ..time };
        let touched = Stamp { changed: later, ..before };
        let cases = [
            (touched, Change::Touched),
            (Stamp { links: 2, ..touched }, Change::Links),
            (Stamp { modified: later, links: 2, ..touched }, Change::Modified),
            (Stamp { size: 5, modified: later, ..touched }, Change::Size),
            (Stamp { inode: 9, size: 5, ..touched }, Change::Replaced),
            (Stamp { kind: Kind::Link, ..before }, Change::Replaced),
            (Stamp { device: (8, 2), ..before }, Change::Replaced),
        ];
        assert_eq!(before.change(&before), None);
        for (now, change) in cases {
            assert_eq!(before.change(&now), Some(change));
        }
    }
}
