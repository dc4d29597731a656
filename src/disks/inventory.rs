//! UDisks2's objects → the volumes that could be copied to. Pure: one answer of `GetManagedObjects` in, a list out.
//! Keys nothing on object paths or device names, which are used again for other disks.

use std::collections::HashMap;
use std::path::PathBuf;

use zbus::fdo::ManagedObjects;
use zbus::names::OwnedInterfaceName;
use zbus::{OwnedObjectPath, OwnedVariant};

use super::file_system_id;
use super::kernel;
use super::machine;
use super::mount_table::shown;
use super::stack::{Medium, Stack};
use crate::model::{DiskId, DiskIdentity};

pub(super) const BLOCK: &str = "org.freedesktop.UDisks2.Block";
pub(super) const FILESYSTEM: &str = "org.freedesktop.UDisks2.Filesystem";
const DRIVE: &str = "org.freedesktop.UDisks2.Drive";
pub(super) const PARTITION: &str = "org.freedesktop.UDisks2.Partition";

/// How whole a copy can be on a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    /// Owners, ACLs, extended attributes, links, nanoseconds.
    Full,
    /// Contents and names only. `max_file` in bytes.
    Plain { max_file: u64 },
    /// Not for backups (optical media, network images, unknown).
    Unsupported,
}

impl FileSystem {
    /// From UDisks2's `IdType`.
    pub fn of(id_type: &str) -> Self {
        match id_type {
            "ext4" | "xfs" | "btrfs" => Self::Full,
            "vfat" => Self::Plain { max_file: u64::from(u32::MAX) },
            "exfat" | "ntfs" => Self::Plain { max_file: u64::MAX },
            _ => Self::Unsupported,
        }
    }
}

/// A file system on a block device that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    pub id: DiskId,
    pub label: String,
    /// `ext4`, `ntfs`, … as UDisks2 names it.
    pub id_type: String,
    /// Bytes.
    pub size: u64,
    pub device: PathBuf,
    pub device_number: u64,
    pub object: OwnedObjectPath,
    pub mount_points: Vec<PathBuf>,
    pub read_only: bool,
    /// The administrator's udev rule `UDISKS_IGNORE` says hands off.
    pub ignored: bool,
    /// On a disk that the machine's own system lies on.
    pub system: bool,
    /// Which of the devices of one file system this is, where a file system can have several; btrfs calls it UUID_SUB.
    pub member: String,
    pub diskseq: Option<u64>,
    /// In the physical disks beneath it, when it was seen.
    pub media: Vec<Medium>,
    pub serial: String,
    pub vendor: String,
    pub model: String,
    pub wwn: String,
    /// 0 for a file system on the whole disk.
    pub partition: u64,
    /// Bytes.
    pub offset: u64,
    /// Of the physical disk; none where UDisks2 knows of no drive, as for loop devices.
    pub drive: Option<OwnedObjectPath>,
    /// Drives with the same text share one plug.
    pub sibling: String,
    pub can_power_off: bool,
}

impl Volume {
    pub fn file_system(&self) -> FileSystem {
        FileSystem::of(&self.id_type)
    }

    /// The label, or the UUID of a disk without one: what people call the disk.
    pub fn name(&self) -> String {
        if self.label.is_empty() { self.id.to_string() } else { self.label.clone() }
    }

    /// By what this disk is recognised besides its UUID.
    pub fn identity(&self) -> DiskIdentity {
        DiskIdentity {
            serial: self.serial.clone(),
            wwn: self.wwn.clone(),
            size: self.size,
            partition: self.partition,
            offset: self.offset,
        }
    }

    /// The same, of the size that the kernel tells at this moment: UDisks2 can be behind a device that has just got its medium.
    pub fn identity_now(&self) -> DiskIdentity {
        DiskIdentity { size: kernel::size(self.device_number).unwrap_or(self.size), ..self.identity() }
    }

    /// Whether switching this disk's drive off would take the other one away, too.
    pub fn shares_power_with(&self, other: &Self) -> bool {
        let sibling = !self.sibling.is_empty() && self.sibling == other.sibling;
        self.drive.is_some() && (self.drive == other.drive || sibling)
    }

    /// Whether `other` is the same medium in the same plug-in.
    pub fn is_same_plug(&self, other: &Self) -> bool {
        self.id == other.id && self.object == other.object && self.diskseq == other.diskseq
    }

    /// Whether the kernel still has this very medium, whatever UDisks2 says at the moment (it may be restarting).
    pub fn is_still_there(&self) -> bool {
        self.diskseq.is_some() && !self.has_gone()
    }

    /// Whether it was taken away, or a disk beneath it. Not the opposite of the former: a kernel that gives no numbers says
    /// neither.
    pub fn has_gone(&self) -> bool {
        let own = self.diskseq.is_some() && kernel::diskseq(self.device_number) != self.diskseq;
        own || self.media.iter().any(Medium::has_gone)
    }
}

pub(super) type Interfaces = HashMap<OwnedInterfaceName, HashMap<String, OwnedVariant>>;

/// All volumes with a file system, in a stable order.
pub fn volumes(objects: &ManagedObjects) -> Vec<Volume> {
    let mut found: Vec<Volume> =
        objects.iter().filter_map(|(path, interfaces)| volume(path, interfaces, objects)).collect();
    let system = machine::Disks::of_system();
    found.iter_mut().for_each(|volume| volume.system = system.hold(&volume.device));
    found.sort_by(|a, b| a.object.as_str().cmp(b.object.as_str()));
    found
}

fn volume(path: &OwnedObjectPath, interfaces: &Interfaces, objects: &ManagedObjects) -> Option<Volume> {
    let block = Properties(interfaces.get(BLOCK)?);
    // A whole disk whose first sector looks like FAT has the UUID too; only what has `Filesystem` can be mounted.
    let file_system = Properties(interfaces.get(FILESYSTEM)?);
    let id = block.text("IdUUID");
    let size = block.number("Size");
    // UDisks2 adds devices before it has probed them, and keeps empty drives.
    if block.text("IdUsage") != "filesystem" || id.is_empty() || size == 0 {
        return None;
    }
    let device_number = block.number("DeviceNumber");
    let stack = Stack::of(device_number);
    // UDisks2 keeps what was built upon a disk that was pulled, and is late when the machine is busy.
    if stack.torn || kernel::is_empty(device_number) {
        return None;
    }
    let no_properties = HashMap::new();
    let (drive_path, drive) = drive_of(&block, objects).or_else(|| drive_beneath(&stack, objects)).unzip();
    let drive = Properties(drive.unwrap_or(&no_properties));
    let partition = Properties(interfaces.get(PARTITION).unwrap_or(&no_properties));
    Some(Volume {
        id: DiskId::new(&id),
        label: block.text("IdLabel"),
        id_type: block.text("IdType"),
        size,
        device: block
            .path("PreferredDevice")
            .filter(|path| path.starts_with("/dev"))
            .or_else(|| block.path("Device"))?,
        device_number,
        object: path.clone(),
        mount_points: file_system.paths("MountPoints"),
        read_only: block.flag("ReadOnly"),
        ignored: block.flag("HintIgnore"),
        system: false,
        member: file_system_id::member(device_number),
        diskseq: kernel::diskseq(device_number),
        media: stack.media(),
        serial: drive.text("Serial"),
        vendor: drive.text("Vendor"),
        model: drive.text("Model"),
        wwn: drive.text("WWN"),
        partition: partition.value::<u32>("Number").map_or(0, u64::from),
        offset: partition.number("Offset"),
        drive: drive_path,
        sibling: drive.text("SiblingId"),
        can_power_off: drive.flag("CanPowerOff"),
    })
}

pub(super) fn drive_of<'a>(
    block: &Properties<'_>,
    objects: &'a ManagedObjects,
) -> Option<(OwnedObjectPath, &'a HashMap<String, OwnedVariant>)> {
    let path: OwnedObjectPath = block.value("Drive")?;
    let drive = objects.get(&path)?.get(DRIVE)?;
    Some((path, drive))
}

/// What is built upon a disk has no drive of its own.
fn drive_beneath<'a>(
    stack: &Stack,
    objects: &'a ManagedObjects,
) -> Option<(OwnedObjectPath, &'a HashMap<String, OwnedVariant>)> {
    let number = &stack.disks.first()?.number;
    let blocks = objects.values().filter_map(|interfaces| interfaces.get(BLOCK)).map(Properties);
    let mut disks = blocks.filter(|block| shown(block.number("DeviceNumber")) == *number);
    disks.find_map(|block| drive_of(&block, objects))
}

/// One interface's properties; what is absent or of another type is empty, as for a device that is not probed yet.
pub(super) struct Properties<'a>(pub(super) &'a HashMap<String, OwnedVariant>);

impl Properties<'_> {
    pub(super) fn value<T: TryFrom<OwnedVariant>>(&self, name: &str) -> Option<T> {
        self.0.get(name)?.try_clone().ok()?.try_into().ok()
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.value(name).unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> u64 {
        self.value(name).unwrap_or_default()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.value(name).unwrap_or_default()
    }

    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.value::<Vec<u8>>(name).and_then(from_bytes)
    }

    pub(super) fn paths(&self, name: &str) -> Vec<PathBuf> {
        self.value::<Vec<Vec<u8>>>(name).unwrap_or_default().into_iter().filter_map(from_bytes).collect()
    }
}

/// Paths come as NUL-terminated bytes that need not be UTF-8.
pub(super) fn from_bytes(mut bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    (!bytes.is_empty()).then(|| PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(test)]
impl Volume {
    /// A good ext4 disk for the tests of other rooms.
    pub fn sample(uuid: &str) -> Self {
        Self {
            id: DiskId::new(uuid),
            label: "OFFSITE1".into(),
            id_type: "ext4".into(),
            size: 1,
            device: "/dev/sdz1".into(),
            device_number: 0,
            object: OwnedObjectPath::default(),
            mount_points: vec![],
            read_only: false,
            ignored: false,
            system: false,
            member: String::new(),
            diskseq: None,
            media: vec![],
            serial: String::new(),
            vendor: String::new(),
            model: String::new(),
            wwn: String::new(),
            partition: 0,
            offset: 0,
            drive: None,
            sibling: String::new(),
            can_power_off: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zbus::Variant;

    fn variant<'a>(value: impl Into<Variant<'a>>) -> OwnedVariant {
        value.into().try_into_owned().unwrap()
    }

    fn block(uuid: &str, usage: &str, size: u64) -> HashMap<String, OwnedVariant> {
        HashMap::from([
            ("IdUUID".into(), variant(uuid)),
            ("IdUsage".into(), variant(usage)),
            ("IdType".into(), variant("ext4")),
            ("IdLabel".into(), variant("OFFSITE1")),
            ("Size".into(), variant(size)),
            ("Device".into(), variant(b"/dev/sdz1\0".to_vec())),
            ("Drive".into(), variant(OwnedObjectPath::try_from("/drive").unwrap())),
        ])
    }

    fn objects(block: HashMap<String, OwnedVariant>, with_file_system: bool) -> ManagedObjects {
        let name = |name: &str| OwnedInterfaceName::try_from(name).unwrap();
        let mut interfaces = HashMap::from([(name(BLOCK), block)]);
        if with_file_system {
            let points = variant(vec![b"/media/root/a\nb\0".to_vec()]);
            interfaces.insert(name(FILESYSTEM), HashMap::from([("MountPoints".into(), points)]));
        }
        let drive = HashMap::from([(name(DRIVE), HashMap::from([("Serial".into(), variant("S1"))]))]);
        HashMap::from([
            (OwnedObjectPath::try_from("/block").unwrap(), interfaces),
            (OwnedObjectPath::try_from("/drive").unwrap(), drive),
        ])
    }

    #[test]
    fn a_probed_file_system_is_a_volume_with_its_drive() {
        let found = volumes(&objects(block("b78e-6cc4", "filesystem", 10), true));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id.as_str(), "B78E-6CC4");
        assert_eq!(found[0].device, PathBuf::from("/dev/sdz1"));
        assert_eq!(found[0].mount_points, [PathBuf::from("/media/root/a\nb")]);
        assert_eq!(found[0].serial, "S1");
    }

    #[test]
    fn a_dock_shares_its_power_among_its_drives() {
        let drive = |path: &str, sibling: &str| Volume {
            drive: Some(OwnedObjectPath::try_from(path).unwrap()),
            sibling: sibling.into(),
            ..Volume::sample("A")
        };
        assert!(drive("/a", "").shares_power_with(&drive("/a", "")), "two partitions");
        assert!(drive("/a", "dock").shares_power_with(&drive("/b", "dock")));
        assert!(!drive("/a", "").shares_power_with(&drive("/b", "")));
        assert!(!Volume::sample("A").shares_power_with(&Volume::sample("B")), "no drives");
    }

    #[test]
    fn an_empty_or_unprobed_device_is_none() {
        assert!(volumes(&objects(block("b78e-6cc4", "filesystem", 0), true)).is_empty());
        assert!(volumes(&objects(block("", "", 10), true)).is_empty());
        assert!(volumes(&objects(block("b78e-6cc4", "crypto", 10), true)).is_empty());
        assert!(volumes(&objects(block("b78e-6cc4", "filesystem", 10), false)).is_empty());
        assert!(volumes(&objects(HashMap::new(), true)).is_empty());
    }

    #[test]
    fn file_systems_are_sorted_by_what_they_can_hold() {
        assert_eq!(FileSystem::of("xfs"), FileSystem::Full);
        assert_eq!(FileSystem::of("vfat"), FileSystem::Plain { max_file: 4_294_967_295 });
        assert_eq!(FileSystem::of("iso9660"), FileSystem::Unsupported);
    }
}
