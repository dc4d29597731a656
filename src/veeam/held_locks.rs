//! The contents of the lock directories. Anybody with write access can put any number of files into them, so only so
//! many are read; the others are only counted.

use std::ffi::OsStr;
use std::fs::DirEntry;
use std::path::PathBuf;

use asbackup_api::{Micros, few};

/// Files that are read: twice as many as the daemon grants.
const LOOKED_AT: usize = 200;
/// Names that are counted, which takes some milliseconds.
const COUNTED: usize = 10_000;

/// A job, or one session of it, that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLock {
    /// The file name without our ending.
    pub job: String,
    pub path: PathBuf,
    pub since: Micros,
    /// Its creator died before writing to the file; the lock counts all the same.
    pub empty: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldLocks {
    /// Oldest first; all of them, unless there are too many to read.
    pub locks: Vec<JobLock>,
    /// At least so many more locks exist.
    pub more: usize,
    read: usize,
}

impl JobLock {
    /// The name of its file.
    pub fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }
}

impl HeldLocks {
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// At least so many locks are held.
    pub fn count(&self) -> usize {
        self.locks.len() + self.more
    }

    /// The names, for a sentence.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.locks.iter().map(|lock| lock.job.as_str()).collect();
        few(&names, self.count())
    }

    /// Reads one more entry of a directory, or counts it. Returns false once enough of the directory is known.
    pub fn take(&mut self, entry: &DirEntry, look: impl FnOnce() -> Option<JobLock>) -> bool {
        self.read += 1;
        if self.read > COUNTED {
            // An entry that was not read may be a lock.
            self.more += 1;
            return false;
        }
        if !may_be_lock(entry) {
            return true;
        }
        match self.locks.len() < LOOKED_AT {
            true => self.locks.extend(look()),
            false => self.more += 1,
        }
        true
    }

    pub fn sort(&mut self) {
        self.locks.sort_by(|a, b| (a.since, &a.job).cmp(&(b.since, &b.job)));
    }
}

/// Neither a directory nor hidden, as our own half-written files are.
fn may_be_lock(entry: &DirEntry) -> bool {
    let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
    !is_directory && !entry.file_name().as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::veeam::lock_directory::{remove, scan};

    #[test]
    fn too_many_files_are_counted_and_each_can_be_removed() {
        let place = tempfile::tempdir_in("/dev/shm").unwrap();
        let directories = [place.path().to_owned()];
        for nth in 0..COUNTED + 10 {
            fs::write(place.path().join(format!("job {nth}.lock")), "").unwrap();
        }
        let held = scan(&directories).unwrap();
        assert_eq!((held.locks.len(), held.count()), (LOOKED_AT, COUNTED + 1));
        assert!(held.names().len() < 1000 && held.names().contains(&format!("{}", COUNTED - 7)), "{}", held.names());
        for nth in [0, COUNTED / 2, COUNTED + 9] {
            assert!(remove(&directories, &format!("job {nth}")).unwrap(), "{nth}");
        }
        assert!(!remove(&directories, "job 0").unwrap());
    }

    #[test]
    fn entries_that_were_not_read_count_as_a_lock() {
        let place = tempfile::tempdir_in("/dev/shm").unwrap();
        for nth in 0..=COUNTED {
            fs::write(place.path().join(format!(".{nth}")), "").unwrap();
        }
        assert!(!scan(&[place.path().to_owned()]).unwrap().is_empty());
    }
}
