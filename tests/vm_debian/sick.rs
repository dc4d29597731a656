//! A disk that does not do as it should, by the device mapper's targets.

use super::machine::Vm;
use super::mapped::Table;

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
