//! Times that differ though nothing else seems to: those that a file system can't hold (FAT and exFAT begin in 1980, ext4 with small
//! inodes ends in 2038), and all of a disk that keeps local time (FAT), when the clock it is read by has changed. rsync would copy such
//! files at each run. Compares the two trees and judges; what follows from it is `retime`'s.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Timespec, Timestamps, fstat, futimens, statat};

use super::beneath;
use super::walk::{WalkError, kind, walk};
use crate::model::Micros;

/// rsync's `--modify-window` for such a disk, in seconds.
const WINDOW: u64 = 1;
/// Seconds since 1970 that all file systems of disks hold: from FAT's beginning to the end of 32 bits, each with two days for time zones.
const HELD: std::ops::Range<i64> = 315_532_800 + 172_800..2_147_483_647 - 172_800;
/// A day: so far the clocks of machines are apart that are looked after at all.
const CLOCKS: i64 = 24 * 60 * 60;
/// Time zones differ by quarters of an hour, and by so much at most: from UTC-12 to UTC+14.
const QUARTER: i64 = 15 * 60;
const FARTHEST: i64 = 26 * 60 * 60;

/// A file that is as long as its source, with another time. All in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    pub path: PathBuf,
    pub length: u64,
    source: i64,
    target: i64,
    /// When the source was changed, whatever its own time says.
    changed: i64,
}

/// What a look at both trees has found.
#[derive(Debug, Default)]
pub struct Times {
    /// Files that rsync takes for copied.
    same: u64,
    odd: Vec<Odd>,
}

impl Times {
    /// Looks through the whole target. Blocks; `go_on` is asked at each entry.
    ///
    /// # Errors
    /// A part of it can't be looked at.
    pub fn compare(source: &File, target: &File, go_on: impl Fn() -> bool) -> Result<Self, WalkError> {
        let mut times = Self::default();
        walk(target.as_fd(), go_on, |path, there| {
            let Ok(original) = statat(source, path, AtFlags::SYMLINK_NOFOLLOW) else { return };
            let is_file = FileType::from_raw_mode(original.st_mode) == FileType::RegularFile;
            if is_file && kind(there) == FileType::RegularFile && original.st_size.unsigned_abs() == there.stx_size {
                times.add(Odd {
                    path: path.to_owned(),
                    length: there.stx_size,
                    source: original.st_mtime,
                    target: there.stx_mtime.tv_sec,
                    changed: original.st_ctime,
                });
            }
        })?;
        Ok(times)
    }

    fn add(&mut self, file: Odd) {
        if file.source.abs_diff(file.target) <= WINDOW {
            self.same += 1;
        } else {
            self.odd.push(file);
        }
    }

    /// By how many seconds the disk seems to be off: most of what is on it is off by the same.
    pub fn shift(&self) -> Option<i64> {
        let mut counts: HashMap<i64, u64> = HashMap::new();
        self.odd.iter().filter_map(Odd::shift).for_each(|shift| *counts.entry(shift).or_default() += 1);
        let (shift, count) = counts.into_iter().max_by_key(|(shift, count)| (*count, *shift))?;
        let others = self.same + self.odd.iter().filter(|odd| odd.is_held()).count() as u64 - count;
        (count > others).then_some(shift)
    }

    /// Those that are off by just that.
    pub fn shifted(&self, shift: i64) -> Vec<Odd> {
        self.odd.iter().filter(|odd| odd.shift() == Some(shift)).cloned().collect()
    }

    /// Those whose time the disk may be unable to hold.
    pub fn beyond(&self) -> Vec<Odd> {
        self.odd.iter().filter(|odd| !odd.is_held()).cloned().collect()
    }
}

/// Whether all file systems of disks can hold this time.
pub fn is_held(seconds: i64) -> bool {
    HELD.contains(&seconds)
}

impl Odd {
    /// Whether the source is as it was at `moment`, by a margin for clocks that are set and those of other machines.
    pub fn is_unchanged_since(&self, moment: Micros) -> bool {
        let moment = i64::try_from(moment / 1_000_000).unwrap_or(i64::MAX);
        self.changed < moment.saturating_sub(CLOCKS)
    }

    fn is_held(&self) -> bool {
        is_held(self.source)
    }

    fn shift(&self) -> Option<i64> {
        let difference = self.target.checked_sub(self.source).filter(|_| self.is_held())?;
        if difference.unsigned_abs() > FARTHEST.unsigned_abs() {
            return None;
        }
        let shift = (difference + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
        // FAT rounds to two seconds.
        (difference.abs_diff(shift) <= 2 && shift != 0).then_some(shift)
    }
}

/// Gives files of the target the times of their sources, and those back that have not taken them. Blocks. `whole`: the target holds owners
/// and modes too, so a file whose source has changed in any way since is left to rsync.
///
/// # Errors
/// A file can't be opened.
pub fn give_times(source: &File, target: &File, files: Vec<Odd>, whole: bool) -> Result<Vec<Odd>, WalkError> {
    let mut refused = Vec::new();
    for odd in files {
        let taken = give_time(source, target, &odd.path, whole);
        if !taken.map_err(|source| WalkError { path: odd.path.clone(), source })? {
            refused.push(odd);
        }
    }
    Ok(refused)
}

/// Whether nothing is left to do about it but what rsync sees by itself.
fn give_time(source: &File, target: &File, path: &Path, whole: bool) -> io::Result<bool> {
    let original = statat(source, path, AtFlags::SYMLINK_NOFOLLOW)?;
    let file = beneath::open(target.as_fd(), path, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty())?;
    let there = fstat(&file)?;
    if whole && original.st_ctime >= there.st_ctime {
        return Ok(true);
    }
    let stamp = |seconds, nanoseconds| Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    // exFAT's driver for FUSE sets no time of the two alone, and says nothing.
    let times = Timestamps {
        last_access: stamp(there.st_atime, there.st_atime_nsec.cast_signed()),
        last_modification: stamp(original.st_mtime, original.st_mtime_nsec.cast_signed()),
    };
    let given = futimens(&file, &times).is_ok();
    Ok(given && fstat(&file)?.st_mtime.abs_diff(original.st_mtime) <= WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_700_000_000;

    fn times(pairs: &[(i64, i64)]) -> Times {
        let mut times = Times::default();
        for (place, &(source, target)) in pairs.iter().enumerate() {
            times.add(Odd { path: place.to_string().into(), length: 1, source, target, changed: NOON });
        }
        times
    }

    #[test]
    fn what_was_changed_after_the_last_copy_or_not_long_before_may_have_changed_in_all() {
        let odd = |changed| Odd { path: "a".into(), length: 1, source: NOON, target: NOON + 3600, changed };
        let copied = 1_700_000_000_000_000;
        assert!(odd(NOON - CLOCKS - 1).is_unchanged_since(copied));
        assert!(!odd(NOON - CLOCKS).is_unchanged_since(copied) && !odd(NOON + 5).is_unchanged_since(copied));
        assert!(!odd(NOON).is_unchanged_since(0) && odd(NOON).is_unchanged_since(Micros::MAX));
    }

    #[test]
    fn a_clock_that_has_changed_is_told_from_files_that_have() {
        let off = |seconds| (NOON, NOON + seconds);
        assert_eq!(times(&[off(3600), off(3599), off(3601), off(7)]).shift(), Some(3600));
        assert_eq!(times(&[off(-20_700), off(-20_700), off(0)]).shift(), Some(-20_700));
        for none in
            [&[off(0), off(1)][..], &[off(3600), off(0)], &[off(3600), off(7200)], &[off(1234)], &[off(100_000)], &[]]
        {
            assert_eq!(times(none).shift(), None, "{none:?}");
        }
        assert_eq!(times(&[off(3600), off(7), off(3600)]).shifted(3600).len(), 2);
    }

    #[test]
    fn times_that_not_every_disk_holds_are_apart_and_tell_nothing_of_the_clock() {
        let all = times(&[(0, 315_532_800), (5_000_000_000, 4_354_819_199), (i64::MIN, i64::MAX), (NOON, NOON + 3600)]);
        assert_eq!(all.beyond().iter().map(|odd| odd.source).collect::<Vec<_>>(), [0, 5_000_000_000, i64::MIN]);
        assert_eq!(all.shift(), Some(3600));
    }

    #[test]
    fn a_file_gets_the_time_of_its_source_and_is_the_same_from_then_on() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let [from, to] = [&source, &target].map(|place| {
            std::fs::create_dir(place.path().join("d")).unwrap();
            std::fs::write(place.path().join("d/file"), "same").unwrap();
            File::open(place.path()).unwrap()
        });
        let early = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
        File::open(source.path().join("d/file")).unwrap().set_modified(early).unwrap();
        let compare = || Times::compare(&from, &to, || true).unwrap();
        let beyond = compare().beyond();
        assert_eq!((beyond.len(), compare().same), (1, 0));
        assert_eq!(give_times(&from, &to, beyond, false).unwrap(), []);
        assert_eq!((compare().beyond().len(), compare().same), (0, 1));
    }
}
