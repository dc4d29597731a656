//! The mount table of this process, read anew for each lookup. Judges nothing.

use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use procfs::process::MountInfo;
use rustix::fs::{AtFlags, Statx, StatxAttributes, StatxFlags};

/// The table of the mount namespace of this process.
pub const TABLE: &str = "/proc/self/mountinfo";

/// The entry of the mount that an open file is in; none once it is unmounted.
///
/// # Errors
/// The table can't be read.
pub fn entry_of(file: impl AsFd) -> io::Result<Option<MountInfo>> {
    entry(mount_id(file)?)
}

/// The entry of the mount with this number; none once it is unmounted.
///
/// # Errors
/// The table can't be read.
pub fn entry(id: u64) -> io::Result<Option<MountInfo>> {
    Ok(entries()?.find(|entry| u64::try_from(entry.mnt_id) == Ok(id)))
}

/// What is mounted upon directories of the same mount, and so could be reached by going down from `file`.
///
/// # Errors
/// The table can't be read.
pub fn mounted_upon(file: impl AsFd) -> io::Result<Vec<MountInfo>> {
    let id = mount_id(file)?;
    // procfs calls the parent's number `pid`.
    Ok(entries()?.filter(|entry| u64::try_from(entry.pid) == Ok(id)).collect())
}

/// The kernel's number of the mount that an open file is in.
///
/// # Errors
/// The file system does not answer.
pub fn mount_id(file: impl AsFd) -> io::Result<u64> {
    Ok(stat(file)?.stx_mnt_id)
}

/// Whether an open directory is the top of its mount. None on kernels before 5.8, which don't say.
///
/// # Errors
/// The file system does not answer.
pub fn is_mount_point(directory: impl AsFd) -> io::Result<Option<bool>> {
    let stat = stat(directory)?;
    let is_known = stat.stx_attributes_mask.contains(StatxAttributes::MOUNT_ROOT);
    Ok(is_known.then(|| stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)))
}

/// Whether this device is mounted there. btrfs gives its files an anonymous device number, so the mount's source counts
/// as well.
pub fn is_of_device(entry: &MountInfo, number: u64) -> bool {
    entry.majmin == shown(number) || device_of(entry) == Some(number)
}

/// The number of the mounted block device, if it is one.
pub fn device_of(entry: &MountInfo) -> Option<u64> {
    let source = entry.mount_source.as_deref()?;
    let stat = rustix::fs::stat(source).ok()?;
    rustix::fs::FileType::from_raw_mode(stat.st_mode).is_block_device().then_some(stat.st_rdev)
}

/// `8:17`, as the kernel writes device numbers.
pub fn shown(number: u64) -> String {
    format!("{}:{}", rustix::fs::major(number), rustix::fs::minor(number))
}

/// Lossy and line by line: a foreign mount point that is not UTF-8 must not hide ours.
pub fn parse(table: &[u8]) -> Vec<MountInfo> {
    let text = String::from_utf8_lossy(table);
    text.lines().filter_map(|line| MountInfo::from_line(line).ok()).collect()
}

/// Everything that is mounted. The kernel answers from memory, even when a disk hangs.
///
/// # Errors
/// The table can't be read.
pub fn entries() -> io::Result<impl Iterator<Item = MountInfo>> {
    Ok(parse(&fs::read(TABLE)?).into_iter())
}

/// Mount points below `top`, in our namespace and in that of the system's first process.
///
/// # Errors
/// Our own table can't be read. The other one may be out of reach, as in a container.
pub fn points_below(top: &Path) -> io::Result<Vec<PathBuf>> {
    let ours = fs::read(TABLE)?;
    let theirs = fs::read("/proc/1/mountinfo").unwrap_or_default();
    let points = [ours, theirs].into_iter().flat_map(|table| parse(&table)).map(|entry| entry.mount_point);
    Ok(points.filter(|point| point != top && point.starts_with(top)).collect())
}

fn stat(file: impl AsFd) -> io::Result<Statx> {
    Ok(rustix::fs::statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn the_table_shows_a_files_mount_and_what_is_mounted_upon_it() {
        let root = File::open("/").unwrap();
        let proc = File::open("/proc").unwrap();
        assert_eq!(entry_of(&root).unwrap().unwrap().mount_point, std::path::Path::new("/"));
        let upon = mounted_upon(&root).unwrap();
        assert!(upon.iter().any(|entry| entry.mount_point == std::path::Path::new("/proc")));
        assert_ne!(mount_id(&root).unwrap(), mount_id(&proc).unwrap());
    }

    #[test]
    fn a_mount_point_differs_from_a_directory() {
        let place = tempfile::tempdir().unwrap();
        assert_ne!(is_mount_point(File::open("/proc").unwrap()).unwrap(), Some(false));
        assert_ne!(is_mount_point(File::open(place.path()).unwrap()).unwrap(), Some(true));
    }

    #[test]
    fn an_unreadable_line_hides_no_other() {
        let table = b"nonsense\n36 35 98:0 / /mnt/\xff rw - ext4 /dev/sda rw\n37 35 98:1 / /x rw - ext4 /dev/sdb rw\n";
        assert_eq!(parse(table).len(), 2);
    }
}
