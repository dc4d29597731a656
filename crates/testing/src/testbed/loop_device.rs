//! Loop devices that go away with the test, also when it is killed: each is marked to detach by itself, and only an open
//! descriptor keeps it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::{PATIENCE, run, wait_for};

/// Lets the loop device begin where its file ends (LOOP_GET_STATUS64, lo_offset, LOOP_SET_STATUS64), so that it is empty.
const SHRINK: &str = r#"
import fcntl, os, struct, sys
device, image = sys.argv[1:]
descriptor = os.open(device, os.O_RDONLY)
status = bytearray(232)
fcntl.ioctl(descriptor, 0x4C05, status)
status[24:32] = struct.pack("Q", os.stat(image).st_size)
fcntl.ioctl(descriptor, 0x4C04, bytes(status))
"#;

/// A loop device; goes when it is dropped and nothing has it open or mounted.
pub(super) struct LoopDevice {
    pub(super) device: PathBuf,
    _hold: File,
}

impl LoopDevice {
    /// `options` are losetup's.
    pub(super) fn attach(file: &Path, options: &[impl AsRef<OsStr>]) -> Self {
        let mut losetup = Command::new("/usr/sbin/losetup");
        losetup.args(["--find", "--show"]).args(options).arg(file);
        let device = PathBuf::from(run(&mut losetup));
        let hold = File::open(&device).expect("the device just attached");
        // Lazy while it is open: from here on the kernel detaches it at the last close.
        run(Command::new("/usr/sbin/losetup").arg("--detach").arg(&device));
        Self { device, _hold: hold }
    }

    /// Takes the medium out, mounted or not: from now on every read and write fails.
    pub(super) fn shrink_to_nothing(&self, image: &Path) {
        run(Command::new("/usr/bin/python3").args(["-IS", "-c", SHRINK]).arg(&self.device).arg(image));
    }

    /// Detaches it and waits until it is detached. It must not be mounted.
    pub(super) fn detach(self, image: &Path) {
        wait_for("the disk to be free", PATIENCE, || is_free(&self.device).then_some(()));
        let device = self.device.clone();
        drop(self);
        wait_for("the disk to detach", PATIENCE, || {
            let size = fs::read_to_string(attributes(&device).join("size")).ok()?;
            (size.trim() == "0" || !backs(image, &device)).then_some(())
        });
    }

    /// The device of a partition.
    pub(super) fn partition(&self, number: u32) -> PathBuf {
        PathBuf::from(format!("{}p{number}", self.device.display()))
    }
}

/// Tells kernels that can't read a GPT of its partitions. Each udevd that sees the new device asks the kernel to read it once
/// more, which takes them away again; so they are added until they stay.
pub fn keep_partitions(device: &Path) {
    const STAY: Duration = Duration::from_secs(1);
    let name = device.file_name().expect("a device").to_string_lossy().into_owned();
    let first = attributes(device).join(format!("{name}p1"));
    let mut since = Instant::now();
    wait_for("the partitions to stay", PATIENCE, || {
        if !first.exists() {
            // Fails, among others, while somebody else has the device open for the same.
            let _ = Command::new("/usr/bin/partx").arg("--update").arg(device).output();
            since = Instant::now();
        }
        (since.elapsed() >= STAY).then_some(())
    });
}

/// Whether nobody, in any namespace, has the device mounted or open exclusively at this moment.
pub fn is_free(device: &Path) -> bool {
    claim(device).is_ok()
}

/// Opens the device exclusively. The kernel grants that only for a device that is mounted nowhere, and no mount while it lasts.
///
/// # Errors
/// If somebody else has it mounted or open exclusively.
pub fn claim(device: &Path) -> io::Result<File> {
    let exclusive = rustix::fs::OFlags::EXCL.bits().cast_signed();
    File::options().read(true).custom_flags(exclusive).open(device)
}

fn attributes(device: &Path) -> PathBuf {
    Path::new("/sys/block").join(device.file_name().expect("a device"))
}

fn backs(image: &Path, device: &Path) -> bool {
    let file = attributes(device).join("loop/backing_file");
    let image = image.to_string_lossy();
    fs::read_to_string(file).is_ok_and(|name| name.trim_end() == image)
}
