//! Reads, makes and removes lock files in the lock directories.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thiserror::Error;

use crate::model::{Micros, micros};

/// Ending of the files that the daemon makes itself; others may look as they like.
const ENDING: &str = ".lock";
/// A file name holds 255 bytes, and the ending and the temporary name's dot belong to it.
const LONGEST_JOB: usize = 240;

/// The directory's state can't be known, so nobody can say whether Veeam writes.
#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct LockDirError {
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

/// A job that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLock {
    pub job: String,
    pub path: PathBuf,
    pub since: Micros,
    /// Somebody made the file and died before writing to it; it counts all the same.
    pub empty: bool,
}

/// All locks in all directories, oldest first. A directory that does not exist holds none.
///
/// # Errors
/// A directory that is there and can't be read.
pub fn scan(directories: &[PathBuf]) -> Result<Vec<JobLock>, LockDirError> {
    let mut found = Vec::new();
    for directory in directories {
        let failed = |source| LockDirError { path: directory.clone(), source };
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            found.extend(lock_of(&entry.map_err(failed)?));
        }
    }
    found.sort_by(|a, b| (a.since, &a.job).cmp(&(b.since, &b.job)));
    Ok(found)
}

/// None for directories, hidden files (our own half-written ones among them) and files that have just gone.
fn lock_of(entry: &fs::DirEntry) -> Option<JobLock> {
    let name = entry.file_name().to_string_lossy().into_owned();
    let stat = entry.metadata().ok()?;
    if name.starts_with('.') || stat.is_dir() {
        return None;
    }
    Some(JobLock {
        job: name.strip_suffix(ENDING).unwrap_or(&name).to_owned(),
        path: entry.path(),
        since: micros(stat.modified().unwrap_or(SystemTime::UNIX_EPOCH)),
        empty: stat.len() == 0,
    })
}

/// Whether the name can be a file name as it is.
pub fn is_job_name(job: &str) -> bool {
    !job.is_empty()
        && job.len() <= LONGEST_JOB
        && !job.starts_with('.')
        && !job.contains('/')
        && !job.chars().any(char::is_control)
}

/// Makes (or renews) the job's lock file, whole or not at all, and the directory where needed.
///
/// # Errors
/// The directory or file can't be written.
pub fn create(directory: &Path, job: &str, holder: &str) -> Result<(), LockDirError> {
    let failed = |source| LockDirError { path: directory.to_owned(), source };
    fs::create_dir_all(directory).map_err(failed)?;
    let temporary = directory.join(format!(".{job}{ENDING}"));
    write_durably(&temporary, holder).map_err(failed)?;
    fs::rename(&temporary, directory.join(format!("{job}{ENDING}"))).map_err(failed)
}

fn write_durably(path: &Path, holder: &str) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(holder.as_bytes())?;
    file.sync_all()
}

/// Removes the job's lock files, with our ending or without; tells whether there was one.
///
/// # Errors
/// A file is there and can't be removed.
pub fn remove(directories: &[PathBuf], job: &str) -> Result<bool, LockDirError> {
    let mut removed = false;
    for directory in directories {
        for name in [format!("{job}{ENDING}"), job.to_owned()] {
            match fs::remove_file(directory.join(name)) {
                Ok(()) => removed = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(LockDirError { path: directory.clone(), source }),
            }
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_seen_from_its_making_to_its_removal() {
        let place = tempfile::tempdir().unwrap();
        let directories = [place.path().join("veeam")];
        assert_eq!(scan(&directories).unwrap(), []);
        create(&directories[0], "Job 1", "host=a\n").unwrap();
        create(&directories[0], "Job 1", "host=a\n").unwrap();
        let found = scan(&directories).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].job.as_str(), found[0].empty), ("Job 1", false));
        assert!(remove(&directories, "Job 1").unwrap());
        assert!(!remove(&directories, "Job 1").unwrap());
        assert_eq!(scan(&directories).unwrap(), []);
    }

    #[test]
    fn foreign_files_count_as_locks_even_empty_ones_but_hidden_ones_do_not() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("Sicherung"), "").unwrap();
        fs::write(place.path().join(".half-written.lock"), "x").unwrap();
        fs::create_dir(place.path().join("directory")).unwrap();
        let found = scan(&[place.path().to_owned()]).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].job.as_str(), found[0].empty), ("Sicherung", true));
    }

    #[test]
    fn a_directory_that_is_a_file_can_not_be_trusted() {
        let place = tempfile::NamedTempFile::new().unwrap();
        assert!(scan(&[place.path().to_owned()]).is_err());
    }

    #[test]
    fn names_that_are_no_plain_file_names_are_refused() {
        for name in ["", ".", "..", ".hidden", "a/b", "a\nb", "a\0b", &"x".repeat(241)] {
            assert!(!is_job_name(name), "{name:?}");
        }
        for name in ["Backup Job 1", "Täglich-ü", "a..b", "*"] {
            assert!(is_job_name(name), "{name:?}");
        }
    }
}
