//! The units say what systemd has to enforce, and what an installation makes.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use asbackup_api::bus::BUS_NAME;

use super::{between, project};

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
            // A template is verified through one of its instances, and found by its socket.
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
