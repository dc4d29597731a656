//! Where a mount really leads: the open top of a mounted file system, held against the mount table.
//! Trusts no path twice: everything after `Mounted::open` goes through the descriptor.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use procfs::process::MountInfo;
use rustix::fs::{AtFlags, Mode, OFlags, StatxFlags};
use thiserror::Error;

use super::Volume;

#[derive(Debug, Error)]
pub enum MountedError {
    #[error("opening {}: {source}", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("{} is not in the mount table", .0.display())]
    NotMounted(PathBuf),
    #[error("another disk is mounted at {}: {source_device}", path.display())]
    OtherDevice { path: PathBuf, source_device: String },
    #[error("mounted without {0}")]
    Unsafe(String),
}

/// A mounted volume, open at its top. While it is open the file system can't be unmounted.
#[derive(Debug)]
pub struct Mounted {
    top: File,
    pub mount_point: PathBuf,
}

impl Mounted {
    /// Opens the mount point and proves that it is this volume, mounted with the options that keep the host safe.
    ///
    /// # Errors
    /// `Unsafe` names the missing mount options, as after an fstab line for this disk.
    pub fn open(mount_point: &Path, volume: &Volume) -> Result<Self, MountedError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let failed = |source: io::Error| MountedError::Open { path: mount_point.to_owned(), source };
        let top = rustix::fs::open(mount_point, flags, Mode::empty()).map_err(|error| failed(error.into()))?;
        let entry = entry_of(top.as_fd()).map_err(failed)?;
        let entry = entry.ok_or_else(|| MountedError::NotMounted(mount_point.to_owned()))?;
        if !leads_to(&entry, volume) {
            let source_device = entry.mount_source.unwrap_or_default();
            return Err(MountedError::OtherDevice { path: mount_point.to_owned(), source_device });
        }
        let missing = missing_options(&entry);
        if !missing.is_empty() {
            return Err(MountedError::Unsafe(missing.join(", ")));
        }
        Ok(Self { top: File::from(top), mount_point: mount_point.to_owned() })
    }

    pub fn top(&self) -> BorrowedFd<'_> {
        self.top.as_fd()
    }

    /// A second descriptor of the same open file: an error in writing back is told once to each file opened before it.
    pub fn try_clone_top(&self) -> io::Result<File> {
        self.top.try_clone()
    }

    /// The same mount for another thread.
    ///
    /// # Errors
    /// The process has too many descriptors.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self { top: self.top.try_clone()?, mount_point: self.mount_point.clone() })
    }
}

/// What `statvfs` says, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What an ordinary user may still write; the reserve for root is left alone.
    pub free: u64,
    pub size: u64,
    pub block: u64,
}

impl Space {
    /// # Errors
    /// The file system does not answer.
    pub fn of(file: &File) -> io::Result<Self> {
        let stat = rustix::fs::fstatvfs(file)?;
        let block = stat.f_frsize.max(1);
        Ok(Self { free: stat.f_bavail * block, size: stat.f_blocks * block, block })
    }
}

fn entry_of(top: BorrowedFd<'_>) -> io::Result<Option<MountInfo>> {
    let stat = rustix::fs::statx(top, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID)?;
    let table = std::fs::read("/proc/self/mountinfo")?;
    // Line by line and lossy: one foreign mount point that is not UTF-8 must not hide ours.
    Ok(String::from_utf8_lossy(&table)
        .lines()
        .filter_map(|line| MountInfo::from_line(line).ok())
        .find(|entry| u64::try_from(entry.mnt_id) == Ok(stat.stx_mnt_id)))
}

/// btrfs gives its files an anonymous device number, so the source counts as well as the number.
fn leads_to(entry: &MountInfo, volume: &Volume) -> bool {
    let number = volume.device_number;
    let shown = format!("{}:{}", rustix::fs::major(number), rustix::fs::minor(number));
    if entry.majmin == shown {
        return true;
    }
    let source = entry.mount_source.as_deref().unwrap_or_default();
    rustix::fs::stat(source).is_ok_and(|stat| stat.st_rdev == number)
}

fn missing_options(entry: &MountInfo) -> Vec<&'static str> {
    let mut wanted = vec!["rw", "nosuid", "nodev"];
    // FUSE's mount programs accept these two and may drop them; links on their file systems are never followed by us anyway.
    if !entry.fs_type.starts_with("fuse") {
        wanted.extend(["noexec", "nosymfollow"]);
    }
    wanted.retain(|option| !entry.mount_options.contains_key(*option));
    if entry.super_options.contains_key("ro") {
        wanted.push("rw");
    }
    wanted
}
