//! Walks everything beneath an open directory, by descriptor, without following links.
//!
//! The boundary is the *mount*: btrfs subvolumes and snapshots have device numbers of their own and still belong to the
//! disk, also to rsync. What is mounted upon a directory does not, and is not entered.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Statx, StatxFlags, statx};
use rustix::io::Errno;
use thiserror::Error;

use super::beneath;

/// An entry that could not be read.
#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct WalkError {
    /// Relative to the top; empty if unknown.
    pub path: PathBuf,
    pub source: io::Error,
}

impl From<io::Error> for WalkError {
    fn from(source: io::Error) -> Self {
        Self { path: PathBuf::new(), source }
    }
}

/// Calls `see` for each entry that is no directory, with its path relative to `top`, until `go_on` says no. Blocks.
///
/// # Errors
/// A directory or an entry can't be read.
pub fn walk(
    top: BorrowedFd<'_>,
    go_on: impl Fn() -> bool,
    mut see: impl FnMut(&Path, &Statx),
) -> Result<(), WalkError> {
    let mut open = vec![PathBuf::new()];
    while let Some(directory) = open.pop() {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| WalkError { path, source }
        };
        let Some(entries) = enter(top, &directory).map_err(at(&directory))? else { continue };
        let place = entries.fd().map_err(io::Error::from).map_err(at(&directory))?.try_clone_to_owned();
        let place = place.map_err(at(&directory))?;
        for entry in entries {
            if !go_on() {
                return Ok(());
            }
            let entry = entry.map_err(io::Error::from).map_err(at(&directory))?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let path = directory.join(name);
            let flags = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
            let meta = statx(place.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW, flags);
            let meta = meta.map_err(io::Error::from).map_err(at(&path))?;
            match kind(&meta) {
                FileType::Directory => open.push(path),
                _ => see(&path, &meta),
            }
        }
    }
    Ok(())
}

pub fn kind(meta: &Statx) -> FileType {
    FileType::from_raw_mode(meta.stx_mode.into())
}

/// None for a mount point.
fn enter(top: BorrowedFd<'_>, directory: &Path) -> io::Result<Option<Dir>> {
    let path = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    match beneath::open(top, path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()) {
        Ok(opened) => Ok(Some(Dir::new(opened)?)),
        Err(error) if error.raw_os_error() == Some(Errno::XDEV.raw_os_error()) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};

    #[test]
    fn a_walk_does_not_enter_links_and_other_mounts() {
        let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(place.path().join("a/b")).unwrap();
        for path in [place.path().join("a/b/c"), place.path().join("d"), elsewhere.path().join("e")] {
            fs::write(path, "").unwrap();
        }
        std::os::unix::fs::symlink(elsewhere.path(), place.path().join("link")).unwrap();
        let mut seen = Vec::new();
        let top = File::open(place.path()).unwrap();
        walk(top.as_fd(), || true, |path, _| seen.push(path.display().to_string())).unwrap();
        seen.sort();
        assert_eq!(seen, ["a/b/c", "d", "link"]);
        let root = File::open("/").unwrap();
        assert!(enter(root.as_fd(), Path::new("proc")).unwrap().is_none());
    }
}
