//! What is at the beginning of a device that udev has recognised nothing on: marks of several file systems, partitions that count in
//! sectors of another size, or nothing that can be read. Reads the device itself, with the eyes of libblkid; a disk that hangs holds
//! whoever asks.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::mount_table::shown;
use crate::model::{DiskId, Unusable};

/// Where the file systems that are copied to have their first marks: all but btrfs within the first block. Bytes.
const LOOKED_AT: [u64; 2] = [0, 64 << 10];
const BLOCK: usize = 4096;
/// The two sizes of sectors that disks are sold with, bytes.
const SECTORS: [u64; 2] = [512, 4096];
/// More partitions than this has no backup disk.
const PARTITIONS: usize = 16;

/// Why nobody can use the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub why: Unusable,
    /// Whose marks were found, if any.
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

/// None for a device that is blank, or holds what is of no interest. Blocks.
pub fn look(device: &Path, number: u64) -> Option<Finding> {
    let file = match File::open(device).and_then(|file| read(&file).map(|()| file)) {
        Ok(file) => file,
        Err(error) => return unreadable(&error),
    };
    ambiguous(device).or_else(|| other_sectors(device, &file, sector_size(number)?))
}

fn read(file: &File) -> io::Result<()> {
    LOOKED_AT.iter().try_for_each(|place| match file.read_exact_at(&mut [0; BLOCK], *place) {
        // A device that is smaller holds no backups.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        result => result,
    })
}

/// Whatever else keeps us from opening it says nothing of the disk.
fn unreadable(error: &io::Error) -> Option<Finding> {
    use rustix::io::Errno;
    let of_disk =
        [Errno::IO, Errno::NXIO, Errno::NODATA, Errno::REMOTEIO, Errno::ILSEQ, Errno::TIMEDOUT, Errno::NOLINK];
    let is_of_disk = error.raw_os_error().is_some_and(|number| of_disk.contains(&Errno::from_raw_os_error(number)));
    is_of_disk.then(|| Finding { why: Unusable::Unreadable, marks: Vec::new(), cause: error.to_string() })
}

/// With several of them libblkid tells none, lest the wrong one be mounted.
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

/// Some enclosures show a disk with sectors of 4096 bytes that others show with 512: a table that was written behind the one makes
/// no sense behind the other.
fn other_sectors(device: &Path, disk: &File, now: u64) -> Option<Finding> {
    let then = SECTORS.into_iter().find(|size| *size != now)?;
    let marks: Vec<DiskId> = beginnings(disk, then).into_iter().filter_map(|at| uuid_at(device, at)).collect();
    let cause = format!("sectors of {then} instead of {now} bytes");
    (!marks.is_empty()).then_some(Finding { why: Unusable::OtherSectors, marks, cause })
}

/// Where partitions would begin, in bytes, if sectors were of this size: by a GPT, or else by an MBR.
fn beginnings(disk: &File, sector: u64) -> Vec<u64> {
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

/// `N` bytes, the least of them first.
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
    fn several_file_systems_are_told_and_one_is_not() {
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
    fn partitions_are_found_where_sectors_of_another_size_put_them() {
        let mut disk = tempfile::tempfile().unwrap();
        let mut table = vec![0; 4096 * 4];
        table[510..512].copy_from_slice(&[0x55, 0xaa]);
        table[454] = 2;
        disk.write_all(&table).unwrap();
        assert_eq!(beginnings(&disk, 4096), [8192]);
        table[4096..4104].copy_from_slice(b"EFI PART");
        table[4096 + 72] = 2;
        table[8192 + 33] = 1;
        disk.write_all_at(&table, 0).unwrap();
        assert_eq!(beginnings(&disk, 4096), [256 * 4096]);
        assert_eq!(beginnings(&disk, 512), [1024], "no GPT there");
    }

    #[test]
    fn a_file_that_is_not_there_says_nothing_of_a_disk() {
        assert_eq!(look(Path::new("/nonexistent"), 0), None);
        assert!(unreadable(&io::Error::from_raw_os_error(5)).is_some());
    }
}
