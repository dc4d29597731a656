//! Files of earlier runs that may never have reached the medium. After a power cut, a pulled cable or a failed flush a
//! file can have its name, length and time, and yet not its contents, on every file system. To rsync it would look
//! copied.
//!
//! The lock file on the disk is the note of it: it is removed only when everything is known to be written. What changed
//! since the lock file was made is compared with the source; what differs loses its time, so that rsync copies it
//! again.

use std::fs::{File, FileTimes};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, Statx, StatxFlags, StatxTimestamp, statat};

use super::beneath;
use super::walk::{WalkError, kind, walk};

/// By how much a running clock may be corrected.
const CLOCK_STEP: Duration = Duration::from_secs(60);
/// In seconds; FAT has the coarsest times.
const TIME_STEP: u64 = 2;
/// More than rounding and daylight saving time can explain.
const OFFSET: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// Files that are not known to be on the medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unverified {
    /// Everything that was written since; all files, where the file system keeps no time that could tell.
    pub since: Option<SystemTime>,
}

/// A list of files for rsync.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileList {
    /// Their paths, each followed by a NUL.
    pub list: Vec<u8>,
    pub files: u64,
    pub bytes: u64,
}

impl Unverified {
    /// The unverified files that look copied, in the whole target, subvolumes included (`walk` says where it ends).
    /// Blocks; `go_on` is called for each entry, since the target is in use until this ends.
    ///
    /// # Errors
    /// A part of the target can't be read.
    pub fn candidates(self, source: &File, target: &File, go_on: impl Fn() -> bool) -> Result<FileList, WalkError> {
        let mut candidates = FileList::default();
        walk(target.as_fd(), go_on, |path, meta| {
            if kind(meta) == FileType::RegularFile && self.covers(meta) && looks_copied(source, path, meta) {
                candidates.add(path, meta.stx_size);
            }
        })?;
        Ok(candidates)
    }

    /// A resumed partial file was made before the lock and changed after it; a file may have got an old time after the
    /// lock was made.
    fn covers(self, meta: &Statx) -> bool {
        let Some(since) = self.since.and_then(|since| since.checked_sub(CLOCK_STEP)) else { return true };
        let made = StatxFlags::from_bits_retain(meta.stx_mask).contains(StatxFlags::BTIME);
        time(meta.stx_ctime) >= since || !made || time(meta.stx_btime) >= since
    }
}

/// To the second.
fn time(stamp: StatxTimestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(stamp.tv_sec).unwrap_or_default())
}

impl FileList {
    pub fn add(&mut self, path: &Path, length: u64) {
        let path = path.as_os_str().as_bytes();
        // rsync skips lines that begin like a comment, with --from0 too.
        if path.starts_with(b"#") || path.starts_with(b";") {
            self.list.extend_from_slice(b"./");
        }
        self.list.extend_from_slice(path);
        self.list.push(0);
        self.files += 1;
        self.bytes = self.bytes.saturating_add(length);
    }
}

/// By length and time, as rsync compares. Other files are copied anyway.
fn looks_copied(source: &File, path: &Path, copy: &Statx) -> bool {
    original_of(source, path, copy).is_some()
}

/// The file that it looks like a copy of.
fn original_of(source: &File, path: &Path, copy: &Statx) -> Option<Stat> {
    let original = statat(source, path, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    let is_alike = FileType::from_raw_mode(original.st_mode) == FileType::RegularFile
        && original.st_size.unsigned_abs() == copy.stx_size
        && original.st_mtime.abs_diff(copy.stx_mtime.tv_sec) <= TIME_STEP;
    is_alike.then_some(original)
}

/// Files that have changed in the source since `locked` (seconds and nanoseconds, by its own clock), and look copied
/// all the same: with times as coarse as FAT's, rsync would never notice. Blocks; `go_on` is called for each entry.
///
/// # Errors
/// A part of the target can't be read.
pub fn changed_since(
    source: &File,
    target: &File,
    locked: (i64, i64),
    go_on: impl Fn() -> bool,
) -> Result<Vec<PathBuf>, WalkError> {
    let mut changed = Vec::new();
    walk(target.as_fd(), go_on, |path, meta| {
        let original = Some(meta).filter(|meta| kind(meta) == FileType::RegularFile);
        let original = original.and_then(|meta| original_of(source, path, meta));
        if original.is_some_and(|stat| (stat.st_ctime, stat.st_ctime_nsec.cast_signed()) >= locked) {
            changed.push(path.to_owned());
        }
    })?;
    Ok(changed)
}

/// Files of a snapshot that were written so shortly before it that the next version of the file can have the same time, to the
/// accuracy of FAT, and then would never be noticed. Blocks; `go_on` is called for each entry.
///
/// # Errors
/// A part of the target can't be read.
pub fn youngest(
    snapshot: &File,
    target: &File,
    as_of: SystemTime,
    go_on: impl Fn() -> bool,
) -> Result<Vec<PathBuf>, WalkError> {
    let as_of = as_of.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut young = Vec::new();
    walk(target.as_fd(), go_on, |path, meta| {
        let original = Some(meta).filter(|meta| kind(meta) == FileType::RegularFile);
        let original = original.and_then(|meta| original_of(snapshot, path, meta));
        if original.is_some_and(|stat| stat.st_mtime.saturating_add_unsigned(2 * TIME_STEP) >= as_of.cast_signed()) {
            young.push(path.to_owned());
        }
    })?;
    Ok(young)
}

/// Gives a file of the target a time that differs from its source's. Blocks.
///
/// # Errors
/// It can't be opened, or its time can't be set.
pub fn invalidate_time(target: &File, path: &Path) -> io::Result<()> {
    let file = File::from(beneath::open(target.as_fd(), path, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty())?);
    let meta = file.metadata()?;
    // The FUSE driver of exFAT silently sets neither time unless both are given.
    file.set_times(FileTimes::new().set_accessed(meta.accessed()?).set_modified(meta.modified()? + OFFSET))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, write};
    use tempfile::{TempDir, tempdir};

    /// Files that rsync takes for equal in both trees.
    fn twins(names: &[&str]) -> (TempDir, TempDir) {
        let (source, target) = (tempdir().unwrap(), tempdir().unwrap());
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for top in [&source, &target] {
            for name in names {
                let path = top.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                write(&path, "1234").unwrap();
                File::open(path).unwrap().set_times(FileTimes::new().set_modified(time)).unwrap();
            }
        }
        (source, target)
    }

    fn candidates(since: Option<SystemTime>, (source, target): &(TempDir, TempDir)) -> Vec<String> {
        let (source, target) = (File::open(source.path()).unwrap(), File::open(target.path()).unwrap());
        let found = Unverified { since }.candidates(&source, &target, || true).unwrap();
        let mut names: Vec<_> =
            found.list.split(|&byte| byte == 0).map(|name| String::from_utf8_lossy(name).into()).collect();
        assert_eq!(names.pop(), Some(String::new()), "each ends with a NUL");
        assert_eq!((found.files, found.bytes), (names.len() as u64, 4 * names.len() as u64));
        names.sort();
        names
    }

    #[test]
    fn files_that_changed_since_and_look_copied_are_candidates() {
        let trees = twins(&["a", "#a", ";a", "deep/er/b\n#", "longer", "younger", "gone", "link"]);
        write(trees.1.path().join("longer"), "12345").unwrap();
        write(trees.1.path().join("younger"), "1234").unwrap();
        fs::remove_file(trees.0.path().join("gone")).unwrap();
        fs::remove_file(trees.1.path().join("link")).unwrap();
        std::os::unix::fs::symlink("a", trees.1.path().join("link")).unwrap();
        let now = SystemTime::now();
        let found = ["./#a", "./;a", "a", "deep/er/b\n#"];
        assert_eq!(candidates(Some(now), &trees), found);
        assert_eq!(candidates(None, &trees), found);
        assert_eq!(candidates(Some(now + 2 * CLOCK_STEP), &trees), [""; 0]);
    }

    #[test]
    fn a_cancelled_search_ends() {
        let trees = twins(&["a", "b"]);
        let (source, target) = (File::open(trees.0.path()).unwrap(), File::open(trees.1.path()).unwrap());
        let found = Unverified { since: None }.candidates(&source, &target, || false).unwrap();
        assert_eq!(found, FileList::default());
    }

    #[test]
    fn a_file_that_changed_in_mid_copy_is_found_though_it_looks_copied() {
        let trees = twins(&["a", "deep/b", "longer"]);
        write(trees.1.path().join("longer"), "12345").unwrap();
        let (source, target) = (File::open(trees.0.path()).unwrap(), File::open(trees.1.path()).unwrap());
        let changed = statat(&source, "deep/b", AtFlags::SYMLINK_NOFOLLOW).unwrap();
        let locked = (changed.st_ctime, changed.st_ctime_nsec.cast_signed());
        let found = |locked| {
            let mut found = changed_since(&source, &target, locked, || true).unwrap();
            found.sort();
            found
        };
        assert_eq!(found((0, 0)), [Path::new("a"), Path::new("deep/b")]);
        assert!(
            found(locked).contains(&"deep/b".into()) && !found((locked.0, locked.1 + 1)).contains(&"deep/b".into())
        );
        assert!(found((locked.0 + 1, 0)).is_empty());
    }

    #[test]
    fn a_file_without_its_time_no_longer_looks_copied() {
        let trees = twins(&["a", "b"]);
        let target = File::open(trees.1.path()).unwrap();
        invalidate_time(&target, Path::new("a")).unwrap();
        assert_eq!(candidates(None, &trees), ["b"]);
        assert_eq!(fs::read_to_string(trees.1.path().join("a")).unwrap(), "1234");
        std::os::unix::fs::symlink("b", trees.1.path().join("link")).unwrap();
        assert!(invalidate_time(&target, Path::new("link")).is_err(), "a link is not followed");
    }
}
