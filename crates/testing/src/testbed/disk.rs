//! Disks to plug in and pull: loop devices on image files of the testbed's own directory, with real file systems.
//!
//! A plugged loop device is marked to detach by itself and is kept only by our open descriptor, so it goes away with the
//! test, also when that is killed. `unplug` is closing that descriptor: the medium is taken out after use. `pull` is the
//! brutal way: the device shrinks to nothing while it is mounted, so that every read and write fails and UDisks2 sees the
//! medium gone (it detaches the mount by itself, as it does with a pulled USB stick).

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Testbed;
use super::private_mount::PrivateMount;
use crate::{PATIENCE, run, wait_for};

const MEBIBYTE: u64 = 1 << 20;
/// Enough for the smallest xfs that mkfs makes.
pub const USUAL_SIZE: u64 = 400 * MEBIBYTE;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    Ext4,
    Xfs,
    Btrfs,
    Exfat,
    Ntfs,
    Vfat,
    /// Not among those that the daemon copies to.
    Ext2,
}

impl FileSystem {
    /// Those that hold owners, links and attributes.
    pub const WHOLE: [Self; 3] = [Self::Ext4, Self::Xfs, Self::Btrfs];
    /// Those that lose some of it.
    pub const LOSSY: [Self; 3] = [Self::Exfat, Self::Ntfs, Self::Vfat];

    /// The name that the kernel, blkid and UDisks2 give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ext4 => "ext4",
            Self::Xfs => "xfs",
            Self::Btrfs => "btrfs",
            Self::Exfat => "exfat",
            Self::Ntfs => "ntfs",
            Self::Vfat => "vfat",
            Self::Ext2 => "ext2",
        }
    }

    /// Whether this machine can mount it. Only vfat may be missing: it has no driver outside of the kernel; the tests of the
    /// virtual machine have it.
    pub fn is_mountable(self) -> bool {
        if self != Self::Vfat {
            return true;
        }
        let _ = Command::new("modprobe").args(["-q", "vfat"]).status();
        let known = fs::read_to_string("/proc/filesystems").expect("/proc");
        known.lines().any(|line| line.trim() == "vfat")
    }

    fn make_on(self, device: &Path, label: &str) {
        let words: &[&str] = match self {
            Self::Ext4 => &["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,nodiscard", "-L"],
            Self::Ext2 => &["mkfs.ext2", "-q", "-L"],
            Self::Xfs => &["mkfs.xfs", "-q", "-K", "-L"],
            Self::Btrfs => &["mkfs.btrfs", "-q", "-K", "-L"],
            Self::Exfat => &["mkfs.exfat", "-L"],
            Self::Ntfs => &["mkfs.ntfs", "-q", "-Q", "-F", "-L"],
            Self::Vfat => &["mkfs.vfat", "-n"],
        };
        let mut command = Command::new(words[0]);
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        run(command.args(&words[1..]).arg(label).arg(device));
        if self == Self::Ntfs {
            // mkfs takes it from the clock, and two tests may well make a disk each in one second.
            let serial = format!("--new-serial={:016X}", fastrand::u64(..));
            run(Command::new("/usr/sbin/ntfslabel").arg(serial).arg(device));
        }
    }
}

/// Where on the disk the file system lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Whole,
    /// The one partition of a GPT.
    Partition,
}

/// Lets the loop device begin where its file ends (LOOP_GET_STATUS64, lo_offset, LOOP_SET_STATUS64), so that it is empty.
pub(super) const PULL: &str = r#"
import fcntl, os, struct, sys
device, image = sys.argv[1:]
descriptor = os.open(device, os.O_RDONLY)
status = bytearray(232)
fcntl.ioctl(descriptor, 0x4C05, status)
status[24:32] = struct.pack("Q", os.stat(image).st_size)
fcntl.ioctl(descriptor, 0x4C04, bytes(status))
"#;

/// Where the image of a freezable disk lies, in the testbed.
const STORE: &str = "/mnt/store";

const PARTITION_START: u64 = MEBIBYTE;
/// The second copy of the GPT lies at the end.
const PARTITION_END_GAP: u64 = MEBIBYTE;

pub struct Disk {
    pub file_system: FileSystem,
    pub layout: Layout,
    pub label: String,
    pub uuid: String,
    image: PathBuf,
    plugged: Option<Plugged>,
    /// How long the image was when the disk was pulled: what was on its way then has been written behind its end.
    pulled_at: Option<u64>,
}

struct Plugged {
    device: PathBuf,
    /// The last descriptor: closing it detaches the device.
    hold: File,
}

impl Disk {
    /// A whole-disk file system of the usual size, not plugged in.
    pub fn make(testbed: &Testbed, file_system: FileSystem, label: &str) -> Self {
        Self::make_sized(testbed, file_system, Layout::Whole, label, USUAL_SIZE)
    }

    pub fn make_partitioned(testbed: &Testbed, file_system: FileSystem, label: &str) -> Self {
        Self::make_sized(testbed, file_system, Layout::Partition, label, USUAL_SIZE)
    }

    /// The image file is sparse: `size` bytes cost only what is written.
    pub fn make_sized(testbed: &Testbed, file_system: FileSystem, layout: Layout, label: &str, size: u64) -> Self {
        let image = testbed.directory().join(format!("{label}.image"));
        Self::make_at(image, file_system, layout, label, size)
    }

    /// A disk whose medium fails: after `good` bytes no further block can be written to it, while everything written before
    /// stays readable. The image lies in a memory file system that is full by then.
    pub fn make_failing(testbed: &Testbed, label: &str, good: u64) -> Self {
        let store = format!("/mnt/{label}");
        testbed.run(&["mkdir", &store]);
        let size = format!("size={good}");
        testbed.run(&["mount", "-t", "tmpfs", "-o", &size, "testbed", &store]);
        let image = testbed.path(&store).join("image");
        Self::make_at(image, FileSystem::Ext4, Layout::Whole, label, USUAL_SIZE)
    }

    /// A disk whose medium can be held up: its image lies on a file system of its own, which `Frozen` stops from writing. It has no
    /// journal, and so much room that ext4 need not count its last blocks, so that a writer waits for nothing before the flush does.
    pub fn make_freezable(testbed: &Testbed, label: &str) -> (Self, Self) {
        let mut store = Self::make(testbed, FileSystem::Ext4, "STORE");
        store.plug();
        testbed.run(&["mkdir", STORE]);
        testbed.run(&["mount", &store.device().display().to_string(), STORE]);
        let image = testbed.path(STORE).join("image");
        let disk = Self::make_at(image, FileSystem::Ext4, Layout::Whole, label, 5 * USUAL_SIZE);
        let mut mkfs = Command::new("/usr/sbin/mkfs.ext4");
        mkfs.args([
            "-q",
            "-F",
            "-O",
            "^has_journal",
            "-E",
            "lazy_itable_init=0,nodiscard",
            "-L",
            label,
            "-U",
            &disk.uuid,
        ]);
        run(mkfs.arg(disk.image()));
        (store, disk)
    }

    fn make_at(image: PathBuf, file_system: FileSystem, layout: Layout, label: &str, size: u64) -> Self {
        let file = File::create(&image).expect("an image file");
        file.set_len(size).expect("a sparse file");
        let mut disk = Self {
            file_system,
            layout,
            label: label.to_owned(),
            uuid: String::new(),
            image,
            plugged: None,
            pulled_at: None,
        };
        disk.format();
        disk
    }

    fn format(&mut self) {
        match self.layout {
            Layout::Whole => self.file_system.make_on(&self.image, &self.label),
            Layout::Partition => {
                self.write_partition_table();
                let window = Attached::new(&self.image, &self.window());
                self.file_system.make_on(&window.device, &self.label);
            }
        }
        self.read_uuid();
    }

    fn write_partition_table(&self) {
        let kind = match self.file_system {
            FileSystem::Exfat | FileSystem::Ntfs | FileSystem::Vfat => "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7",
            _ => "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
        };
        let (start, size) = (PARTITION_START / 512, self.partition_size() / 512);
        let table = format!("label: gpt\nstart={start}, size={size}, type={kind}\n");
        let script = self.image.with_extension("sfdisk");
        fs::write(&script, table).expect("a script for sfdisk");
        let input = File::open(&script).expect("just written");
        run(Command::new("/usr/sbin/sfdisk").arg("--quiet").arg(&self.image).stdin(input));
        fs::remove_file(script).expect("just written");
    }

    fn partition_size(&self) -> u64 {
        let size = fs::metadata(&self.image).expect("the image").len();
        size - PARTITION_START - PARTITION_END_GAP
    }

    /// Where the file system lies in the image, in losetup's words.
    fn window(&self) -> Vec<String> {
        match self.layout {
            Layout::Whole => Vec::new(),
            Layout::Partition => {
                vec![format!("--offset={PARTITION_START}"), format!("--sizelimit={}", self.partition_size())]
            }
        }
    }

    fn read_uuid(&mut self) {
        let offset = match self.layout {
            Layout::Whole => 0,
            Layout::Partition => PARTITION_START,
        };
        let mut blkid = Command::new("/usr/sbin/blkid");
        blkid.args(["--probe", "--match-tag", "UUID", "--output", "value"]);
        blkid.args(["--offset", &offset.to_string()]);
        self.uuid = run(blkid.arg(&self.image));
    }

    /// The image file, for those who want to damage it.
    pub fn image(&self) -> &Path {
        &self.image
    }

    /// A second disk with the same contents, the UUID included.
    pub fn clone_as(&self, name: &str) -> Self {
        let image = self.image.with_file_name(format!("{name}.image"));
        copy_sparsely(&self.image, &image);
        Self {
            file_system: self.file_system,
            layout: self.layout,
            label: self.label.clone(),
            uuid: self.uuid.clone(),
            image,
            plugged: None,
            pulled_at: None,
        }
    }

    pub fn plug(&mut self) {
        self.plug_with(&[]);
    }

    /// Waits until UDisks2 lists the file system. That udevd is done does not mean that UDisks2 is.
    pub fn wait_until_listed(&self, testbed: &Testbed) {
        let device = self.device().display().to_string();
        wait_for("UDisks2 to list the disk", PATIENCE, || {
            let info = crate::output(testbed.command("udisksctl").args(["info", "--block-device", &device]));
            let text = String::from_utf8_lossy(&info.stdout);
            (text.contains(&self.uuid) && text.contains("org.freedesktop.UDisks2.Filesystem:")).then_some(())
        });
    }

    /// As a disk whose switch is on "write protected".
    pub fn plug_write_protected(&mut self) {
        self.plug_with(&["--read-only".to_owned()]);
    }

    fn plug_with(&mut self, options: &[String]) {
        if let Some(length) = self.pulled_at.take() {
            let image = std::fs::File::options().write(true).open(&self.image).expect("the image");
            image.set_len(length).expect("a disk as large as it was");
        }
        assert!(self.plugged.is_none(), "{} is plugged in", self.label);
        let mut options = options.to_vec();
        if self.layout == Layout::Partition {
            options.push("--partscan".to_owned());
        }
        let Attached { device, hold } = Attached::new(&self.image, &options);
        if self.layout == Layout::Partition {
            keep_partitions(&device);
        }
        self.plugged = Some(Plugged { device, hold });
    }

    /// Takes the disk out after use; it must not be mounted.
    pub fn unplug(&mut self) {
        let plugged = self.plugged.take().expect("the disk is plugged in");
        wait_for("the disk to be free", PATIENCE, || is_free(&plugged.device).then_some(()));
        let device = plugged.device;
        drop(plugged.hold);
        wait_for("the disk to detach", PATIENCE, || {
            let size = fs::read_to_string(size_file(&device)).ok()?;
            (size.trim() == "0" || !self.backs(&device)).then_some(())
        });
    }

    /// Tears the disk out, mounted or not, in one instant: what had reached the medium by then stays on it and can be plugged in
    /// again, and nothing more gets there. Whole disks only: the kernel keeps the size of a mounted partition.
    pub fn pull(&mut self) {
        assert_eq!(self.layout, Layout::Whole, "only whole disks can be pulled");
        let plugged = self.plugged.take().expect("the disk is plugged in");
        self.pulled_at = Some(std::fs::metadata(&self.image).expect("the image").len());
        run(Command::new("/usr/bin/python3").args(["-IS", "-c", PULL]).arg(&plugged.device).arg(&self.image));
    }

    fn backs(&self, device: &Path) -> bool {
        let file = size_file(device).with_file_name("loop").join("backing_file");
        let image = self.image.to_string_lossy().into_owned();
        fs::read_to_string(file).is_ok_and(|name| name.trim_end() == image)
    }

    pub fn is_plugged(&self) -> bool {
        self.plugged.is_some()
    }

    /// The block device of the whole disk, such as `/dev/loop0`.
    pub fn disk_device(&self) -> &Path {
        &self.plugged.as_ref().expect("the disk is plugged in").device
    }

    /// The block device that holds the file system.
    pub fn device(&self) -> PathBuf {
        let disk = self.disk_device();
        match self.layout {
            Layout::Whole => disk.to_owned(),
            Layout::Partition => PathBuf::from(format!("{}p1", disk.display())),
        }
    }

    /// The path of the disk's object in UDisks2.
    pub fn object(&self) -> String {
        let device = self.device();
        let name = device.file_name().expect("a device").to_string_lossy();
        format!("/org/freedesktop/UDisks2/block_devices/{name}")
    }

    /// Asserts that nobody, in no namespace, has the file system mounted or the device for himself; for a moment the daemon
    /// may, to prove just that.
    pub fn assert_free(&self) {
        let device = self.device();
        wait_for("the disk to be free", PATIENCE, || is_free(&device).then_some(()));
    }

    /// Mounts the file system where only the test sees it, to look at it. The daemon must be done with it, and where the disk
    /// is not plugged in, it should have ended, for it would see it appear.
    pub fn mount_read_only(&self, testbed: &Testbed) -> PrivateMount {
        self.mount_apart(testbed, "ro")
    }

    /// The same for writing, to prepare what the daemon is to find.
    pub fn mount_writable(&self, testbed: &Testbed) -> PrivateMount {
        self.mount_apart(testbed, "rw")
    }

    fn mount_apart(&self, testbed: &Testbed, mode: &str) -> PrivateMount {
        if self.is_plugged() {
            return PrivateMount::new(testbed, &self.device(), None, mode);
        }
        let attached = Attached::new(&self.image, &self.window());
        PrivateMount::new(testbed, &attached.device.clone(), Some(attached.hold), mode)
    }

    /// Runs the file system's own checker on the unplugged disk; panics with its findings.
    pub fn check(&self) {
        assert!(!self.is_plugged(), "{} is plugged in", self.label);
        let words: &[&str] = match self.file_system {
            FileSystem::Ext4 | FileSystem::Ext2 => &["e2fsck", "-f", "-n"],
            FileSystem::Xfs => &["xfs_repair", "-n"],
            FileSystem::Btrfs => &["btrfs", "check", "--readonly"],
            FileSystem::Exfat => &["fsck.exfat", "-n"],
            FileSystem::Ntfs => &["ntfsfix", "--no-action"],
            FileSystem::Vfat => &["fsck.vfat", "-n"],
        };
        let attached = Attached::new(&self.image, &self.window());
        let mut command = Command::new(words[0]);
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        run(command.args(&words[1..]).arg(&attached.device));
    }
}

/// While it lives, nothing that is written to a freezable disk comes to an end. It thaws also when the test is killed, since its
/// input ends then.
pub struct Frozen(Child);

impl Frozen {
    pub fn new(testbed: &Testbed) -> Self {
        let script = format!("fsfreeze --freeze {STORE} && echo frozen; read -r _; fsfreeze --unfreeze {STORE}");
        let mut command = Command::new("nsenter");
        command.args(["--target", &testbed.init().to_string(), "--mount", "--", "sh", "-c", &script]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("nsenter");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its word");
        assert_eq!(line.trim(), "frozen");
        Self(child)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A loop device that goes when `hold` is closed.
struct Attached {
    device: PathBuf,
    hold: File,
}

impl Attached {
    fn new(image: &Path, options: &[String]) -> Self {
        let mut losetup = Command::new("/usr/sbin/losetup");
        losetup.args(["--find", "--show"]).args(options).arg(image);
        let device = PathBuf::from(run(&mut losetup));
        let hold = File::open(&device).expect("the device just attached");
        // Lazy while it is open: from here on the kernel detaches it at the last close.
        run(Command::new("/usr/sbin/losetup").arg("--detach").arg(&device));
        Self { device, hold }
    }
}

/// Kernels without a reader for GPT are told of the partitions. Each udevd that sees the new device asks the kernel to read it
/// once more, which takes them away again; so they are added until they stay.
pub fn keep_partitions(device: &Path) {
    const STAY: Duration = Duration::from_secs(1);
    let name = device.file_name().expect("a device").to_string_lossy().into_owned();
    let first = Path::new("/sys/block").join(&name).join(format!("{name}p1"));
    let mut since = Instant::now();
    wait_for("the partitions to stay", PATIENCE, || {
        if !first.exists() {
            // Also fails while somebody else has the device open for the same.
            let _ = Command::new("/usr/bin/partx").arg("--update").arg(device).output();
            since = Instant::now();
        }
        (since.elapsed() >= STAY).then_some(())
    });
}

/// Whether nobody, in no namespace, has the device mounted or for himself, at this very moment.
pub fn is_free(device: &Path) -> bool {
    claim(device).is_ok()
}

/// The kernel grants an exclusive open only of a device that is mounted nowhere, and no mount while it lasts.
///
/// # Errors
/// If somebody else has it.
pub fn claim(device: &Path) -> io::Result<File> {
    let exclusive = rustix::fs::OFlags::EXCL.bits().cast_signed();
    File::options().read(true).custom_flags(exclusive).open(device)
}

fn size_file(device: &Path) -> PathBuf {
    let name = device.file_name().expect("a device");
    Path::new("/sys/block").join(name).join("size")
}

fn copy_sparsely(from: &Path, to: &Path) {
    run(Command::new("cp").arg("--sparse=always").args([from, to]));
}
