//! The source directory, checked before anything is compared with it, and again before anything is copied. Nothing is
//! ever deleted in it.
//!
//! The source is a tree of paths: mounts beneath it and btrfs subvolumes in it belong to it, as they do for rsync and
//! for the administrator. So nothing of it may be hidden from us.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use log::debug;
use rustix::fs::{AtFlags, statat};

use crate::disks::mounted::Mounted;
use crate::disks::{file_system_id, mount_table, network_share};
use asbackup_api::Fault;
use asbackup_config::Config;
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::paths::{self, Refused};

/// A source that may be copied. While it is open, its file system can't be unmounted in the ordinary way.
#[derive(Debug)]
pub struct Source {
    pub directory: File,
    path: PathBuf,
    /// Identifies it at the next copy.
    pub file_system: String,
}

impl Source {
    /// Opens the source, and refuses one that must not be copied. Blocks.
    ///
    /// `remembered`: the file system that it must lie on, if known.
    ///
    /// # Errors
    /// Missing, empty, hidden by a sandbox, the wrong place, or on the disk that is copied to.
    pub fn open(config: &Config, mounted: &Mounted, remembered: Option<&str>) -> Result<Self, Fault> {
        let source = Self::find(config, remembered)?;
        refuse_overlap(&source.path, &source.directory, mounted)?;
        Ok(source)
    }

    /// The same, whatever it is copied to. Blocks.
    ///
    /// # Errors
    /// Missing, empty, hidden by a sandbox, or the wrong place.
    pub fn find(config: &Config, remembered: Option<&str>) -> Result<Self, Fault> {
        let path = &config.source;
        let unavailable = |error: io::Error| unavailable(path, &error);
        let directory = paths::directory(path).map_err(unavailable)?;
        if let Some(place) = hidden_place(&directory).map_err(unavailable)? {
            return Err(Fault::SourceHidden { path: show(&place) });
        }
        if is_empty(&directory, config.source_lockfile.as_os_str()).map_err(unavailable)? {
            return Err(Fault::SourceEmpty { path: show(path) });
        }
        refuse_wrong_place(config, &directory)?;
        let file_system = file_system_id::of(&directory).map_err(unavailable)?;
        if let Some(before) = remembered.filter(|before| *before != file_system) {
            // This function does not know the disk.
            let (before, disk) = (before.to_owned(), String::new());
            return Err(Fault::SourceMoved { path: show(path), before, now: file_system, disk });
        }
        Ok(Self { directory, path: path.clone(), file_system })
    }

    /// A second handle, for another thread.
    ///
    /// # Errors
    /// The process has too many descriptors.
    pub fn try_clone(&self) -> io::Result<Self> {
        let (path, file_system) = (self.path.clone(), self.file_system.clone());
        Ok(Self { directory: self.directory.try_clone()?, path, file_system })
    }

    /// Whether the path still leads to this directory, and something is in it: somebody may have unmounted it since the
    /// dry run. Blocks.
    ///
    /// # Errors
    /// It does not.
    pub fn recheck(&self, lock_name: &Path) -> Result<(), Fault> {
        let unavailable = |error: io::Error| unavailable(&self.path, &error);
        let now = paths::directory(&self.path).and_then(|now| now.metadata()).map_err(unavailable)?;
        let then = self.directory.metadata().map_err(unavailable)?;
        if (now.dev(), now.ino()) != (then.dev(), then.ino()) {
            return Err(unavailable(io::Error::other("another directory is in its place")));
        }
        if is_empty(&self.directory, lock_name.as_os_str()).map_err(unavailable)? {
            return Err(Fault::SourceEmpty { path: show(&self.path) });
        }
        Ok(())
    }
}

/// Whether a run would find its source now. Blocks.
pub fn is_there(config: &Config, remembered: Option<&str>) -> bool {
    Source::find(config, remembered).is_ok()
}

/// Checks the mount point and sentinel that the administrator has configured.
fn refuse_wrong_place(config: &Config, directory: &File) -> Result<(), Fault> {
    let path = &config.source;
    let is_mount_point = || mount_table::is_mount_point(directory).map_err(|error| unavailable(path, &error));
    if config.source_must_be_mountpoint && is_mount_point()? != Some(true) {
        return Err(Fault::SourceNotMounted { path: show(path) });
    }
    let sentinel = &config.source_sentinel;
    // The sentinel may lie on a drive that is mounted further down, which is then the drive that must be there.
    let found = || statat(directory, sentinel, AtFlags::SYMLINK_NOFOLLOW);
    if !sentinel.as_os_str().is_empty() && found().is_err() {
        return Err(Fault::SourceWithoutSentinel { path: show(&path.join(sentinel)) });
    }
    Ok(())
}

fn refuse_overlap(path: &Path, directory: &File, mounted: &Mounted) -> Result<(), Fault> {
    let unavailable = |error: io::Error| unavailable(path, &error);
    let real = real_path(directory).map_err(unavailable)?;
    // Not by `st_dev`, which btrfs gives to each subvolume.
    let (own, target) = (mount_table::entry_of(directory), mount_table::entry(mounted.id));
    let (own, target) = (own.map_err(unavailable)?, target.map_err(unavailable)?);
    let is_same_disk = own.zip(target).is_none_or(|(own, target)| own.majmin == target.majmin);
    if is_same_disk || mounted.mount_point.starts_with(&real) {
        return Err(Fault::SourceContainsTarget { path: show(path) });
    }
    Ok(())
}

/// The source can't be reached, or not safely. Blocks, but never on a share.
fn unavailable(path: &Path, error: &io::Error) -> Fault {
    let (shown, cause) = (show(path), error.to_string());
    let unavailable = || match network_share::of(path).ok().flatten() {
        Some(share) => Fault::ShareUnavailable { path: shown, share, cause },
        None => Fault::SourceUnavailable { path: shown, cause },
    };
    Refused::fault(error).unwrap_or_else(unavailable)
}

/// The fault of a source that can't be reached, or not safely; found out with a time limit.
pub async fn unavailable_source(path: &Path, error: io::Error) -> Fault {
    let (shown, cause) = (show(path), error.to_string());
    let path = path.to_owned();
    let fault = blocking(GLANCE, move || Ok::<_, io::Error>(unavailable(&path, &error))).await;
    fault.unwrap_or(Fault::SourceUnavailable { path: shown, cause })
}

fn show(path: &Path) -> String {
    path.display().to_string()
}

/// A unit's sandbox can put an empty directory over the source or a part of it, or hide what is mounted there; copying
/// that would wipe the backup. Only at mount points can two processes see different things.
fn hidden_place(directory: &File) -> io::Result<Option<PathBuf>> {
    let top = real_path(directory)?;
    let below = mount_table::points_below(&top)?;
    Ok(std::iter::once(top).chain(below).find(|place| is_hidden(place)))
}

/// Whether the system's first process sees another directory there.
fn is_hidden(place: &Path) -> bool {
    let outside = Path::new("/proc/1/root").join(place.strip_prefix("/").unwrap_or(place));
    let number = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino()));
    match (number(place), number(&outside)) {
        (Ok(ours), Ok(theirs)) => ours != theirs,
        (Err(error), _) | (_, Err(error)) => {
            debug!("{}: {error}; it counts as visible", place.display());
            false
        }
    }
}

/// Where the directory is at the moment.
fn real_path(directory: &File) -> io::Result<PathBuf> {
    fs::read_link(format!("/proc/self/fd/{}", directory.as_raw_fd()))
}

fn is_empty(directory: &File, lock_name: &OsStr) -> io::Result<bool> {
    for entry in fs::read_dir(format!("/proc/self/fd/{}", directory.as_raw_fd()))? {
        let name = entry?.file_name();
        if name != lock_name && name != "lost+found" {
            return Ok(false);
        }
    }
    Ok(true)
}
