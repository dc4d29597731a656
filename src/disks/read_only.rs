//! Why a disk that should be writable is mounted read-only, according to the device, its file system, and the machine's
//! settings.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::Volume;
use super::mount_table::shown;
use super::mounted::Writability;
use asbackup_api::ReadOnly;

const FSTAB: &str = "/etc/fstab";
const MOUNT_OPTIONS: &str = "/etc/udisks2/mount_options.conf";

/// The superblock of ext4, and its fields for magic number and read-only features
/// (Documentation/filesystems/ext4/super.rst).
const SUPERBLOCK: u64 = 1024;
const MAGIC: usize = 0x38;
const EXT_MAGIC: [u8; 2] = [0x53, 0xef];
const READ_ONLY_FEATURES: usize = 0x64;
const MARKED_READ_ONLY: u32 = 0x1000;

/// Whether the device itself is write-protected. Blocks only on sysfs.
pub fn is_write_protected(volume: &Volume) -> bool {
    let flag = format!("/sys/dev/block/{}/ro", shown(volume.device_number));
    fs::read_to_string(flag).is_ok_and(|flag| flag.trim() == "1")
}

/// The reason, as far as it can be found out. `writability` says whether the mount or the file system is read-only.
/// Blocks.
pub fn reason(volume: &Volume, writability: Writability) -> ReadOnly {
    if is_marked(&volume.device, &volume.id_type) {
        return ReadOnly::Marked;
    }
    if writability == Writability::ReadOnly && is_set_so(volume, Path::new(FSTAB), Path::new(MOUNT_OPTIONS)) {
        return ReadOnly::Settings;
    }
    // ntfs-3g falls back to read-only for no other reason.
    if writability == Writability::ReadOnly && volume.id_type == "ntfs" { ReadOnly::Windows } else { ReadOnly::Unknown }
}

fn is_marked(device: &Path, id_type: &str) -> bool {
    if id_type != "ext4" {
        return false;
    }
    let mut block = [0; SUPERBLOCK as usize];
    let read = File::open(device).and_then(|device| device.read_exact_at(&mut block, SUPERBLOCK));
    read.is_ok() && says_read_only(&block)
}

fn says_read_only(superblock: &[u8]) -> bool {
    let features = superblock.get(READ_ONLY_FEATURES..).and_then(|rest| rest.first_chunk::<4>());
    let is_ext = superblock.get(MAGIC..).is_some_and(|rest| rest.starts_with(&EXT_MAGIC));
    is_ext && features.is_some_and(|bytes| u32::from_le_bytes(*bytes) & MARKED_READ_ONLY != 0)
}

fn is_set_so(volume: &Volume, fstab: &Path, options: &Path) -> bool {
    let says_ro = |options: &str| options.split([',', '=', ' ', '\t']).any(|option| option == "ro");
    let fstab = fs::read_to_string(fstab).unwrap_or_default();
    let by_fstab = fstab.lines().filter(|line| !line.trim_start().starts_with('#')).any(|line| {
        let mut fields = line.split_ascii_whitespace();
        let (device, options) = (fields.next().unwrap_or_default(), fields.nth(2).unwrap_or_default());
        means(device, volume) && says_ro(options)
    });
    let options = fs::read_to_string(options).unwrap_or_default();
    by_fstab || options.lines().filter(|line| !line.trim_start().starts_with('#')).any(says_ro)
}

/// Whether an entry of fstab is about this volume.
fn means(device: &str, volume: &Volume) -> bool {
    let plain = |text: &str| text.trim_matches('"').to_owned();
    if let Some(uuid) = device.strip_prefix("UUID=") {
        return plain(uuid).eq_ignore_ascii_case(volume.id.as_str());
    }
    if let Some(label) = device.strip_prefix("LABEL=") {
        return !volume.label.is_empty() && plain(label) == volume.label;
    }
    device.starts_with("/dev/") && rustix::fs::stat(device).is_ok_and(|stat| stat.st_rdev == volume.device_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_ext4_marked_read_only_counts_as_marked() {
        let mut block = vec![0; 1024];
        block[READ_ONLY_FEATURES + 1] = 0x10;
        assert!(!says_read_only(&block), "no ext4");
        block[MAGIC..MAGIC + 2].copy_from_slice(&EXT_MAGIC);
        assert!(says_read_only(&block));
        block[READ_ONLY_FEATURES + 1] = 0x04;
        assert!(!says_read_only(&block));
        assert!(!says_read_only(&[]));
    }

    #[test]
    fn settings_count_only_if_they_are_about_this_disk_and_read_only() {
        let place = tempfile::tempdir().unwrap();
        let (fstab, options) = (place.path().join("fstab"), place.path().join("options"));
        let volume = Volume { label: "OFFSITE".into(), ..Volume::sample("B78E-6CC4") };
        for (line, more, expected) in [
            ("", "", false),
            ("UUID=b78e-6cc4 /x ext4 noauto,ro 0 0", "", true),
            ("UUID=\"B78E-6CC4\" /x ext4 ro", "", true),
            ("LABEL=OFFSITE /x ext4 defaults,ro 0 0", "", true),
            ("UUID=b78e-6cc4 /x ext4 noauto,rw,errors=remount-ro 0 0", "", false),
            ("#UUID=b78e-6cc4 /x ext4 ro 0 0", "", false),
            ("UUID=other / ext4 ro 0 1", "", false),
            ("", "[defaults]\ndefaults=ro,nosuid\n", true),
            ("", "# defaults=ro\n", false),
        ] {
            fs::write(&fstab, line).unwrap();
            fs::write(&options, more).unwrap();
            assert_eq!(is_set_so(&volume, &fstab, &options), expected, "{line} {more}");
        }
    }
}
