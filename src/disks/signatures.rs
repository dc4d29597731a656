//! What a device holds on which udev recognises nothing: signatures of several file systems, a partition table made for
//! another sector size, or nothing readable. Reads the device itself, by libblkid's rules, so a disk that hangs blocks
//! the caller.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::mount_table::shown;
use asbackup_api::{DiskId, Unusable};

/// Where supported file systems have their first signature, in bytes: all but btrfs within the first block.
const SIGNATURES: [u64; 2] = [0, 64 << 10];
const BLOCK: usize = 4096;
/// The sector sizes that disks are sold with, in bytes.
const SECTORS: [u64; 2] = [512, 4096];
/// No backup disk has more partitions.
const PARTITIONS: usize = 16;

/// Why the disk can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub why: Unusable,
    /// UUIDs of the file systems whose signatures were found.
    pub marks: Vec<DiskId>,
    /// In technical words.
    pub cause: String,
}

/// One line of wipefs.
#[derive(Debug, Deserialize)]
struct Signature {
    #[serde(rename = "type")]
    kind: String,
    uuid: Option<String>,
    usage: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Signatures {
    signatures: Vec<Signature>,
}

/// None for a device that is blank or holds nothing of interest. Blocks.
pub fn look(device: &Path, number: u64) -> Option<Finding> {
    let file = match File::open(device).and_then(|file| read(&file).map(|()| file)) {
        Ok(file) => file,
        Err(error) => return unreadable(&error),
    };
    ambiguous(device).or_else(|| other_sectors(device, &file, sector_size(number)?))
}

fn read(file: &File) -> io::Result<()> {
    SIGNATURES.iter().try_for_each(|place| match file.read_exact_at(&mut [0; BLOCK], *place) {
        // A smaller device holds no backups.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        result => result,
    })
}

/// Any other error says nothing about the disk.
fn unreadable(error: &io::Error) -> Option<Finding> {
    use rustix::io::Errno;
    let of_disk =
        [Errno::IO, Errno::NXIO, Errno::NODATA, Errno::REMOTEIO, Errno::ILSEQ, Errno::TIMEDOUT, Errno::NOLINK];
    let is_of_disk = error.raw_os_error().is_some_and(|number| of_disk.contains(&Errno::from_raw_os_error(number)));
    is_of_disk.then(|| Finding { why: Unusable::Unreadable, marks: Vec::new(), cause: error.to_string() })
}

/// Of several file systems libblkid reports none, lest the wrong one be mounted.
fn ambiguous(device: &Path) -> Option<Finding> {
    let options = ["--no-act", "--json", "--output", "TYPE,UUID,USAGE"];
    let output = Command::new("wipefs").args(options).arg(device).output().ok()?;
    let found: Signatures = serde_json::from_slice(&output.stdout).unwrap_or_default();
    several(found.signatures)
}

fn several(signatures: Vec<Signature>) -> Option<Finding> {
    let holds_files = |found: &Signature| matches!(found.usage.as_deref(), Some("filesystem" | "crypto" | "raid"));
    let found: Vec<Signature> = signatures.into_iter().filter(holds_files).collect();
    let mut kinds: Vec<&str> = found.iter().map(|found| found.kind.as_str()).collect();
    kinds.dedup();
    if kinds.len() < 2 {
        return None;
    }
    let marks = found.iter().filter_map(|found| found.uuid.as_deref()).map(DiskId::new).collect();
    Some(Finding { why: Unusable::Ambiguous, marks, cause: kinds.join(", ") })
}

/// Some enclosures present a disk with 4096-byte sectors that others present with 512: a partition table written in one
/// is wrong in the other.
fn other_sectors(device: &Path, disk: &File, now: u64) -> Option<Finding> {
    let then = SECTORS.into_iter().find(|size| *size != now)?;
    let marks: Vec<DiskId> = partition_starts(disk, then).into_iter().filter_map(|at| uuid_at(device, at)).collect();
    let cause = format!("sectors of {then} instead of {now} bytes");
    (!marks.is_empty()).then_some(Finding { why: Unusable::OtherSectors, marks, cause })
}

/// Where partitions would start, in bytes, if sectors had this size: by a GPT, or else by an MBR.
fn partition_starts(disk: &File, sector: u64) -> Vec<u64> {
    let mut header = [0; 512];
    let mut entries = [0; PARTITIONS * 128];
    let is_gpt = disk.read_exact_at(&mut header, sector).is_ok() && header.starts_with(b"EFI PART");
    if is_gpt && disk.read_exact_at(&mut entries, number::<8>(&header, 72).saturating_mul(sector)).is_ok() {
        return entries.chunks(128).map(|entry| number::<8>(entry, 32)).filter_map(|at| placed(at, sector)).collect();
    }
    let is_mbr = disk.read_exact_at(&mut header, 0).is_ok() && header.ends_with(&[0x55, 0xaa]);
    let entries = header[446..510].chunks(16).filter(|_| is_mbr);
    entries.map(|entry| number::<4>(entry, 8)).filter_map(|at| placed(at, sector)).collect()
}

fn placed(at: u64, sector: u64) -> Option<u64> {
    at.checked_mul(sector).filter(|place| *place > 0)
}

/// An `N`-byte little-endian number.
fn number<const N: usize>(bytes: &[u8], at: usize) -> u64 {
    let bytes = bytes.get(at..).and_then(|rest| rest.first_chunk::<N>());
    bytes.map_or(0, |bytes| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

fn uuid_at(device: &Path, offset: u64) -> Option<DiskId> {
    let mut blkid = Command::new("blkid");
    blkid.args(["--probe", "--usages", "filesystem,crypto", "--match-tag", "UUID", "--output", "value"]);
    let output = blkid.arg("--offset").arg(offset.to_string()).arg(device).output().ok()?;
    let uuid = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!uuid.is_empty()).then(|| DiskId::new(&uuid))
}

fn sector_size(number: u64) -> Option<u64> {
    let file = format!("/sys/dev/block/{}/queue/logical_block_size", shown(number));
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn several_file_systems_are_reported_and_one_is_not() {
        let read = |text: &str| several(serde_json::from_str::<Signatures>(text).unwrap().signatures);
        let ext4 = r#"{"type":"ext4","uuid":"B78E-6CC4","usage":"filesystem"}"#;
        let xfs = r#"{"type":"xfs","uuid":"A","usage":"filesystem"}"#;
        let table = r#"{"type":"gpt","uuid":null,"usage":null}"#;
        assert_eq!(read(&format!(r#"{{"signatures":[{ext4},{ext4},{table}]}}"#)), None);
        let found = read(&format!(r#"{{"signatures":[{xfs},{ext4}]}}"#)).unwrap();
        assert_eq!((found.why, found.marks.len(), found.cause.as_str()), (Unusable::Ambiguous, 2, "xfs, ext4"));
        assert_eq!(read("{}"), None);
    }

    #[test]
    fn partitions_are_found_at_the_places_for_another_sector_size() {
        let mut disk = tempfile::tempfile().unwrap();
        let mut table = vec![0; 4096 * 4];
        table[510..512].copy_from_slice(&[0x55, 0xaa]);
        table[454] = 2;
        disk.write_all(&table).unwrap();
        assert_eq!(partition_starts(&disk, 4096), [8192]);
        table[4096..4104].copy_from_slice(b"EFI PART");
        table[4096 + 72] = 2;
        table[8192 + 33] = 1;
        disk.write_all_at(&table, 0).unwrap();
        assert_eq!(partition_starts(&disk, 4096), [256 * 4096]);
        assert_eq!(partition_starts(&disk, 512), [1024], "no GPT there");
    }

    #[test]
    fn a_missing_device_file_says_nothing_about_a_disk() {
        assert_eq!(look(Path::new("/nonexistent"), 0), None);
        assert!(unreadable(&io::Error::from_raw_os_error(5)).is_some());
    }
}
