//! A disk with the device mapper over it, which can be told in mid-copy to behave otherwise.

use super::disk::UsbDisk;
use super::machine::Vm;

/// 512 bytes each. Without a file system where a disk has one, the bare disk below is no second disk with the same UUID.
const OFFSET: u64 = 2048;
const SECTORS: u64 = (320 << 11) - OFFSET;

/// What the device mapper does with requests to the disk.
#[derive(Debug, Clone, Copy)]
pub enum Table {
    Sound,
    /// Each write takes its time.
    Slow,
    /// Every request fails.
    Dead,
    /// Reads do not.
    WriteErrors,
    /// Works for five seconds, and fails for two, in turn.
    Flaky,
}

impl Table {
    fn of(self, device: &str, offset: u64, sectors: u64) -> String {
        let place = format!("{device} {offset}");
        match self {
            Self::Sound => format!("0 {sectors} linear {place}"),
            Self::Slow => format!("0 {sectors} delay {place} 0 {place} 300"),
            Self::Dead => format!("0 {sectors} error"),
            Self::WriteErrors => format!("0 {sectors} flakey {place} 0 1 1 error_writes"),
            Self::Flaky => format!("0 {sectors} flakey {place} 5 2"),
        }
    }
}

impl Vm {
    /// Plugs in a disk with an empty ext4 on the mapped device; it writes half a megabyte a second.
    pub fn plug_mapped(&mut self, name: &str) -> UsbDisk {
        let disk = self.make_disk(name, "ext4");
        self.plug(&disk);
        let (below, uuid, table) = (disk.device(), &disk.uuid, table(&disk, Table::Sound));
        self.wait(&format!("test -b {below}"));
        self.ok(&format!(
            "udevadm settle && wipefs --all --quiet {below} && dmsetup create {name} --table '{table}' \
             && mkfs.ext4 -q -L {name} -U {uuid} /dev/mapper/{name} && udevadm settle"
        ));
        self.slow_down(&disk);
        disk
    }

    /// From now on the disk behaves like this, in mid-write, too.
    pub fn map(&mut self, disk: &UsbDisk, behaviour: Table) {
        let (name, table) = (&disk.name, table(disk, behaviour));
        self.hang(disk);
        self.ok(&format!("dmsetup load {name} --table '{table}' && dmsetup resume {name}"));
    }

    /// From now on no request to the disk completes, until `answer`.
    pub fn hang(&mut self, disk: &UsbDisk) {
        self.ok(&format!("dmsetup suspend --noflush --nolockfs {}", disk.name));
    }

    pub fn answer(&mut self, disk: &UsbDisk) {
        self.ok(&format!("dmsetup resume {}", disk.name));
    }
}

pub fn table(disk: &UsbDisk, behaviour: Table) -> String {
    behaviour.of(&disk.device(), OFFSET, SECTORS)
}
