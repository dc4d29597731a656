//! From a bare system to the first copy, as the README tells it.

use super::machine::Vm;
use super::scene::NAME;

#[test]
fn a_stranger_installs_edits_plugs_in_and_has_a_copy() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    vm.wait_safe(&[&disk]);
    assert!(vm.status().contains("safe to remove now"), "{}", vm.status());
    vm.pull(&disk);
    vm.wait_safe(&[]);
    disk.assert_clean();
}

#[test]
fn with_the_untouched_template_it_runs_idle_and_says_what_to_fill_in() {
    let mut vm = Vm::installed();
    assert_eq!(vm.ok("systemctl is-active asbackupd && systemctl show -P NRestarts asbackupd"), "active\n0");
    for told in [vm.status(), vm.journal("-g config.ini")] {
        assert!(told.contains("filesystem-ids-and-notification-mail-addresses"), "{told}");
        assert!(told.contains("backup-source"), "{told}");
    }
    assert_eq!(vm.ok("stat -c '%a %U %G' /etc/asbackup/config.ini"), "600 root root");
    vm.ok("cmp /etc/asbackup/config.ini /usr/share/asbackup/config.ini.template");
    assert_eq!(vm.ok("systemctl list-units --failed --no-legend 'asbackup*'"), "");
}

#[test]
fn all_units_pass_verification() {
    let mut vm = Vm::installed();
    let units = "/usr/lib/systemd/system/asbackup*.service /usr/lib/systemd/system/asbackup*.timer";
    assert_eq!(vm.ok(&format!("systemd-analyze verify --man=no {units}")), "");
    println!("{}", vm.ok("systemd-analyze security --no-pager asbackupd | tail -n 1"));
}

#[test]
fn the_bus_starts_the_service() {
    let mut vm = Vm::installed();
    vm.ok("systemctl stop asbackupd");
    vm.ok(&format!("busctl get-property {NAME} Version"));
    vm.wait("systemctl is-active asbackupd");
    vm.ok("systemctl disable asbackupd && systemctl stop asbackupd");
    vm.refused(&format!("busctl get-property {NAME} Version"));
}

#[test]
fn a_faulty_config_is_refused_and_the_old_one_stays_in_force() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.set("max-deletions-percent", "many");
    vm.refused("systemctl reload asbackupd");
    vm.ok("systemctl is-active asbackupd");
    for told in [vm.status(), vm.journal("-g max-deletions-percent"), vm.property("ConfigError")] {
        assert!(told.contains("max-deletions-percent") && told.contains("many"), "{told}");
    }
    vm.plug(&disk);
    vm.wait_success(&disk);
}
