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

/// A new USB disk as UDisks2 lists it, with the changes of a test case.
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
fn a_new_disk_is_found_before_it_is_read() {
    assert_eq!(Fixture::blank().found(), [Contents::Unreadable]);
    assert_eq!(block("ReadOnly", variant(true)), [Contents::ReadOnly]);
    assert_eq!(changed(|fixture| fixture.others.push((TABLE, Values::new()))), [Contents::NoPartition]);
}

#[test]
fn devices_with_a_use_or_without_a_medium_are_not_offered() {
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
fn built_in_and_optical_drives_are_not_offered() {
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
fn partitions_for_files_are_offered_and_their_disk_is_not() {
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
fn a_byte_at_either_end_means_not_empty() {
    let place = tempfile::tempdir().unwrap();
    let file = File::options().read(true).write(true).create_new(true).open(place.path().join("disk")).unwrap();
    let size = 3 * END + 512;
    file.set_len(size).unwrap();
    let zero =
        |size: u64| is_zero_at(&file, 0, size).unwrap() && is_zero_at(&file, size.saturating_sub(END), size).unwrap();
    assert!(zero(size) && zero(512));
    for place in [0, END - 1, size - END, size - 1] {
        file.write_all_at(&[1], place).unwrap();
        assert!(!zero(size), "{place}");
        file.write_all_at(&[0], place).unwrap();
    }
    assert!(is_zero(Path::new("/dev/null"), 0).is_err() && is_zero(Path::new("/nonexistent"), 0).is_err());
}
