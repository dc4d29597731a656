//! The machine as the tests use it. There is one per test program; a scenario gets it for itself, set back to a snapshot.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::disk::UsbDisk;
use super::emulator;
use super::qmp::Qmp;
use super::root;
use super::shell::{Said, Shell};

/// Under emulation, on a machine with other work, everything takes its time; only a failing test ever waits for it.
pub const PATIENCE: Duration = Duration::from_secs(300);
const BOOT: Duration = Duration::from_secs(900);
/// Bytes that a slow disk writes in a second.
const SLOW: u64 = 512 << 10;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

static MACHINE: Mutex<Option<Machine>> = Mutex::new(None);

pub struct Machine {
    qmp: Qmp,
    shell: Shell,
    plugged: Vec<String>,
    /// The snapshots that have been made.
    snapshots: Vec<&'static str>,
    console: File,
}

/// The machine, for one scenario alone. Its end unplugs everything; when it fails, it prints what the machine has to say.
pub struct Vm {
    machine: MutexGuard<'static, Option<Machine>>,
    /// For the images of disks.
    scene: TempDir,
    /// When the run ended that was waited for last, as the daemon tells it.
    pub finished_at: String,
}

impl Vm {
    /// A Debian with the package installed and nothing configured.
    pub fn installed() -> Self {
        let mut vm = Self::booted();
        if !vm.snapshots.contains(&"installed") {
            // The most that the machine ever has to do at once.
            let said = vm.shell.run("apt-get install --yes /root/asbackup.deb", BOOT).expect("apt's end");
            assert_eq!(said.code, 0, "{}", said.text);
            vm.keep("installed");
        }
        vm.back_to("installed");
        vm
    }

    /// The same with further packages from apt's cache, kept as a snapshot of this name.
    pub fn installed_with(name: &'static str, packages: &[&str]) -> Self {
        let mut vm = Self::booted();
        if !vm.snapshots.contains(&name) {
            drop(vm);
            vm = Self::installed();
            vm.install(&packages.join(" "));
            vm.keep(name);
        }
        vm.back_to(name);
        vm
    }

    /// Gets packages from apt's cache. An initrd that knows of them would take minutes.
    pub fn install(&mut self, packages: &str) {
        self.ok("sed -i 's/^update_initramfs=.*/update_initramfs=no/' /etc/initramfs-tools/update-initramfs.conf");
        self.ok(&format!("DEBIAN_FRONTEND=noninteractive apt-get install --yes {packages}"));
    }

    /// In whatever state the scenario before has left it; at first a bare Debian, the package in /root/asbackup.deb, what it
    /// depends on in apt's cache.
    fn booted() -> Self {
        let machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut vm =
            Self { machine, scene: TempDir::new().expect("a directory for disk images"), finished_at: "0".to_owned() };
        if vm.machine.is_none() {
            *vm.machine = Some(Machine::boot());
            vm.ok("tar -xf /dev/vdb -C /root && sync");
        }
        vm
    }

    fn keep(&mut self, name: &'static str) {
        self.qmp.monitor(&format!("savevm {name}"));
        self.snapshots.push(name);
    }

    fn back_to(&mut self, name: &str) {
        self.qmp.monitor(&format!("loadvm {name}"));
        self.shell.awake(BOOT);
    }

    /// A command in the machine, as root.
    pub fn run(&mut self, command: &str) -> Said {
        let said = self.shell.run(command, PATIENCE);
        said.unwrap_or_else(|| panic!("{command:?} did not end within {PATIENCE:?}"))
    }

    /// What a command prints, both streams; any exit code but 0 is a panic.
    pub fn ok(&mut self, command: &str) -> String {
        let said = self.run(command);
        assert_eq!(said.code, 0, "{command}\n{}", said.text);
        said.text
    }

    /// What a command prints that must fail.
    pub fn refused(&mut self, command: &str) -> String {
        let said = self.run(command);
        assert_ne!(said.code, 0, "{command} should have failed, but said\n{}", said.text);
        said.text
    }

    /// Waits until a command succeeds, and returns what it prints.
    pub fn wait(&mut self, command: &str) -> String {
        self.wait_until(command, |_| true)
    }

    /// Waits until a command succeeds and prints what is looked for; returns it.
    pub fn wait_until(&mut self, command: &str, mut is_it: impl FnMut(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let asked = Instant::now();
            let said = self.run(command);
            if said.code == 0 && is_it(&said.text) {
                return said.text;
            }
            assert!(Instant::now() < deadline, "waited in vain for {command}\n{}", said.text);
            // An emulated machine that is asked without a break does little else.
            sleep(asked.elapsed().max(PAUSE));
        }
    }

    /// A new disk, not plugged in; `name` becomes label and serial number.
    pub fn make_disk(&mut self, name: &str, file_system: &'static str) -> UsbDisk {
        self.make_disk_with(name, file_system, &[])
    }

    /// The same with further options of mkfs.
    pub fn make_disk_with(&mut self, name: &str, file_system: &'static str, options: &[&str]) -> UsbDisk {
        UsbDisk::make(self.scene.path(), name, file_system, options)
    }

    pub fn plug(&mut self, disk: &UsbDisk) {
        self.plug_at(disk, 0);
    }

    /// Plugs in a disk that writes half a megabyte a second, so that a copy has a middle; `speed_up` lifts this.
    pub fn plug_slow(&mut self, disk: &UsbDisk) {
        self.plug_at(disk, SLOW);
    }

    /// As if it had been plugged in so.
    pub fn slow_down(&mut self, disk: &UsbDisk) {
        self.set_speed(disk, SLOW);
    }

    /// Plugs in a disk whose first sector can't be read any more.
    pub fn plug_unreadable(&mut self, disk: &UsbDisk) {
        let failing = json!([{ "event": "none", "iotype": "read", "errno": 5, "sector": 0 }]);
        let file = json!({ "driver": "file", "filename": disk.image, "locking": "off" });
        self.plug_file(disk, 0, json!({ "driver": "blkdebug", "inject-error": failing, "image": file }));
    }

    fn plug_at(&mut self, disk: &UsbDisk, bytes_per_second: u64) {
        let file = json!({ "driver": "file", "filename": disk.image, "locking": "off" });
        self.plug_file(disk, bytes_per_second, file);
    }

    fn plug_file(&mut self, disk: &UsbDisk, bytes_per_second: u64, file: Value) {
        let name = &disk.name;
        let limits = json!({ "bps-write": bytes_per_second });
        let group = format!("{name}-speed");
        self.qmp.execute("object-add", json!({ "qom-type": "throttle-group", "id": group, "limits": limits }));
        let node = json!({
            "driver": "throttle", "node-name": name, "throttle-group": group,
            "file": { "driver": "raw", "file": file },
        });
        self.qmp.execute("blockdev-add", node);
        let device = json!({ "driver": "usb-storage", "id": name, "drive": name, "serial": name, "bus": "xhci.0" });
        self.qmp.execute("device_add", device);
        self.plugged.push(name.clone());
    }

    pub fn speed_up(&mut self, disk: &UsbDisk) {
        self.set_speed(disk, 0);
    }

    /// 0 for as fast as it can.
    pub fn set_speed(&mut self, disk: &UsbDisk, bytes_per_second: u64) {
        let path = format!("/objects/{}-speed", disk.name);
        let limits = json!({ "bps-write": bytes_per_second });
        self.qmp.execute("qom-set", json!({ "path": path, "property": "limits", "value": limits }));
    }

    /// Pulls a disk out, whatever it is doing.
    pub fn pull(&mut self, disk: &UsbDisk) {
        self.pull_named(&disk.name);
    }

    fn pull_named(&mut self, name: &str) {
        self.plugged.retain(|plugged| plugged != name);
        self.qmp.execute("device_del", json!({ "id": name }));
        self.qmp.device_deleted(name);
        self.qmp.execute("blockdev-del", json!({ "node-name": name }));
        self.qmp.execute("object-del", json!({ "id": format!("{name}-speed") }));
    }

    /// The power fails and comes back: what had not reached a disk is lost.
    pub fn cut_power(&mut self) {
        self.qmp.execute("system_reset", json!({}));
        self.wait_boot();
    }

    /// Waits until it has slept and is awake again.
    pub fn wait_slept(&mut self) {
        self.shell.insist("journalctl --dmesg --no-pager | grep 'PM: suspend exit'", PATIENCE);
    }

    /// An orderly reboot.
    pub fn reboot(&mut self) {
        self.stop_for_reboot();
        self.wait_boot();
    }

    /// Orders an orderly reboot, and waits until everything is stopped and the machine turns itself over.
    pub fn stop_for_reboot(&mut self) {
        self.qmp.forget_events();
        self.ok("systemctl reboot");
        self.qmp.reset_by_itself();
    }

    /// Waits until a machine that begins anew is up.
    pub fn wait_boot(&mut self) {
        self.shell.awake(BOOT);
        self.wait("systemctl is-system-running | grep -E 'running|degraded'");
    }

    fn last_words(&mut self) -> String {
        let mut words = String::new();
        for command in [
            "journalctl --no-pager -o short-precise -u asbackupd -u asbackup-web -u udisks2 | tail -n 80",
            "cat /run/asbackup/status.txt; findmnt -n -t nosysfs,noproc,notmpfs,noramfs,nocgroup2",
            // Where each of them waits.
            "for task in $(grep -slxE 'rsync|asbackupd|udisksd' /proc/[0-9]*/task/*/comm); do cd ${task%/comm} \
             && echo $task $(cat comm) $(grep State: status) && cat syscall stack; done; ls -l /proc/$(pidof asbackupd)/fd",
        ] {
            let said = self.shell.run(command, Duration::from_secs(20));
            let text = said.map_or("no answer".to_owned(), |said| said.text);
            let _ = writeln!(words, "---- {command}\n{text}");
        }
        let mut console = Vec::new();
        let _ = self.console.read_to_end(&mut console);
        let console = String::from_utf8_lossy(&console).into_owned();
        let tail: Vec<_> = console.lines().rev().take(25).collect();
        let _ = writeln!(words, "---- the console's tail");
        tail.iter().rev().for_each(|line| {
            let _ = writeln!(words, "{line}");
        });
        words
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        if self.machine.is_none() {
            return;
        }
        if thread::panicking() {
            let words = self.last_words();
            eprintln!("{words}");
        }
        for name in self.plugged.clone() {
            self.pull_named(&name);
        }
    }
}

impl Deref for Vm {
    type Target = Machine;

    fn deref(&self) -> &Machine {
        self.machine.as_ref().expect("booted by the first")
    }
}

impl DerefMut for Vm {
    fn deref_mut(&mut self) -> &mut Machine {
        self.machine.as_mut().expect("booted by the first")
    }
}

impl Machine {
    fn boot() -> Self {
        let directory = TempDir::new().expect("a directory for the machine");
        let root = root::directory();
        let parcel = root::parcel(directory.path());
        emulator::start(directory.path(), &root, &parcel);
        let qmp = Qmp::connect(&directory.path().join("qmp"));
        let mut shell = Shell::connect(&directory.path().join("shell"));
        shell.awake(BOOT);
        let console = File::open(directory.path().join("console")).expect("QEMU made it");
        // QEMU and we have open what we need: the directory goes now, since a static value is never dropped.
        Self { qmp, shell, plugged: Vec::new(), snapshots: Vec::new(), console }
    }
}
