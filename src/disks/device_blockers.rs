//! What still uses a disk as a block device: mounts in any mount namespace, swap, device mapper, RAID, loop devices,
//! and processes that have it open. Everything built upon the whole disk counts, not only the file system that was
//! copied to: the disk is pulled as one.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use procfs::process::{MountInfo, all_processes};

use super::Volume;
use super::kernel;
use super::mount_table::{device_of, parse, shown};
use super::processes::name;
use super::stack::{Node, Stack};

/// A volume's disks, and everything on them.
#[derive(Debug)]
pub struct DiskParts {
    /// `8:17`
    numbers: HashSet<String>,
    /// `/dev/sdb1`
    devices: HashSet<PathBuf>,
    stack: Stack,
}

impl DiskParts {
    /// Of the disks that hold the volume.
    pub fn of(volume: &Volume) -> Self {
        let stack = Stack::of(volume.device_number);
        let numbers = stack.family.iter().map(|node| node.number.clone());
        let devices = stack.family.iter().flat_map(Node::devices);
        Self {
            numbers: numbers.chain([shown(volume.device_number)]).collect(),
            devices: devices.chain([volume.device.clone()]).collect(),
            stack,
        }
    }

    /// What uses the disk, for people, at most `limit`; what the volume itself is built upon does not count. Blocks.
    pub fn blockers(&self, limit: usize) -> Vec<String> {
        self.mounts().into_iter().chain(self.swaps()).chain(self.stacked()).take(limit).collect()
    }

    /// What the volume itself is built upon, for people: it holds the disk as long as it exists.
    pub fn beneath(&self) -> Vec<String> {
        self.stack.between().into_iter().map(Node::shown).collect()
    }

    /// The whole disks, and the partitions that the volume is not built upon.
    pub fn claimable(&self) -> Vec<PathBuf> {
        let disks = self.stack.disks.iter().filter(|_| self.stack.between().is_empty());
        let others = self.stack.beside().into_iter().filter(|node| node.is_partition);
        others.chain(disks).filter_map(|node| node.devices().into_iter().next()).collect()
    }

    /// The whole disks.
    pub fn disks(&self) -> impl Iterator<Item = PathBuf> {
        self.stack.disks.iter().filter_map(|node| node.devices().into_iter().next())
    }

    /// Processes that have the device itself open, as `dd (4711): /dev/sdb`. Blocks.
    pub fn openers(&self, limit: usize) -> Vec<String> {
        let own = std::process::id().cast_signed();
        let processes = all_processes().into_iter().flatten().flatten().filter(|process| process.pid != own);
        let named = processes.filter_map(|process| {
            let open = fs::read_dir(format!("/proc/{}/fd", process.pid)).into_iter().flatten().flatten();
            let device = open.map(|entry| entry.path()).find(|link| self.is_part(link))?;
            Some(format!("{}: {}", name(&process)?, fs::read_link(device).ok()?.display()))
        });
        named.take(limit).collect()
    }

    fn is_part(&self, link: &Path) -> bool {
        let is_own =
            |stat: fs::Metadata| stat.file_type().is_block_device() && self.numbers.contains(&shown(stat.rdev()));
        fs::metadata(link).is_ok_and(is_own)
    }

    /// Names one process for each mount namespace.
    fn mounts(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for process in all_processes().into_iter().flatten().flatten() {
            let own = PathBuf::from(format!("/proc/{}", process.pid));
            let Ok(namespace) = fs::read_link(own.join("ns/mnt")) else { continue };
            if !seen.insert(namespace) {
                continue;
            }
            let table = fs::read(own.join("mountinfo")).unwrap_or_default();
            let ours = parse(&table).into_iter().filter(|entry| self.is_mounted(entry));
            let name = name(&process).unwrap_or_default();
            found.extend(ours.map(|entry| format!("{name}: {}", entry.mount_point.display())));
        }
        found
    }

    /// Whether any part of the disk is mounted, by the entry of a mount table.
    pub fn is_mounted(&self, entry: &MountInfo) -> bool {
        let source = entry.mount_source.as_deref().unwrap_or_default();
        self.numbers.contains(&entry.majmin)
            || self.devices.contains(Path::new(source))
            || device_of(entry).is_some_and(|number| self.numbers.contains(&shown(number)))
    }

    fn swaps(&self) -> Vec<String> {
        let of_ours = |device: &PathBuf| {
            let number = fs::metadata(device).map(|stat| shown(stat.rdev())).unwrap_or_default();
            self.devices.contains(device) || self.numbers.contains(&number)
        };
        kernel::swaps().into_iter().filter(of_ours).map(|device| format!("swap: {}", device.display())).collect()
    }

    /// Device mapper, RAID and loop devices on the disk.
    fn stacked(&self) -> Vec<String> {
        self.stack.beside().into_iter().filter(|node| !node.is_partition).map(Node::shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something on the machine's own disk is always in use.
    #[test]
    fn a_mounted_disk_is_reported_with_process_and_mount_point() {
        let table = fs::read("/proc/self/mountinfo").unwrap();
        let mounted = parse(&table).into_iter().find_map(|entry| {
            let number = super::super::mount_table::device_of(&entry)?;
            Some((number, PathBuf::from(entry.mount_source?), entry.mount_point))
        });
        // In a container the root is on no block device; the disk tests mount one.
        let Some((device_number, device, point)) = mounted else { return };
        let volume = Volume { device_number, device, ..Volume::sample("A") };
        let blockers = DiskParts::of(&volume).blockers(usize::MAX);
        assert!(blockers.iter().any(|text| text.ends_with(&format!("): {}", point.display()))), "{blockers:?}");
    }

    #[test]
    fn nothing_blocks_a_device_that_does_not_exist() {
        assert!(DiskParts::of(&Volume::sample("A")).blockers(5).is_empty());
    }
}
