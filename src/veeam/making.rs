//! Makes a job's lock file, which counts as soon as it is there and outlives a power cut soon after. Who asked for it may be gone by
//! then, as a disk may take long: they were told that there is no lock, so there is to be none.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, statat};

use super::holder::Holder;
use super::locks::{ENDING, LockDir, LockDirError};
use crate::paths;

/// A lock file that was made a moment ago. Unless it is kept it goes again, where it was not there before.
#[derive(Debug)]
#[must_use]
pub struct Made {
    directory: LockDir,
    name: String,
    file: File,
    /// Given up, it stays: it was there before, or is kept.
    stays: bool,
}

impl Made {
    /// The lock counts from now on.
    pub fn keep(mut self) -> Unsettled {
        self.stays = true;
        Unsettled(self)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if !self.stays {
            // The next look at the directory finds it otherwise, and says so.
            let _ = self.directory.remove(OsStr::new(&self.name));
        }
    }
}

/// A lock that a cut power line could still take away, or empty.
#[derive(Debug)]
pub struct Unsettled(Made);

impl Unsettled {
    /// Has it written to the medium. Blocks for as long as the disk has other things to write. Some shares can't do it, and the lock
    /// counts all the same.
    pub fn settle(self) {
        let _ = self.0.file.sync_all();
        let _ = self.0.directory.descriptor.sync_all();
    }
}

/// Makes (or renews) the job's lock file, whole or not at all, and the directory where needed.
///
/// # Errors
/// The directory or file can't be written, or somebody could lead it elsewhere.
pub fn create(directory: &Path, job: &str, holder: &Holder) -> Result<Made, LockDirError> {
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
    Ok(Made { directory, name, file, stays })
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
        let make = || create(place.path(), "Job 1", &Holder::now("Job 1", 0)).unwrap();
        let count = || scan(&[place.path().to_owned()]).unwrap().count();
        drop(make());
        assert_eq!(count(), 0);
        make().keep().settle();
        drop(make());
        assert_eq!(count(), 1);
    }
}
