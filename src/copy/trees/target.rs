//! The directory on the disk that is copied to. Resolved once, from the top of the mounted file system, and then used
//! only by its descriptor, so that nothing can land elsewhere when the disk goes away.
//!
//! The target ends where its mount ends: btrfs subvolumes and snapshots in it belong to it. Something mounted upon it
//! never does, and stops the run before it copies (`Mounted::recheck`).

use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::beneath;

#[derive(Debug)]
pub struct Target {
    directory: File,
    /// Relative to the top of the file system; empty for the top itself.
    pub path: PathBuf,
}

impl Target {
    /// Opens the target, creating missing directories. Blocks.
    ///
    /// `destination` is as written in config.ini: relative to the disk, or absolute and beginning with the mount point.
    ///
    /// # Errors
    /// A link or another file system in the path, or the disk's own errors.
    pub fn open(top: BorrowedFd<'_>, mount_point: &Path, destination: &Path) -> io::Result<Self> {
        let path = on_the_disk(mount_point, destination);
        let directory = File::from(beneath::open_directory(top, &path)?);
        Ok(Self { directory, path })
    }

    /// Opens an existing target; creates nothing. Blocks.
    ///
    /// # Errors
    /// As `open`.
    pub fn find(top: BorrowedFd<'_>, mount_point: &Path, destination: &Path) -> io::Result<Option<Self>> {
        let path = on_the_disk(mount_point, destination);
        let within = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
        match beneath::open(top, within, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()) {
            Ok(directory) => Ok(Some(Self { directory: File::from(directory), path })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A second descriptor, for another thread.
    ///
    /// # Errors
    /// The process has too many.
    pub fn try_clone(&self) -> io::Result<File> {
        self.directory.try_clone()
    }

    pub fn is_top(&self) -> bool {
        self.path.as_os_str().is_empty()
    }
}

/// `..` stays in the path and is refused when it is opened.
fn on_the_disk(mount_point: &Path, destination: &Path) -> PathBuf {
    let relative = destination.strip_prefix(mount_point).unwrap_or(destination);
    relative.components().filter(|part| !matches!(part, Component::RootDir | Component::CurDir)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn the_destination_is_read_as_a_path_on_the_disk() {
        let mount_point = Path::new("/media/root/OFFSITE1");
        for (written, meant) in [
            ("", ""),
            ("/", ""),
            ("backup", "backup"),
            ("/backup/veeam/", "backup/veeam"),
            ("./backup", "backup"),
            ("/media/root/OFFSITE1", ""),
            ("/media/root/OFFSITE1/backup", "backup"),
            ("/media/root/OFFSITE11/backup", "media/root/OFFSITE11/backup"),
        ] {
            assert_eq!(on_the_disk(mount_point, Path::new(written)), Path::new(meant), "{written}");
        }
    }

    #[test]
    fn find_makes_nothing() {
        let place = tempfile::tempdir().unwrap();
        let top = File::open(place.path()).unwrap();
        let find = |path: &str| Target::find(top.as_fd(), place.path(), Path::new(path));
        assert!(find("backup/veeam").unwrap().is_none() && find("").unwrap().unwrap().is_top());
        Target::open(top.as_fd(), place.path(), Path::new("backup/veeam")).unwrap();
        assert!(!find("backup/veeam").unwrap().unwrap().is_top());
        assert!(find("../elsewhere").is_err());
    }

    #[test]
    fn a_way_out_of_the_disk_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let top = File::open(place.path()).unwrap();
        assert!(Target::open(top.as_fd(), place.path(), Path::new("../elsewhere")).is_err());
    }
}
