//! Disks to plug in, unplug and pull: loop devices on image files of the testbed's own directory, with real file systems.
//!
//! `unplug` takes the medium out after use. `pull` is the brutal way: the device shrinks to nothing while it is mounted, so that
//! every read and write fails and UDisks2 sees the medium gone (it detaches the mount by itself, as with a pulled USB stick).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Testbed;
use super::loop_device::{LoopDevice, is_free, keep_partitions};
use super::private_mount::PrivateMount;
use crate::{PATIENCE, run, wait_for};

pub use super::file_system::FileSystem;

const MEBIBYTE: u64 = 1 << 20;
/// In bytes; enough for the smallest xfs that mkfs makes.
pub const USUAL_SIZE: u64 = 400 * MEBIBYTE;

/// Where on the disk the file system lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// On all of it, without a partition table.
    Whole,
    /// In the only partition of a GPT.
    Partition,
}

const PARTITION_START: u64 = MEBIBYTE;
/// The second copy of the GPT lies at the end.
const PARTITION_END_GAP: u64 = MEBIBYTE;

/// A disk with one file system, plugged in or not.
pub struct Disk {
    /// What it is formatted with.
    pub file_system: FileSystem,
    /// Where the file system lies.
    pub layout: Layout,
    /// The file system's label.
    pub label: String,
    /// The file system's UUID, as blkid writes it.
    pub uuid: String,
    image: PathBuf,
    plugged: Option<LoopDevice>,
    /// How long the image was when the disk was pulled: what was on its way then has been written behind its end.
    pulled_at: Option<u64>,
}

impl Disk {
    /// A whole-disk file system of the usual size, not plugged in.
    pub fn make(testbed: &Testbed, file_system: FileSystem, label: &str) -> Self {
        Self::make_sized(testbed, file_system, Layout::Whole, label, USUAL_SIZE)
    }

    /// The same in a partition.
    pub fn make_partitioned(testbed: &Testbed, file_system: FileSystem, label: &str) -> Self {
        Self::make_sized(testbed, file_system, Layout::Partition, label, USUAL_SIZE)
    }

    /// With `size` bytes, of which the sparse image file takes only those that are written.
    pub fn make_sized(testbed: &Testbed, file_system: FileSystem, layout: Layout, label: &str, size: u64) -> Self {
        let image = testbed.directory().join(format!("{label}.image"));
        Self::new(image, file_system, layout, label).formatted(size)
    }

    /// A disk whose medium fails: after `good` bytes no further block can be written to it, while everything written before
    /// stays readable. The image lies in a memory file system that is full by then.
    pub fn make_failing(testbed: &Testbed, label: &str, good: u64) -> Self {
        let store = format!("/mnt/{label}");
        testbed.run(&["mkdir", &store]);
        let size = format!("size={good}");
        testbed.run(&["mount", "-t", "tmpfs", "-o", &size, "testbed", &store]);
        Self::make_at(testbed.path(&store).join("image"), label, USUAL_SIZE)
    }

    /// An ext4 in any image file.
    pub(super) fn make_at(image: PathBuf, label: &str, size: u64) -> Self {
        Self::new(image, FileSystem::Ext4, Layout::Whole, label).formatted(size)
    }

    fn new(image: PathBuf, file_system: FileSystem, layout: Layout, label: &str) -> Self {
        let (label, uuid) = (label.to_owned(), String::new());
        Self { file_system, layout, label, uuid, image, plugged: None, pulled_at: None }
    }

    fn formatted(mut self, size: u64) -> Self {
        let file = File::create(&self.image).expect("an image file");
        file.set_len(size).expect("a sparse file");
        match self.layout {
            Layout::Whole => self.file_system.make_on(&self.image, &self.label),
            Layout::Partition => {
                self.write_partition_table();
                let attached = LoopDevice::attach(&self.image, &self.window());
                self.file_system.make_on(&attached.device, &self.label);
            }
        }
        self.uuid = self.read_uuid();
        self
    }

    fn write_partition_table(&self) {
        let kind = self.file_system.partition_type();
        let (start, size) = (PARTITION_START / 512, self.partition_size() / 512);
        partition(&self.image, &format!("label: gpt\nstart={start}, size={size}, type={kind}\n"));
    }

    fn partition_size(&self) -> u64 {
        let size = fs::metadata(&self.image).expect("the image").len();
        size - PARTITION_START - PARTITION_END_GAP
    }

    /// Where the file system lies in the image, as options of losetup.
    fn window(&self) -> Vec<String> {
        match self.layout {
            Layout::Whole => Vec::new(),
            Layout::Partition => {
                vec![format!("--offset={PARTITION_START}"), format!("--sizelimit={}", self.partition_size())]
            }
        }
    }

    fn read_uuid(&self) -> String {
        let offset = match self.layout {
            Layout::Whole => 0,
            Layout::Partition => PARTITION_START,
        };
        let mut blkid = Command::new("/usr/sbin/blkid");
        blkid.args(["--probe", "--match-tag", "UUID", "--output", "value"]);
        blkid.args(["--offset", &offset.to_string()]);
        run(blkid.arg(&self.image))
    }

    /// The image file, for tests that damage it.
    pub fn image(&self) -> &Path {
        &self.image
    }

    /// A second disk with the same contents, the UUID included.
    pub fn clone_as(&self, name: &str) -> Self {
        let image = self.image.with_file_name(format!("{name}.image"));
        run(Command::new("cp").arg("--sparse=always").args([&self.image, &image]));
        let clone = Self::new(image, self.file_system, self.layout, &self.label);
        Self { uuid: self.uuid.clone(), ..clone }
    }

    /// Plugs the disk in; at once, udev and UDisks2 hear of it later.
    pub fn plug(&mut self) {
        self.plug_with(&[]);
    }

    /// The same with its switch on "write protected".
    pub fn plug_write_protected(&mut self) {
        self.plug_with(&["--read-only"]);
    }

    fn plug_with(&mut self, options: &[&str]) {
        if let Some(length) = self.pulled_at.take() {
            let image = File::options().write(true).open(&self.image).expect("the image");
            image.set_len(length).expect("a disk as large as it was");
        }
        assert!(self.plugged.is_none(), "{} is plugged in", self.label);
        let mut options = options.to_vec();
        if self.layout == Layout::Partition {
            options.push("--partscan");
        }
        let plugged = LoopDevice::attach(&self.image, &options);
        if self.layout == Layout::Partition {
            keep_partitions(&plugged.device);
        }
        self.plugged = Some(plugged);
    }

    /// Waits until UDisks2 lists the file system, which may be later than udev is done.
    pub fn wait_until_listed(&self, testbed: &Testbed) {
        let device = self.device().display().to_string();
        wait_for("UDisks2 to list the disk", PATIENCE, || {
            let info = crate::output(testbed.command("udisksctl").args(["info", "--block-device", &device]));
            let text = String::from_utf8_lossy(&info.stdout);
            (text.contains(&self.uuid) && text.contains("org.freedesktop.UDisks2.Filesystem:")).then_some(())
        });
    }

    /// Takes the disk out after use; it must not be mounted.
    pub fn unplug(&mut self) {
        let plugged = self.plugged.take().expect("the disk is plugged in");
        plugged.detach(&self.image);
    }

    /// Pulls the disk out, mounted or not, in one instant: what had reached the medium by then stays on it and can be plugged in
    /// again, and nothing more gets there. Whole disks only: the kernel keeps the size of a mounted partition.
    pub fn pull(&mut self) {
        assert_eq!(self.layout, Layout::Whole, "only whole disks can be pulled");
        let plugged = self.plugged.take().expect("the disk is plugged in");
        self.pulled_at = Some(fs::metadata(&self.image).expect("the image").len());
        plugged.shrink_to_nothing(&self.image);
    }

    /// Whether it is plugged in.
    pub fn is_plugged(&self) -> bool {
        self.plugged.is_some()
    }

    /// The block device of the whole disk, such as `/dev/loop0`.
    pub fn disk_device(&self) -> &Path {
        &self.plugged.as_ref().expect("the disk is plugged in").device
    }

    /// The block device that holds the file system.
    pub fn device(&self) -> PathBuf {
        let plugged = self.plugged.as_ref().expect("the disk is plugged in");
        match self.layout {
            Layout::Whole => plugged.device.clone(),
            Layout::Partition => plugged.partition(1),
        }
    }

    /// The path of the disk's object in UDisks2.
    pub fn object(&self) -> String {
        let device = self.device();
        let name = device.file_name().expect("a device").to_string_lossy();
        format!("/org/freedesktop/UDisks2/block_devices/{name}")
    }

    /// Waits until nobody, in any namespace, has the file system mounted or the device open exclusively; for a moment the daemon
    /// may, to prove just that.
    ///
    /// # Panics
    /// If somebody keeps it.
    pub fn assert_free(&self) {
        let device = self.device();
        wait_for("the disk to be free", PATIENCE, || is_free(&device).then_some(()));
    }

    /// Mounts the file system where only the test sees it. The daemon must be done with it, and should have ended if the disk is
    /// not plugged in, for it would see it appear.
    pub fn mount_read_only(&self, testbed: &Testbed) -> PrivateMount {
        self.mount_privately(testbed, "ro")
    }

    /// The same for writing, to prepare what the daemon is to find.
    pub fn mount_writable(&self, testbed: &Testbed) -> PrivateMount {
        self.mount_privately(testbed, "rw")
    }

    fn mount_privately(&self, testbed: &Testbed, mode: &str) -> PrivateMount {
        if self.is_plugged() {
            return PrivateMount::new(testbed, &self.device(), None, mode);
        }
        let attached = LoopDevice::attach(&self.image, &self.window());
        PrivateMount::new(testbed, &attached.device.clone(), Some(attached), mode)
    }

    /// Runs the file system's own checker on the unplugged disk.
    ///
    /// # Panics
    /// With what it finds.
    pub fn check(&self) {
        assert!(!self.is_plugged(), "{} is plugged in", self.label);
        let attached = LoopDevice::attach(&self.image, &self.window());
        self.file_system.check(&attached.device);
    }
}

/// Writes a partition table to an image; `table` is a script for sfdisk.
pub(super) fn partition(image: &Path, table: &str) {
    let script = image.with_extension("sfdisk");
    fs::write(&script, table).expect("a script for sfdisk");
    let input = File::open(&script).expect("just written");
    run(Command::new("/usr/sbin/sfdisk").arg("--quiet").arg(image).stdin(input));
    fs::remove_file(script).expect("just written");
}
