//! Opening what lies below a directory, so that no link leads elsewhere.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{Mode, OFlags, Statx};
use rustix::io::Errno;

use crate::error::Cause;
use crate::stamp::{is_regular, look_at};

/// Where files come from, and where they go. Nothing outside of the two is touched, whatever links lie in them.
#[derive(Debug, Clone, Copy)]
pub struct Trees<'a> {
    /// A directory that is only read.
    pub source: BorrowedFd<'a>,
    /// The directory that gets the files.
    pub target: BorrowedFd<'a>,
}

/// Errors: what the kernel says; XDEV and LOOP where a path leads out or over a link.
pub(crate) fn open(directory: BorrowedFd<'_>, path: &Path, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
    beneath::open(directory, path, flags, mode, Mounts::Enter)
}

/// A regular file to read. A pipe in its place holds nobody up.
pub(crate) fn open_regular(directory: BorrowedFd<'_>, path: &Path) -> Result<(File, Statx), Cause> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = open(directory, path, flags, Mode::empty()).map_err(|errno| match errno {
        Errno::LOOP => Cause::NotRegular,
        _ => Cause::from(errno),
    })?;
    let stat = look_at(&file)?;
    if is_regular(&stat) { Ok((File::from(file), stat)) } else { Err(Cause::NotRegular) }
}

/// What is there now, without opening it for anything.
pub(crate) fn stat(directory: BorrowedFd<'_>, path: &Path) -> Result<Statx, Errno> {
    look_at(open(directory, path, OFlags::PATH, Mode::empty())?)
}

/// Opens a directory, and makes it and those above it if need be, for nobody but us: who copies the attributes opens them up.
pub(crate) fn make_directory(top: BorrowedFd<'_>, path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let (Err(Errno::NOENT), Some(parent), Some(name)) =
        (open(top, path, flags, Mode::empty()).map(drop), path.parent(), path.file_name())
    else {
        return open(top, path, flags, Mode::empty());
    };
    let parent = make_directory(top, parent)?;
    match rustix::fs::mkdirat(&parent, name, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => open(parent.as_fd(), Path::new(name), flags, Mode::empty()),
        Err(errno) => Err(errno),
    }
}
