//! A daemon that hangs, a machine that sleeps, and a disk that is powered off.

use super::interrupted::mid_copy;
use super::machine::Vm;

#[test]
fn the_watchdog_ends_a_stuck_daemon_and_the_copy_is_resumed() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    // Three minutes by itself.
    vm.ok("mkdir -p /run/systemd/system/asbackupd.service.d");
    vm.ok("printf '[Service]\\nWatchdogSec=20\\n' > /run/systemd/system/asbackupd.service.d/watchdog.conf");
    vm.ok("systemctl daemon-reload && systemctl restart asbackupd");
    vm.configure(&[&disk]);
    vm.make_big_repository();
    vm.plug_slow(&disk);
    vm.wait_mid_copy();
    vm.ok("systemctl kill --kill-whom=main --signal=STOP asbackupd");
    vm.wait_until("systemctl show -P NRestarts asbackupd", |said| said == "1");
    vm.speed_up(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    let told = vm.journal("");
    assert!(told.contains("Watchdog timeout"), "{told}");
    assert!(told.contains("because the previous run was interrupted"), "{told}");
}

#[test]
fn a_machine_that_is_made_to_sleep_in_mid_copy_goes_on_after_it() {
    let (mut vm, disk) = mid_copy();
    // All but the last step of falling asleep, which emulated machines were seen not to come back from: for some seconds no process runs
    // and no device works.
    vm.ok("echo devices > /sys/power/pm_test && echo 3 > /sys/module/suspend/parameters/pm_test_delay");
    // A machine that writes back everything first would fall asleep when the copy is done. Who waits for the slow disk can't be stopped
    // before it has answered.
    vm.ok("echo 0 > /sys/power/sync_on_suspend && echo 60000 > /sys/power/pm_freeze_timeout");
    vm.set_speed(&disk, 1 << 20);
    // Not before this call is answered.
    vm.ok("systemd-run --no-block sh -c 'sleep 5; echo mem > /sys/power/state'");
    vm.wait_slept();
    vm.speed_up(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    assert_eq!(vm.ok("systemctl show -P NRestarts asbackupd"), "0");
    let told = vm.ok("journalctl --no-pager -o cat");
    let place = |words: &str| told.find(words).unwrap_or_else(|| panic!("no {words:?} in {told}"));
    let order = ["Step 6", "PM: suspend entry", "Waiting for 3 second", "PM: suspend exit", "” succeeded."].map(place);
    assert!(order.is_sorted(), "it was to sleep in mid-copy: {order:?}");
}

#[test]
fn a_disk_is_powered_off_after_a_good_copy_and_copied_to_when_it_is_back() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.set("power-off-after-copy", "true");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.wait(&format!("! grep -lx {} /sys/bus/usb/devices/*/serial", disk.name));
    vm.wait_safe(&[]);
    assert_eq!(vm.property("LastWarnings"), "as 0");
    assert!(vm.status().contains("succeeded"), "{}", vm.status());
    let told = vm.journal("");
    assert!(told.contains("is powered off") && !told.contains("too early"), "{told}");
    vm.pull(&disk);
    disk.assert_clean();
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.pull(&disk);
}
