//! A disk with two partitions, whose known file system lies in a container on the second one, as in LUKS that was opened by
//! hand: a loop device over the partition that begins behind its first mebibyte. Works where the kernel has no device mapper.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Testbed;
use super::disk::{PULL, keep_partitions};
use crate::{PATIENCE, run, wait_for};

const SIZE: u64 = 400 << 20;
const TABLE: &str = "label: gpt\nstart=2048, size=200000\nstart=204800, size=600000\n";
/// What a container keeps for itself, in bytes.
const HEADER: &str = "1048576";

pub struct Stacked {
    /// Of the file system in the container.
    pub uuid: String,
    image: PathBuf,
    plugged: Option<Plugged>,
}

struct Plugged {
    disk: PathBuf,
    container: PathBuf,
    /// The last descriptors: closing them detaches the devices.
    _holds: [File; 2],
}

impl Stacked {
    /// An ext4 in the container, another in the first partition; not plugged in.
    pub fn make(testbed: &Testbed, label: &str) -> Self {
        let image = testbed.directory().join(format!("{label}.image"));
        File::create(&image).and_then(|file| file.set_len(SIZE)).expect("a sparse file");
        let script = image.with_extension("sfdisk");
        fs::write(&script, TABLE).expect("a script for sfdisk");
        let input = File::open(&script).expect("just written");
        run(Command::new("/usr/sbin/sfdisk").arg("--quiet").arg(&image).stdin(input));
        let mut stacked = Self { uuid: String::new(), image, plugged: None };
        stacked.plug();
        let container = stacked.container().to_owned();
        for (device, label) in [(stacked.other_partition(), "OTHER"), (container.clone(), label)] {
            let options = ["-q", "-E", "lazy_itable_init=0,nodiscard", "-L", label];
            run(Command::new("/usr/sbin/mkfs.ext4").args(options).arg(device));
        }
        let mut blkid = Command::new("/usr/sbin/blkid");
        stacked.uuid = run(blkid.args(["--probe", "--match-tag", "UUID", "--output", "value"]).arg(&container));
        stacked.plugged = None;
        stacked
    }

    /// Plugs the disk in and opens the container.
    pub fn plug(&mut self) {
        assert!(self.plugged.is_none(), "it is plugged in");
        let (disk, disk_hold) = attach(&["--partscan".as_ref(), self.image.as_os_str()]);
        keep_partitions(&disk);
        let second = partition(&disk, 2);
        wait_for("the second partition", PATIENCE, || second.exists().then_some(()));
        let (container, hold) = attach(&["--offset".as_ref(), HEADER.as_ref(), second.as_os_str()]);
        self.plugged = Some(Plugged { disk, container, _holds: [hold, disk_hold] });
    }

    /// Tears the disk out. The container stays open behind it until what is given back is dropped.
    pub fn pull(&mut self) -> impl Drop + use<> {
        let plugged = self.plugged.take().expect("it is plugged in");
        run(Command::new("/usr/bin/python3").args(["-IS", "-c", PULL]).arg(&plugged.disk).arg(&self.image));
        plugged
    }

    pub fn container(&self) -> &Path {
        &self.plugged.as_ref().expect("it is plugged in").container
    }

    pub fn other_partition(&self) -> PathBuf {
        partition(&self.plugged.as_ref().expect("it is plugged in").disk, 1)
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {}
}

fn partition(disk: &Path, number: u32) -> PathBuf {
    PathBuf::from(format!("{}p{number}", disk.display()))
}

/// A loop device that goes when its descriptor is closed.
fn attach(words: &[&std::ffi::OsStr]) -> (PathBuf, File) {
    let device = PathBuf::from(run(Command::new("/usr/sbin/losetup").args(["--find", "--show"]).args(words)));
    let hold = File::open(&device).expect("the device just attached");
    run(Command::new("/usr/sbin/losetup").arg("--detach").arg(&device));
    (device, hold)
}
