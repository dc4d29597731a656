//! A copy that is interrupted from outside: plug, power, kill, UDisks2. Each time the next run completes the copy.

use super::disk::UsbDisk;
use super::machine::Vm;

/// An installed machine in the middle of a copy to a slow disk.
pub fn mid_copy() -> (Vm, UsbDisk) {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.make_big_repository();
    vm.plug_slow(&disk);
    vm.wait_mid_copy();
    (vm, disk)
}

#[test]
fn pulled_in_mid_copy_and_plugged_in_again() {
    let (mut vm, disk) = mid_copy();
    vm.pull(&disk);
    vm.wait_result("aborted", &disk);
    assert!(vm.property("LastError").contains("DiskRemoved"), "{}", vm.property("LastError"));
    vm.assert_unmounted();
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

#[test]
fn power_cut_in_mid_copy_and_boot_with_the_disk_in() {
    let (mut vm, disk) = mid_copy();
    vm.ok("sync -f /etc");
    vm.speed_up(&disk);
    vm.cut_power();
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    let told = vm.journal("-b -o cat");
    assert!(told.contains("interrupted") || told.contains("lock file"), "{told}");
    vm.pull(&disk);
    disk.assert_clean();
}

#[test]
fn the_daemon_is_killed_in_mid_copy() {
    let (mut vm, disk) = mid_copy();
    vm.ok("systemctl kill --kill-whom=main --signal=KILL asbackupd");
    vm.speed_up(&disk);
    vm.wait("systemctl is-active asbackupd");
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    assert_eq!(vm.ok("grep -slx rsync /proc/[0-9]*/comm || true"), "");
}

#[test]
fn udisks_is_restarted_in_mid_copy() {
    let (mut vm, disk) = mid_copy();
    vm.ok("systemctl restart udisks2");
    vm.speed_up(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

#[test]
fn the_service_is_stopped_in_mid_copy() {
    let (mut vm, disk) = mid_copy();
    vm.ok("systemctl stop --no-block asbackupd");
    vm.speed_up(&disk);
    vm.wait("test $(systemctl is-active asbackupd) = inactive");
    assert_eq!(vm.ok("systemctl show -P Result asbackupd"), "success");
    assert!(vm.journal("").contains("Run 1 to the disk “OFFSITE” failed"), "{}", vm.journal(""));
    vm.assert_unmounted();
    vm.ok("systemctl start asbackupd");
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

#[test]
fn reboot_in_mid_copy_leaves_a_clean_file_system_and_goes_on_after_it() {
    let (mut vm, disk) = mid_copy();
    // Slow to the end: the machine gives a copy some seconds, and a fast disk would be done in them.
    vm.stop_for_reboot();
    vm.speed_up(&disk);
    vm.wait_boot();
    assert!(!vm.ok("journalctl -k --no-pager").contains("recovering journal (sd"), "the disk was not unmounted");
    assert!(vm.journal("").contains("Run 1 to the disk “OFFSITE” failed"), "{}", vm.journal(""));
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    vm.pull(&disk);
    disk.assert_clean();
}

#[test]
fn the_machine_is_kept_awake_while_it_copies() {
    let (mut vm, disk) = mid_copy();
    let held = vm.ok("systemd-inhibit --list --no-pager --no-legend | grep asbackup");
    assert!(held.contains("sleep") && held.contains("shutdown"), "{held}");
    vm.speed_up(&disk);
    vm.wait_success(&disk);
    vm.wait("! systemd-inhibit --list --no-pager --no-legend | grep asbackup");
}
