//! How UDisks2 presents a disk on the bus: paths, interfaces and properties of its objects. Only data.

use std::collections::BTreeMap;
use std::path::PathBuf;

use zbus::{ObjectPath, Variant};

/// The path above all objects.
pub const ROOT: &str = "/org/freedesktop/UDisks2";
/// The interface of every block device.
pub const BLOCK: &str = "org.freedesktop.UDisks2.Block";
/// The interface of a device that can be mounted.
pub const FILESYSTEM: &str = "org.freedesktop.UDisks2.Filesystem";
/// The interface of a drive.
pub const DRIVE: &str = "org.freedesktop.UDisks2.Drive";
/// The interface of a partition.
pub const PARTITION: &str = "org.freedesktop.UDisks2.Partition";

/// Properties of one interface.
pub type Values = BTreeMap<String, Variant<'static>>;
/// Interfaces of one object.
pub type Interfaces = BTreeMap<String, Values>;

/// One disk with a drive of its own.
#[derive(Debug, Clone)]
pub struct FakeDisk {
    /// `sdx1` of `/dev/sdx1`; also the end of the object path.
    pub name: String,
    /// `IdUUID`.
    pub uuid: String,
    /// `IdLabel`.
    pub label: String,
    /// `IdType`, such as `ext4`.
    pub file_system: String,
    /// `filesystem`, `crypto`, `other` for swap, or nothing.
    pub usage: String,
    /// In bytes.
    pub size: u64,
    /// 0 for no device of this machine; the number of a real one gives the disk a sequence number.
    pub device_number: u64,
    /// Whether the medium is write-protected.
    pub read_only: bool,
    /// Set by udev's `UDISKS_IGNORE`.
    pub ignored: bool,
    /// Whether the device is a partition.
    pub partition: bool,
    /// Of the drive.
    pub vendor: String,
    /// Of the drive; part of its path.
    pub model: String,
    /// Of the drive.
    pub serial: String,
    /// Drives with the same text share one cable.
    pub sibling: String,
    /// What `Mount` answers.
    pub mount_point: PathBuf,
    /// `Mount` makes the directory and mounts a tmpfs on it (`nosuid,nodev,noexec`), `Unmount` undoes both. Needs root.
    pub really: bool,
}

impl Default for FakeDisk {
    fn default() -> Self {
        Self {
            name: "sdx1".to_owned(),
            uuid: "0f3a2c1e-1111-2222-3333-444455556666".to_owned(),
            label: "OFFSITE1".to_owned(),
            file_system: "ext4".to_owned(),
            usage: "filesystem".to_owned(),
            size: 2_000_000_000_000,
            device_number: 0,
            read_only: false,
            ignored: false,
            partition: true,
            vendor: "Fake".to_owned(),
            model: "Disk".to_owned(),
            serial: "F4K3".to_owned(),
            sibling: String::new(),
            mount_point: PathBuf::from("/media/root/OFFSITE1"),
            really: false,
        }
    }
}

impl FakeDisk {
    /// The path of the device's object.
    pub fn path(&self) -> String {
        format!("{ROOT}/block_devices/{}", self.name)
    }

    /// The path of the drive's object.
    pub fn drive_path(&self) -> String {
        format!("{ROOT}/drives/{}_{}", self.model, self.name)
    }

    /// The properties of the block device.
    pub fn block(&self) -> Values {
        let device = format!("/dev/{}", self.name);
        let nothing = || path_value("/");
        values([
            ("Device", bytes(device.as_bytes())),
            ("PreferredDevice", bytes(device.as_bytes())),
            ("Symlinks", Vec::<Vec<u8>>::new().into()),
            ("DeviceNumber", self.device_number.into()),
            ("Id", format!("by-uuid-{}", self.uuid).into()),
            ("IdUUID", self.uuid.clone().into()),
            ("IdLabel", self.label.clone().into()),
            ("IdType", self.file_system.clone().into()),
            ("IdUsage", self.usage.clone().into()),
            ("IdVersion", "1.0".into()),
            ("Size", self.size.into()),
            ("ReadOnly", self.read_only.into()),
            ("Drive", path_value(&self.drive_path())),
            ("MDRaid", nothing()),
            ("MDRaidMember", nothing()),
            ("CryptoBackingDevice", nothing()),
            ("HintAuto", false.into()),
            ("HintSystem", false.into()),
            ("HintIgnore", self.ignored.into()),
            ("HintPartitionable", true.into()),
            ("HintName", "".into()),
            ("HintIconName", "".into()),
            ("HintSymbolicIconName", "".into()),
            ("UserspaceMountOptions", Vec::<String>::new().into()),
        ])
    }

    /// The properties of the drive.
    pub fn drive(&self) -> Values {
        values([
            ("Vendor", self.vendor.clone().into()),
            ("Model", self.model.clone().into()),
            ("Serial", self.serial.clone().into()),
            ("Revision", "1".into()),
            ("WWN", "".into()),
            ("Id", format!("{}-{}", self.model, self.serial).into()),
            ("Media", "".into()),
            ("MediaCompatibility", Vec::<String>::new().into()),
            ("MediaAvailable", (self.size > 0).into()),
            ("MediaChangeDetected", true.into()),
            ("MediaRemovable", false.into()),
            ("Removable", true.into()),
            ("Ejectable", true.into()),
            ("CanPowerOff", true.into()),
            ("ConnectionBus", "usb".into()),
            ("SiblingId", self.sibling.clone().into()),
            ("Seat", "seat0".into()),
            ("Size", self.size.into()),
            ("SortKey", self.name.clone().into()),
            ("TimeDetected", 0u64.into()),
            ("TimeMediaDetected", 0u64.into()),
            ("RotationRate", 0i32.into()),
            ("Optical", false.into()),
            ("OpticalBlank", false.into()),
        ])
    }

    /// The properties of the unmounted file system.
    pub fn filesystem(&self) -> Values {
        values([("MountPoints", Vec::<Vec<u8>>::new().into()), ("Size", self.size.into())])
    }

    /// The properties of the partition.
    pub fn partition(&self) -> Values {
        values([
            ("Number", 1u32.into()),
            ("Type", "0x83".into()),
            ("Flags", 0u64.into()),
            ("Offset", 1_048_576u64.into()),
            ("Size", self.size.into()),
            ("Name", "".into()),
            ("UUID", "".into()),
            ("Table", path_value("/")),
            ("IsContainer", false.into()),
            ("IsContained", false.into()),
        ])
    }
}

/// Properties by name.
pub fn values<const N: usize>(pairs: [(&str, Variant<'static>); N]) -> Values {
    let pairs = pairs.into_iter();
    pairs.map(|(name, value)| (name.to_owned(), value)).collect()
}

pub fn object_path(path: &str) -> ObjectPath<'static> {
    ObjectPath::try_from(path.to_owned()).unwrap()
}

fn path_value(path: &str) -> Variant<'static> {
    Variant::from(object_path(path))
}

/// As UDisks2 gives paths: not UTF-8, and with a NUL at the end.
fn bytes(text: &[u8]) -> Variant<'static> {
    let mut bytes = text.to_vec();
    bytes.push(0);
    bytes.into()
}
