//! Compares the headers of files, before and after. Encrypting, wiping or overwriting a file destroys its header; a
//! file that lives on, which grows, is merged or compacted, keeps the header by which its program recognises it.
//!
//! What is compared, and why normal use passes:
//! - Files that are replaced, and files whose new name is longer (`x.vbk` → `x.vbk.locked`). New files, deleted ones,
//!   and files that were empty have no header to lose.
//! - The first four bytes, where formats have their magic number: the rest of a header may well change (a .gz has its
//!   time there, a .vbk its counters). Where they differ, a sixteenth of the first 512 bytes must be equal, not
//!   counting zeros on both sides: database pages begin with a checksum, and encrypted data agrees in one byte of 256.
//! - Text that became other text or nothing does not count: rotated logs, settings, a .vbm in XML, UTF-16 from Windows.
//!   It does count where Veeam keeps its data, which is no text.
//! - A file that was only compressed (`x.log` → `x.log.gz`) is recognised by the magic number of the archive.
//! - Two small files prove nothing, even if nothing else has changed.
//!
//! Not detected: changes that leave the header alone, and files that appear under other names of the same type.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use super::file_kinds::{self, Sum};
use crate::copy::trees::tree_info::{self, Roots};
use asbackup_api::{DiskId, Fault};

/// The largest files are read, since they are the backups. Even the slowest disk reads so many within seconds.
const MOST: usize = 1000;
/// Bytes from the start of a file.
const HEADER: usize = 512;
const MAGIC: usize = 4;
/// One in so many bytes must be equal, and not just a few by chance.
const SHARE: usize = 16;
const FEW: usize = 8;
/// So many lost headers are never chance.
const ENOUGH: u64 = 3;
/// In bytes; a smaller file is no backup.
const WEIGHTY: u64 = 4096;
/// With fewer bytes, random data can look like Latin-1.
const SHORT: usize = 64;
/// Magic numbers of compressed files, by their extension.
const PACKED: [(&str, &[u8]); 7] = [
    ("gz", &[0x1f, 0x8b]),
    ("xz", &[0xfd, b'7', b'z', b'X']),
    ("zst", &[0x28, 0xb5, 0x2f, 0xfd]),
    ("bz2", b"BZh"),
    ("lz4", &[0x04, 0x22, 0x4d, 0x18]),
    ("zip", b"PK\x03\x04"),
    ("7z", b"7z\xbc\xaf"),
];

/// A file whose place another one takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replacement {
    /// Of the file on the disk, in bytes.
    pub length: u64,
    pub old: PathBuf,
    /// Its path in the source, longer than `old` if it got another name.
    pub new: PathBuf,
}

/// The largest replacements.
#[derive(Debug, Default)]
pub struct Replacements(BinaryHeap<Reverse<Replacement>>);

impl Replacements {
    pub fn add(&mut self, replacement: Replacement) {
        if replacement.length == 0 {
            return;
        }
        self.0.push(Reverse(replacement));
        if self.0.len() > MOST {
            self.0.pop();
        }
    }
}

/// The result of the comparison.
#[derive(Debug, Default)]
pub struct HeaderComparison {
    compared: u64,
    lost: Sum,
    weighty: bool,
}

impl HeaderComparison {
    /// Reads both sides. Blocks; `go_on` is called for each file. Skips what can't be read, which rsync reports.
    pub fn compare(replacements: Replacements, roots: &Roots, go_on: impl Fn() -> bool) -> Self {
        let mut found = Self::default();
        for Reverse(replacement) in replacements.0.into_sorted_vec().into_iter().take_while(|_| go_on()) {
            let read = |top, path: &Path| tree_info::read_start(top, path, HEADER).ok();
            if let (Some(old), Some(new)) =
                (read(&roots.target, &replacement.old), read(&roots.source, &replacement.new))
            {
                found.add(&replacement, &old, &new);
            }
        }
        found
    }

    fn add(&mut self, replacement: &Replacement, old: &[u8], new: &[u8]) {
        if proves_nothing(replacement, old, new) {
            return;
        }
        self.compared += 1;
        if !are_alike(old, new) {
            self.lost.add(&replacement.new, replacement.length);
            self.weighty |= replacement.length >= WEIGHTY;
        }
    }

    /// # Errors
    /// Three files, or half of all that could be compared, have lost their header.
    pub fn judge(&self, disk: &DiskId) -> Result<(), Fault> {
        let (lost, compared) = (self.lost.files, self.compared);
        let half = self.weighty && lost * 2 >= compared;
        if lost >= ENOUGH || half {
            let examples = self.lost.examples();
            return Err(Fault::BeginningsLost { disk: disk.to_string(), lost, compared, examples });
        }
        Ok(())
    }
}

fn proves_nothing(replacement: &Replacement, old: &[u8], new: &[u8]) -> bool {
    let text = is_text(old) && is_text(new) && !file_kinds::is_veeam_data(&replacement.old);
    text || (replacement.old != replacement.new && is_packed(&replacement.new, new))
}

fn is_packed(path: &Path, bytes: &[u8]) -> bool {
    let kind = file_kinds::kind(path);
    PACKED.iter().any(|(ending, mark)| kind == *ending && bytes.starts_with(mark))
}

/// The code units behind a byte order mark, which encryption neither keeps nor makes.
fn utf16(bytes: &[u8]) -> Option<Vec<u16>> {
    let (mark, rest) = bytes.split_at_checked(2)?;
    let read = match mark {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let mut units: Vec<u16> = rest.as_chunks::<2>().0.iter().map(|unit| read(*unit)).collect();
    // The bytes that were read may end in the middle of a character.
    units.pop_if(|last| (0xd800..0xdc00).contains(last));
    Some(units)
}

/// An empty file counts as text. Old text may be Latin-1.
fn is_text(bytes: &[u8]) -> bool {
    if let Some(units) = utf16(bytes) {
        let is_printed = |letter: char| !letter.is_control() || letter.is_whitespace();
        return char::decode_utf16(units).all(|letter| letter.is_ok_and(is_printed));
    }
    let printed = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b) || (*byte >= b' ' && *byte != 0x7f);
    bytes.iter().all(printed) && (bytes.len() >= SHORT || std::str::from_utf8(bytes).is_ok())
}

fn are_alike(old: &[u8], new: &[u8]) -> bool {
    let both = old.len().min(new.len());
    let mark = both.min(MAGIC);
    if both > 0 && old[..mark] == new[..mark] {
        return true;
    }
    let pairs = old.iter().zip(new).filter(|pair| *pair != (&0, &0));
    let (same, all) = pairs.fold((0, 0), |(same, all), (old, new)| (same + usize::from(old == new), all + 1));
    same >= FEW && same * SHARE >= all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs::{self, File};

    fn replacement(name: &str, length: u64) -> Replacement {
        Replacement { length, old: name.into(), new: name.into() }
    }

    fn noise(length: usize, seed: u64) -> Vec<u8> {
        let mut rng = fastrand::Rng::with_seed(seed);
        std::iter::repeat_with(|| rng.u8(..)).take(length).collect()
    }

    /// How many were compared, and how many of them lost their header.
    fn held(cases: &[(&str, &[u8], &[u8])]) -> (u64, u64) {
        let mut found = HeaderComparison::default();
        for (name, old, new) in cases {
            found.add(&replacement(name, 1 << 20), old, new);
        }
        (found.compared, found.lost.files)
    }

    fn is_refused(lost: u64, kept: u64, length: u64) -> bool {
        let mut found = HeaderComparison::default();
        (0..lost).for_each(|number| found.add(&replacement("x", length), b"VEEAM\0\0\0", &noise(HEADER, number)));
        (0..kept).for_each(|_| found.add(&replacement("y", length), b"VEEAM\0\0\0", b"VEEAM\0\0\x01"));
        found.judge(&DiskId::new("A")).is_err()
    }

    #[test]
    fn three_or_half_of_the_files_are_refused_two_small_ones_pass() {
        assert!(is_refused(3, 1000, 10));
        assert!(is_refused(1, 1, WEIGHTY) && is_refused(1, 0, WEIGHTY) && is_refused(2, 2, WEIGHTY));
        assert!(!is_refused(1, 2, WEIGHTY) && !is_refused(2, 3, WEIGHTY));
        assert!(!is_refused(0, 0, WEIGHTY) && !is_refused(0, 5, WEIGHTY));
        assert!(!is_refused(2, 0, WEIGHTY - 1));
    }

    #[test]
    fn an_encrypted_wiped_or_emptied_file_has_lost_its_header() {
        let random = noise(HEADER, 1);
        let mut header = b"\x0d\0\0\0\x01\0\0\0\x10\0\0\0md5".to_vec();
        header.resize(HEADER, 0);
        for old in [&header, &noise(HEADER, 2), &vec![0; HEADER]] {
            assert_eq!(held(&[("a.vbk", old, &random), ("b.vib", old, &[])]), (2, 2));
        }
        assert_eq!(held(&[("a.vbk", &header, &[0; HEADER])]), (1, 1));
        let meta = b"<?xml version=\"1.0\" encoding=\"utf-8\"?><BackupMeta Id=\"1\"/>";
        assert_eq!(held(&[("Job/Job.vbm", meta, &random)]), (1, 1));
        assert_eq!(held(&[("a.vbk", b"a backup", b"your files are encrypted")]), (1, 1));
    }

    #[test]
    fn a_rewritten_archive_and_a_database_page_keep_their_header() {
        let gz = |time: u8| [&[0x1f, 0x8b, 8, 0, time, 1, 2, 3, 0, 3], &noise(HEADER, time.into())[..]].concat();
        assert_eq!(held(&[("log.1.gz", &gz(1), &gz(2))]), (1, 0));
        // A page of a database: a checksum, then what stays.
        let page = |sum: u64| [&noise(12, sum), &[0; 12][..], &[7; 40], &[0; 400]].concat();
        assert_eq!(held(&[("table.ibd", &page(1), &page(2))]), (1, 0));
    }

    #[test]
    fn utf16_text_is_text_and_encrypted_utf16_is_not() {
        let wide = |text: &str| [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let (old, new): (Vec<u8>, Vec<u8>) = (wide("Montag, 3. November\r\n"), wide("GERÄTE: Pumpe \u{1f600}"));
        let turned: Vec<u8> = new.as_chunks::<2>().0.iter().flat_map(|[low, high]| [*high, *low]).collect();
        assert_eq!(held(&[("report.txt", &old, &new), ("a.csv", &old, &turned), ("Job.vbm", &new, &old)]), (0, 0));
        assert_eq!(held(&[("cut.txt", &old, &new[..new.len() - 2]), ("odd.txt", &old, &new[..new.len() - 1])]), (0, 0));
        assert_eq!(held(&[("report.txt", &old, &noise(HEADER, 1))]), (1, 1));
        let marked = [&[0xff, 0xfe][..], &noise(HEADER, 2)].concat();
        assert_eq!(held(&[("report.txt", &old, &marked)]), (1, 1));
    }

    #[test]
    fn text_that_became_other_text_does_not_count() {
        let latin1 = [&[0xe4; 10][..], &[b'x'; 100]].concat();
        let cases: [(&str, &[u8], &[u8]); 4] = [
            ("job.log", b"[28.11.2026] started", b"[01.12.2026] started"),
            ("job.log", b"[28.11.2026] started", b""),
            ("alt.log", &latin1, b"neu"),
            ("Job.vbm", b"<?xml version=\"1.0\"?>", b"<BackupMeta/>"),
        ];
        assert_eq!(held(&cases), (0, 0));
    }

    #[test]
    fn compression_under_a_longer_name_passes_and_encryption_does_not() {
        let renamed = |new: &str, bytes: &[u8]| {
            let mut found = HeaderComparison::default();
            found.add(&Replacement { length: 1 << 20, old: "a.log".into(), new: new.into() }, b"text\n", bytes);
            (found.compared, found.lost.files)
        };
        assert_eq!(renamed("a.log.gz", &[0x1f, 0x8b, 8, 0, 0]), (0, 0));
        assert_eq!(renamed("a.log.gz", &noise(HEADER, 3)), (1, 1));
        assert_eq!(renamed("a.log.locked", &noise(HEADER, 3)), (1, 1));
        assert_eq!(renamed("a.log.old", b"text\n"), (0, 0));
    }

    #[test]
    fn only_the_largest_files_are_read() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut replacements = Replacements::default();
        for number in 0..MOST + 20 {
            let name = format!("{number}.vbk");
            fs::write(target.path().join(&name), [1; 16]).unwrap();
            // Only the small ones have lost their header.
            fs::write(source.path().join(&name), if number < 20 { [2; 16] } else { [1; 16] }).unwrap();
            replacements.add(replacement(&name, 1 + number as u64));
        }
        let open = |place: &tempfile::TempDir| File::open(place.path()).unwrap();
        let roots = Roots { source: open(&source), target: open(&target) };
        let found = HeaderComparison::compare(replacements, &roots, || true);
        assert_eq!((found.compared, found.lost.files), (MOST as u64, 0));
    }

    proptest! {
        /// Encrypted data is as good as random.
        #[test]
        fn random_data_never_resembles_the_old_header(old in prop::collection::vec(any::<u8>(), 16..HEADER), seed: u64) {
            prop_assert!(!are_alike(&old, &noise(old.len(), seed)));
        }

        /// Whatever follows them.
        #[test]
        fn equal_magic_numbers_are_enough(mark: [u8; MAGIC], old: Vec<u8>, new: Vec<u8>) {
            prop_assert!(are_alike(&[&mark, &old[..]].concat(), &[&mark, &new[..]].concat()));
        }

        #[test]
        fn any_bytes_are_accepted(old: Vec<u8>, new: Vec<u8>) {
            held(&[("x", &old, &new)]);
        }
    }
}
