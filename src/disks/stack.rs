//! How block devices are built upon each other, from sysfs alone: from a device down to the physical disks beneath it
//! (`slaves`, the disk of a partition, the device behind a loop device), and up again to everything built upon any part
//! of those disks. A loop device over an ordinary file counts as a disk. Knows neither mounts nor UDisks2.

use std::fs;
use std::path::{Path, PathBuf};

use super::mount_table::shown;

const SYSFS: &str = "/sys";
/// The kernel appends this to the path of a file that was deleted.
const DELETED: &str = " (deleted)";

/// A block device, as the kernel names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// `8:17`
    pub number: String,
    directory: PathBuf,
    pub is_partition: bool,
}

/// A disk, and the sequence number of the medium in it, unique until reboot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medium {
    /// `8:16`
    pub number: String,
    /// None before Linux 5.15.
    pub diskseq: Option<u64>,
}

/// A device with everything on its disks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack {
    /// The device itself and everything beneath it.
    chain: Vec<Node>,
    /// The whole physical disks among them.
    pub disks: Vec<Node>,
    /// The disks, their partitions, and whatever is built upon any of them.
    pub family: Vec<Node>,
    /// Something beneath it was removed, or has no medium.
    pub torn: bool,
}

impl Node {
    fn of(directory: PathBuf) -> Option<Self> {
        let number = read(&directory.join("dev"))?;
        let is_partition = directory.join("partition").exists();
        Some(Self { number, directory, is_partition })
    }

    /// Its device nodes: `/dev/dm-0` and `/dev/mapper/offsite`.
    pub fn devices(&self) -> Vec<PathBuf> {
        let mapped = read(&self.directory.join("dm/name")).map(|name| Path::new("/dev/mapper").join(name));
        [Path::new("/dev").join(self.name().replace('!', "/"))].into_iter().chain(mapped).collect()
    }

    /// For people: `/dev/dm-0 (offsite)`, `/dev/loop1: /dev/sdb1`.
    pub fn shown(&self) -> String {
        let device = format!("/dev/{}", self.name().replace('!', "/"));
        if let Some(name) = read(&self.directory.join("dm/name")) {
            return format!("{device} ({name})");
        }
        match read(&self.directory.join("loop/backing_file")) {
            Some(behind) => format!("{device}: {behind}"),
            None => device,
        }
    }

    fn name(&self) -> String {
        self.directory.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn medium(&self) -> Medium {
        Medium { number: self.number.clone(), diskseq: diskseq(&self.directory) }
    }
}

impl Medium {
    /// Whether another medium, or none, is in its place now. Without the kernel's numbers: no.
    pub fn has_gone(&self) -> bool {
        let directory = Path::new(SYSFS).join("dev/block").join(&self.number);
        self.diskseq.is_some() && diskseq(&directory) != self.diskseq
    }
}

impl Stack {
    /// Of the device with this number; empty if there is none.
    pub fn of(device_number: u64) -> Self {
        Self::read(Path::new(SYSFS), &shown(device_number))
    }

    /// `root` is where sysfs is mounted, `number` written as `8:17`.
    pub fn read(root: &Path, number: &str) -> Self {
        let Ok(top) = fs::canonicalize(root.join("dev/block").join(number)) else { return Self::default() };
        let sysfs = Sysfs::new(root);
        let mut stack = Self::default();
        stack.go_down(&sysfs, top);
        for disk in stack.disks.clone() {
            stack.go_up(&sysfs, disk.directory);
        }
        stack
    }

    /// What lies between the device and its disks, and holds them as long as it exists. Partitions hold nothing.
    pub fn between(&self) -> Vec<&Node> {
        self.chain.iter().filter(|node| !node.is_partition && !self.disks.contains(node)).collect()
    }

    /// Everything else on the disks: neither the device itself nor what is beneath it.
    pub fn beside(&self) -> Vec<&Node> {
        self.family.iter().filter(|node| !self.chain.contains(node)).collect()
    }

    /// The device itself and all beneath it, as `8:17`.
    pub fn chain_numbers(self) -> impl Iterator<Item = String> {
        self.chain.into_iter().map(|node| node.number)
    }

    /// The media in the disks at this moment.
    pub fn media(&self) -> Vec<Medium> {
        self.disks.iter().map(Node::medium).collect()
    }

    fn go_down(&mut self, sysfs: &Sysfs, directory: PathBuf) {
        let Some(node) = Node::of(directory.clone()) else { return };
        if self.chain.contains(&node) {
            return;
        }
        self.chain.push(node.clone());
        let Beneath { devices, torn } = sysfs.beneath(&directory);
        self.torn |= torn;
        if devices.is_empty() && !torn {
            self.torn |= is_empty(&directory);
            self.disks.push(node);
        }
        devices.into_iter().for_each(|below| self.go_down(sysfs, below));
    }

    fn go_up(&mut self, sysfs: &Sysfs, directory: PathBuf) {
        let Some(node) = Node::of(directory.clone()) else { return };
        if self.family.contains(&node) {
            return;
        }
        self.family.push(node);
        sysfs.upon(&directory).into_iter().for_each(|above| self.go_up(sysfs, above));
    }
}

#[derive(Default)]
struct Beneath {
    devices: Vec<PathBuf>,
    /// Something beneath is missing.
    torn: bool,
}

struct Sysfs {
    devices: PathBuf,
    /// Each loop device over another device, and that device.
    loops: Vec<(PathBuf, PathBuf)>,
}

impl Sysfs {
    fn new(root: &Path) -> Self {
        let mut sysfs = Self { devices: root.join("class/block"), loops: Vec::new() };
        let all = entries(&sysfs.devices).into_iter().filter_map(|link| fs::canonicalize(link).ok());
        let over = all.filter_map(|own| Some((sysfs.behind(&own)?.ok()?, own)));
        sysfs.loops = over.map(|(behind, own)| (own, behind)).collect();
        sysfs
    }

    /// The device behind a loop device: none over a file, an error over a device that is gone.
    fn behind(&self, own: &Path) -> Option<Result<PathBuf, ()>> {
        let path = read(&own.join("loop/backing_file"))?;
        let path = path.strip_prefix("/dev/")?;
        if path.ends_with(DELETED) {
            return Some(Err(()));
        }
        Some(self.named(path).ok_or(()))
    }

    /// `sdb1`, `mapper/offsite`
    fn named(&self, path: &str) -> Option<PathBuf> {
        if let Ok(device) = fs::canonicalize(self.devices.join(path.replace('/', "!"))) {
            return Some(device);
        }
        let name = path.strip_prefix("mapper/")?;
        let mut mapped = entries(&self.devices).into_iter();
        mapped.find(|device| read(&device.join("dm/name")).as_deref() == Some(name))?.canonicalize().ok()
    }

    fn beneath(&self, own: &Path) -> Beneath {
        if own.join("partition").exists() {
            return Beneath { devices: own.parent().map(Path::to_owned).into_iter().collect(), torn: false };
        }
        let slaves = entries(&own.join("slaves")).into_iter().map(|link| live_slave(&link, own));
        let mut beneath = Beneath::default();
        for device in slaves.chain(self.behind(own)) {
            match device {
                Ok(device) => beneath.devices.push(device),
                Err(()) => beneath.torn = true,
            }
        }
        beneath
    }

    fn upon(&self, own: &Path) -> Vec<PathBuf> {
        let partitions = entries(own).into_iter().filter(|path| path.join("partition").exists());
        let holders = entries(&own.join("holders")).into_iter().filter_map(|link| fs::canonicalize(link).ok());
        let loops = self.loops.iter().filter(|(_, behind)| behind == own).map(|(device, _)| device.clone());
        partitions.chain(holders).chain(loops).collect()
    }
}

/// The kernel keeps the link to a disk that was pulled; its successor under the same name lists no holder.
fn live_slave(link: &Path, own: &Path) -> Result<PathBuf, ()> {
    let slave = fs::canonicalize(link).map_err(|_| ())?;
    let is_held = own.file_name().is_some_and(|name| slave.join("holders").join(name).symlink_metadata().is_ok());
    is_held.then_some(slave).ok_or(())
}

pub(super) fn is_empty(directory: &Path) -> bool {
    read(&directory.join("size")).is_none_or(|size| size == "0")
}

/// None without a medium; a partition has none of its own, its disk is the directory above.
pub(super) fn diskseq(directory: &Path) -> Option<u64> {
    let number = |name: &str| read(&directory.join(name))?.parse::<u64>().ok();
    if is_empty(directory) {
        return None;
    }
    number("diskseq").or_else(|| number("../diskseq"))
}

fn read(file: &Path) -> Option<String> {
    Some(fs::read_to_string(file).ok()?.trim_end().to_owned())
}

/// In a stable order.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

#[cfg(test)]
#[path = "stack_tests.rs"]
mod tests;
