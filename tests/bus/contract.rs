//! `dbus/de.example.Backup.xml` is the contract: the running object, the client's proxy, the error names, the bus policy, the
//! polkit files and the units are held against it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use asbackup_api::Status;
use asbackup_api::bus::{Action, BUS_NAME, BackupProxy, ERROR_PREFIX, Error, INTERFACE, OBJECT_PATH};
use asbackup_testing::harness::service::{BusService, UUID};
use zbus::DBusError;
use zbus::fdo::IntrospectableProxy;
use zbus_xml::{Annotation, Arg, ArgDirection, Interface, Node, Property};

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

#[test]
fn the_name_starts_the_unit_through_its_alias() {
    let activation = project("dbus/de.example.Backup.service");
    assert_eq!(between(&activation, "\nName=", "\n"), BTreeSet::from([BUS_NAME]));
    let unit = project("systemd/asbackupd.service");
    let alias = between(&unit, "\nAlias=", "\n");
    assert_eq!(alias, between(&activation, "\nSystemdService=", "\n"));
}

#[test]
fn systemd_finds_no_fault_in_the_units() {
    let directory = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for name in [
        "asbackupd.service",
        "asbackup-copy.service",
        "asbackup-copy.timer",
        "asbackup-mail.socket",
        "asbackup-mail@.service",
        "asbackup-veeam.socket",
        "asbackup-veeam@.service",
    ] {
        // The programs themselves are not installed where this runs.
        let unit = project(&format!("systemd/{name}"));
        let unit = unit.replace("/usr/libexec/asbackup/asbackupd", "/bin/true");
        let unit = unit.replace("/usr/libexec/asbackup/asbackup-net", "/bin/true");
        let file = directory.path().join(name);
        fs::write(&file, &unit).unwrap();
        if name.contains('@') {
            // A template is looked at by one of its instances, and found by its socket.
            files.push(directory.path().join(name.replace('@', "@1")));
            fs::write(files.last().unwrap(), unit).unwrap();
        } else {
            files.push(file);
        }
    }
    let places = format!("{}:", directory.path().display());
    let mut analyze = Command::new("systemd-analyze");
    analyze.args(["--man=no", "verify"]).args(files).env("SYSTEMD_UNIT_PATH", places);
    let verdict = analyze.output().unwrap();
    let said = String::from_utf8_lossy(&verdict.stderr);
    assert!(verdict.status.success() && said.is_empty(), "{said}");
}

/// The exposure as systemd counts it, 0 to 10. The tests in the virtual machine show that everything works in there.
#[test]
fn the_unit_is_locked_down() {
    let verdict = Command::new("systemd-analyze")
        .args(["security", "--no-pager", "--offline=true", "--threshold=30"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/systemd/asbackupd.service"))
        .output()
        .unwrap();
    assert!(verdict.status.success(), "{}", String::from_utf8_lossy(&verdict.stdout));
    let unit = project("systemd/asbackupd.service");
    let bounds = between(&unit, "\nCapabilityBoundingSet=", "\n");
    let names: Vec<&str> = bounds.first().unwrap().split(' ').collect();
    let proven = ["DAC_OVERRIDE", "CHOWN", "FOWNER", "FSETID", "MKNOD", "SETFCAP", "SYS_ADMIN", "SYS_PTRACE"];
    assert_eq!(names, proven.map(|name| format!("CAP_{name}")));
    // In no group that Debian 12 knows; without them rsync could not be confined.
    let filter = [
        "@system-service",
        "landlock_create_ruleset landlock_add_rule landlock_restrict_self",
        "~@resources @setuid @keyring listen accept accept4",
    ];
    assert_eq!(between(&unit, "\nSystemCallFilter=", "\n"), BTreeSet::from(filter));
}

/// What speaks with foreign servers has the network and nothing else.
#[test]
fn the_units_that_speak_with_other_computers_have_no_right() {
    for name in ["mail", "veeam"] {
        let path = format!("{}/systemd/asbackup-{name}@.service", env!("CARGO_MANIFEST_DIR"));
        let verdict = Command::new("systemd-analyze")
            .args(["security", "--no-pager", "--offline=true", "--threshold=20", &path])
            .output()
            .unwrap();
        assert!(verdict.status.success(), "{}", String::from_utf8_lossy(&verdict.stdout));
        let unit = project(&format!("systemd/asbackup-{name}@.service"));
        for line in ["DynamicUser=yes", "CapabilityBoundingSet=", "StandardInput=socket", "SocketBindDeny=any"] {
            assert!(unit.contains(&format!("\n{line}\n")), "{line}");
        }
        assert!(unit.contains("\nMemoryMax=") && unit.contains("\nRuntimeMaxSec="), "{unit}");
        assert!(!unit.contains("\nLoadCredential="), "the password comes with what is to be done");
        let socket = project(&format!("systemd/asbackup-{name}.socket"));
        for line in ["Accept=yes", "SocketMode=0600", &format!("ListenStream=/run/asbackup/{name}.socket")] {
            assert!(socket.contains(&format!("\n{line}\n")), "{line}");
        }
    }
}

#[test]
fn the_unit_has_no_network() {
    let unit = project("systemd/asbackupd.service");
    for line in ["PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX", "SocketBindDeny=any", "IPAddressDeny=any"] {
        assert!(unit.contains(&format!("\n{line}\n")), "{line}");
    }
    for key in ["SocketBindAllow", "IPAddressAllow", "AmbientCapabilities"] {
        assert!(!unit.contains(&format!("\n{key}=")), "{key}");
    }
    let wanted = unit.lines().find(|line| line.starts_with("Wants=")).unwrap();
    assert!(wanted.contains(" asbackup-mail.socket") && wanted.contains(" asbackup-veeam.socket"), "{wanted}");
}

#[test]
fn no_unit_hides_disks_or_sources() {
    let unit = project("systemd/asbackupd.service");
    let set: Vec<&str> = unit
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('=').map(|(key, _)| key))
        .collect();
    for key in [
        "MountFlags",
        "PrivateUsers",
        "PrivateTmp",
        "PrivateDevices",
        "TemporaryFileSystem",
        "InaccessiblePaths",
        "ProtectHome",
    ] {
        assert!(!set.contains(&key), "{key}");
        assert!(unit.contains(&format!("#   {key}")) || unit.contains(&format!(", {key}")));
    }
    assert!(unit.contains("\nProtectSystem=full\n"));
}

/// In a mount namespace of its own, with an empty `/etc` and `/usr/share`, where the package has just been unpacked.
#[test]
fn a_fresh_installation_names_the_next_step_and_an_upgrade_does_not() {
    let script =
        "set -e; cd \"$1\"; mount -t tmpfs none /mnt; cp /etc/passwd /etc/group /mnt; cp config.ini.template /mnt
        postinst=$(cat packaging/debian/postinst)
        mount --move /mnt /etc; mkdir /etc/asbackup; mount -t tmpfs none /usr/share; mkdir /usr/share/asbackup
        mv /etc/config.ini.template /usr/share/asbackup; sh -c \"$postinst\" postinst configure; echo ---
        sh -c \"$postinst\" postinst configure; stat --format=%a /etc/asbackup/config.ini";
    for (language, word) in [("de_DE.UTF-8", "noch nicht eingerichtet"), ("C.UTF-8", "not set up yet")] {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", script, "sh", env!("CARGO_MANIFEST_DIR")]).env("LC_ALL", language);
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        let (first, second) = said.split_once("---\n").unwrap_or_else(|| panic!("{done:?}"));
        assert!(first.contains(word) && first.ends_with("sudo asbackup setup\n"), "{done:?}");
        assert_eq!(second, "600\n", "{done:?}");
    }
}

#[test]
fn the_group_and_the_directory_are_made() {
    let root = tempfile::tempdir().unwrap();
    for (kind, tool) in [("sysusers", "systemd-sysusers"), ("tmpfiles", "systemd-tmpfiles")] {
        let directory = root.path().join(format!("usr/lib/{kind}.d"));
        fs::create_dir_all(&directory).unwrap();
        let file = project(&format!("packaging/asbackup.{kind}"));
        fs::write(directory.join("asbackup.conf"), file).unwrap();
        fs::create_dir_all(root.path().join("etc")).unwrap();
        let mut command = Command::new(tool);
        command.arg(format!("--root={}", root.path().display()));
        if kind == "tmpfiles" {
            command.arg("--create");
        }
        assert!(command.status().unwrap().success(), "{tool}");
    }
    let groups = fs::read_to_string(root.path().join("etc/group")).unwrap();
    assert!(groups.lines().any(|line| line.starts_with("asbackup:")));
    assert!(root.path().join("etc/asbackup").is_dir());
}
