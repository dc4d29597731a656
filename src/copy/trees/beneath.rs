//! Opens and creates paths strictly beneath an open directory: follows no link and enters no other mount (a btrfs
//! subvolume is in the same mount). The disk is foreign: whoever prepared it may have put links where our directories
//! and lock files belong.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path};

use rustix::fs::{Mode, OFlags, ResolveFlags, mkdirat, openat2};

const RESOLVE: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS)
    .union(ResolveFlags::NO_XDEV);
const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const DIRECTORY_MODE: Mode = Mode::RWXU.union(Mode::RGRP).union(Mode::XGRP).union(Mode::ROTH).union(Mode::XOTH);

/// Opens a file or directory beneath `top`.
///
/// # Errors
/// `ELOOP` for a link in the path, `EXDEV` for another file system or a way out of the directory.
pub fn open(top: BorrowedFd<'_>, path: &Path, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
    Ok(openat2(top, path, flags | OFlags::CLOEXEC | OFlags::NOFOLLOW, mode, RESOLVE)?)
}

/// Opens a directory beneath `top`, creating it if it is missing. An empty path is `top` itself.
///
/// # Errors
/// As `open`; `InvalidInput` for a path with `..` or a leading `/`.
pub fn open_directory(top: BorrowedFd<'_>, path: &Path) -> io::Result<OwnedFd> {
    let mut directory = openat2(top, ".", DIRECTORY, Mode::empty(), RESOLVE)?;
    for component in path.components() {
        directory = match component {
            Component::CurDir => continue,
            Component::Normal(name) => enter(directory.as_fd(), Path::new(name))?,
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        };
    }
    Ok(directory)
}

fn enter(directory: BorrowedFd<'_>, name: &Path) -> io::Result<OwnedFd> {
    match openat2(directory, name, DIRECTORY, Mode::empty(), RESOLVE) {
        Err(rustix::io::Errno::NOENT) => mkdirat(directory, name, DIRECTORY_MODE)?,
        result => return Ok(result?),
    }
    Ok(openat2(directory, name, DIRECTORY, Mode::empty(), RESOLVE)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;

    #[test]
    fn missing_directories_are_made_beneath_the_top() {
        let place = tempfile::tempdir().unwrap();
        let top = File::open(place.path()).unwrap();
        open_directory(top.as_fd(), Path::new("a/b/./c")).unwrap();
        assert!(place.path().join("a/b/c").is_dir());
        open_directory(top.as_fd(), Path::new("")).unwrap();
    }

    #[test]
    fn links_and_ways_out_are_refused() {
        let place = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let top = File::open(place.path()).unwrap();
        symlink(outside.path(), place.path().join("absolute")).unwrap();
        fs::create_dir(place.path().join("real")).unwrap();
        symlink("real", place.path().join("relative")).unwrap();
        for path in ["absolute", "absolute/new", "relative", "..", "real/../..", "/tmp"] {
            assert!(open_directory(top.as_fd(), Path::new(path)).is_err(), "{path}");
        }
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }

    #[test]
    fn another_file_system_is_not_entered() {
        let top = File::open("/").unwrap();
        let error = open_directory(top.as_fd(), Path::new("proc")).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::XDEV.raw_os_error()));
    }
}
