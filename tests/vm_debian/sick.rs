//! A disk that does not do as it should, by the device mapper's targets.

use super::machine::Vm;
use super::mapped::Table;
use super::scene::NAME;

#[test]
fn vm_a_disk_that_takes_its_time_for_each_write_gets_a_whole_copy() {
    let mut vm = Vm::installed();
    let disk = vm.plug_mapped("OFFSITE");
    vm.make_repository();
    vm.make_big_repository();
    vm.edit_config(&[&disk]);
    vm.ok("systemctl reload asbackupd");
    vm.wait_mid_copy();
    vm.map(&disk, Table::Slow);
    vm.speed_up(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

#[test]
fn vm_a_disk_that_hangs_without_an_error_ends_its_run_holds_up_no_other_and_is_cleared_up_when_it_answers() {
    let mut vm = Vm::installed();
    let (silent, other) = (vm.plug_mapped("SILENT"), vm.make_disk("OTHER", "ext4"));
    vm.make_repository();
    vm.make_big_repository();
    vm.edit_config(&[&silent, &other]);
    vm.set("disk-patience-seconds", "20");
    vm.ok("systemctl reload asbackupd");
    vm.wait_mid_copy();
    vm.hang(&silent);
    vm.speed_up(&silent);
    vm.wait_result("aborted", &silent);
    assert!(vm.property("LastError").contains("does not answer"), "{}", vm.property("LastError"));
    vm.wait_safe(&[]);
    // The kernel counts what the silent disk has not taken among what all may leave unwritten, and `root/vm.conf` allows little.
    vm.ok("echo 20 > /proc/sys/vm/dirty_ratio && echo 10 > /proc/sys/vm/dirty_background_ratio");
    vm.plug(&other);
    vm.wait_success(&other);
    vm.wait_safe(&[&other]);
    // Who insists is told the same, and nothing gets stuck by it.
    vm.ok(&format!("busctl call {NAME} Start s {}", silent.uuid));
    vm.wait_result("aborted", &silent);
    vm.answer(&silent);
    vm.wait_safe(&[&silent, &other]);
    vm.assert_unmounted();
    vm.ok(&format!("busctl call {NAME} Start s {}", silent.uuid));
    vm.wait_success(&silent);
    vm.assert_copied(&silent);
}
