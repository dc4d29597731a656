//! Which file system a file lies on, such that all of a btrfs is one although each subvolume has its own `st_dev`. And
//! whether its disk is gone.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{StatFs, StatVfs, fstat, fstatfs, fstatvfs, stat, statfs, statvfs};

use super::kernel;

/// Magic numbers (linux/magic.h).
const BTRFS: u64 = 0x9123_683e;
const XFS: u64 = 0x5846_5342;
/// btrfs mixes the subvolume's number into the upper half of its `f_fsid`; the lower half is the same for the whole
/// file system.
const HALF: u32 = 32;
/// No btrfs has more subvolumes.
const SUBVOLUMES: u64 = 1 << 28;

/// A file system that is mounted somewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Superblock {
    /// `st_dev` of the file; 0 for none.
    device: u64,
    magic: u64,
    number: u64,
}

impl Superblock {
    /// Of the file at `path`; links are followed, even those of procfs into other namespaces.
    ///
    /// # Errors
    /// The file system does not answer, or there is no such file.
    pub fn of(path: &Path) -> io::Result<Self> {
        Ok(Self::new(stat(path)?.st_dev, &statfs(path)?, &statvfs(path)?))
    }

    /// Of an open file.
    ///
    /// # Errors
    /// The file system does not answer.
    pub fn of_file(file: impl AsFd) -> io::Result<Self> {
        Ok(Self::new(fstat(&file)?.st_dev, &fstatfs(&file)?, &fstatvfs(&file)?))
    }

    fn new(device: u64, kind: &StatFs, numbers: &StatVfs) -> Self {
        Self { device, magic: kind.f_type as u64 & u64::from(u32::MAX), number: numbers.f_fsid }
    }

    /// The btrfs with this UUID, mounted or not; none if it is no UUID of a btrfs.
    pub fn of_btrfs(uuid: &str) -> Option<Self> {
        let digits: String = uuid.chars().filter(|c| *c != '-').collect();
        let uuid = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32)?;
        let word = |place: u32| (uuid >> (96 - 32 * place)) as u64 & 0xffff_ffff;
        let number = (word(0) ^ word(2)) | (word(1) ^ word(3)) << HALF;
        Some(Self { device: 0, magic: BTRFS, number })
    }

    /// Whether both are one file system.
    pub fn is(&self, other: &Self) -> bool {
        let same_device = self.device != 0 && self.device == other.device;
        let both_btrfs = self.magic == BTRFS && other.magic == BTRFS;
        let difference = self.number ^ other.number;
        same_device || both_btrfs && difference & u64::from(u32::MAX) == 0 && difference >> HALF < SUBVOLUMES
    }

    /// Whether it is an xfs whose device is gone.
    pub fn is_orphaned_xfs(&self) -> bool {
        self.magic == XFS && kernel::is_empty(self.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subvolumes_of_a_btrfs_are_one_file_system_and_others_are_not() {
        let uuid = Superblock::of_btrfs("0f3a2c1e-1111-2222-3333-444455556666").unwrap();
        let subvolume = |id: u64, device| Superblock { device, number: uuid.number ^ id << HALF, ..uuid };
        assert!(subvolume(5, 40).is(&subvolume(256, 41)) && subvolume(257, 42).is(&uuid));
        let other = Superblock::of_btrfs("0f3a2c1e-1111-2222-3333-444455556667").unwrap();
        assert!(!Superblock { number: other.number ^ 1 << 63, ..other }.is(&uuid));
        assert_eq!(Superblock::of_btrfs("B78E-6CC4"), None);
        assert!(!Superblock::default().is(&Superblock::default()));
    }

    #[test]
    fn other_file_systems_are_told_apart_by_their_device() {
        let (root, proc) = (Superblock::of(Path::new("/")).unwrap(), Superblock::of(Path::new("/proc")).unwrap());
        assert!(root.is(&Superblock::of(Path::new("/etc/..")).unwrap()) && !root.is(&proc));
        assert!(!root.is_orphaned_xfs());
    }
}
