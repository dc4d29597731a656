//! Errors that the kernel has recorded about a file system (ext4 in its superblock, btrfs per device) and about its
//! drive. The kernel log is not read: that takes a privilege that the daemon does without.

use std::fs;
use std::path::{Path, PathBuf};

use super::Volume;
use super::mount_table::shown;

/// Errors in the whole life of the file system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    pub errors: u64,
    /// In technical words; empty without errors.
    pub cause: String,
    /// Commands that the drive has failed since it was attached; 0 where the kernel does not count them.
    pub drive: u64,
}

impl Health {
    /// Of a mounted volume; what is not recorded counts as no error. Blocks only on sysfs.
    pub fn of(volume: &Volume) -> Self {
        let recorded = match volume.id_type.as_str() {
            "ext4" => ext4(volume).unwrap_or_default(),
            "btrfs" => btrfs(&PathBuf::from(format!("/sys/fs/btrfs/{}/devinfo", volume.id))),
            _ => Self::default(),
        };
        Self { drive: drive(&PathBuf::from(format!("/sys/dev/block/{}", shown(volume.device_number)))), ..recorded }
    }

    /// What is new since `before`, in technical words.
    pub fn since(&self, before: &Self) -> Option<String> {
        let mut words = Vec::new();
        if self.errors > before.errors {
            words.push(self.cause.clone());
        }
        if self.drive > before.drive {
            words.push(format!("drive: {} commands failed", self.drive - before.drive));
        }
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// The SCSI layer, and with it USB and SATA, counts in hexadecimal; a partition's count is that of its disk.
fn drive(device: &Path) -> u64 {
    let disk = if device.join("partition").exists() { device.join("..") } else { device.to_owned() };
    let count = |name: &str| {
        let text = fs::read_to_string(disk.join("device").join(name)).unwrap_or_default();
        text.trim().strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default()
    };
    count("ioerr_cnt").saturating_add(count("iotmo_cnt"))
}

fn ext4(volume: &Volume) -> Option<Health> {
    let device = fs::read_link(format!("/sys/dev/block/{}", shown(volume.device_number))).ok()?;
    let notes = Path::new("/sys/fs/ext4").join(device.file_name()?);
    let read = |name: &str| fs::read_to_string(notes.join(name)).map(|text| text.trim().to_owned()).ok();
    let errors = read("errors_count")?.parse().ok().filter(|errors| *errors > 0)?;
    let word = |name: &str| read(name).filter(|text| !text.is_empty() && text != "0");
    let last = ["last_error_errcode", "last_error_func"].into_iter().filter_map(word).collect::<Vec<_>>().join(" ");
    let cause = format!("ext4: {errors} errors, {last}").trim_end_matches(", ").to_owned();
    Some(Health { errors, cause, drive: 0 })
}

/// Reads lines such as `write_errs 0`, from one file per device.
fn btrfs(devices: &Path) -> Health {
    let entries = fs::read_dir(devices).into_iter().flatten().flatten();
    let notes = entries.filter_map(|entry| fs::read_to_string(entry.path().join("error_stats")).ok());
    let counted = notes.flat_map(|notes| notes.lines().filter_map(count).collect::<Vec<_>>()).collect::<Vec<_>>();
    let errors = counted.iter().map(|(_, count)| count).sum();
    let words: Vec<String> = counted.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let cause = if words.is_empty() { String::new() } else { format!("btrfs: {}", words.join(", ")) };
    Health { errors, cause, drive: 0 }
}

fn count(line: &str) -> Option<(String, u64)> {
    let (name, count) = line.split_once(' ')?;
    let count = count.trim().parse().ok()?;
    (count > 0).then(|| (name.to_owned(), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_counts_of_btrfs_are_added_up() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(btrfs(place.path()), Health::default());
        for (device, notes) in [("1", "write_errs 2\nread_errs 0\nflush_errs 1\n"), ("2", "write_errs 0\n")] {
            fs::create_dir(place.path().join(device)).unwrap();
            fs::write(place.path().join(device).join("error_stats"), notes).unwrap();
        }
        let health = btrfs(place.path());
        assert_eq!((health.errors, health.cause.as_str()), (3, "btrfs: write_errs 2, flush_errs 1"));
    }

    #[test]
    fn failed_commands_of_a_drive_count_for_its_partitions_too() {
        let place = tempfile::tempdir().unwrap();
        let partition = place.path().join("sdb/sdb1");
        fs::create_dir_all(&partition).unwrap();
        fs::create_dir(place.path().join("sdb/device")).unwrap();
        assert_eq!(drive(&partition), 0);
        fs::write(partition.join("partition"), "1\n").unwrap();
        fs::write(place.path().join("sdb/device/ioerr_cnt"), "0x1f\n").unwrap();
        fs::write(place.path().join("sdb/device/iotmo_cnt"), "0x1\n").unwrap();
        assert_eq!((drive(&partition), drive(&place.path().join("sdb"))), (32, 32));
        let (before, now) = (Health { drive: 30, ..Health::default() }, Health { drive: 32, ..Health::default() });
        assert_eq!(now.since(&before).as_deref(), Some("drive: 2 commands failed"));
        assert_eq!(now.since(&now), None);
    }
}
