//! A known file system on LUKS, LVM, md or the bare device mapper on USB disks: the copy succeeds, nothing is called safe
//! while it is open, what was pulled is not plugged in, and what comes again is no second disk. And disks that can't be read, or that somebody holds.

use serde_json::Value;

use super::disk::UsbDisk;
use super::machine::Vm;
use super::mapped::{Table, table};
use super::scene::NAME;

/// Records everything that the daemon sends on the bus.
const HEARD: &str = "/root/heard";

impl Vm {
    /// Plugs in a disk with an ext4 for others in its first partition, and an empty second one.
    fn plug_parted(&mut self, name: &str) -> UsbDisk {
        let disk = self.plug_wiped(name);
        let device = disk.device();
        self.ok(&format!(
            "parted --script {device} mklabel gpt mkpart other ext4 1MiB 65MiB mkpart copies ext4 65MiB 300MiB \
             && udevadm settle && mkfs.ext4 -q -L OTHER {device}-part1"
        ));
        disk
    }

    /// Without the file system, whose UUID another one is to have.
    fn plug_wiped(&mut self, name: &str) -> UsbDisk {
        let disk = self.make_disk(name, "ext4");
        self.plug(&disk);
        let device = disk.device();
        self.wait(&format!("test -b {device}"));
        self.ok(&format!("udevadm settle && wipefs --all --quiet {device}"));
        disk
    }

    /// udev looks at a new device first and waits for changes only then: what is made in between, it never learns of.
    fn format(&mut self, disk: &UsbDisk, device: &str) {
        let (name, uuid) = (&disk.name, &disk.uuid);
        self.ok(&format!("udevadm settle && mkfs.ext4 -q -L {name} -U {uuid} {device} && udevadm settle"));
    }

    /// The daemon knows the disk from now on, and its signals are recorded.
    fn begin(&mut self, disk: &UsbDisk) {
        let to_file = format!("--property=StandardOutput=append:{HEARD}");
        self.ok(&format!("systemd-run --unit=ear {to_file} busctl monitor --json=short {}", name()));
        self.wait(&format!("busctl get-property {NAME} Version > /dev/null; test -s {HEARD}"));
        self.configure(&[disk]);
    }

    fn copy_again(&mut self, disk: &UsbDisk) {
        self.ok(&format!("busctl call {NAME} Start s {}", disk.uuid));
        self.wait_success(disk);
    }

    fn is_present(&mut self, disk: &UsbDisk) -> bool {
        let said = self.ok("asbackup disks --json");
        let rows: Vec<Value> = serde_json::from_str(&said).expect("a list of disks");
        rows.iter().any(|row| row["uuid"] == disk.uuid.as_str() && row["present"] == true)
    }

    fn wait_gone(&mut self, disk: &UsbDisk) {
        self.wait_until("asbackup disks --json", |said| {
            let rows: Vec<Value> = serde_json::from_str(said).expect("a list of disks");
            rows.iter().any(|row| row["uuid"] == disk.uuid.as_str() && row["present"] == false)
        });
    }

    /// A good copy, and a word on what is still open.
    fn assert_still_open(&mut self, what: &str) {
        let warnings = self.property("LastWarnings");
        assert!(warnings.contains(what), "{what} is not in {warnings}");
        let status = self.status();
        assert!(status.contains("not released yet"), "{status}");
    }

    /// Whatever was said since `begin`.
    fn assert_never_safe_nor_twice(&mut self) {
        self.ok(&format!("grep -q LastResult {HEARD}"));
        assert_eq!(self.ok(&format!("grep '\"SafeToRemove\":{{\"type\":\"as\",\"data\":\\[\"' {HEARD} || true")), "");
        let journal = self.journal("");
        assert!(!journal.contains("same identifier") && !journal.contains("safe to remove now"), "{journal}");
    }
}

fn name() -> &'static str {
    NAME.split(' ').next().expect("a name on the bus")
}

fn open_luks(disk: &UsbDisk, name: &str) -> String {
    format!("echo -n secret | cryptsetup open --key-file - {}-part2 {name} && udevadm settle", disk.device())
}

#[test]
fn luks_is_copied_to_and_never_called_safe_while_anything_is_open() {
    let mut vm = Vm::installed();
    vm.install("cryptsetup-bin");
    let disk = vm.plug_parted("OFFSITE");
    let quick = "--pbkdf pbkdf2 --pbkdf-force-iterations 1000";
    vm.ok(&format!("echo -n secret | cryptsetup luksFormat --batch-mode {quick} --key-file - {}-part2", disk.device()));
    vm.ok(&open_luks(&disk, "offsite"));
    vm.format(&disk, "/dev/mapper/offsite");
    vm.ok(&format!("mkdir -p /mnt/other && mount {}-part1 /mnt/other", disk.device()));
    vm.begin(&disk);
    vm.wait_result("aborted", &disk);
    let error = vm.property("LastError");
    assert!(error.contains("UnmountFailed") && error.contains("/mnt/other"), "{error}");
    vm.ok("umount /mnt/other");
    vm.copy_again(&disk);
    vm.assert_still_open("(offsite)");
    vm.assert_copied(&disk);
    vm.pull(&disk);
    vm.wait_gone(&disk);
    // Locked, as it comes again, it may be unplugged; open it never was.
    vm.assert_never_safe_nor_twice();
    vm.plug(&disk);
    // Its drive is known by now, so the likely cause is reported.
    vm.wait_until(&format!("busctl get-property {NAME} Status"), |said| said.contains("encrypted and locked"));
    let said = vm.property("LastError");
    assert!(said.contains("seems to be the disk"), "{said}");
    vm.ok(&open_luks(&disk, "again"));
    vm.wait_success(&disk);
    vm.assert_still_open("(again)");
    assert_eq!(vm.property("SafeToRemove"), "as 0");
    assert!(!vm.journal("").contains("same identifier"), "{}", vm.journal(""));
}

#[test]
fn a_file_system_in_a_volume_group_may_be_pulled_and_come_back() {
    let mut vm = Vm::installed();
    vm.install("lvm2");
    let disk = vm.plug_parted("OFFSITE");
    let part = format!("{}-part2", disk.device());
    vm.ok(&format!(
        "pvcreate --quiet {part} && vgcreate offsite {part} && lvcreate --yes -l 100%FREE -n copies offsite"
    ));
    vm.format(&disk, "/dev/mapper/offsite-copies");
    vm.begin(&disk);
    vm.wait_success(&disk);
    vm.assert_still_open("(offsite-copies)");
    vm.assert_copied(&disk);
    vm.pull(&disk);
    vm.wait_gone(&disk);
    vm.ok("dmsetup remove --retry offsite-copies && udevadm settle");
    vm.plug(&disk);
    vm.wait("vgchange --activate y offsite");
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    vm.assert_never_safe_nor_twice();
}

#[test]
fn a_file_system_on_a_mirror_of_two_disks_is_copied_to_and_gone_with_both() {
    let mut vm = Vm::installed();
    vm.install("mdadm");
    let (disk, other) = (vm.plug_wiped("OFFSITE"), vm.plug_wiped("OTHER"));
    let devices = format!("{} {}", disk.device(), other.device());
    vm.ok(&format!("mdadm --create /dev/md/offsite --run --assume-clean --level=1 --raid-devices=2 {devices}"));
    vm.format(&disk, "/dev/md/offsite");
    vm.begin(&disk);
    vm.wait_success(&disk);
    vm.assert_still_open("/dev/md");
    vm.assert_copied(&disk);
    vm.pull(&other);
    vm.pull(&disk);
    vm.wait_gone(&disk);
    // Whoever looks at what is left of it (udev, UDisks2) has it open for a moment.
    vm.wait("mdadm --stop --scan && udevadm settle");
    vm.plug(&disk);
    vm.plug(&other);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    vm.assert_never_safe_nor_twice();
}

#[test]
fn a_pulled_disk_behind_a_mapped_device_does_not_come_back_twice() {
    let mut vm = Vm::installed();
    let disk = vm.plug_mapped("OFFSITE");
    vm.speed_up(&disk);
    vm.begin(&disk);
    vm.wait_success(&disk);
    vm.assert_still_open("(OFFSITE)");
    vm.pull(&disk);
    vm.wait_gone(&disk);
    vm.plug(&disk);
    vm.wait(&format!("test -b {}", disk.device()));
    assert!(!vm.is_present(&disk));
    vm.ok(&format!("dmsetup create again --table '{}' && udevadm settle", table(&disk, Table::Sound)));
    vm.wait_success(&disk);
    vm.assert_still_open("(again)");
    vm.assert_never_safe_nor_twice();
}

#[test]
fn a_disk_with_an_unreadable_first_sector_is_named_for_what_it_seems() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.pull(&disk);
    vm.plug_unreadable(&disk);
    vm.wait_result("aborted", &disk);
    let error = vm.property("LastError");
    assert!(error.contains("seems to be the disk") && error.contains("cannot be read"), "{error}");
    let answer = vm.refused(&format!("busctl call {NAME} Start s ''"));
    assert!(answer.contains("cannot be read"), "{answer}");
    vm.pull(&disk);
    vm.plug(&disk);
    vm.wait_success(&disk);
}

/// Debian 12's kernel refuses a btrfs that it has in use already; newer ones do so only where it lies on several disks.
#[test]
fn a_shell_that_holds_a_pulled_btrfs_is_named_when_it_is_back() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "btrfs");
    vm.configure(&[&disk]);
    vm.make_big_repository();
    vm.plug_slow(&disk);
    vm.wait_mid_copy();
    vm.ok("systemd-run --unit=holder --working-directory=/media/root/OFFSITE sleep 10000");
    vm.wait("test $(readlink /proc/$(systemctl show -P MainPID holder)/cwd) = /media/root/OFFSITE");
    vm.pull(&disk);
    vm.wait_result("aborted", &disk);
    vm.plug(&disk);
    if super::root::suite() == "bookworm" {
        vm.wait_result("aborted", &disk);
        let error = vm.property("LastError");
        assert!(error.contains("MountFailed") && error.contains("sleep (") && error.contains(", root): "), "{error}");
        vm.ok("systemctl stop holder");
        vm.ok(&format!("busctl call {NAME} Start s ''"));
    }
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}
