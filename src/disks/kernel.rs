//! What sysfs and procfs say of a block device. Owns no state.

use std::path::PathBuf;

use rustix::fs::{major, minor};

/// The number that the kernel gave to the medium in this device when it appeared, unique until reboot.
/// None before Linux 5.15, when there is no such device, and when there is no medium in it.
pub fn diskseq(device_number: u64) -> Option<u64> {
    let device = PathBuf::from(format!("/sys/dev/block/{}:{}", major(device_number), minor(device_number)));
    let read = |name: &str| std::fs::read_to_string(device.join(name)).ok()?.trim().parse::<u64>().ok();
    if read("size")? == 0 {
        return None;
    }
    // A partition has none of its own; its disk is the directory above.
    read("diskseq").or_else(|| read("../diskseq"))
}

/// The kernel's name for this boot; empty when procfs is hidden, which makes every plug-in a new one.
pub fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned()).unwrap_or_default()
}
