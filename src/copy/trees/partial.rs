//! Large files that a run before left half copied, so that rsync need not write them anew. Safe whatever they hold: rsync compares
//! them block by block with the source, and holds the whole file against a checksum before it gives it its name.
//!
//! A run that rsync could end in order has moved its half file into `PARTIAL` itself; after a kill, a pulled disk or a power cut it
//! lies beside its place under rsync's temporary name. The dry run lists both as things to be deleted; so rsync's own bounds are
//! those of the search, and `beneath` keeps what is renamed within the target's mount.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use log::debug;
use rustix::fs::{AtFlags, FileType, RenameFlags, renameat_with, statat};

use super::beneath;
use crate::copy::rsync::itemize::{Change, Item, Kind};

/// rsync's `--partial-dir`, in each directory with a half file.
pub const PARTIAL: &str = ".asbackup-partial";
/// What is less is copied anew in a moment, and comparing costs time for every changed file of the run.
const WORTH: u64 = 16 << 20;
/// The unit of `st_blocks`.
const SECTOR: u64 = 512;
/// rsync's temporary name is `.name.XXXXXX`.
const SUFFIX: usize = 7;
/// rsync writes one file at a time, so more than a few are somebody's mischief.
const MOST: usize = 100;

/// What a copy does with a file in which it is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutOff {
    /// It is copied anew by the next run.
    Dropped,
    /// The next run goes on with it.
    Kept,
    /// The same, and this run goes on with what one before has kept.
    Resumed,
}

impl CutOff {
    /// For a copy of `bytes` in all.
    pub fn of_copy(bytes: u64) -> Self {
        if bytes < WORTH { Self::Dropped } else { Self::Kept }
    }
}

/// One of them, by its path on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Half {
    at: PathBuf,
    /// The file that it is the beginning of.
    of: PathBuf,
}

/// What the dry run shows that looks like one.
#[derive(Debug, Default)]
pub struct Halves(Vec<Half>);

/// Those that are worth it.
#[derive(Debug, Default)]
pub struct Kept {
    halves: Vec<Half>,
    /// What they take on the disk.
    pub bytes: u64,
}

impl Halves {
    pub fn add(&mut self, item: &Item) {
        if item.change == Change::Deleted && item.kind == Kind::File && self.0.len() < MOST {
            self.0.extend(half_of(&item.path));
        }
    }

    /// Those that are large, and shorter than a file of the source. Blocks.
    pub fn judge(self, source: &File, target: &File) -> Kept {
        let mut kept = Kept::default();
        for half in self.0 {
            let (Some(there), Some(whole)) = (size(target, &half.at), size(source, &half.of)) else { continue };
            // With holes it would be long and yet worth nothing.
            if there.taken >= WORTH && there.length < whole.length {
                kept.bytes += there.taken;
                kept.halves.push(half);
            }
        }
        kept
    }
}

impl Kept {
    pub fn count(&self) -> u64 {
        self.halves.len() as u64
    }

    /// Puts each where rsync looks for it. Blocks. One that can't be put there is deleted by rsync, and copied anew.
    pub fn offer(&self, target: &File) {
        for half in &self.halves {
            if let Err(error) = half.offer(target) {
                debug!("{}: {error}", half.at.display());
            }
        }
    }
}

impl Half {
    fn offer(&self, target: &File) -> io::Result<()> {
        if is_in_partial(&self.at) {
            return Ok(());
        }
        let directory = self.of.parent().unwrap_or(Path::new(""));
        let (from, name) = (self.at.file_name().unwrap_or_default(), self.of.file_name().unwrap_or_default());
        let old = beneath::open_directory(target.as_fd(), directory)?;
        let new = beneath::open_directory(old.as_fd(), Path::new(PARTIAL))?;
        Ok(renameat_with(old, from, new, name, RenameFlags::NOREPLACE)?)
    }
}

/// Whether it is the beginning of a file: by its name, which somebody's own file may have by chance (`.diary.backup`). rsync's
/// endings are of letters and digits at random, which hardly ever make a word or a number.
pub fn is_half(at: &Path, is_in_source: impl Fn(&Path) -> bool) -> bool {
    half_of(at).is_some_and(|half| is_in_partial(at) || !ends_in_word(at) || is_in_source(&half.of))
}

fn ends_in_word(at: &Path) -> bool {
    let name = at.as_os_str().as_bytes();
    let ending = &name[name.len().saturating_sub(SUFFIX - 1)..];
    [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit].iter().any(|kind| ending.iter().all(kind))
}

fn half_of(at: &Path) -> Option<Half> {
    let (directory, name) = (at.parent()?, at.file_name()?);
    if is_in_partial(at) {
        let of = directory.parent()?.join(name);
        return Some(Half { at: at.to_owned(), of });
    }
    let bare = name.as_bytes().strip_prefix(b".")?;
    let (bare, suffix) = bare.split_at_checked(bare.len().checked_sub(SUFFIX)?)?;
    let random = suffix.strip_prefix(b".")?.iter().all(u8::is_ascii_alphanumeric);
    let of = directory.join(std::ffi::OsStr::from_bytes(bare));
    (random && !bare.is_empty()).then(|| Half { at: at.to_owned(), of })
}

fn is_in_partial(at: &Path) -> bool {
    at.parent().is_some_and(|directory| directory.ends_with(PARTIAL))
}

/// In bytes.
struct Size {
    length: u64,
    /// On the disk.
    taken: u64,
}

/// Of a regular file; links are none.
fn size(top: &File, path: &Path) -> Option<Size> {
    let stat = statat(top, path, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    let (length, taken) = (stat.st_size.unsigned_abs(), stat.st_blocks.unsigned_abs() * SECTOR);
    is_file.then_some(Size { length, taken: taken.min(length) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(path: &str) -> Option<String> {
        half_of(Path::new(path)).map(|half| half.of.display().to_string())
    }

    #[test]
    fn half_files_are_known_by_their_names() {
        assert_eq!(found("d/.big.vbk.Qu4Dqp"), Some("d/big.vbk".into()));
        assert_eq!(found(".big.Qu4Dqp"), Some("big".into()));
        assert_eq!(found("d/.asbackup-partial/big.vbk"), Some("d/big.vbk".into()));
        for other in ["d/big.Qu4Dqp", "d/.big.Qu4D_p", "d/..Qu4Dqp", "d/.Qu4Dqp", ".a", "big", ""] {
            assert_eq!(found(other), None, "{other}");
        }
    }

    #[test]
    fn somebodys_file_that_has_such_a_name_is_no_half_unless_its_whole_is_in_the_source() {
        let is_half = |path: &str, source: &str| is_half(Path::new(path), |of| of == Path::new(source));
        for name in ["d/.big.vbk.Qu4Dqp", "d/.asbackup-partial/diary.backup", ".big.abcde1"] {
            assert!(is_half(name, ""), "{name}");
        }
        for name in ["d/.diary.backup", ".diary.BACKUP", ".diary.202411"] {
            assert!(!is_half(name, ""), "{name}");
        }
        assert!(is_half("d/.diary.backup", "d/diary"));
    }

    #[test]
    fn only_what_is_large_and_shorter_than_its_source_is_kept_and_put_where_rsync_looks() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let make = |top: &Path, name: &str, length: u64| {
            std::fs::write(top.join(name), vec![1; usize::try_from(length).unwrap()]).unwrap();
        };
        File::create(target.path().join(".holes.abcDE1")).unwrap().set_len(WORTH).unwrap();
        for name in ["large", "small", "whole", "holes"] {
            make(source.path(), name, 2 * WORTH);
        }
        for (name, length) in [("large", WORTH), ("small", WORTH - 1), ("whole", 2 * WORTH), ("gone", WORTH)] {
            make(target.path(), &format!(".{name}.abcDE1"), length);
        }
        std::os::unix::fs::symlink("/etc/passwd", target.path().join(".large.link00")).unwrap();
        let mut halves = Halves::default();
        for name in ["large.abcDE1", "small.abcDE1", "whole.abcDE1", "gone.abcDE1", "holes.abcDE1", "large.link00"] {
            let path = PathBuf::from(format!(".{name}"));
            halves.add(&Item { change: Change::Deleted, kind: Kind::File, length: 0, path });
        }
        let (from, to) = (File::open(source.path()).unwrap(), File::open(target.path()).unwrap());
        let kept = halves.judge(&from, &to);
        assert_eq!((kept.count(), kept.bytes), (1, WORTH));
        kept.offer(&to);
        assert_eq!(target.path().join(PARTIAL).join("large").metadata().unwrap().len(), WORTH);
        assert!(!target.path().join(".large.abcDE1").exists());
    }

    proptest! {
        #[test]
        fn no_name_makes_us_stumble_or_leave_the_directory(bytes in prop::collection::vec(any::<u8>(), 0..30)) {
            let path = Path::new(std::ffi::OsStr::from_bytes(&bytes));
            if let Some(half) = half_of(path) {
                prop_assert!(half.of.starts_with(path.parent().unwrap()) || is_in_partial(path));
            }
        }
    }
}
