//! What sysfs and procfs say about block devices. Keeps nothing.

use std::path::{Path, PathBuf};

use super::mount_table::shown;
use super::stack;

/// The unit of sysfs, whatever the device's own is.
const SECTOR: u64 = 512;

/// The sequence number that the kernel gave the medium in this device when it appeared, unique until reboot.
/// None before Linux 5.15, for a missing device, and without a medium.
pub fn diskseq(device_number: u64) -> Option<u64> {
    stack::diskseq(&Path::new("/sys/dev/block").join(shown(device_number)))
}

/// Whether the kernel knows no such device, or no medium in it. 0 is not a device number.
pub fn is_empty(device_number: u64) -> bool {
    device_number != 0 && stack::is_empty(&Path::new("/sys/dev/block").join(shown(device_number)))
}

/// The kernel's name for this boot; empty where procfs is hidden, so that every attachment counts as new.
pub fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// The size of a device now, in bytes; none for a missing device, and without a medium.
pub fn size(device_number: u64) -> Option<u64> {
    let sectors = std::fs::read_to_string(format!("/sys/dev/block/{}/size", shown(device_number))).ok()?;
    sectors.trim().parse::<u64>().ok()?.checked_mul(SECTOR).filter(|size| *size > 0)
}

/// Devices and files that the machine swaps to.
pub fn swaps() -> Vec<PathBuf> {
    let table = std::fs::read_to_string("/proc/swaps").unwrap_or_default();
    table.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(PathBuf::from).collect()
}
