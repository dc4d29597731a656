//! Others on the same machine: more disks, people, automounters, another bus.

use super::machine::Vm;
use super::scene::NAME;

#[test]
fn a_disk_plugged_in_at_boot_is_copied_to() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.ok("systemctl stop asbackupd && sync");
    vm.plug(&disk);
    vm.reboot();
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

#[test]
fn two_disks_at_once_are_copied_to_one_after_the_other() {
    let mut vm = Vm::installed();
    let (monday, tuesday) = (vm.make_disk("MONDAY", "ext4"), vm.make_disk("TUESDAY", "ext4"));
    vm.configure(&[&monday, &tuesday]);
    vm.plug(&tuesday);
    vm.plug(&monday);
    vm.wait(&format!("busctl get-property {NAME} SafeToRemove | grep '^as 2 '"));
    vm.assert_copied(&monday);
    vm.assert_copied(&tuesday);
}

#[test]
fn an_ordinary_user_may_look_but_not_touch() {
    let mut vm = Vm::installed();
    vm.ok("useradd -m guest && useradd -m -G asbackup clerk");
    let call = |user: &str, what: &str| format!("runuser -u {user} -- busctl call {NAME} {what}");
    vm.ok(&format!("runuser -u guest -- busctl get-property {NAME} Status"));
    for what in ["Start s ''", "Cancel", "Reload", "VeeamLock s job", "VeeamUnlock s job"] {
        // The message names the action that polkit was asked about.
        let said = vm.refused(&call("guest", what));
        assert!(said.contains("(de.example.Backup."), "{what}: {said}");
    }
    // polkit lets it through, and the daemon has nothing to cancel.
    let said = vm.refused(&call("clerk", "Cancel"));
    assert!(!said.contains("(de.example.Backup."), "{said}");
    vm.refused(&call("clerk", "Reload"));
    vm.ok(&call("veeam", "VeeamLock s job"));
    vm.ok(&call("veeam", "VeeamUnlock s job"));
}

#[test]
fn a_disk_mounted_by_hand_is_left_alone() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.make_repository();
    vm.plug(&disk);
    vm.wait("test -b /dev/sda && mount /dev/sda /mnt");
    vm.edit_config(&[&disk]);
    vm.ok("systemctl reload asbackupd");
    vm.wait_result("aborted", &disk);
    assert!(vm.property("LastError").contains("MountFailed"), "{}", vm.property("LastError"));
    assert_eq!(vm.ok("ls -A /mnt"), "lost+found");
    vm.ok("umount /mnt");
    vm.ok(&format!("busctl call {NAME} Start s ''"));
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

#[test]
fn beside_dbus_broker() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.ok("apt-get install --yes dbus-broker && systemctl enable dbus-broker");
    vm.reboot();
    vm.ok("systemctl is-active dbus-broker");
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    vm.ok("systemctl stop asbackupd");
    vm.ok(&format!("busctl get-property {NAME} Version"));
}

#[test]
fn file_systems_of_other_worlds() {
    let mut vm = Vm::installed();
    let all = ["vfat", "exfat", "ntfs", "xfs", "btrfs"];
    let disks = all.map(|file_system| vm.make_disk(&file_system.to_uppercase(), file_system));
    vm.configure(&disks.each_ref());
    for disk in disks {
        vm.plug(&disk);
        vm.wait_success(&disk);
        vm.assert_copied(&disk);
        vm.pull(&disk);
        disk.assert_clean();
    }
}

#[test]
fn beside_the_automounter_udiskie() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.ok("apt-get install --yes udiskie");
    vm.ok("systemd-run --unit=udiskie udiskie --no-notify --no-tray --no-password-prompt");
    vm.wait("busctl list | grep udiskie");
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.ok("udevadm info --query=property /dev/sda | grep -x UDISKS_SYSTEM=1");
    vm.assert_copied(&disk);
    vm.ok("systemctl is-active udiskie");
    // A stranger is none of our business: udiskie mounts it.
    vm.pull(&disk);
    let stranger = vm.make_disk("STRANGER", "ext4");
    vm.plug(&stranger);
    vm.wait("findmnt --noheadings --source LABEL=STRANGER");
}
