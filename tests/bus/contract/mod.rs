//! `dbus/de.example.Backup.xml` is the contract: the running object, the client's proxy, the error names, the bus policy, the
//! polkit files and the units are held against it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use asbackup_api::Status;
use asbackup_api::bus::{Action, BUS_NAME, BackupProxy, ERROR_PREFIX, Error, INTERFACE, OBJECT_PATH};
use asbackup_testing::harness::service::{BusService, UUID};
use zbus::DBusError;
use zbus::fdo::IntrospectableProxy;
use zbus_xml::{Annotation, Arg, ArgDirection, Interface, Node, Property};

mod units;

const CHANGES: &str = "org.freedesktop.DBus.Property.EmitsChangedSignal";

fn project(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(path).unwrap()
}

fn contract() -> String {
    project("dbus/de.example.Backup.xml")
}

/// What stands between each `before` and the `after` that follows it.
fn between<'a>(text: &'a str, before: &str, after: &str) -> BTreeSet<&'a str> {
    let parts = text.split(before).skip(1);
    parts.map(|part| part.split(after).next().unwrap()).collect()
}

/// One line a member: kind, name, and all that a caller depends on.
fn members(interface: &Interface<'_>) -> BTreeSet<String> {
    let arguments = |args: &[Arg<'_>], default| -> String {
        let one = |arg: &Arg<'_>| {
            let direction = arg.direction().unwrap_or(default);
            let name = arg.name().unwrap_or("?").to_owned();
            format!(" {direction:?} {} {name}", arg.ty())
        };
        args.iter().map(one).collect()
    };
    let methods = interface.methods();
    let methods = methods.map(|m| format!("method {}{}", m.name(), arguments(m.args(), ArgDirection::In)));
    let signals = interface.signals();
    let signals = signals.map(|s| format!("signal {}{}", s.name(), arguments(s.args(), ArgDirection::Out)));
    let properties = interface.properties().map(property);
    methods.chain(signals).chain(properties).collect()
}

fn property(property: &Property<'_>) -> String {
    let is_changes = |annotation: &&Annotation<'_>| annotation.name() == CHANGES;
    let changes = property.annotations().iter().find(is_changes);
    // The specification's default.
    let changes = changes.map_or("true", |annotation| annotation.value());
    let (name, access) = (property.name(), property.access());
    format!("property {name} {} {access:?} changes={changes}", property.ty())
}

fn ours<'a>(node: &'a Node<'a>) -> &'a Interface<'a> {
    let mut interfaces = node.interfaces().iter();
    interfaces.find(|interface| interface.name().as_str() == INTERFACE).unwrap()
}

fn names(kind: &str) -> BTreeSet<String> {
    let xml = contract();
    let node = Node::from_reader(xml.as_bytes()).unwrap();
    let members = members(ours(&node)).into_iter();
    let of_kind = members.filter_map(|line| {
        let mut words = line.split(' ').map(str::to_owned);
        (words.next()? == kind).then(|| words.next())?
    });
    of_kind.collect()
}

#[tokio::test]
async fn the_running_object_is_what_the_contract_says() {
    let service = BusService::new().await;
    let client = service.bus.connect().await;
    let builder = IntrospectableProxy::builder(&client).destination(BUS_NAME);
    let object = builder.path(OBJECT_PATH).build().await.unwrap();
    let live = object.introspect().await.unwrap();
    let live = Node::from_reader(live.as_bytes()).unwrap();
    let xml = contract();
    let documented = Node::from_reader(xml.as_bytes()).unwrap();
    assert_eq!(members(ours(&live)), members(ours(&documented)));
    assert_eq!(documented.name(), Some(OBJECT_PATH));
}

#[test]
fn every_member_and_argument_is_documented() {
    let xml = contract();
    for kind in ["method", "signal"] {
        for name in names(kind) {
            assert!(xml.contains(&format!("\n      {name}:\n")), "{name}");
        }
    }
    for name in names("property") {
        let (short, long) = (format!("<!-- {name}: "), format!("\n      {name}: "));
        assert!(xml.contains(&short) || xml.contains(&long), "{name}");
    }
    let documented = between(&xml, "\n      @", ":");
    let there = between(&xml, "<arg name=\"", "\"");
    assert_eq!(documented, there);
}

#[test]
fn bus_every_property_is_a_field_of_the_status() {
    let fields: BTreeSet<String> = Status::KEYS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(fields, names("property"));
}

#[tokio::test]
async fn bus_the_client_proxy_knows_every_method() {
    let mut service = BusService::new().await;
    service.play_controller();
    let client: BackupProxy<'_> = service.client().await;
    assert_eq!(client.start(UUID).await, Ok(1));
    assert_eq!(client.start_allowing_deletions(UUID).await, Ok(2));
    assert_eq!(client.trust_disk(UUID).await, Ok(()));
    assert_eq!(client.cancel().await, Ok(()));
    assert_eq!(client.reload().await, Ok(()));
    assert_eq!(client.veeam_lock("job").await.as_deref(), Ok("held"));
    assert_eq!(client.veeam_unlock("job").await, Ok(()));
    assert!(client.list_disks().await.unwrap().is_empty());
    assert!(client.list_unformatted_disks().await.unwrap().is_empty());
    assert!(client.list_runs(1).await.unwrap().is_empty());
    let called = "Start StartAllowingDeletions TrustDisk Cancel Reload VeeamLock VeeamUnlock ListDisks \
                  ListUnformattedDisks ListRuns";
    let called: BTreeSet<String> = called.split(' ').map(str::to_owned).collect();
    assert_eq!(called, names("method"));
}

#[test]
fn every_error_of_the_program_is_in_the_contract() {
    let xml = contract();
    let words: BTreeSet<&str> = xml.split(|c: char| !c.is_alphanumeric()).collect();
    for name in Error::NAMES {
        assert!(words.contains(name), "{name}");
    }
    let stopping = Error::new("Stopping", String::new());
    assert!(xml.contains(stopping.name().as_str()));
    assert!(xml.contains(ERROR_PREFIX));
}

#[test]
fn the_polkit_ids_are_the_same_everywhere() {
    let actions: BTreeSet<&str> = Action::ALL.iter().map(|action| action.id()).collect();
    let policy = project("polkit/de.example.Backup.policy");
    assert_eq!(between(&policy, "<action id=\"", "\""), actions);
    assert_eq!(between(&contract(), "polkit action: ", "\n"), actions);
    let rules = project("polkit/de.example.Backup.rules");
    let ruled = between(&rules, "action.id == \"", "\"");
    assert_eq!(ruled.difference(&actions).count(), 0);
    assert_eq!(ruled.len(), 4, "start, cancel, veeam-lock, veeam-unlock");
}

#[test]
fn every_polkit_question_is_in_both_languages() {
    let policy = project("polkit/de.example.Backup.policy");
    for action in policy.split("<action id=").skip(1) {
        for part in ["<description>", "<description xml:lang=\"de\">", "<message>", "<message xml:lang=\"de\">"] {
            assert_eq!(action.matches(part).count(), 1, "{part} in {action}");
        }
    }
}

#[test]
fn the_bus_policy_lets_everybody_ask_and_nobody_but_root_be_asked() {
    let policy = project("dbus/de.example.Backup.conf");
    let interfaces = between(&policy, "send_interface=\"", "\"");
    let expected = [
        INTERFACE,
        "org.freedesktop.DBus.Introspectable",
        "org.freedesktop.DBus.Peer",
        "org.freedesktop.DBus.Properties",
    ];
    assert_eq!(interfaces, BTreeSet::from(expected));
    let destinations = between(&policy, "send_destination=\"", "\"");
    assert_eq!(destinations, BTreeSet::from([BUS_NAME]));
    assert_eq!(policy.matches("<allow own=").count(), 1);
}
