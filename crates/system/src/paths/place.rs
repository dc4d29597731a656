//! One directory, file or link on the way, held by its descriptor.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, openat};
use rustix::io::Errno;

const PLACE: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Something on the way.
pub struct Place {
    /// Good for looking and for going on, not for reading.
    pub descriptor: OwnedFd,
    /// Without any link.
    pub path: PathBuf,
    pub stat: Stat,
}

impl Place {
    pub fn top() -> io::Result<Self> {
        let descriptor = rustix::fs::open("/", PLACE | OFlags::DIRECTORY, Mode::empty())?;
        let stat = fstat(&descriptor)?;
        Ok(Self { descriptor, path: "/".into(), stat })
    }

    pub fn step(&self, name: &OsStr) -> io::Result<Self> {
        // As a directory first: what is mounted only when it is asked for is mounted by that alone.
        let descriptor = match openat(&self.descriptor, name, PLACE | OFlags::DIRECTORY, Mode::empty()) {
            Err(Errno::NOTDIR) => openat(&self.descriptor, name, PLACE, Mode::empty())?,
            opened => opened?,
        };
        let stat = fstat(&descriptor)?;
        Ok(Self { descriptor, path: self.path.join(name), stat })
    }

    pub fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.stat.st_mode)
    }

    /// Device and inode.
    pub fn number(&self) -> (u64, u64) {
        (self.stat.st_dev, self.stat.st_ino)
    }

    /// How many there are for it.
    pub fn names(&self) -> u64 {
        self.stat.st_nlink
    }
}

/// What of a way is to be judged.
pub struct Course<'a> {
    /// The directories that it leads through.
    pub passed: &'a [Place],
    /// One more of them.
    pub last: Option<&'a Place>,
    /// Who writes into this has a say.
    pub thing: Option<&'a Place>,
}
