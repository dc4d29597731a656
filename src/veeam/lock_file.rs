//! Makes a job's lock file, which counts as soon as it is there and outlives a power cut soon after. Who asked for it may be gone by
//! then, as a disk may take long: they were told that there is no lock, so there is to be none.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, statat};
use rustix::system::uname;

use super::lock_name::split;
use super::locks::{ENDING, LockDir, LockDirError};
use crate::paths;

/// Who holds a lock, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockOwner {
    name: String,
    uid: u32,
    host: String,
    time: Timestamp,
}

impl LockOwner {
    /// The user with this id asks now; the host is the one that the daemon runs on.
    pub fn now(name: &str, uid: u32) -> Self {
        let host = uname().nodename().to_string_lossy().into_owned();
        Self { name: name.to_owned(), uid, host, time: Timestamp::now() }
    }

    /// The file's content, a line for each fact.
    pub fn text(&self) -> String {
        let (job, session) = split(&self.name);
        let session = session.map(|id| format!("session={id}\n")).unwrap_or_default();
        let (host, uid) = (&self.host, self.uid);
        format!("job={job}\n{session}host={host}\ntime={:.0}\nuid={uid}\nmade-by=asbackupd\n", self.time)
    }
}

/// A lock file that was made a moment ago. Unless it is kept it goes again, where it was not there before.
#[derive(Debug)]
#[must_use]
pub struct NewLock {
    directory: LockDir,
    name: String,
    file: File,
    /// Given up, it stays: it was there before, or is kept.
    stays: bool,
}

impl NewLock {
    /// The lock counts from now on.
    pub fn keep(mut self) -> UnflushedLock {
        self.stays = true;
        UnflushedLock(self)
    }
}

impl Drop for NewLock {
    fn drop(&mut self) {
        if !self.stays {
            // The next look at the directory finds it otherwise, and says so.
            let _ = self.directory.remove(OsStr::new(&self.name));
        }
    }
}

/// A lock that a cut power line could still take away, or empty.
#[derive(Debug)]
pub struct UnflushedLock(NewLock);

impl UnflushedLock {
    /// Has it written to the medium. Blocks for as long as the disk has other things to write. Some shares can't do it, and the lock
    /// counts all the same.
    pub fn flush(self) {
        let _ = self.0.file.sync_all();
        let _ = self.0.directory.descriptor.sync_all();
    }
}

/// Makes (or renews) the job's lock file, whole or not at all, and the directory where needed.
///
/// # Errors
/// The directory or file can't be written, or somebody could lead it elsewhere.
pub fn create(directory: &Path, job: &str, holder: &LockOwner) -> Result<NewLock, LockDirError> {
    let failed = |source| LockDirError { path: directory.to_owned(), source };
    let descriptor = paths::make_directory(directory, 0o755).map_err(failed)?;
    let directory = LockDir { path: directory.to_owned(), descriptor };
    let (temporary, name) = (format!(".{job}{ENDING}"), format!("{job}{ENDING}"));
    directory.remove(OsStr::new(&temporary))?;
    let written = write(&directory.descriptor, &temporary, &holder.text());
    let file = written.map_err(|error| directory.failed(error))?;
    let stays = statat(&directory.descriptor, &name, AtFlags::SYMLINK_NOFOLLOW).is_ok();
    let renamed = renameat(&directory.descriptor, &temporary, &directory.descriptor, &name);
    renamed.map_err(|error| directory.failed(error.into()))?;
    Ok(NewLock { directory, name, file, stays })
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
    use crate::veeam::locks::scan;

    #[test]
    fn a_lock_that_nobody_waited_for_goes_again_and_one_that_was_there_stays() {
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
        let holder = LockOwner { name: format!("Nightly@{id}"), uid: 998, host: "atlantis".into(), time };
        let expected = format!(
            "job=Nightly\nsession={id}\nhost=atlantis\ntime=2026-11-28T07:00:00Z\nuid=998\nmade-by=asbackupd\n"
        );
        assert_eq!(holder.text(), expected);
        assert!(!LockOwner { name: "Nightly".into(), ..holder }.text().contains("session="));
    }
}
