//! Identifies file systems: the one that a directory lies on, in a form that survives a reboot, and the disks that one
//! lies on.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use procfs::process::MountInfo;

use super::Volume;
use super::mount_table::{device_of, entry_of, shown};

/// The superblock of btrfs, and its fields for magic number and number of devices (btrfs documentation, on-disk
/// format).
const SUPERBLOCK: u64 = 64 << 10;
const MAGIC: usize = 64;
const BTRFS_MAGIC: [u8; 8] = *b"_BHRfS_M";
const DEVICES: usize = 136;

/// `ext4 0f3a2c1e-…`, `nfs4 server:/export`: the type, and the UUID or what is mounted. Device names and numbers change
/// at each boot, so a device without a UUID is identified by its type alone.
///
/// # Errors
/// The mount table can't be read.
pub fn of(directory: impl AsFd) -> io::Result<String> {
    let entry = entry_of(directory)?.ok_or(io::ErrorKind::NotFound)?;
    Ok(format!("{} {}", entry.fs_type, name(&entry)).trim_end().to_owned())
}

fn name(entry: &MountInfo) -> String {
    match device_of(entry) {
        Some(number) => uuid(&shown(number)),
        None => entry.mount_source.clone().unwrap_or_default(),
    }
}

/// Which device of its file system this is; a clone has the same value as its original, and most types have none.
pub fn member(device_number: u64) -> String {
    udev_property(&shown(device_number), "E:ID_FS_UUID_SUB=")
}

/// How many disks the file system lies on, by what this one says. None where it can't be read, and for file systems
/// that lie on one disk only. Blocks.
pub fn member_count(volume: &Volume) -> Option<u64> {
    if volume.id_type != "btrfs" {
        return None;
    }
    let mut block = [0; 4096];
    File::open(&volume.device).and_then(|device| device.read_exact_at(&mut block, SUPERBLOCK)).ok()?;
    btrfs_members(&block)
}

fn btrfs_members(superblock: &[u8]) -> Option<u64> {
    let is_btrfs = superblock.get(MAGIC..)?.starts_with(&BTRFS_MAGIC);
    let count = superblock.get(DEVICES..)?.first_chunk::<8>()?;
    is_btrfs.then(|| u64::from_le_bytes(*count))
}

fn uuid(device: &str) -> String {
    udev_property(device, "E:ID_FS_UUID=")
}

/// A property from udev's database.
fn udev_property(device: &str, key: &str) -> String {
    let properties = fs::read_to_string(format!("/run/udev/data/b{device}")).unwrap_or_default();
    let value = properties.lines().find_map(|line| line.strip_prefix(key));
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_a_device_is_identified_by_type_and_source() {
        assert_eq!(of(fs::File::open("/proc").unwrap()).unwrap(), "proc proc");
    }

    #[test]
    fn only_a_btrfs_says_how_many_disks_it_lies_on() {
        let mut block = vec![0; 4096];
        block[DEVICES] = 2;
        assert_eq!(btrfs_members(&block), None);
        block[MAGIC..MAGIC + 8].copy_from_slice(&BTRFS_MAGIC);
        assert_eq!(btrfs_members(&block), Some(2));
        assert_eq!(btrfs_members(&[]), None);
    }
}
