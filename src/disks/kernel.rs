//! What sysfs and procfs say of a block device. Owns no state.

use std::path::PathBuf;

use rustix::fs::{major, minor};

/// The number that the kernel gave to the medium in this device when it appeared, unique until reboot.
/// None before Linux 5.15, and when there is no such device.
pub fn diskseq(device_number: u64) -> Option<u64> {
    let device = PathBuf::from(format!("/sys/dev/block/{}:{}", major(device_number), minor(device_number)));
    // A partition has none of its own; its disk is the directory above.
    [device.join("diskseq"), device.join("../diskseq")]
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok())
        .and_then(|text| text.trim().parse().ok())
}

/// The kernel's name for this boot; empty when procfs is hidden, which makes every plug-in a new one.
pub fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned()).unwrap_or_default()
}
