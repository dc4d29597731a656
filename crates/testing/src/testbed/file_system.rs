//! File systems by name: how to make one, how to check one, and which of them this machine can mount.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run;

/// A file system that this machine can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    /// ext4; tests take it where none is named.
    Ext4,
    /// XFS.
    Xfs,
    /// btrfs.
    Btrfs,
    /// exFAT, by the kernel or by FUSE.
    Exfat,
    /// NTFS, by ntfs-3g.
    Ntfs,
    /// FAT with long names.
    Vfat,
    /// ext2, to which the daemon does not copy.
    Ext2,
}

impl FileSystem {
    /// The name that the kernel, blkid and UDisks2 give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ext4 => "ext4",
            Self::Xfs => "xfs",
            Self::Btrfs => "btrfs",
            Self::Exfat => "exfat",
            Self::Ntfs => "ntfs",
            Self::Vfat => "vfat",
            Self::Ext2 => "ext2",
        }
    }

    /// Whether this machine can mount it. Only vfat may be missing, which has no driver outside of the kernel; the virtual
    /// machine's tests have it.
    pub fn is_mountable(self) -> bool {
        if self != Self::Vfat {
            return true;
        }
        let _ = Command::new("modprobe").args(["-q", "vfat"]).status();
        let known = fs::read_to_string("/proc/filesystems").expect("/proc");
        known.lines().any(|line| line.trim() == "vfat")
    }

    pub(super) fn make_on(self, device: &Path, label: &str) {
        let words: &[&str] = match self {
            Self::Ext4 => &["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,nodiscard", "-L"],
            Self::Ext2 => &["mkfs.ext2", "-q", "-L"],
            Self::Xfs => &["mkfs.xfs", "-q", "-K", "-L"],
            Self::Btrfs => &["mkfs.btrfs", "-q", "-K", "-L"],
            Self::Exfat => &["mkfs.exfat", "-L"],
            Self::Ntfs => &["mkfs.ntfs", "-q", "-Q", "-F", "-L"],
            Self::Vfat => &["mkfs.vfat", "-n"],
        };
        run(tool(words).arg(label).arg(device));
        if self == Self::Ntfs {
            // mkfs takes it from the clock, and two tests may well make their disks in the same second.
            let serial = format!("--new-serial={:016X}", fastrand::u64(..));
            run(Command::new("/usr/sbin/ntfslabel").arg(serial).arg(device));
        }
    }

    /// Runs the file system's own checker.
    ///
    /// # Panics
    /// With what it finds.
    pub(super) fn check(self, device: &Path) {
        let words: &[&str] = match self {
            Self::Ext4 | Self::Ext2 => &["e2fsck", "-f", "-n"],
            Self::Xfs => &["xfs_repair", "-n"],
            Self::Btrfs => &["btrfs", "check", "--readonly"],
            Self::Exfat => &["fsck.exfat", "-n"],
            Self::Ntfs => &["ntfsfix", "--no-action"],
            Self::Vfat => &["fsck.vfat", "-n"],
        };
        run(tool(words).arg(device));
    }

    /// What a partition table calls a partition with it.
    pub(super) fn partition_type(self) -> &'static str {
        match self {
            Self::Exfat | Self::Ntfs | Self::Vfat => "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7",
            Self::Ext4 | Self::Ext2 | Self::Xfs | Self::Btrfs => "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
        }
    }
}

fn tool(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").args(&words[1..]);
    command
}
