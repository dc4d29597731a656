//! The physical disks that hold the machine's own system, its swap, or a directory, through every layer: a root in a
//! volume group lies on a disk, too. Asks only the kernel.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use procfs::process::MountInfo;

use super::kernel::swaps;
use super::mount_table::{device_of, entries};
use super::stack::Stack;

/// Mount points that a system can't do without.
const SYSTEM: [&str; 15] = [
    "/",
    "/boot",
    "/boot/efi",
    "/boot/firmware",
    "/efi",
    "/etc",
    "/home",
    "/opt",
    "/root",
    "/tmp",
    "/usr",
    "/usr/local",
    "/var",
    "/var/lib",
    "/var/log",
];

/// Whole disks by their numbers, as `8:16`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostDisks(HashSet<String>);

impl HostDisks {
    /// Those of the system and its swap. Blocks on sysfs and procfs only.
    pub fn of_system() -> Self {
        let mounted =
            table().into_iter().filter(|entry| SYSTEM.iter().any(|place| entry.mount_point == Path::new(place)));
        let swapped = swaps().into_iter().filter_map(|device| number_of(&device));
        Self::beneath(mounted.filter_map(|entry| device_of(&entry)).chain(swapped))
    }

    /// The disks of the mount at `path` or nearest above it; links in the path are not followed. Blocks on sysfs and
    /// procfs only.
    pub fn of_path(path: &Path) -> Self {
        let above = table().into_iter().filter(|entry| path.starts_with(&entry.mount_point));
        // Of two mounts at one place the later one is visible.
        let nearest = above.max_by_key(|entry| entry.mount_point.components().count());
        Self::beneath(nearest.and_then(|entry| device_of(&entry)).into_iter())
    }

    /// Whether any of them is the device at this path, or is beneath it.
    pub fn hold(&self, device: &Path) -> bool {
        let stack = number_of(device).map(Stack::of).unwrap_or_default();
        stack.disks.iter().any(|disk| self.0.contains(&disk.number))
    }

    fn beneath(numbers: impl Iterator<Item = u64>) -> Self {
        Self(numbers.flat_map(|number| Stack::of(number).disks).map(|disk| disk.number).collect())
    }
}

fn table() -> Vec<MountInfo> {
    entries().map(Iterator::collect).unwrap_or_default()
}

/// None for what is no block device.
fn number_of(device: &Path) -> Option<u64> {
    let stat = fs::metadata(device).ok()?;
    stat.file_type().is_block_device().then(|| stat.rdev())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disk_of_the_root_file_system_is_the_systems() {
        let root = table().into_iter().rfind(|entry| entry.mount_point == Path::new("/"));
        let system = HostDisks::of_system();
        assert!(!system.hold(Path::new("/dev/null")) && !system.hold(Path::new("/nonexistent")));
        // A container's root is on no device; the disk tests mount one where it counts.
        let Some(root) = root.filter(|entry| device_of(entry).is_some()) else { return };
        let device = root.mount_source.expect("a device");
        assert!(system.hold(Path::new(&device)) && HostDisks::of_path(Path::new("/")).hold(Path::new(&device)));
    }
}
