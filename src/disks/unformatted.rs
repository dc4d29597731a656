//! Disks and partitions without a file system, and whether they are empty. That nothing is recognised does not mean
//! that there is nothing: the disk of an unknown system has no known signature. Lists no device in use, none of the
//! machine's own, and no built-in drive.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use zbus::OwnedObjectPath;
use zbus::fdo::ManagedObjects;

use super::stack::Stack;
use super::udisks_objects::{BLOCK, ENCRYPTED as CONTAINER, FILESYSTEM, Interfaces, PARTITION, Properties, drive_of};
use super::{host_disks, kernel};
use asbackup_api::Contents;

const TABLE: &str = "org.freedesktop.UDisks2.PartitionTable";
const LOOP: &str = "org.freedesktop.UDisks2.Loop";
const SWAP: &str = "org.freedesktop.UDisks2.Swapspace";
/// Partition types for files, of Linux and Windows. The others have a purpose of their own, and may well be empty.
const FOR_FILES: [&str; 7] = [
    "0fc63daf-8483-4772-8e79-3d69d8477de4",
    "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",
    "0x83",
    "0x07",
    "0x0b",
    "0x0c",
    "0x0e",
];
/// Bytes read at either end, where a disk's signatures are.
const END: u64 = 1 << 20;

/// A device that could get a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unformatted {
    pub device: PathBuf,
    pub device_number: u64,
    pub diskseq: Option<u64>,
    /// Bytes.
    pub size: u64,
    pub vendor: String,
    pub model: String,
    pub contents: Contents,
}

/// All such devices, in a stable order. Whether they are empty is not known yet (`Contents::Unreadable`).
pub(crate) fn unformatted(objects: &ManagedObjects) -> Vec<Unformatted> {
    let system = host_disks::HostDisks::of_system();
    let found = objects.iter().filter_map(|(path, interfaces)| one(path, interfaces, objects));
    let mut found: Vec<_> = found.filter(|disk| !system.hold(&disk.device) && !is_used(disk.device_number)).collect();
    found.sort_by(|a, b| a.device.cmp(&b.device));
    found
}

fn one(path: &OwnedObjectPath, interfaces: &Interfaces, objects: &ManagedObjects) -> Option<Unformatted> {
    let block = Properties::of(interfaces, BLOCK)?;
    let (size, device_number) = (block.number("Size"), block.number("DeviceNumber"));
    let is_something = !block.text("IdUsage").is_empty() || !block.text("IdType").is_empty();
    let has_purpose = [FILESYSTEM, SWAP, CONTAINER].iter().any(|name| interfaces.contains_key(*name));
    if is_something || has_purpose || size == 0 || block.flag("HintIgnore") || kernel::is_empty(device_number) {
        return None;
    }
    if Properties::of(interfaces, PARTITION).is_some_and(|partition| !is_for_files(&partition)) {
        return None;
    }
    let is_divided = interfaces.contains_key(TABLE);
    if is_divided && has_partitions(path, objects) {
        return None;
    }
    let drive = drive_of(&block, objects).map(|(_, drive)| drive);
    let is_loop = interfaces.contains_key(LOOP) || is_part_of_loop(interfaces, objects);
    let comes_and_goes = |drive: &Properties| {
        let outside = drive.flag("Removable") || drive.text("ConnectionBus") == "usb" || !block.flag("HintSystem");
        outside && !drive.flag("Optical")
    };
    if !is_loop && !drive.as_ref().is_some_and(comes_and_goes) {
        return None;
    }
    let text = |name: &str| drive.as_ref().map(|drive| drive.text(name)).unwrap_or_default();
    Some(Unformatted {
        device: block
            .path("PreferredDevice")
            .filter(|path| path.starts_with("/dev"))
            .or_else(|| block.path("Device"))?,
        device_number,
        diskseq: kernel::diskseq(device_number),
        size,
        vendor: text("Vendor"),
        model: text("Model"),
        contents: match (block.flag("ReadOnly"), is_divided) {
            (true, _) => Contents::ReadOnly,
            (false, true) => Contents::NoPartition,
            (false, false) => Contents::Unreadable,
        },
    })
}

fn is_for_files(partition: &Properties<'_>) -> bool {
    let kind = partition.text("Type").to_ascii_lowercase();
    !partition.flag("IsContainer") && FOR_FILES.contains(&kind.as_str())
}

/// Only the whole loop device has the interface `Loop`.
fn is_part_of_loop(interfaces: &Interfaces, objects: &ManagedObjects) -> bool {
    let table = Properties::of(interfaces, PARTITION).and_then(|partition| partition.value::<OwnedObjectPath>("Table"));
    table.and_then(|table| objects.get(&table)).is_some_and(|disk| disk.contains_key(LOOP))
}

fn has_partitions(table: &OwnedObjectPath, objects: &ManagedObjects) -> bool {
    let mut partitions = objects.values().filter_map(|interfaces| Properties::of(interfaces, PARTITION));
    partitions.any(|partition| partition.value::<OwnedObjectPath>("Table").as_ref() == Some(table))
}

/// Whether something is built upon its disk, or the disk has partitions that UDisks2 does not list. A container that
/// begins behind the first mebibyte leaves no other trace.
fn is_used(device_number: u64) -> bool {
    let stack = Stack::of(device_number);
    let is_whole = stack.between().is_empty()
        && stack.disks.iter().any(|disk| disk.number == super::mount_table::shown(device_number));
    stack.torn || stack.beside().into_iter().any(|node| is_whole || !node.is_partition)
}

impl Unformatted {
    /// What is on it, if that is not known yet. Blocks.
    pub fn contents(&self) -> Contents {
        match self.contents {
            Contents::Unreadable => match is_zero(&self.device, self.device_number) {
                Ok(true) => Contents::Blank,
                Ok(false) => Contents::NotEmpty,
                Err(_) => Contents::Unreadable,
            },
            known => known,
        }
    }
}

/// Whether the first and the last mebibyte of a device are zero. Blocks.
///
/// # Errors
/// It can't be read, or is another device than the one with this number.
pub fn is_zero(device: &Path, device_number: u64) -> io::Result<bool> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(device, flags, Mode::empty())?);
    if rustix::fs::fstat(&file)?.st_rdev != device_number {
        return Err(io::ErrorKind::NotFound.into());
    }
    let size = kernel::size(device_number).ok_or(io::ErrorKind::NotFound)?;
    Ok(is_zero_at(&file, 0, size)? && is_zero_at(&file, size.saturating_sub(END), size)?)
}

fn is_zero_at(file: &File, from: u64, size: u64) -> io::Result<bool> {
    let length = usize::try_from(END.min(size - from)).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, from)?;
    Ok(bytes.iter().all(|byte| *byte == 0))
}

#[cfg(test)]
#[path = "unformatted_tests.rs"]
mod tests;
