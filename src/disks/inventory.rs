//! Turns UDisks2's objects into volumes: those that could be copied to, and those that can't be used. Pure, except that
//! the kernel is asked about the same devices. Identifies nothing by object path or device name, which are reused for
//! other disks.

use std::collections::HashSet;

use zbus::OwnedObjectPath;
use zbus::fdo::ManagedObjects;

use super::stack::Stack;
use super::udisks_objects::{
    BLOCK, DRIVE, ENCRYPTED, FILESYSTEM, Interfaces, PARTITION, Properties, drive_of, drive_of_disk,
};
use super::volume::{Hindrance, Volume};
use super::{file_system_id, host_disks, kernel};
use asbackup_api::{DiskId, Unusable};

/// All file systems and encrypted containers, in a stable order.
pub fn volumes(objects: &ManagedObjects) -> Vec<Volume> {
    let with_contents = |(path, interfaces)| match usage(interfaces).as_str() {
        "filesystem" => file_system(path, interfaces, objects),
        "crypto" => container(path, interfaces, objects),
        _ => None,
    };
    in_order(objects.iter().filter_map(with_contents).collect())
}

/// Devices whose contents are not recognised: blank, broken, or not probed yet. A disk with a recognised partition is
/// none of them, though it has no UUID either.
pub fn unrecognised(objects: &ManagedObjects) -> Vec<Volume> {
    let recognised: HashSet<String> = objects
        .values()
        .filter(|interfaces| !usage(interfaces).is_empty())
        .filter_map(|interfaces| Properties::of(interfaces, BLOCK))
        .flat_map(|block| Stack::of(block.number("DeviceNumber")).chain_numbers())
        .collect();
    let strange =
        objects.iter().filter(|(_, interfaces)| usage(interfaces).is_empty()).filter_map(|(path, interfaces)| {
            let volume = attached(path, interfaces, objects)?;
            let is_beneath = recognised.contains(&super::mount_table::shown(volume.device_number));
            (volume.id.as_str().is_empty() && !is_beneath).then_some(volume)
        });
    in_order(strange.collect()).into_iter().filter(|volume| !volume.system).collect()
}

/// All devices that lose their power together with this volume, including itself, whatever is on them.
pub fn sharing_power(objects: &ManagedObjects, volume: &Volume) -> Vec<Volume> {
    let all = objects.iter().filter_map(|(path, interfaces)| {
        let mount_points = Properties::of(interfaces, FILESYSTEM).map(|found| found.paths("MountPoints"));
        Some(Volume { mount_points: mount_points.unwrap_or_default(), ..attached(path, interfaces, objects)? })
    });
    in_order(all.filter(|other| volume.shares_power_with(other)).collect())
}

/// Drives without a medium.
pub fn empty_drives(objects: &ManagedObjects) -> Vec<Volume> {
    let empty = objects.iter().filter_map(|(path, interfaces)| {
        let block = Properties::of(interfaces, BLOCK)?;
        let (drive_path, drive) = drive_of(&block, objects)?;
        let is_empty = block.number("Size") == 0 && !drive.flag("MediaAvailable") && !drive.flag("Optical");
        is_empty.then(|| described(path, interfaces, Some((drive_path, drive)))).flatten()
    });
    in_order(empty.collect())
}

/// Drives with a medium.
pub fn loaded_drives(objects: &ManagedObjects) -> impl Iterator<Item = OwnedObjectPath> {
    let drives = objects.iter().filter_map(|(path, interfaces)| Some((path, Properties::of(interfaces, DRIVE)?)));
    drives.filter(|(_, drive)| drive.flag("MediaAvailable")).map(|(path, _)| path.clone())
}

fn in_order(mut found: Vec<Volume>) -> Vec<Volume> {
    let system = host_disks::HostDisks::of_system();
    found.iter_mut().for_each(|volume| volume.system = system.hold(&volume.device));
    found.sort_by(|a, b| a.object.as_str().cmp(b.object.as_str()));
    found
}

fn usage(interfaces: &Interfaces) -> String {
    Properties::of(interfaces, BLOCK).map(|block| block.text("IdUsage")).unwrap_or_default()
}

/// A whole disk whose first sector looks like FAT has a UUID, too; only what has the interface `Filesystem` can be
/// mounted.
fn file_system(path: &OwnedObjectPath, interfaces: &Interfaces, objects: &ManagedObjects) -> Option<Volume> {
    let mount_points = Properties::of(interfaces, FILESYSTEM)?.paths("MountPoints");
    let volume = attached(path, interfaces, objects)?;
    (!volume.id.as_str().is_empty()).then_some(Volume { mount_points, ..volume })
}

fn container(path: &OwnedObjectPath, interfaces: &Interfaces, objects: &ManagedObjects) -> Option<Volume> {
    let volume = attached(path, interfaces, objects)?;
    let opened = Properties::of(interfaces, ENCRYPTED).and_then(|encrypted| inside(&encrypted, objects));
    let hindrance = Hindrance {
        why: if opened.is_some() { Unusable::Container } else { Unusable::Locked },
        marks: vec![volume.id.clone()],
        likely: false,
        cause: opened.unwrap_or_else(|| volume.id_type.clone()),
    };
    (!volume.id.as_str().is_empty()).then_some(Volume { hindrance: Some(hindrance), ..volume })
}

/// The UUID of what an unlocked container holds.
fn inside(encrypted: &Properties<'_>, objects: &ManagedObjects) -> Option<String> {
    let cleartext: OwnedObjectPath = encrypted.value("CleartextDevice")?;
    Some(Properties::of(objects.get(&cleartext)?, BLOCK)?.text("IdUUID"))
}

/// A device with a medium, and with everything beneath it.
fn attached(path: &OwnedObjectPath, interfaces: &Interfaces, objects: &ManagedObjects) -> Option<Volume> {
    let block = Properties::of(interfaces, BLOCK)?;
    let device_number = block.number("DeviceNumber");
    let stack = Stack::of(device_number);
    // UDisks2 adds devices before it has probed them, keeps empty drives and what was built upon a disk that was
    // pulled, and lags behind when the machine is busy.
    if block.number("Size") == 0 || stack.torn || kernel::is_empty(device_number) {
        return None;
    }
    let beneath = || drive_of_disk(&stack.disks.first()?.number, objects);
    let volume = described(path, interfaces, drive_of(&block, objects).or_else(beneath))?;
    Some(Volume {
        member: file_system_id::member(device_number),
        diskseq: kernel::diskseq(device_number),
        media: stack.media(),
        ..volume
    })
}

fn described(
    path: &OwnedObjectPath,
    interfaces: &Interfaces,
    drive: Option<(OwnedObjectPath, Properties<'_>)>,
) -> Option<Volume> {
    let block = Properties::of(interfaces, BLOCK)?;
    let partition = Properties::of(interfaces, PARTITION);
    let (drive_path, drive) = drive.unzip();
    let text = |name: &str| drive.as_ref().map(|drive| drive.text(name)).unwrap_or_default();
    Some(Volume {
        id: DiskId::new(&block.text("IdUUID")),
        label: block.text("IdLabel"),
        id_type: block.text("IdType"),
        size: block.number("Size"),
        device: block
            .path("PreferredDevice")
            .filter(|path| path.starts_with("/dev"))
            .or_else(|| block.path("Device"))?,
        device_number: block.number("DeviceNumber"),
        object: path.clone(),
        mount_points: Vec::new(),
        read_only: block.flag("ReadOnly"),
        ignored: block.flag("HintIgnore"),
        system: false,
        member: String::new(),
        diskseq: None,
        media: Vec::new(),
        serial: text("Serial"),
        vendor: text("Vendor"),
        model: text("Model"),
        wwn: text("WWN"),
        partition: partition.as_ref().and_then(|partition| partition.value::<u32>("Number")).map_or(0, u64::from),
        offset: partition.as_ref().map_or(0, |partition| partition.number("Offset")),
        can_power_off: drive.as_ref().is_some_and(|drive| drive.flag("CanPowerOff")),
        sibling: text("SiblingId"),
        drive: drive_path,
        hindrance: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::path::PathBuf;
    use zbus::names::OwnedInterfaceName;
    use zbus::{OwnedVariant, Variant};

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
    fn an_empty_or_unprobed_device_is_no_volume() {
        assert!(volumes(&objects(block("b78e-6cc4", "filesystem", 0), true)).is_empty());
        assert!(volumes(&objects(block("", "", 10), true)).is_empty());
        assert!(volumes(&objects(block("b78e-6cc4", "raid", 10), true)).is_empty());
        assert!(volumes(&objects(block("b78e-6cc4", "filesystem", 10), false)).is_empty());
        assert!(volumes(&objects(HashMap::new(), true)).is_empty());
    }

    #[test]
    fn an_encrypted_container_is_listed_as_unusable() {
        let mut objects = objects(block("b78e-6cc4", "crypto", 10), false);
        let why =
            |objects: &ManagedObjects| volumes(objects)[0].hindrance.clone().map(|found| (found.why, found.cause));
        assert_eq!(why(&objects), Some((Unusable::Locked, "ext4".to_owned())));
        let cleartext = variant(OwnedObjectPath::try_from("/cleartext").unwrap());
        let container = objects.get_mut(&OwnedObjectPath::try_from("/block").unwrap()).unwrap();
        let encrypted = OwnedInterfaceName::try_from(ENCRYPTED).unwrap();
        container.insert(encrypted, HashMap::from([("CleartextDevice".into(), cleartext)]));
        let inside = HashMap::from([(OwnedInterfaceName::try_from(BLOCK).unwrap(), block("INNER", "other", 9))]);
        objects.insert(OwnedObjectPath::try_from("/cleartext").unwrap(), inside);
        assert_eq!(why(&objects), Some((Unusable::Container, "INNER".to_owned())));
    }

    #[test]
    fn an_unrecognised_device_has_no_uuid() {
        assert_eq!(unrecognised(&objects(block("", "", 10), false)).len(), 1);
        assert!(unrecognised(&objects(block("", "", 0), false)).is_empty());
        assert!(unrecognised(&objects(block("b78e-6cc4", "filesystem", 10), true)).is_empty());
        assert_eq!(empty_drives(&objects(block("", "", 0), false)).len(), 1);
    }
}
