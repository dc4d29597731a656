//! On which file system an open directory lies, told so that it is the same after a reboot and another one is not.

use std::fs;
use std::io;
use std::os::fd::AsFd;

use procfs::process::MountInfo;

use super::mount_table::{device_of, entry_of, shown};

/// `ext4 0f3a2c1e-…`, `nfs4 server:/export`: the kind, and the UUID or what is mounted. Device names and numbers are given
/// anew at each boot, so a device without a UUID is told by its kind alone.
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

/// Which of the devices of one file system this is; a clone has the same as what it was made from, and most kinds have none.
pub fn member(device_number: u64) -> String {
    known(&shown(device_number), "E:ID_FS_UUID_SUB=")
}

fn uuid(device: &str) -> String {
    known(device, "E:ID_FS_UUID=")
}

/// What udev found out about the device.
fn known(device: &str, key: &str) -> String {
    let known = fs::read_to_string(format!("/run/udev/data/b{device}")).unwrap_or_default();
    let value = known.lines().find_map(|line| line.strip_prefix(key));
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_a_device_is_told_by_kind_and_source() {
        assert_eq!(of(fs::File::open("/proc").unwrap()).unwrap(), "proc proc");
    }
}
