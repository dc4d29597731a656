//! What still uses a disk as a block device: mounts in any process's table, device mapper and RAID, loop devices, and whoever
//! has it open. The whole disk counts, not only the partition that was copied to: it is pulled as one.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use procfs::process::{MountInfo, all_processes};

use super::Volume;
use super::holders::{loop_devices, name};
use super::mount_table::{parse, shown};

/// A disk and its partitions, as the kernel names them.
#[derive(Debug)]
pub struct Parts {
    /// `8:17`
    numbers: HashSet<String>,
    /// `/dev/sdb1`
    devices: HashSet<PathBuf>,
    directories: Vec<PathBuf>,
    /// The whole disk.
    pub disk: Option<PathBuf>,
}

impl Parts {
    /// Of the disk that holds the volume.
    pub fn of(volume: &Volume) -> Self {
        let number = shown(volume.device_number);
        let mut parts = Self {
            numbers: HashSet::from([number.clone()]),
            devices: HashSet::from([volume.device.clone()]),
            directories: Vec::new(),
            disk: None,
        };
        let Ok(own) = fs::canonicalize(format!("/sys/dev/block/{number}")) else { return parts };
        let disk = if own.join("partition").exists() { own.parent().unwrap_or(&own).to_owned() } else { own };
        let below = fs::read_dir(&disk).into_iter().flatten().flatten().map(|entry| entry.path());
        let partitions: Vec<PathBuf> = below.filter(|path| path.join("partition").exists()).collect();
        parts.disk = device(&disk);
        for directory in partitions.into_iter().chain([disk]) {
            parts.numbers.extend(fs::read_to_string(directory.join("dev")).map(|text| text.trim().to_owned()));
            parts.devices.extend(device(&directory));
            parts.directories.push(directory);
        }
        parts
    }

    /// At most `limit` of what uses the disk, for people. Blocks.
    pub fn blockers(&self, limit: usize) -> Vec<String> {
        self.mounts().into_iter().chain(self.stacked()).chain(self.loops()).take(limit).collect()
    }

    /// Processes that have the device itself open, for people: `dd (4711): /dev/sdb`. Blocks.
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

    /// One process for each mount namespace.
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
        self.numbers.contains(&entry.majmin) || self.devices.contains(Path::new(source))
    }

    /// What the device mapper or RAID has built upon it.
    fn stacked(&self) -> Vec<String> {
        let directories = self.directories.iter().map(|directory| directory.join("holders"));
        let entries = directories.flat_map(|holders| fs::read_dir(holders).into_iter().flatten().flatten());
        let named = entries.map(|entry| {
            let device = format!("/dev/{}", entry.file_name().to_string_lossy());
            match fs::read_to_string(entry.path().join("dm/name")) {
                Ok(name) => format!("{device} ({})", name.trim()),
                Err(_) => device,
            }
        });
        named.collect()
    }

    fn loops(&self) -> Vec<String> {
        let upon = loop_devices().into_iter().filter(|(_, behind)| self.devices.contains(behind));
        upon.map(|(device, behind)| format!("{device}: {}", behind.display())).collect()
    }
}

/// The device node of a directory in sysfs.
fn device(directory: &Path) -> Option<PathBuf> {
    Some(Path::new("/dev").join(directory.file_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the machine's own disk is, something of it is in use.
    #[test]
    fn a_disk_in_use_is_told_with_a_process_and_its_mount_point() {
        let table = fs::read("/proc/self/mountinfo").unwrap();
        let mounted = parse(&table).into_iter().find_map(|entry| {
            let number = super::super::mount_table::device_of(&entry)?;
            Some((number, PathBuf::from(entry.mount_source?), entry.mount_point))
        });
        // Machines whose root is on no block device (containers) have nothing to show here; the disk tests do.
        let Some((device_number, device, point)) = mounted else { return };
        let volume = Volume { device_number, device, ..Volume::sample("A") };
        let blockers = Parts::of(&volume).blockers(usize::MAX);
        assert!(blockers.iter().any(|text| text.ends_with(&format!("): {}", point.display()))), "{blockers:?}");
    }

    #[test]
    fn a_device_that_is_none_is_blocked_by_nothing() {
        assert!(Parts::of(&Volume::sample("A")).blockers(5).is_empty());
    }
}
