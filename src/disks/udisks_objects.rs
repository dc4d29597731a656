//! Reads UDisks2's objects: one answer of `GetManagedObjects`, in which anything may be missing or of another type.
//! Interprets nothing.

use std::collections::HashMap;
use std::path::PathBuf;

use zbus::fdo::ManagedObjects;
use zbus::names::OwnedInterfaceName;
use zbus::{OwnedObjectPath, OwnedVariant};

use super::mount_table::shown;

pub const BLOCK: &str = "org.freedesktop.UDisks2.Block";
pub const DRIVE: &str = "org.freedesktop.UDisks2.Drive";
pub const ENCRYPTED: &str = "org.freedesktop.UDisks2.Encrypted";
pub const FILESYSTEM: &str = "org.freedesktop.UDisks2.Filesystem";
pub const PARTITION: &str = "org.freedesktop.UDisks2.Partition";

pub type Interfaces = HashMap<OwnedInterfaceName, Values>;
type Values = HashMap<String, OwnedVariant>;

/// The drive of a block device.
pub fn drive_of<'a>(block: &Properties<'_>, objects: &'a ManagedObjects) -> Option<(OwnedObjectPath, Properties<'a>)> {
    let path: OwnedObjectPath = block.value("Drive")?;
    let drive = objects.get(&path)?.get(DRIVE)?;
    Some((path, Properties(drive)))
}

/// The drive of the device with this number, as `8:16`. What is built upon a disk has no drive of its own.
pub fn drive_of_disk<'a>(number: &str, objects: &'a ManagedObjects) -> Option<(OwnedObjectPath, Properties<'a>)> {
    let blocks = objects.values().filter_map(|interfaces| Properties::of(interfaces, BLOCK));
    let mut disks = blocks.filter(|block| shown(block.number("DeviceNumber")) == *number);
    disks.find_map(|block| drive_of(&block, objects))
}

/// The properties of one interface. What is absent or of another type reads as empty, as for a device that is not
/// probed yet.
pub struct Properties<'a>(&'a Values);

impl<'a> Properties<'a> {
    /// None where an object has no such interface.
    pub fn of(interfaces: &'a Interfaces, interface: &str) -> Option<Self> {
        interfaces.get(interface).map(Self)
    }

    pub fn value<T: TryFrom<OwnedVariant>>(&self, name: &str) -> Option<T> {
        self.0.get(name)?.try_clone().ok()?.try_into().ok()
    }

    pub fn text(&self, name: &str) -> String {
        self.value(name).unwrap_or_default()
    }

    pub fn number(&self, name: &str) -> u64 {
        self.value(name).unwrap_or_default()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.value(name).unwrap_or_default()
    }

    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.value::<Vec<u8>>(name).and_then(from_bytes)
    }

    pub fn paths(&self, name: &str) -> Vec<PathBuf> {
        self.value::<Vec<Vec<u8>>>(name).unwrap_or_default().into_iter().filter_map(from_bytes).collect()
    }
}

/// Paths come as NUL-terminated bytes that need not be UTF-8.
pub fn from_bytes(mut bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    (!bytes.is_empty()).then(|| PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}
