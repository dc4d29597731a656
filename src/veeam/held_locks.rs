//! What the lock directories hold. Whoever can write there can put any number of files into them, so only so many are looked at; how
//! many more there are is all that is known of the others.

use std::fs::DirEntry;

use super::locks::JobLock;
use crate::model::few;

/// Twice as many as are granted.
const LOOKED_AT: usize = 200;
/// Names alone; reading them takes some milliseconds.
const COUNTED: usize = 10_000;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldLocks {
    /// Oldest first; all of them, unless there are too many to look at.
    pub locks: Vec<JobLock>,
    /// There are so many more, at least.
    pub more: usize,
    read: usize,
}

impl HeldLocks {
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// At least so many.
    pub fn count(&self) -> usize {
        self.locks.len() + self.more
    }

    /// For a sentence.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.locks.iter().map(|lock| lock.job.as_str()).collect();
        few(&names, self.count())
    }

    /// Looks at one more entry of a directory, or counts it; false when no more of the directory is to be read.
    pub fn take(&mut self, entry: &DirEntry, look: impl FnOnce() -> Option<JobLock>) -> bool {
        self.read += 1;
        if self.read > COUNTED {
            // What has not been read may be a lock.
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

/// Neither hidden (our own half-written ones are) nor a directory.
fn may_be_lock(entry: &DirEntry) -> bool {
    let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
    !is_directory && !entry.file_name().as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::veeam::locks::{remove, scan};

    #[test]
    fn of_too_many_files_some_are_looked_at_and_the_others_counted_and_each_can_be_removed() {
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
    fn what_has_not_been_read_may_be_a_lock() {
        let place = tempfile::tempdir_in("/dev/shm").unwrap();
        for nth in 0..=COUNTED {
            fs::write(place.path().join(format!(".{nth}")), "").unwrap();
        }
        assert!(!scan(&[place.path().to_owned()]).unwrap().is_empty());
    }
}
