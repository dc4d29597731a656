//! Disks and partitions without a file system, which nobody would hear of: what UDisks2 knows of them, and whether they are empty by
//! what is on them. That nothing is recognised does not mean that there is nothing: an unknown system's disk has no signature, either.
//! Lists none that anybody uses, none of the machine's own, and no drive that is built in.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use zbus::OwnedObjectPath;
use zbus::fdo::ManagedObjects;

use super::objects::{BLOCK, ENCRYPTED as CONTAINER, FILESYSTEM, Interfaces, PARTITION, Properties, drive_of};
use super::stack::Stack;
use super::{kernel, machine};
use crate::model::Contents;

const TABLE: &str = "org.freedesktop.UDisks2.PartitionTable";
const LOOP: &str = "org.freedesktop.UDisks2.Loop";
const SWAP: &str = "org.freedesktop.UDisks2.Swapspace";
/// Partitions for files: of Linux, and of Windows. All others have a purpose of their own, and may well be empty.
const FOR_FILES: [&str; 7] = [
    "0fc63daf-8483-4772-8e79-3d69d8477de4",
    "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",
    "0x83",
    "0x07",
    "0x0b",
    "0x0c",
    "0x0e",
];
/// So much is looked at, at either end: what says what a disk is lies there.
const END: u64 = 1 << 20;

/// A device that could get a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unformatted {
    pub device: PathBuf,
    pub device_number: u64,
    pub diskseq: Option<u64>,
    /// Bytes.
    pub size: u64,
    pub vendor: String,
    pub model: String,
    pub contents: Contents,
}

/// What there is, in a stable order; whether it is empty is not known yet (`Contents::Unreadable`).
pub fn unformatted(objects: &ManagedObjects) -> Vec<Unformatted> {
    let system = machine::Disks::of_system();
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

/// Only the whole has a `Loop` of its own.
fn is_part_of_loop(interfaces: &Interfaces, objects: &ManagedObjects) -> bool {
    let table = Properties::of(interfaces, PARTITION).and_then(|partition| partition.value::<OwnedObjectPath>("Table"));
    table.and_then(|table| objects.get(&table)).is_some_and(|disk| disk.contains_key(LOOP))
}

fn has_partitions(table: &OwnedObjectPath, objects: &ManagedObjects) -> bool {
    let mut partitions = objects.values().filter_map(|interfaces| Properties::of(interfaces, PARTITION));
    partitions.any(|partition| partition.value::<OwnedObjectPath>("Table").as_ref() == Some(table))
}

/// Whether something is built upon its disk, or the disk has partitions that UDisks2 does not tell of. A container that begins
/// behind the first mebibyte leaves no other trace.
fn is_used(device_number: u64) -> bool {
    let stack = Stack::of(device_number);
    let is_whole = stack.between().is_empty()
        && stack.disks.iter().any(|disk| disk.number == super::mount_table::shown(device_number));
    stack.torn || stack.beside().into_iter().any(|node| is_whole || !node.is_partition)
}

impl Unformatted {
    /// What is on it, where that is still open. Blocks.
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
mod tests {
    use super::*;
    use std::collections::HashMap;
    use zbus::names::OwnedInterfaceName;
    use zbus::{OwnedVariant, Variant};

    type Values = HashMap<String, OwnedVariant>;

    fn variant<'a>(value: impl Into<Variant<'a>>) -> OwnedVariant {
        value.into().try_into_owned().unwrap()
    }

    fn values<const N: usize>(pairs: [(&str, OwnedVariant); N]) -> Values {
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn path(text: &str) -> OwnedObjectPath {
        OwnedObjectPath::try_from(text).unwrap()
    }

    /// A disk on USB as UDisks2 tells of a new one, behind the changes of a case.
    struct Fixture {
        block: Values,
        drive: Values,
        others: Vec<(&'static str, Values)>,
        more: ManagedObjects,
    }

    impl Fixture {
        fn blank() -> Self {
            let block = values([
                ("IdUsage", variant("")),
                ("IdType", variant("")),
                ("Size", variant(8_u64 << 30)),
                ("Device", variant(b"/dev/asbackuptest\0".to_vec())),
                ("Drive", variant(path("/drive"))),
                ("HintSystem", variant(false)),
            ]);
            let drive = values([
                ("Removable", variant(true)),
                ("ConnectionBus", variant("usb")),
                ("Vendor", variant("WD")),
                ("Model", variant("Elements")),
            ]);
            Self { block, drive, others: Vec::new(), more: HashMap::new() }
        }

        fn found(self) -> Vec<Contents> {
            let name = |name: &str| OwnedInterfaceName::try_from(name).unwrap();
            let mut interfaces = HashMap::from([(name(BLOCK), self.block)]);
            interfaces.extend(self.others.into_iter().map(|(interface, values)| (name(interface), values)));
            let mut objects = self.more;
            objects.insert(path("/block"), interfaces);
            objects.insert(path("/drive"), HashMap::from([(name("org.freedesktop.UDisks2.Drive"), self.drive)]));
            unformatted(&objects).into_iter().map(|disk| disk.contents).collect()
        }
    }

    fn changed(change: impl FnOnce(&mut Fixture)) -> Vec<Contents> {
        let mut fixture = Fixture::blank();
        change(&mut fixture);
        fixture.found()
    }

    fn block(name: &'static str, value: OwnedVariant) -> Vec<Contents> {
        changed(|fixture| drop(fixture.block.insert(name.to_owned(), value)))
    }

    fn partition(kind: &str, is_container: bool) -> Values {
        let container = variant(is_container);
        values([("Type", variant(kind)), ("IsContainer", container), ("Table", variant(path("/table")))])
    }

    #[test]
    fn a_new_disk_is_found_and_whether_it_is_empty_is_still_to_be_seen() {
        assert_eq!(Fixture::blank().found(), [Contents::Unreadable]);
        assert_eq!(block("ReadOnly", variant(true)), [Contents::ReadOnly]);
        assert_eq!(changed(|fixture| fixture.others.push((TABLE, Values::new()))), [Contents::NoPartition]);
    }

    #[test]
    fn what_has_a_use_or_no_medium_is_not_offered() {
        for (name, value) in [
            ("IdUsage", variant("filesystem")),
            ("IdUsage", variant("crypto")),
            ("IdUsage", variant("raid")),
            ("IdUsage", variant("other")),
            ("IdType", variant("something")),
            ("Size", variant(0_u64)),
            ("HintIgnore", variant(true)),
        ] {
            assert!(block(name, value).is_empty(), "{name}");
        }
        for interface in [FILESYSTEM, SWAP, CONTAINER] {
            assert!(changed(|fixture| fixture.others.push((interface, Values::new()))).is_empty(), "{interface}");
        }
    }

    #[test]
    fn no_drive_that_is_built_in_is_offered_and_no_optical_one() {
        let built_in = |fixture: &mut Fixture| {
            fixture.block.insert("HintSystem".into(), variant(true));
            fixture.drive = values([("Removable", variant(false)), ("ConnectionBus", variant(""))]);
        };
        assert!(changed(built_in).is_empty());
        assert!(changed(|fixture| drop(fixture.drive.insert("Optical".into(), variant(true)))).is_empty());
        assert!(block("Drive", variant(path("/"))).is_empty(), "device mapper, RAM disks");
        let rdx = |fixture: &mut Fixture| {
            fixture.block.insert("HintSystem".into(), variant(true));
            fixture.drive.insert("ConnectionBus".into(), variant(""));
        };
        assert_eq!(changed(rdx).len(), 1);
    }

    #[test]
    fn of_partitions_those_for_files_are_offered_and_their_disk_is_not() {
        let of = |kind: &str, is_container: bool| {
            changed(|fixture| fixture.others.push((PARTITION, partition(kind, is_container))))
        };
        for kind in ["0FC63DAF-8483-4772-8E79-3D69D8477DE4", "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", "0x83"] {
            assert_eq!(of(kind, false), [Contents::Unreadable], "{kind}");
        }
        // Reserved by Microsoft, for GRUB, for EFI, extended.
        for (kind, is_container) in [
            ("e3c9e316-0b5c-4db8-817d-f92df00215ae", false),
            ("21686148-6449-6e6f-744e-656564454649", false),
            ("c12a7328-f81f-11d2-ba4b-00a0c93ec93b", false),
            ("0x05", true),
            ("0x83", true),
        ] {
            assert!(of(kind, is_container).is_empty(), "{kind}");
        }
        let divided = changed(|fixture| {
            fixture.others.push((TABLE, Values::new()));
            let name = OwnedInterfaceName::try_from(PARTITION).unwrap();
            let values = values([("Table", variant(path("/block")))]);
            fixture.more.insert(path("/part"), HashMap::from([(name, values)]));
        });
        assert!(divided.is_empty());
    }

    #[test]
    fn a_byte_at_either_end_is_enough_and_a_small_device_is_read_whole() {
        let place = tempfile::tempdir().unwrap();
        let file = File::options().read(true).write(true).create_new(true).open(place.path().join("disk")).unwrap();
        let size = 3 * END + 512;
        file.set_len(size).unwrap();
        let zero = |size: u64| {
            is_zero_at(&file, 0, size).unwrap() && is_zero_at(&file, size.saturating_sub(END), size).unwrap()
        };
        assert!(zero(size) && zero(512));
        for place in [0, END - 1, size - END, size - 1] {
            file.write_all_at(&[1], place).unwrap();
            assert!(!zero(size), "{place}");
            file.write_all_at(&[0], place).unwrap();
        }
        assert!(is_zero(Path::new("/dev/null"), 0).is_err() && is_zero(Path::new("/nonexistent"), 0).is_err());
    }
}
