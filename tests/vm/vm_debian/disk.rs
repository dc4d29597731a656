//! USB disks: image files that are made on the host and that QEMU shows as sticks.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::root::run;

/// A disk of 256 MiB; what is on it stays while it is not plugged in.
pub struct UsbDisk {
    /// Also the USB serial number.
    pub name: String,
    pub image: PathBuf,
    pub uuid: String,
    pub file_system: &'static str,
}

impl UsbDisk {
    /// `file_system` is ext4, xfs, btrfs, vfat, exfat or ntfs; `name` also becomes the label. `options` are more of mkfs' own.
    pub fn make(directory: &Path, name: &str, file_system: &'static str, options: &[&str]) -> Self {
        let image = directory.join(format!("{name}.img"));
        let file = File::create(&image).expect("an image");
        // mkfs.xfs makes nothing below 300 MiB.
        file.set_len(320 << 20).expect("its size");
        let arguments: &[&str] = match file_system {
            "ext4" => &["-q", "-F", "-L", name],
            "xfs" => &["-q", "-L", name],
            "btrfs" => &["-q", "-L", name],
            "vfat" => &["-F", "32", "-n", name],
            "exfat" => &["-L", name],
            "ntfs" => &["-F", "-Q", "-q", "-L", name],
            other => panic!("no disk with {other}"),
        };
        run(Command::new(format!("mkfs.{file_system}")).args(arguments).args(options).arg(&image));
        let uuid = run(Command::new("blkid").args(["-p", "-s", "UUID", "-o", "value"]).arg(&image));
        Self { name: name.to_owned(), image, uuid, file_system }
    }

    /// The whole disk in the machine, under a name that stays while others come and go; a partition has `-part1` behind it.
    pub fn device(&self) -> String {
        format!("/dev/disk/by-id/usb-QEMU_QEMU_HARDDISK_{}-0:0", self.name)
    }

    /// Asserts that the file system needs no repair. Not while the disk is plugged in.
    pub fn assert_clean(&self) {
        let check: &[&str] = match self.file_system {
            "ext4" => &["e2fsck", "-fn"],
            "xfs" => &["xfs_repair", "-n", "-f"],
            "btrfs" => &["btrfs", "check", "--readonly"],
            "vfat" => &["fsck.fat", "-n"],
            "exfat" => &["fsck.exfat", "-n"],
            _ => &["ntfsfix", "-n"],
        };
        run(Command::new(check[0]).args(&check[1..]).arg(&self.image));
    }
}
