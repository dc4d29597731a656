//! Where a mount really leads: the open top of a mounted file system, checked against the mount table. Uses the path
//! once: everything after `Mounted::open` goes through the descriptor.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use procfs::process::MountInfo;
use rustix::fs::{Mode, OFlags};
use thiserror::Error;

use super::Volume;
use super::mount_table::{entry, is_of_device, mount_id, mounted_upon};
use super::superblock::Superblock;

/// Options in the mount table of a file system that was mounted read-only, or that the kernel has stopped writing to.
/// The latter two are of Linux 6.15.
const READ_ONLY: [&str; 3] = ["ro", "emergency_ro", "shutdown"];

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
    #[error("mounted read-only")]
    ReadOnly(Writability),
    #[error("{} is a bind mount of {root}", path.display())]
    Bind { path: PathBuf, root: String },
    #[error("{} is mounted on top of it", .0.display())]
    Covered(PathBuf),
    #[error("the directory is on another mount")]
    Elsewhere,
}

/// A mounted volume, open at its top. While it is open the file system can't be unmounted.
#[derive(Debug)]
pub struct Mounted {
    top: File,
    pub mount_point: PathBuf,
    pub superblock: Superblock,
    /// Its number in the mount table.
    pub id: u64,
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
        let top = File::from(top);
        let superblock = Superblock::of_file(&top).map_err(failed)?;
        let id = mount_id(&top).map_err(failed)?;
        let mounted = Self { top, mount_point: mount_point.to_owned(), superblock, id };
        mounted.check(volume)?;
        Ok(mounted)
    }

    /// Whether `directory`, opened beneath the top before, is still on this volume and on nothing else: the same mount
    /// of the same device, with the same safe options, and nothing mounted upon it that a copy could end up in. Blocks.
    ///
    /// # Errors
    /// What has changed.
    pub fn recheck(&self, directory: BorrowedFd<'_>, volume: &Volume) -> Result<(), MountedError> {
        self.check(volume)?;
        let failed = |source: io::Error| MountedError::Open { path: self.mount_point.clone(), source };
        if mount_id(directory).map_err(failed)? != self.id {
            return Err(MountedError::Elsewhere);
        }
        match mounted_upon(self.top()).map_err(failed)?.pop() {
            Some(upon) => Err(MountedError::Covered(upon.mount_point)),
            None => Ok(()),
        }
    }

    fn check(&self, volume: &Volume) -> Result<(), MountedError> {
        let path = || self.mount_point.clone();
        let entry = entry(self.id).map_err(|source| MountedError::Open { path: path(), source })?;
        let entry = entry.ok_or_else(|| MountedError::NotMounted(path()))?;
        if !is_of_device(&entry, volume.device_number) {
            let source_device = entry.mount_source.unwrap_or_default();
            return Err(MountedError::OtherDevice { path: path(), source_device });
        }
        // btrfs can mount a subvolume by itself.
        if entry.root != "/" && entry.fs_type != "btrfs" {
            return Err(MountedError::Bind { path: path(), root: entry.root });
        }
        let missing = missing_options(&entry);
        if !missing.is_empty() {
            return Err(MountedError::Unsafe(missing.join(", ")));
        }
        match Writability::of(&entry) {
            Writability::Writable => Ok(()),
            other => Err(MountedError::ReadOnly(other)),
        }
    }

    /// Whether the file system takes writes. Blocks.
    ///
    /// # Errors
    /// The mount table can't be read.
    pub fn writability(&self) -> io::Result<Writability> {
        writability(self.id)
    }

    pub fn top(&self) -> BorrowedFd<'_> {
        self.top.as_fd()
    }

    /// A second descriptor of the same open file: the kernel reports a write-back error once to each file that was
    /// opened before it.
    ///
    /// # Errors
    /// The process has too many descriptors.
    pub fn try_clone_top(&self) -> io::Result<File> {
        self.top.try_clone()
    }

    /// The same mount for another thread.
    ///
    /// # Errors
    /// The process has too many descriptors.
    pub fn try_clone(&self) -> io::Result<Self> {
        let (mount_point, superblock) = (self.mount_point.clone(), self.superblock);
        Ok(Self { top: self.top.try_clone()?, mount_point, superblock, id: self.id })
    }
}

/// Opens the top of this volume, whatever its mount options, for reading only. Blocks.
///
/// # Errors
/// Another volume is mounted there.
pub fn open_unchecked(mount_point: &Path, volume: &Volume) -> Result<File, MountedError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let failed = |source: io::Error| MountedError::Open { path: mount_point.to_owned(), source };
    let top = File::from(rustix::fs::open(mount_point, flags, Mode::empty()).map_err(|error| failed(error.into()))?);
    let entry = entry(mount_id(&top).map_err(failed)?).map_err(failed)?;
    let entry = entry.ok_or_else(|| MountedError::NotMounted(mount_point.to_owned()))?;
    if !is_of_device(&entry, volume.device_number) {
        let source_device = entry.mount_source.unwrap_or_default();
        return Err(MountedError::OtherDevice { path: mount_point.to_owned(), source_device });
    }
    Ok(top)
}

/// Whether a mounted file system takes writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Writability {
    #[default]
    Writable,
    /// The mount itself is read-only: it was mounted so, or remounted later.
    ReadOnly,
    /// Only the file system is read-only: the kernel stopped writing after it found the file system inconsistent.
    GivenUp,
}

impl Writability {
    fn of(entry: &MountInfo) -> Self {
        if !entry.mount_options.contains_key("rw") {
            return Self::ReadOnly;
        }
        let given_up = READ_ONLY.iter().any(|option| entry.super_options.contains_key(*option));
        if given_up { Self::GivenUp } else { Self::Writable }
    }
}

/// `Mounted::writability` for callers that must not hold the file system open. What is unmounted counts as writable.
///
/// # Errors
/// The mount table can't be read.
pub fn writability(id: u64) -> io::Result<Writability> {
    Ok(entry(id)?.as_ref().map(Writability::of).unwrap_or_default())
}

/// What `statvfs` says, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What ordinary users may still write; the reserve for root does not count.
    pub free: u64,
    /// The reserve for root on ext file systems.
    pub reserved: u64,
    pub size: u64,
    pub block: u64,
    /// How many more files can be made; none where the file system allocates inodes as needed.
    pub inodes: Option<u64>,
}

impl Space {
    /// # Errors
    /// The file system does not answer.
    pub fn of(file: &File) -> io::Result<Self> {
        let stat = rustix::fs::fstatvfs(file)?;
        let block = stat.f_frsize.max(1);
        let inodes = (stat.f_files > 0).then_some(stat.f_favail);
        let reserved = stat.f_bfree.saturating_sub(stat.f_bavail) * block;
        Ok(Self { free: stat.f_bavail * block, reserved, size: stat.f_blocks * block, block, inodes })
    }
}

fn missing_options(entry: &MountInfo) -> Vec<&'static str> {
    let mut wanted = vec!["nosuid", "nodev"];
    // FUSE mount programs accept these two and may drop them; we never follow links on the disk anyway.
    if !entry.fs_type.starts_with("fuse") {
        wanted.extend(["noexec", "nosymfollow"]);
    }
    wanted.retain(|option| !entry.mount_options.contains_key(*option));
    wanted
}
