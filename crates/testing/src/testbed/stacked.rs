//! A disk with two partitions, whose known file system lies in a container on the second one, as in LUKS that was opened by
//! hand: a loop device over the partition that begins behind its first mebibyte. Works where the kernel has no device mapper.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Testbed;
use super::disk::{USUAL_SIZE, partition};
use super::loop_device::{LoopDevice, keep_partitions};
use crate::{PATIENCE, run, wait_for};

const TABLE: &str = "label: gpt\nstart=2048, size=200000\nstart=204800, size=600000\n";
/// What a container keeps for itself, in bytes.
const HEADER: &str = "--offset=1048576";

/// The disk, plugged in or not.
pub struct Stacked {
    /// Of the file system in the container.
    pub uuid: String,
    image: PathBuf,
    opened: Option<Opened>,
}

/// Disk and container while they are open.
pub struct Opened {
    container: LoopDevice,
    disk: LoopDevice,
}

impl Stacked {
    /// An ext4 in the container, another in the first partition; not plugged in.
    pub fn make(testbed: &Testbed, label: &str) -> Self {
        let image = testbed.directory().join(format!("{label}.image"));
        std::fs::File::create(&image).and_then(|file| file.set_len(USUAL_SIZE)).expect("a sparse file");
        partition(&image, TABLE);
        let mut stacked = Self { uuid: String::new(), image, opened: None };
        stacked.plug();
        let container = stacked.container().to_owned();
        for (device, label) in [(stacked.other_partition(), "OTHER"), (container.clone(), label)] {
            let options = ["-q", "-E", "lazy_itable_init=0,nodiscard", "-L", label];
            run(Command::new("/usr/sbin/mkfs.ext4").args(options).arg(device));
        }
        let mut blkid = Command::new("/usr/sbin/blkid");
        stacked.uuid = run(blkid.args(["--probe", "--match-tag", "UUID", "--output", "value"]).arg(&container));
        stacked.opened = None;
        stacked
    }

    /// Plugs the disk in and opens the container.
    pub fn plug(&mut self) {
        assert!(self.opened.is_none(), "it is plugged in");
        let disk = LoopDevice::attach(&self.image, &["--partscan"]);
        keep_partitions(&disk.device);
        let second = disk.partition(2);
        wait_for("the second partition", PATIENCE, || second.exists().then_some(()));
        let container = LoopDevice::attach(&second, &[HEADER]);
        self.opened = Some(Opened { container, disk });
    }

    /// Pulls the disk out. The container stays open behind it until what is returned is dropped.
    pub fn pull(&mut self) -> Opened {
        let opened = self.opened.take().expect("it is plugged in");
        opened.disk.shrink_to_nothing(&self.image);
        opened
    }

    /// The device of the opened container.
    pub fn container(&self) -> &Path {
        &self.opened.as_ref().expect("it is plugged in").container.device
    }

    /// The device of the first partition.
    pub fn other_partition(&self) -> PathBuf {
        self.opened.as_ref().expect("it is plugged in").disk.partition(1)
    }
}
