//! Reads and removes lock files. The owner of a lock directory may be hostile, so its files are only reached through
//! the directory's descriptor, and no link is followed.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{AtFlags, unlinkat};
use rustix::io::Errno;
use thiserror::Error;

use super::held_locks::{HeldLocks, JobLock};
use super::lock_name::matches_name;
use asbackup_api::micros;
use asbackup_system::paths;

/// The ending of the daemon's own lock files; others may have any name.
pub(super) const ENDING: &str = ".lock";

/// A lock directory can't be used, so nobody knows whether Veeam writes.
#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct LockDirError {
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

/// An open lock directory.
#[derive(Debug)]
pub(super) struct LockDir {
    pub(super) path: PathBuf,
    pub(super) descriptor: File,
}

impl LockDir {
    /// `None` if it does not exist.
    fn open(path: &Path) -> Result<Option<Self>, LockDirError> {
        match paths::directory(path) {
            Ok(descriptor) => Ok(Some(Self { path: path.to_owned(), descriptor })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(LockDirError { path: path.to_owned(), source }),
        }
    }

    /// A path through its descriptor, whatever lies at its own path by now.
    fn reached(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.descriptor.as_raw_fd()).into()
    }

    pub(super) fn failed(&self, source: io::Error) -> LockDirError {
        LockDirError { path: self.path.clone(), source }
    }

    fn add_to(&self, held: &mut HeldLocks) -> Result<(), LockDirError> {
        for entry in fs::read_dir(self.reached()).map_err(|error| self.failed(error))? {
            let entry = entry.map_err(|error| self.failed(error))?;
            if !held.take(&entry, || lock_of(&self.path, &entry)) {
                break;
            }
        }
        Ok(())
    }

    /// Returns whether the file existed.
    pub(super) fn remove(&self, name: &OsStr) -> Result<bool, LockDirError> {
        match unlinkat(&self.descriptor, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            // A directory is not a lock.
            Err(Errno::NOENT | Errno::ISDIR) => Ok(false),
            Err(error) => Err(self.failed(error.into())),
        }
    }
}

/// All locks in all directories. A missing directory holds none. Blocks.
///
/// # Errors
/// A directory can't be read, or somebody could lead it elsewhere.
pub fn scan(directories: &[PathBuf]) -> Result<HeldLocks, LockDirError> {
    let mut held = HeldLocks::default();
    for path in directories {
        if let Some(directory) = LockDir::open(path)? {
            directory.add_to(&mut held)?;
        }
    }
    held.sort();
    Ok(held)
}

/// `None` for a file that is gone.
fn lock_of(directory: &Path, entry: &fs::DirEntry) -> Option<JobLock> {
    let name = entry.file_name().to_string_lossy().into_owned();
    let stat = entry.metadata().ok()?;
    Some(JobLock {
        job: name.strip_suffix(ENDING).unwrap_or(&name).to_owned(),
        path: directory.join(entry.file_name()),
        since: micros(stat.modified().unwrap_or(SystemTime::UNIX_EPOCH)),
        empty: stat.len() == 0,
    })
}

/// Removes the lock files that `wanted` means, with our ending or without; returns whether there was one. Blocks.
///
/// # Errors
/// A file can't be removed, or a directory can't be opened.
pub fn remove(directories: &[PathBuf], wanted: &str) -> Result<bool, LockDirError> {
    let mut removed = false;
    for path in directories {
        let Some(directory) = LockDir::open(path)? else { continue };
        let mut held = HeldLocks::default();
        directory.add_to(&mut held)?;
        for lock in held.locks.iter().filter(|lock| matches_name(wanted, &lock.job)) {
            removed |= directory.remove(lock.name())?;
        }
        // If there were too many files to read, its own name still finds it.
        for name in own_names(wanted).iter().filter(|_| held.more > 0) {
            removed |= directory.remove(OsStr::new(name))?;
        }
    }
    Ok(removed)
}

fn own_names(job: &str) -> [String; 2] {
    [job.to_owned(), format!("{job}{ENDING}")]
}

/// Removes this very lock unless it has been renewed; returns whether it was there. Blocks.
///
/// # Errors
/// The file can't be removed, or its directory can't be opened.
pub fn remove_unchanged(lock: &JobLock) -> Result<bool, LockDirError> {
    let Some(directory) = LockDir::open(lock.path.parent().unwrap_or(Path::new("/")))? else { return Ok(false) };
    let modified = fs::symlink_metadata(directory.reached().join(lock.name())).and_then(|stat| stat.modified());
    let is_the_same = match modified {
        Ok(modified) => micros(modified) == lock.since,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(directory.failed(error)),
    };
    if is_the_same { directory.remove(lock.name()) } else { Ok(false) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::veeam::LockOwner;
    use crate::veeam::new_lock::create;

    fn make(directory: &Path, job: &str) {
        create(directory, job, &LockOwner::now(job, 0)).unwrap().keep().flush();
    }

    #[test]
    fn a_lock_is_found_until_it_is_removed() {
        let place = tempfile::tempdir().unwrap();
        let directories = [place.path().join("veeam")];
        assert!(scan(&directories).unwrap().is_empty());
        make(&directories[0], "Job 1");
        make(&directories[0], "Job 1");
        let found = scan(&directories).unwrap().locks;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].job.as_str(), found[0].empty), ("Job 1", false));
        assert!(remove(&directories, "Job 1").unwrap());
        assert!(!remove(&directories, "Job 1").unwrap());
        assert!(scan(&directories).unwrap().is_empty());
    }

    #[test]
    fn foreign_files_count_as_locks_unless_they_are_hidden() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("Sicherung"), "").unwrap();
        fs::write(place.path().join(".half-written.lock"), "x").unwrap();
        fs::create_dir(place.path().join("directory")).unwrap();
        let found = scan(&[place.path().to_owned()]).unwrap().locks;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].job.as_str(), found[0].empty), ("Sicherung", true));
    }

    #[test]
    fn a_file_in_place_of_a_directory_is_an_error() {
        let place = tempfile::NamedTempFile::new().unwrap();
        assert!(scan(&[place.path().to_owned()]).is_err());
    }

    #[test]
    fn removing_a_job_removes_its_sessions_and_a_session_only_itself() {
        let place = tempfile::tempdir().unwrap();
        let directories = [place.path().to_owned()];
        let id = "2b3c4d5e-1111-2222-3333-44445555666";
        for name in ["Nightly", &format!("Nightly@{id}0"), &format!("Nightly@{id}1"), "Nightly 2"] {
            make(&directories[0], name);
        }
        assert!(remove(&directories, &format!("Nightly@{id}0")).unwrap());
        assert_eq!(scan(&directories).unwrap().count(), 3);
        assert!(remove(&directories, "Nightly").unwrap());
        let left = scan(&directories).unwrap().locks;
        assert_eq!(left.iter().map(|lock| lock.job.as_str()).collect::<Vec<_>>(), ["Nightly 2"]);
    }

    #[test]
    fn a_lock_renewed_since_the_check_stays() {
        let place = tempfile::tempdir().unwrap();
        let directories = [place.path().to_owned()];
        make(&directories[0], "Job 1");
        let checked = scan(&directories).unwrap().locks.remove(0);
        let older = JobLock { since: checked.since - 1, ..checked.clone() };
        assert!(!remove_unchanged(&older).unwrap());
        assert_eq!(scan(&directories).unwrap().count(), 1);
        assert!(remove_unchanged(&checked).unwrap());
        assert!(!remove_unchanged(&checked).unwrap());
        assert!(scan(&directories).unwrap().is_empty());
    }

    #[test]
    fn a_link_in_place_of_a_new_lock_is_not_followed() {
        let place = tempfile::tempdir().unwrap();
        let precious = place.path().join("precious");
        fs::write(&precious, "unchanged").unwrap();
        let directory = place.path().join("veeam");
        fs::create_dir(&directory).unwrap();
        std::os::unix::fs::symlink(&precious, directory.join(".Job 1.lock")).unwrap();
        std::os::unix::fs::symlink(&precious, directory.join("Job 1.lock")).unwrap();
        make(&directory, "Job 1");
        assert_eq!(fs::read_to_string(precious).unwrap(), "unchanged");
        assert!(fs::read_to_string(directory.join("Job 1.lock")).unwrap().starts_with("job="));
    }
}
