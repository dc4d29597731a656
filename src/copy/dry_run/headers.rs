//! How files begin, before and after. Whoever encrypts, wipes or overwrites a file takes away its beginning, and that is what tells
//! it from a file that has lived on: one that grows, is merged or compacted keeps the header by which its program knows it.
//!
//! What is held against each other, and why normal life passes:
//! - Files that are replaced, and those that got a longer name (`x.vbk` → `x.vbk.locked`). What is new or only gone has no beginning
//!   to lose, and neither has a file that was empty.
//! - The first four bytes, which is where formats have their mark: the rest of a header may well change (a .gz has its time there,
//!   a .vbk its counters), the mark does not. Where that differs, a sixteenth of the first 512 bytes has to be the same, zeros on both sides left out:
//!   pages of databases begin with a checksum, and encrypted data agrees in one byte of 256.
//! - Text that has become other text or nothing counts on neither side: logs that are rotated, settings, a .vbm in XML, what Windows
//!   writes in UTF-16. But it does where Veeam keeps its data, which is no text.
//! - What was only compressed (`x.log` → `x.log.gz`) is recognised by the mark of that.
//! - Two small files prove nothing, though they were all that has changed.
//!
//! Not seen: what leaves the beginning as it is, and what comes with other names of the same kind.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use super::file_kinds::{self, Sum};
use crate::copy::trees::tree_info::{self, Roots};
use crate::model::{DiskId, Fault};

/// The largest files are looked at, since they are the backups; so many are read in seconds from the slowest disk.
const MOST: usize = 1000;
/// Bytes from the start of a file.
const LOOK: usize = 512;
const MARK: usize = 4;
/// One in so many bytes is the same, and not only a few by chance.
const SHARE: usize = 16;
const FEW: usize = 8;
/// So many are never chance.
const ENOUGH: u64 = 3;
/// Bytes; what is smaller is no backup.
const WEIGHTY: u64 = 4096;
/// Below this many bytes chance can look like Latin letters.
const SHORT: usize = 64;
/// Marks of what only packs, by the ending that it gives.
const PACKED: [(&str, &[u8]); 7] = [
    ("gz", &[0x1f, 0x8b]),
    ("xz", &[0xfd, b'7', b'z', b'X']),
    ("zst", &[0x28, 0xb5, 0x2f, 0xfd]),
    ("bz2", b"BZh"),
    ("lz4", &[0x04, 0x22, 0x4d, 0x18]),
    ("zip", b"PK\x03\x04"),
    ("7z", b"7z\xbc\xaf"),
];

/// A file that another one takes the place of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// Of the file on the disk, in bytes.
    pub length: u64,
    pub old: PathBuf,
    /// Its path in the source, longer than `old` if it got another name.
    pub new: PathBuf,
}

/// The largest of them.
#[derive(Debug, Default)]
pub struct Pairs(BinaryHeap<Reverse<Pair>>);

impl Pairs {
    pub fn add(&mut self, pair: Pair) {
        if pair.length == 0 {
            return;
        }
        self.0.push(Reverse(pair));
        if self.0.len() > MOST {
            self.0.pop();
        }
    }
}

/// What came of the comparison.
#[derive(Debug, Default)]
pub struct Beginnings {
    compared: u64,
    lost: Sum,
    weighty: bool,
}

impl Beginnings {
    /// Reads both sides. Blocks; `go_on` is asked at each file. What can't be read is left out: rsync says what is the matter with it.
    pub fn compare(pairs: Pairs, tops: &Roots, go_on: impl Fn() -> bool) -> Self {
        let mut found = Self::default();
        for Reverse(pair) in pairs.0.into_sorted_vec().into_iter().take_while(|_| go_on()) {
            let read = |top, path: &Path| tree_info::beginning(top, path, LOOK).ok();
            if let (Some(old), Some(new)) = (read(&tops.target, &pair.old), read(&tops.source, &pair.new)) {
                found.add(&pair, &old, &new);
            }
        }
        found
    }

    fn add(&mut self, pair: &Pair, old: &[u8], new: &[u8]) {
        if proves_nothing(pair, old, new) {
            return;
        }
        self.compared += 1;
        if !are_alike(old, new) {
            self.lost.add(&pair.new, pair.length);
            self.weighty |= pair.length >= WEIGHTY;
        }
    }

    /// # Errors
    /// Three, or half of all that could be compared, begin otherwise than before.
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

fn proves_nothing(pair: &Pair, old: &[u8], new: &[u8]) -> bool {
    let text = is_text(old) && is_text(new) && !file_kinds::is_veeam_data(&pair.old);
    text || (pair.old != pair.new && is_packed(&pair.new, new))
}

fn is_packed(path: &Path, bytes: &[u8]) -> bool {
    let kind = file_kinds::kind(path);
    PACKED.iter().any(|(ending, mark)| kind == *ending && bytes.starts_with(mark))
}

/// The units behind a byte order mark, which nobody who encrypts leaves or makes.
fn utf16(bytes: &[u8]) -> Option<Vec<u16>> {
    let (mark, rest) = bytes.split_at_checked(2)?;
    let read = match mark {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let mut units: Vec<u16> = rest.as_chunks::<2>().0.iter().map(|pair| read(*pair)).collect();
    // What was read may end in the middle of a letter.
    units.pop_if(|last| (0xd800..0xdc00).contains(last));
    Some(units)
}

/// Nothing is text, too. Old text may be Latin-1.
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
    let mark = both.min(MARK);
    if both > 0 && old[..mark] == new[..mark] {
        return true;
    }
    let told = old.iter().zip(new).filter(|pair| *pair != (&0, &0));
    let (same, all) = told.fold((0, 0), |(same, all), (old, new)| (same + usize::from(old == new), all + 1));
    same >= FEW && same * SHARE >= all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs::{self, File};

    fn pair(name: &str, length: u64) -> Pair {
        Pair { length, old: name.into(), new: name.into() }
    }

    fn noise(length: usize, seed: u64) -> Vec<u8> {
        let mut rng = fastrand::Rng::with_seed(seed);
        std::iter::repeat_with(|| rng.u8(..)).take(length).collect()
    }

    /// How many were compared, and how many of them lost.
    fn held(cases: &[(&str, &[u8], &[u8])]) -> (u64, u64) {
        let mut found = Beginnings::default();
        for (name, old, new) in cases {
            found.add(&pair(name, 1 << 20), old, new);
        }
        (found.compared, found.lost.files)
    }

    fn is_refused(lost: u64, kept: u64, length: u64) -> bool {
        let mut found = Beginnings::default();
        (0..lost).for_each(|number| found.add(&pair("x", length), b"VEEAM\0\0\0", &noise(LOOK, number)));
        (0..kept).for_each(|_| found.add(&pair("y", length), b"VEEAM\0\0\0", b"VEEAM\0\0\x01"));
        found.judge(&DiskId::new("A")).is_err()
    }

    #[test]
    fn three_or_half_are_refused_and_two_small_ones_are_not() {
        assert!(is_refused(3, 1000, 10));
        assert!(is_refused(1, 1, WEIGHTY) && is_refused(1, 0, WEIGHTY) && is_refused(2, 2, WEIGHTY));
        assert!(!is_refused(1, 2, WEIGHTY) && !is_refused(2, 3, WEIGHTY));
        assert!(!is_refused(0, 0, WEIGHTY) && !is_refused(0, 5, WEIGHTY));
        assert!(!is_refused(2, 0, WEIGHTY - 1));
    }

    #[test]
    fn what_is_encrypted_wiped_or_emptied_is_lost() {
        let random = noise(LOOK, 1);
        let mut header = b"\x0d\0\0\0\x01\0\0\0\x10\0\0\0md5".to_vec();
        header.resize(LOOK, 0);
        for old in [&header, &noise(LOOK, 2), &vec![0; LOOK]] {
            assert_eq!(held(&[("a.vbk", old, &random), ("b.vib", old, &[])]), (2, 2));
        }
        assert_eq!(held(&[("a.vbk", &header, &[0; LOOK])]), (1, 1));
        let meta = b"<?xml version=\"1.0\" encoding=\"utf-8\"?><BackupMeta Id=\"1\"/>";
        assert_eq!(held(&[("Job/Job.vbm", meta, &random)]), (1, 1));
        assert_eq!(held(&[("a.vbk", b"a backup", b"your files are encrypted")]), (1, 1));
    }

    #[test]
    fn what_lives_on_is_not() {
        let gz = |time: u8| [&[0x1f, 0x8b, 8, 0, time, 1, 2, 3, 0, 3], &noise(LOOK, time.into())[..]].concat();
        assert_eq!(held(&[("log.1.gz", &gz(1), &gz(2))]), (1, 0));
        // A page of a database: a checksum, then what stays.
        let page = |sum: u64| [&noise(12, sum), &[0; 12][..], &[7; 40], &[0; 400]].concat();
        assert_eq!(held(&[("table.ibd", &page(1), &page(2))]), (1, 0));
    }

    #[test]
    fn what_windows_writes_in_utf16_is_text_and_encrypted_it_is_not() {
        let wide = |text: &str| [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let (old, new): (Vec<u8>, Vec<u8>) = (wide("Montag, 3. November\r\n"), wide("GERÄTE: Pumpe \u{1f600}"));
        let turned: Vec<u8> = new.as_chunks::<2>().0.iter().flat_map(|[low, high]| [*high, *low]).collect();
        assert_eq!(held(&[("report.txt", &old, &new), ("a.csv", &old, &turned), ("Job.vbm", &new, &old)]), (0, 0));
        assert_eq!(held(&[("cut.txt", &old, &new[..new.len() - 2]), ("odd.txt", &old, &new[..new.len() - 1])]), (0, 0));
        assert_eq!(held(&[("report.txt", &old, &noise(LOOK, 1))]), (1, 1));
        let marked = [&[0xff, 0xfe][..], &noise(LOOK, 2)].concat();
        assert_eq!(held(&[("report.txt", &old, &marked)]), (1, 1));
    }

    #[test]
    fn text_that_is_other_text_now_is_no_evidence() {
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
    fn what_was_packed_under_a_longer_name_is_no_evidence_and_what_was_encrypted_is() {
        let renamed = |new: &str, bytes: &[u8]| {
            let mut found = Beginnings::default();
            found.add(&Pair { length: 1 << 20, old: "a.log".into(), new: new.into() }, b"text\n", bytes);
            (found.compared, found.lost.files)
        };
        assert_eq!(renamed("a.log.gz", &[0x1f, 0x8b, 8, 0, 0]), (0, 0));
        assert_eq!(renamed("a.log.gz", &noise(LOOK, 3)), (1, 1));
        assert_eq!(renamed("a.log.locked", &noise(LOOK, 3)), (1, 1));
        assert_eq!(renamed("a.log.old", b"text\n"), (0, 0));
    }

    #[test]
    fn the_largest_are_read_and_no_more_than_so_many() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut pairs = Pairs::default();
        for number in 0..MOST + 20 {
            let name = format!("{number}.vbk");
            fs::write(target.path().join(&name), [1; 16]).unwrap();
            // Only the small ones are lost.
            fs::write(source.path().join(&name), if number < 20 { [2; 16] } else { [1; 16] }).unwrap();
            pairs.add(pair(&name, 1 + number as u64));
        }
        let open = |place: &tempfile::TempDir| File::open(place.path()).unwrap();
        let tops = Roots { source: open(&source), target: open(&target) };
        let found = Beginnings::compare(pairs, &tops, || true);
        assert_eq!((found.compared, found.lost.files), (MOST as u64, 0));
    }

    proptest! {
        /// Encrypted data is as good as random.
        #[test]
        fn random_data_never_looks_like_what_was_there(old in prop::collection::vec(any::<u8>(), 16..LOOK), seed: u64) {
            prop_assert!(!are_alike(&old, &noise(old.len(), seed)));
        }

        /// Whatever follows the mark.
        #[test]
        fn what_keeps_its_mark_is_alike(mark: [u8; MARK], old: Vec<u8>, new: Vec<u8>) {
            prop_assert!(are_alike(&[&mark, &old[..]].concat(), &[&mark, &new[..]].concat()));
        }

        #[test]
        fn no_bytes_make_it_stumble(old: Vec<u8>, new: Vec<u8>) {
            held(&[("x", &old, &new)]);
        }
    }
}
