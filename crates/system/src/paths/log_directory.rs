//! Where a log lies, with its rotated ones beside it. Whoever has the directory has the logs in it; what they could put there to
//! have somebody else's file read is refused.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, Dir, Mode, OFlags, Stat, openat, statat};

use super::place::{Course, Place};
use super::walk::Walk;
use super::{DIRECTORY, judge_entry, open_entry, trust};

/// Of names; whoever has more in there has no log of ours among the others.
const LOOKED_AT: usize = 10_000;

/// The directory of a log, held open.
pub struct LogDirectory {
    /// The log's own in it; there need not be one.
    pub name: OsString,
    /// As it was asked for.
    path: PathBuf,
    place: Place,
}

impl LogDirectory {
    /// Blocks.
    ///
    /// # Errors
    /// As `paths::file`; `NotFound` where there is no such directory.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut walk = Walk::along(path)?;
        trust::judge(path, &walk.course_of_directory())?;
        let (name, place) = match (walk.rest.len(), walk.passed.pop()) {
            (0, Some(directory)) => (walk.end.path.file_name().map(OsStr::to_owned), directory),
            (1, _) => (walk.rest.pop(), walk.end),
            (0, None) => return Err(io::ErrorKind::InvalidInput.into()),
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        let name = name.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self { name, path: path.to_owned(), place })
    }

    /// What lies in it. Blocks.
    ///
    /// # Errors
    /// The system's own.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        let directory = openat(&self.place.descriptor, ".", DIRECTORY, Mode::empty())?;
        let mut names = Vec::new();
        for entry in Dir::read_from(directory)?.take(LOOKED_AT) {
            names.push(OsString::from_vec(entry?.file_name().to_bytes().to_vec()));
        }
        names.retain(|name| !matches!(name.as_bytes(), b"." | b".."));
        Ok(names)
    }

    /// When one of its files was written to; long ago for what is gone. Blocks.
    pub fn written_at(&self, name: &OsStr) -> SystemTime {
        let stat = statat(&self.place.descriptor, name, AtFlags::SYMLINK_NOFOLLOW);
        let since = |stat: Stat| Duration::new(stat.st_mtime.try_into().unwrap_or(0), stat.st_mtime_nsec as u32);
        SystemTime::UNIX_EPOCH + stat.map(since).unwrap_or_default()
    }

    /// Opens one of its files to be read. Blocks.
    ///
    /// # Errors
    /// `Refused` within: it is no file, has a second name somewhere, or is not this directory's. Also the system's own.
    pub fn open(&self, name: &OsStr) -> io::Result<File> {
        let entry = self.place.step(name)?;
        let course = Course { passed: &[], last: None, thing: Some(&self.place) };
        judge_entry(&self.path, &course, &entry)?;
        open_entry(&self.path, &self.place, &entry, OFlags::RDONLY)
    }
}
