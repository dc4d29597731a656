//! A directory, file or link on a path, held by a descriptor.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, openat};
use rustix::io::Errno;

const NODE: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// One node of the file system.
pub struct Node {
    /// Opened with `O_PATH`: good for a look and for the next step, not for reading.
    pub descriptor: OwnedFd,
    /// With all links resolved.
    pub path: PathBuf,
    pub stat: Stat,
}

impl Node {
    pub fn root() -> io::Result<Self> {
        let descriptor = rustix::fs::open("/", NODE | OFlags::DIRECTORY, Mode::empty())?;
        let stat = fstat(&descriptor)?;
        Ok(Self { descriptor, path: "/".into(), stat })
    }

    pub fn child(&self, name: &OsStr) -> io::Result<Self> {
        // Opened as a directory first, since only that makes the automounter mount.
        let descriptor = match openat(&self.descriptor, name, NODE | OFlags::DIRECTORY, Mode::empty()) {
            Err(Errno::NOTDIR) => openat(&self.descriptor, name, NODE, Mode::empty())?,
            opened => opened?,
        };
        let stat = fstat(&descriptor)?;
        Ok(Self { descriptor, path: self.path.join(name), stat })
    }

    pub fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.stat.st_mode)
    }

    /// Device and inode.
    pub fn id(&self) -> (u64, u64) {
        (self.stat.st_dev, self.stat.st_ino)
    }

    pub fn hard_links(&self) -> u64 {
        self.stat.st_nlink
    }
}

/// The part of a path that is checked.
pub struct Route<'a> {
    /// The directories that it leads through.
    pub passed: &'a [Node],
    /// One more of them.
    pub last: Option<&'a Node>,
    /// Whoever can write to this node may also decide where the path leads.
    pub target: Option<&'a Node>,
}
