//! QEMU's command line and its process: software emulation, because it is there everywhere.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;

/// Started by a thread that lives as long as the program: the kernel ends QEMU with the thread that started it.
pub fn start(directory: &Path, root: &Path, parcel: &Path) {
    let mut command = qemu(directory, root, parcel);
    let (tell, told) = channel();
    thread::spawn(move || {
        let mut child: Child = command.spawn().expect("setpriv of util-linux");
        let _ = tell.send(());
        let status = child.wait();
        eprintln!("QEMU has ended: {status:?}");
    });
    told.recv().expect("a started QEMU");
}

fn qemu(directory: &Path, root: &Path, parcel: &Path) -> Command {
    let at = |name: &str| directory.join(name).display().to_string();
    // With setpriv QEMU ends with the tests, however these end.
    let mut qemu = Command::new("setpriv");
    qemu.args(["--pdeathsig", "KILL", "qemu-system-x86_64", "-nodefaults", "-display", "none"]);
    qemu.args(["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024"]);
    qemu.args(["-kernel", &root.join("vmlinuz").display().to_string()]);
    qemu.args(["-initrd", &root.join("initrd.img").display().to_string()]);
    // Not the processor's time stamps: with them newer kernels find minutes gone after going back to a snapshot, and watchdogs
    // kill what they watch.
    let clock = "tsc=unstable clocksource=hpet";
    qemu.args(["-append", &format!("root=/dev/vda rw console=ttyS0 quiet systemd.show_status=1 {clock}")]);
    // The root stays as it was built: what is written goes into a temporary file of QEMU, with the snapshots.
    let image = root.join("root.img").display().to_string();
    qemu.args(["-drive", &format!("file={image},format=raw,if=virtio,snapshot=on,cache=unsafe")]);
    qemu.args(["-drive", &format!("file={},format=raw,if=virtio,readonly=on", parcel.display())]);
    qemu.args(["-device", "qemu-xhci,id=xhci", "-device", "virtio-rng-pci", "-device", "virtio-serial"]);
    qemu.args(["-chardev", &format!("socket,id=shell,path={},server=on,wait=off", at("shell"))]);
    qemu.args(["-device", "virtserialport,chardev=shell,name=shell"]);
    qemu.args(["-qmp", &format!("unix:{},server=on,wait=off", at("qmp"))]);
    qemu.args(["-serial", &format!("file:{}", at("console"))]);
    qemu.stdin(Stdio::null());
    qemu
}
