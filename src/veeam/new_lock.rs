//! Creates a job's lock file. It counts as soon as it exists, and survives a power cut soon after. On a slow disk the
//! caller may by then have been told that there is no lock; the file is then removed again.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, statat};
use rustix::system::uname;

use super::lock_directory::{ENDING, LockDir, LockDirError};
use super::lock_name::split;
use asbackup_system::paths;

/// Who holds a lock, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockOwner {
    name: String,
    uid: u32,
    host: String,
    time: Timestamp,
}

impl LockOwner {
    /// The user with this id, on the daemon's host, now.
    pub fn now(name: &str, uid: u32) -> Self {
        let host = uname().nodename().to_string_lossy().into_owned();
        Self { name: name.to_owned(), uid, host, time: Timestamp::now() }
    }

    /// The contents of the file, one fact a line.
    pub fn text(&self) -> String {
        let (job, session) = split(&self.name);
        let session = session.map(|id| format!("session={id}\n")).unwrap_or_default();
        let (host, uid) = (&self.host, self.uid);
        format!("job={job}\n{session}host={host}\ntime={:.0}\nuid={uid}\nmade-by=asbackupd\n", self.time)
    }
}

/// A lock file that was created a moment ago. Removed when dropped, unless it is kept or existed before.
#[derive(Debug)]
#[must_use]
pub struct NewLock {
    directory: LockDir,
    name: String,
    file: File,
    existed: bool,
    kept: bool,
}

impl NewLock {
    /// The lock counts from now on.
    pub fn keep(mut self) -> UnflushedLock {
        self.kept = true;
        UnflushedLock(self)
    }

    /// There was a lock of this name already.
    pub fn existed(&self) -> bool {
        self.existed
    }
}

impl Drop for NewLock {
    fn drop(&mut self) {
        if !self.kept && !self.existed {
            // If that fails, the next scan finds the lock.
            let _ = self.directory.remove(OsStr::new(&self.name));
        }
    }
}

/// A lock that a power cut could still remove, or empty.
#[derive(Debug)]
pub struct UnflushedLock(NewLock);

impl UnflushedLock {
    /// Flushes it to the disk; blocks for as long as the disk has other things to write. Some shares can't flush, and
    /// the lock counts all the same.
    pub fn flush(self) {
        let _ = self.0.file.sync_all();
        let _ = self.0.directory.descriptor.sync_all();
    }
}

/// Creates or renews the job's lock file, whole or not at all, and the directory if needed. Blocks.
///
/// # Errors
/// The directory or file can't be written, or somebody could lead it elsewhere.
pub fn create(directory: &Path, job: &str, owner: &LockOwner) -> Result<NewLock, LockDirError> {
    let failed = |source| LockDirError { path: directory.to_owned(), source };
    let descriptor = paths::make_directory(directory, 0o755).map_err(failed)?;
    let directory = LockDir { path: directory.to_owned(), descriptor };
    let (temporary, name) = (format!(".{job}{ENDING}"), format!("{job}{ENDING}"));
    directory.remove(OsStr::new(&temporary))?;
    let written = write(&directory.descriptor, &temporary, &owner.text());
    let file = written.map_err(|error| directory.failed(error))?;
    let existed = statat(&directory.descriptor, &name, AtFlags::SYMLINK_NOFOLLOW).is_ok();
    let renamed = renameat(&directory.descriptor, &temporary, &directory.descriptor, &name);
    renamed.map_err(|error| directory.failed(error.into()))?;
    Ok(NewLock { directory, name, file, existed, kept: false })
}

fn write(directory: &File, name: &str, text: &str) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(openat(directory, name, flags, Mode::from_raw_mode(0o644))?);
    file.write_all(text.as_bytes())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::veeam::lock_directory::scan;

    #[test]
    fn a_new_lock_is_removed_unless_it_is_kept_or_was_there_before() {
        let place = tempfile::tempdir().unwrap();
        let make = || create(place.path(), "Job 1", &LockOwner::now("Job 1", 0)).unwrap();
        let count = || scan(&[place.path().to_owned()]).unwrap().count();
        drop(make());
        assert_eq!(count(), 0);
        make().keep().flush();
        drop(make());
        assert_eq!(count(), 1);
    }

    #[test]
    fn every_fact_has_its_line() {
        let time = "2026-11-28T07:00:00.5Z".parse().unwrap();
        let id = "2b3c4d5e-1111-2222-3333-444455556666";
        let owner = LockOwner { name: format!("Nightly@{id}"), uid: 998, host: "atlantis".into(), time };
        let expected = format!(
            "job=Nightly\nsession={id}\nhost=atlantis\ntime=2026-11-28T07:00:00Z\nuid=998\nmade-by=asbackupd\n"
        );
        assert_eq!(owner.text(), expected);
        assert!(!LockOwner { name: "Nightly".into(), ..owner }.text().contains("session="));
    }
}
