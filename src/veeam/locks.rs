//! Reads, makes and removes lock files in the lock directories.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thiserror::Error;

use super::holder::Holder;
use super::name::means;
use crate::model::{Micros, micros};

/// Ending of the files that the daemon makes itself; others may look as they like.
const ENDING: &str = ".lock";

/// The directory's state can't be known, so nobody can say whether Veeam writes.
#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct LockDirError {
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

/// A job, or one session of it, that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLock {
    /// As the file is named, without our ending.
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

/// Makes (or renews) the job's lock file, whole or not at all, and the directory where needed.
///
/// # Errors
/// The directory or file can't be written.
pub fn create(directory: &Path, job: &str, holder: &Holder) -> Result<(), LockDirError> {
    let failed = |source| LockDirError { path: directory.to_owned(), source };
    fs::create_dir_all(directory).map_err(failed)?;
    let temporary = directory.join(format!(".{job}{ENDING}"));
    write_durably(&temporary, &holder.text()).map_err(failed)?;
    fs::rename(&temporary, directory.join(format!("{job}{ENDING}"))).map_err(failed)?;
    // Without this a cut power line could take the name away again. Some shares can't do it, and the lock counts all the same.
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
    Ok(())
}

/// Others may write to the directory, so what lies at `path` is never followed or written to.
fn write_durably(path: &Path, text: &str) -> io::Result<()> {
    remove_if_there(path)?;
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Removes the lock files that `wanted` means, with our ending or without; tells whether there was one.
///
/// # Errors
/// A file is there and can't be removed.
pub fn remove(directories: &[PathBuf], wanted: &str) -> Result<bool, LockDirError> {
    let mut removed = false;
    for lock in scan(directories)?.iter().filter(|lock| means(wanted, &lock.job)) {
        let gone = remove_if_there(&lock.path);
        removed |= gone.map_err(|source| LockDirError { path: lock.path.clone(), source })?;
    }
    Ok(removed)
}

/// Removes this very lock and no newer one at its place; tells whether it was there.
///
/// # Errors
/// The file is there and can't be removed.
pub fn remove_judged(lock: &JobLock) -> Result<bool, LockDirError> {
    let failed = |source| LockDirError { path: lock.path.clone(), source };
    let is_the_same = match fs::symlink_metadata(&lock.path).and_then(|stat| stat.modified()) {
        Ok(modified) => micros(modified) == lock.since,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(failed(error)),
    };
    if !is_the_same {
        return Ok(false);
    }
    remove_if_there(&lock.path).map_err(failed)
}

fn remove_if_there(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder() -> Holder {
        Holder::now("Job 1", 0)
    }

    #[test]
    fn a_lock_is_seen_from_its_making_to_its_removal() {
        let place = tempfile::tempdir().unwrap();
        let directories = [place.path().join("veeam")];
        assert_eq!(scan(&directories).unwrap(), []);
        create(&directories[0], "Job 1", &holder()).unwrap();
        create(&directories[0], "Job 1", &holder()).unwrap();
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
    fn a_job_takes_its_sessions_with_it_and_a_session_nobody_else() {
        let place = tempfile::tempdir().unwrap();
        let directories = [place.path().to_owned()];
        let id = "2b3c4d5e-1111-2222-3333-44445555666";
        for name in ["Nightly", &format!("Nightly@{id}0"), &format!("Nightly@{id}1"), "Nightly 2"] {
            create(&directories[0], name, &holder()).unwrap();
        }
        assert!(remove(&directories, &format!("Nightly@{id}0")).unwrap());
        assert_eq!(scan(&directories).unwrap().len(), 3);
        assert!(remove(&directories, "Nightly").unwrap());
        let left = scan(&directories).unwrap();
        assert_eq!(left.iter().map(|lock| lock.job.as_str()).collect::<Vec<_>>(), ["Nightly 2"]);
    }

    #[test]
    fn a_lock_that_was_renewed_since_it_was_judged_stays() {
        let place = tempfile::tempdir().unwrap();
        let directories = [place.path().to_owned()];
        create(&directories[0], "Job 1", &holder()).unwrap();
        let judged = scan(&directories).unwrap().remove(0);
        let older = JobLock { since: judged.since - 1, ..judged.clone() };
        assert!(!remove_judged(&older).unwrap());
        assert_eq!(scan(&directories).unwrap().len(), 1);
        assert!(remove_judged(&judged).unwrap());
        assert!(!remove_judged(&judged).unwrap());
        assert_eq!(scan(&directories).unwrap(), []);
    }

    #[test]
    fn a_link_in_the_way_of_a_new_lock_leads_nowhere() {
        let place = tempfile::tempdir().unwrap();
        let precious = place.path().join("precious");
        fs::write(&precious, "unchanged").unwrap();
        let directory = place.path().join("veeam");
        fs::create_dir(&directory).unwrap();
        std::os::unix::fs::symlink(&precious, directory.join(".Job 1.lock")).unwrap();
        std::os::unix::fs::symlink(&precious, directory.join("Job 1.lock")).unwrap();
        create(&directory, "Job 1", &holder()).unwrap();
        assert_eq!(fs::read_to_string(precious).unwrap(), "unchanged");
        assert!(fs::read_to_string(directory.join("Job 1.lock")).unwrap().starts_with("job="));
    }
}
