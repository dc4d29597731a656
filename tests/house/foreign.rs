//! What others write and we read, in every shape that it can have: the values of UDisks2, the mount table, the history, texts for
//! people. Config, rsync's lines and lock files have their properties beside the code.

use std::collections::HashMap;

use asbackup::disks::inventory;
use asbackup_api::DiskId;
use asbackup_texts::harmless;
use procfs::process::MountInfo;
use proptest::prelude::*;
use zbus::fdo::ManagedObjects;
use zbus::names::OwnedInterfaceName;
use zbus::{OwnedObjectPath, OwnedVariant, Variant};

const INTERFACES: [&str; 4] = ["Block", "Filesystem", "Drive", "Loop"];
const PROPERTIES: [&str; 12] = [
    "IdUUID",
    "IdUsage",
    "IdType",
    "IdLabel",
    "Size",
    "DeviceNumber",
    "Device",
    "PreferredDevice",
    "Drive",
    "MountPoints",
    "ReadOnly",
    "HintIgnore",
];
const PATHS: [&str; 4] = ["/", "/org/freedesktop/UDisks2/block_devices/sda", "/drive", "/block"];

fn owned<'a>(value: impl Into<Variant<'a>>) -> OwnedVariant {
    value.into().try_into_owned().expect("no descriptor in it")
}

/// A value of the right type or of any other.
fn value() -> impl Strategy<Value = OwnedVariant> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..20);
    prop_oneof![
        3 => Just(owned("filesystem")),
        2 => "(?s).{0,40}".prop_map(|text: String| owned(text)),
        1 => any::<u64>().prop_map(owned),
        1 => any::<bool>().prop_map(owned),
        2 => bytes().prop_map(owned),
        2 => prop::collection::vec(bytes(), 0..3).prop_map(owned),
        1 => prop::sample::select(&PATHS).prop_map(|path| owned(OwnedObjectPath::try_from(path).expect("a path"))),
    ]
}

fn objects() -> impl Strategy<Value = ManagedObjects> {
    let properties =
        prop::collection::hash_map(prop::sample::select(&PROPERTIES).prop_map(str::to_owned), value(), 0..12);
    let interface = prop::sample::select(&INTERFACES)
        .prop_map(|name| OwnedInterfaceName::try_from(format!("org.freedesktop.UDisks2.{name}")).expect("a name"));
    let interfaces = prop::collection::hash_map(interface, properties, 0..4);
    let path = prop::sample::select(&PATHS).prop_map(|path| OwnedObjectPath::try_from(path).expect("a path"));
    prop::collection::hash_map(path, interfaces, 0..4).prop_map(|objects| objects.into_iter().collect())
}

fn has_text(interfaces: &HashMap<OwnedInterfaceName, HashMap<String, OwnedVariant>>, name: &str) -> bool {
    let block = interfaces.iter().find(|(interface, _)| interface.as_str().ends_with(".Block"));
    block.and_then(|(_, block)| block.get(name)).is_some_and(|value| value.downcast_ref::<String>().is_ok())
}

proptest! {
    #[test]
    fn only_a_probed_file_system_becomes_a_volume(objects in objects()) {
        for volume in inventory::volumes(&objects) {
            let interfaces = &objects[&volume.object];
            prop_assert!(has_text(interfaces, "IdUUID") && has_text(interfaces, "IdUsage"));
            prop_assert!(volume.size > 0 && !volume.id.as_str().is_empty());
            prop_assert!(!volume.device.as_os_str().is_empty());
        }
    }

    #[test]
    fn any_text_can_be_asked_for_as_a_disk(text in "(?s).{0,60}") {
        let id = DiskId::new(&text);
        prop_assert_eq!(DiskId::new(id.as_str()), id);
    }

    #[test]
    fn no_line_of_the_mount_table_makes_the_parser_panic(line in "(?s).{0,80}|[0-9 :/a-z,=-]{0,120}") {
        for line in line.lines() {
            let _ = MountInfo::from_line(line);
        }
    }

    #[test]
    fn nothing_that_is_shown_moves_a_cursor_or_ends_a_line(text in "(?s).{0,80}") {
        let shown = harmless(&text);
        prop_assert!(!shown.chars().any(char::is_control));
        prop_assert_eq!(harmless(&shown), shown);
    }
}
