//! FAT keeps local time, in two seconds' steps and from 1980 to 2107 only: what the kernel's own driver makes of it.

use super::machine::Vm;
use super::scene::{NAME, SOURCE};

/// Also zones that lie in the past, and off by a part of an hour.
const ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"];

#[test]
fn a_fat_is_not_copied_again_when_the_time_zone_changes() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("LOCAL", "vfat");
    vm.plug(&disk);
    vm.configure(&[&disk]);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    for (number, zone) in ZONES.into_iter().enumerate() {
        vm.pull(&disk);
        // It tells the kernel as well, as is done at boot.
        vm.ok(&format!("timedatectl set-timezone {zone}"));
        vm.plug(&disk);
        vm.wait_success(&disk);
        vm.assert_nothing_was_to_be_copied();
        assert_eq!(vm.journal("").matches("the disk stores local time").count(), number + 1, "{zone}");
        vm.assert_copied(&disk);
    }
    // Where nothing has changed, nothing is reported.
    vm.pull(&disk);
    vm.plug(&disk);
    vm.wait_success(&disk);
    assert_eq!(vm.journal("").matches("the disk stores local time").count(), ZONES.len());
}

#[test]
fn times_that_no_fat_holds_are_not_copied_at_each_run() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("LOCAL", "vfat");
    vm.plug(&disk);
    vm.make_repository();
    vm.ok(&format!("cd {SOURCE} && for year in 1970 1979 2120 2150; do echo $year > $year.vbk; touch -d $year-06-01 $year.vbk; done"));
    vm.edit_config(&[&disk]);
    vm.ok("systemctl reload asbackupd");
    vm.wait_success(&disk);
    for _ in 0..2 {
        // What is read of a FAT's times comes from the medium only when it is plugged in anew.
        vm.pull(&disk);
        vm.plug(&disk);
        vm.wait_success(&disk);
        vm.assert_nothing_was_to_be_copied();
    }
    vm.ok(&format!("cd {SOURCE} && echo 1971 > 1970.vbk && touch -d 1970-06-01 1970.vbk"));
    vm.ok(&format!("busctl call {NAME} Start s ''"));
    vm.wait_success(&disk);
    vm.ok(&format!("mount -o ro /dev/disk/by-uuid/{} /mnt && cmp {SOURCE}/1970.vbk /mnt/1970.vbk; said=$?; umount /mnt; test $said = 0", disk.uuid));
}
