//! A failing disk, made of the device mapper's targets.

use super::disk::UsbDisk;
use super::machine::Vm;
use super::mapped::Table;
use super::scene::NAME;

/// A slow disk, and a copy to it that has just begun to write.
fn in_mid_copy(vm: &mut Vm, name: &str) -> UsbDisk {
    let disk = vm.plug_mapped(name);
    vm.make_repository();
    vm.make_big_repository();
    vm.edit_config(&[&disk]);
    vm.ok("systemctl reload asbackupd");
    vm.wait_mid_copy();
    disk
}

#[test]
fn a_disk_that_takes_its_time_for_each_write_gets_a_whole_copy() {
    let mut vm = Vm::installed();
    let disk = in_mid_copy(&mut vm, "OFFSITE");
    vm.map(&disk, Table::Slow);
    vm.speed_up(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

#[test]
fn a_hanging_disk_ends_its_run_and_is_cleared_up_when_it_answers() {
    let mut vm = Vm::installed();
    vm.set("disk-patience-seconds", "20");
    let disk = in_mid_copy(&mut vm, "SILENT");
    vm.hang(&disk);
    vm.speed_up(&disk);
    vm.wait_result("aborted", &disk);
    let error = vm.property("LastError");
    assert!(error.contains("WriteFailed") && error.contains("no longer answers"), "{error}");
    vm.answer(&disk);
    // It is not called safe before the mapped device is closed, too.
    vm.wait("! grep -q /media/root /proc/self/mountinfo");
    vm.wait_safe(&[]);
    vm.assert_unmounted();
    vm.ok(&format!("busctl call {NAME} Start s {}", disk.uuid));
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

/// A writer can wait for ever on an ext4 that the kernel has given up, and Debian 12's kernel does not call it read-only. So rsync stands
/// still here.
#[test]
fn an_rsync_that_waits_for_a_file_system_given_up_by_the_kernel_is_ended() {
    let mut vm = Vm::installed();
    let disk = in_mid_copy(&mut vm, "GIVENUP");
    vm.ok("kill -STOP $(grep -slx rsync /proc/[0-9]*/comm | cut -d / -f 3)");
    vm.map(&disk, Table::WriteErrors);
    vm.speed_up(&disk);
    // Whether it is told of the error that it brings about is up to the kernel.
    vm.run("timeout 30 sh -c 'touch /media/root/GIVENUP/tried && sync -f /media/root/GIVENUP/tried'");
    vm.wait_result("aborted", &disk);
    let error = vm.property("LastError");
    assert!(error.contains("WriteFailed") && error.contains("ext4"), "{error}");
    vm.assert_unmounted();
    assert_eq!(vm.ok("grep -slx rsync /proc/[0-9]*/comm || true"), "", "rsync is left");
    vm.map(&disk, Table::Sound);
    vm.ok(&format!("busctl call {NAME} Start s {}", disk.uuid));
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}
