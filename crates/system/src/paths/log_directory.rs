//! The directory of a log and its rotated files. Whoever owns the directory owns the logs in it; what they could put there to get
//! somebody else's file read is refused.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, Dir, Mode, OFlags, Stat, openat, statat};

use super::node::{Node, Route};
use super::walk::Walk;
use super::{DIRECTORY, check_entry, open_entry, trust};

/// Names that are read at most; so many files are not our logs.
const MOST_NAMES: usize = 10_000;

/// The directory of a log, held open.
pub struct LogDirectory {
    /// The log's file name; the file need not exist.
    pub name: OsString,
    /// The log's path as configured.
    path: PathBuf,
    node: Node,
}

impl LogDirectory {
    /// Opens the directory. Blocks.
    ///
    /// # Errors
    /// As `paths::file`; `NotFound` without such a directory.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut walk = Walk::along(path)?;
        trust::check_route(path, &walk.route_to_directory())?;
        let (name, node) = match (walk.missing.len(), walk.passed.pop()) {
            (0, Some(directory)) => (walk.end.path.file_name().map(OsStr::to_owned), directory),
            (1, _) => (walk.missing.pop(), walk.end),
            (0, None) => return Err(io::ErrorKind::InvalidInput.into()),
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        let name = name.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self { name, path: path.to_owned(), node })
    }

    /// The names in it. Blocks.
    ///
    /// # Errors
    /// The system's own.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        let directory = openat(&self.node.descriptor, ".", DIRECTORY, Mode::empty())?;
        let mut names = Vec::new();
        for entry in Dir::read_from(directory)?.take(MOST_NAMES) {
            names.push(OsString::from_vec(entry?.file_name().to_bytes().to_vec()));
        }
        names.retain(|name| !matches!(name.as_bytes(), b"." | b".."));
        Ok(names)
    }

    /// When one of its files was last written; 1970 if it is gone. Blocks.
    pub fn written_at(&self, name: &OsStr) -> SystemTime {
        let stat = statat(&self.node.descriptor, name, AtFlags::SYMLINK_NOFOLLOW);
        let since = |stat: Stat| Duration::new(stat.st_mtime.try_into().unwrap_or(0), stat.st_mtime_nsec as u32);
        SystemTime::UNIX_EPOCH + stat.map(since).unwrap_or_default()
    }

    /// Opens one of its files for reading. Blocks.
    ///
    /// # Errors
    /// `Refused` within: it is no file, has a second name elsewhere, or does not belong to the directory's owner. Also the system's
    /// own.
    pub fn open(&self, name: &OsStr) -> io::Result<File> {
        let entry = self.node.child(name)?;
        let route = Route { passed: &[], last: None, target: Some(&self.node) };
        check_entry(&self.path, &route, &entry)?;
        open_entry(&self.path, &self.node, &entry, OFlags::RDONLY)
    }
}
