//! What sysfs and procfs say of a block device. Owns no state.

use std::path::Path;

use super::mount_table::shown;
use super::stack;

/// The unit of sysfs, whatever the device's own is.
const SECTOR: u64 = 512;

/// The number that the kernel gave to the medium in this device when it appeared, unique until reboot.
/// None before Linux 5.15, when there is no such device, and when there is no medium in it.
pub fn diskseq(device_number: u64) -> Option<u64> {
    stack::diskseq(&Path::new("/sys/dev/block").join(shown(device_number)))
}

/// Whether the kernel knows of no such device, or of no medium in it. 0 is no number of a device.
pub fn is_empty(device_number: u64) -> bool {
    device_number != 0 && stack::is_empty(&Path::new("/sys/dev/block").join(shown(device_number)))
}

/// The kernel's name for this boot; empty when procfs is hidden, which makes every plug-in a new one.
pub fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// How large a device is now, in bytes; none for one that is not there, or has no medium in it.
pub fn size(device_number: u64) -> Option<u64> {
    let sectors = std::fs::read_to_string(format!("/sys/dev/block/{}/size", shown(device_number))).ok()?;
    sectors.trim().parse::<u64>().ok()?.checked_mul(SECTOR).filter(|size| *size > 0)
}
