//! Large files that an earlier run left half copied, so that rsync can resume them. Safe whatever they hold: rsync
//! compares them with the source block by block, and checks the whole file against a checksum before it gives it its
//! name.
//!
//! An rsync that could end cleanly has moved its partial file into `PARTIAL` itself. After a kill, a pulled disk or a
//! power cut it lies beside its place under rsync's temporary name. The dry run lists both as deletions, so the search
//! has rsync's own bounds, and `beneath` keeps renames within the target's mount.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use log::debug;
use rustix::fs::{AtFlags, FileType, RenameFlags, renameat_with, statat};

use super::beneath;

/// rsync's `--partial-dir`, in each directory with a partial file.
pub const PARTIAL: &str = ".asbackup-partial";
/// In bytes. Less is copied again in a moment, while comparing costs time for every changed file of the run.
const WORTH_RESUMING: u64 = 16 << 20;
/// The unit of `st_blocks`.
const SECTOR: u64 = 512;
/// rsync's temporary name is `.name.XXXXXX`.
const SUFFIX: usize = 7;
/// rsync writes one file at a time, so more than a few are not rsync's.
const MOST: usize = 100;

/// What becomes of the file at which a copy is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartialPolicy {
    /// The next run copies it again.
    Discard,
    /// The next run resumes it.
    Keep,
    /// The same, and this run resumes what an earlier one kept.
    Resume,
}

impl PartialPolicy {
    /// For a copy of `bytes` in total.
    pub fn for_copy(bytes: u64) -> Self {
        if bytes < WORTH_RESUMING { Self::Discard } else { Self::Keep }
    }
}

/// A partial file, by paths on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialFile {
    at: PathBuf,
    /// The file of which it is the beginning.
    of: PathBuf,
}

/// What looks like a partial file in the dry run.
#[derive(Debug, Default)]
pub struct PartialCandidates(Vec<PartialFile>);

/// Partial files that are worth resuming.
#[derive(Debug, Default)]
pub struct PartialFiles {
    files: Vec<PartialFile>,
    /// Bytes that they take on the disk.
    pub bytes: u64,
}

impl PartialCandidates {
    /// Adds a file that rsync would delete, if it has the name of a partial file.
    pub fn add(&mut self, deleted: &Path) {
        if self.0.len() < MOST {
            self.0.extend(partial_file_of(deleted));
        }
    }

    /// Those that are large, and shorter than their file in the source. Blocks.
    pub fn worth_resuming(self, source: &File, target: &File) -> PartialFiles {
        let mut kept = PartialFiles::default();
        for partial in self.0 {
            let (Some(there), Some(whole)) = (size(target, &partial.at), size(source, &partial.of)) else { continue };
            // A file of holes is long, but worth nothing.
            if there.taken >= WORTH_RESUMING && there.length < whole.length {
                kept.bytes += there.taken;
                kept.files.push(partial);
            }
        }
        kept
    }
}

impl PartialFiles {
    pub fn count(&self) -> u64 {
        self.files.len() as u64
    }

    /// Moves each to where rsync looks for it. Blocks. rsync deletes one that can't be moved, and copies it again.
    pub fn move_into_place(&self, target: &File) {
        for partial in &self.files {
            if let Err(error) = partial.move_into_place(target) {
                debug!("{}: {error}", partial.at.display());
            }
        }
    }
}

impl PartialFile {
    fn move_into_place(&self, target: &File) -> io::Result<()> {
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

/// Whether a name is that of a partial file. Somebody's own file may have such a name by chance (`.diary.backup`), but
/// rsync's suffixes are random letters and digits, which hardly ever make a word or a number.
pub fn is_partial(at: &Path, is_in_source: impl Fn(&Path) -> bool) -> bool {
    partial_file_of(at).is_some_and(|partial| is_in_partial(at) || !ends_in_word(at) || is_in_source(&partial.of))
}

fn ends_in_word(at: &Path) -> bool {
    let name = at.as_os_str().as_bytes();
    let ending = &name[name.len().saturating_sub(SUFFIX - 1)..];
    [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit].iter().any(|kind| ending.iter().all(kind))
}

fn partial_file_of(at: &Path) -> Option<PartialFile> {
    let (directory, name) = (at.parent()?, at.file_name()?);
    if is_in_partial(at) {
        let of = directory.parent()?.join(name);
        return Some(PartialFile { at: at.to_owned(), of });
    }
    let bare = name.as_bytes().strip_prefix(b".")?;
    let (bare, suffix) = bare.split_at_checked(bare.len().checked_sub(SUFFIX)?)?;
    let random = suffix.strip_prefix(b".")?.iter().all(u8::is_ascii_alphanumeric);
    let of = directory.join(std::ffi::OsStr::from_bytes(bare));
    (random && !bare.is_empty()).then(|| PartialFile { at: at.to_owned(), of })
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

/// Of a regular file; none for links.
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
        partial_file_of(Path::new(path)).map(|partial| partial.of.display().to_string())
    }

    #[test]
    fn partial_files_are_recognised_by_their_names() {
        assert_eq!(found("d/.big.vbk.Qu4Dqp"), Some("d/big.vbk".into()));
        assert_eq!(found(".big.Qu4Dqp"), Some("big".into()));
        assert_eq!(found("d/.asbackup-partial/big.vbk"), Some("d/big.vbk".into()));
        for other in ["d/big.Qu4Dqp", "d/.big.Qu4D_p", "d/..Qu4Dqp", "d/.Qu4Dqp", ".a", "big", ""] {
            assert_eq!(found(other), None, "{other}");
        }
    }

    #[test]
    fn a_file_with_such_a_name_is_partial_only_if_the_source_has_the_rest() {
        let is_partial = |path: &str, source: &str| is_partial(Path::new(path), |of| of == Path::new(source));
        for name in ["d/.big.vbk.Qu4Dqp", "d/.asbackup-partial/diary.backup", ".big.abcde1"] {
            assert!(is_partial(name, ""), "{name}");
        }
        for name in ["d/.diary.backup", ".diary.BACKUP", ".diary.202411"] {
            assert!(!is_partial(name, ""), "{name}");
        }
        assert!(is_partial("d/.diary.backup", "d/diary"));
    }

    #[test]
    fn only_large_files_shorter_than_their_source_are_resumed() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let make = |top: &Path, name: &str, length: u64| {
            std::fs::write(top.join(name), vec![1; usize::try_from(length).unwrap()]).unwrap();
        };
        File::create(target.path().join(".holes.abcDE1")).unwrap().set_len(WORTH_RESUMING).unwrap();
        for name in ["large", "small", "whole", "holes"] {
            make(source.path(), name, 2 * WORTH_RESUMING);
        }
        for (name, length) in [
            ("large", WORTH_RESUMING),
            ("small", WORTH_RESUMING - 1),
            ("whole", 2 * WORTH_RESUMING),
            ("gone", WORTH_RESUMING),
        ] {
            make(target.path(), &format!(".{name}.abcDE1"), length);
        }
        std::os::unix::fs::symlink("/etc/passwd", target.path().join(".large.link00")).unwrap();
        let mut files = PartialCandidates::default();
        for name in ["large.abcDE1", "small.abcDE1", "whole.abcDE1", "gone.abcDE1", "holes.abcDE1", "large.link00"] {
            files.add(Path::new(&format!(".{name}")));
        }
        let (from, to) = (File::open(source.path()).unwrap(), File::open(target.path()).unwrap());
        let kept = files.worth_resuming(&from, &to);
        assert_eq!((kept.count(), kept.bytes), (1, WORTH_RESUMING));
        kept.move_into_place(&to);
        assert_eq!(target.path().join(PARTIAL).join("large").metadata().unwrap().len(), WORTH_RESUMING);
        assert!(!target.path().join(".large.abcDE1").exists());
    }

    proptest! {
        #[test]
        fn no_name_leads_out_of_its_directory(bytes in prop::collection::vec(any::<u8>(), 0..30)) {
            let path = Path::new(std::ffi::OsStr::from_bytes(&bytes));
            if let Some(partial) = partial_file_of(path) {
                prop_assert!(partial.of.starts_with(path.parent().unwrap()) || is_in_partial(path));
            }
        }
    }
}
