//! Times that differ though nothing else seems to: times that a file system can't hold (FAT and exFAT begin in 1980,
//! ext4 with small inodes ends in 2038), and all times on a disk that keeps local time (FAT) when the time zone has
//! changed. rsync would copy such files in every run.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Timespec, Timestamps, fstat, futimens, statat};

use super::beneath;
use super::walk::{WalkError, kind, walk};
use asbackup_api::Micros;

/// rsync's `--modify-window` for such a disk, in seconds.
const WINDOW: u64 = 1;
/// Seconds since 1970 that all supported file systems can hold: from the beginning of FAT to the end of 32 bits, each
/// with two days for time zones.
const STORABLE: std::ops::Range<i64> = 315_532_800 + 172_800..2_147_483_647 - 172_800;
/// A day: the clocks of maintained machines differ by less.
const CLOCK_SKEW: i64 = 24 * 60 * 60;
/// Time zones differ by multiples of a quarter of an hour, and at most from UTC-12 to UTC+14.
const QUARTER: i64 = 15 * 60;
const FARTHEST: i64 = 26 * 60 * 60;

/// A file of the same length as its source, with another time. All times in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeMismatch {
    pub path: PathBuf,
    pub length: u64,
    source: i64,
    target: i64,
    /// When the source file changed, whatever its own time says.
    changed: i64,
}

/// The times of both trees.
#[derive(Debug, Default)]
pub struct TimeComparison {
    /// Files that rsync takes for copied.
    same: u64,
    mismatches: Vec<TimeMismatch>,
}

impl TimeComparison {
    /// Compares the whole target. Blocks; `go_on` is called for each entry.
    ///
    /// # Errors
    /// A part of the target can't be read.
    pub fn compare(source: &File, target: &File, go_on: impl Fn() -> bool) -> Result<Self, WalkError> {
        let mut times = Self::default();
        walk(target.as_fd(), go_on, |path, there| {
            let Ok(original) = statat(source, path, AtFlags::SYMLINK_NOFOLLOW) else { return };
            let is_file = FileType::from_raw_mode(original.st_mode) == FileType::RegularFile;
            if is_file && kind(there) == FileType::RegularFile && original.st_size.unsigned_abs() == there.stx_size {
                times.add(TimeMismatch {
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

    fn add(&mut self, file: TimeMismatch) {
        if file.source.abs_diff(file.target) <= WINDOW {
            self.same += 1;
        } else {
            self.mismatches.push(file);
        }
    }

    /// By how many seconds the disk is off: most files differ by the same amount.
    pub fn shift(&self) -> Option<i64> {
        let mut counts: HashMap<i64, u64> = HashMap::new();
        self.mismatches.iter().filter_map(TimeMismatch::shift).for_each(|shift| *counts.entry(shift).or_default() += 1);
        let (shift, count) = counts.into_iter().max_by_key(|(shift, count)| (*count, *shift))?;
        let others =
            self.same + self.mismatches.iter().filter(|mismatch| mismatch.is_storable()).count() as u64 - count;
        (count > others).then_some(shift)
    }

    /// Files that are off by that amount.
    pub fn shifted(&self, shift: i64) -> Vec<TimeMismatch> {
        self.mismatches.iter().filter(|mismatch| mismatch.shift() == Some(shift)).cloned().collect()
    }

    /// Files whose time the disk may be unable to hold.
    pub fn unstorable(&self) -> Vec<TimeMismatch> {
        self.mismatches.iter().filter(|mismatch| !mismatch.is_storable()).cloned().collect()
    }
}

/// Whether all supported file systems can hold this time.
pub fn is_storable(seconds: i64) -> bool {
    STORABLE.contains(&seconds)
}

impl TimeMismatch {
    /// Whether the source file has not changed since `moment`, with a margin for clock skew.
    pub fn is_unchanged_since(&self, moment: Micros) -> bool {
        let moment = i64::try_from(moment / 1_000_000).unwrap_or(i64::MAX);
        self.changed < moment.saturating_sub(CLOCK_SKEW)
    }

    fn is_storable(&self) -> bool {
        is_storable(self.source)
    }

    fn shift(&self) -> Option<i64> {
        let difference = self.target.checked_sub(self.source).filter(|_| self.is_storable())?;
        if difference.unsigned_abs() > FARTHEST.unsigned_abs() {
            return None;
        }
        let shift = (difference + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
        // FAT rounds to two seconds.
        (difference.abs_diff(shift) <= 2 && shift != 0).then_some(shift)
    }
}

/// Gives files of the target the times of their sources, and returns those that don't keep them. Blocks. `whole`: the
/// target also stores owners and modes, so files whose source has changed in any way since are left to rsync.
///
/// # Errors
/// A file can't be opened.
pub fn set_times(
    source: &File,
    target: &File,
    files: Vec<TimeMismatch>,
    whole: bool,
) -> Result<Vec<TimeMismatch>, WalkError> {
    let mut refused = Vec::new();
    for mismatch in files {
        let taken = set_time(source, target, &mismatch.path, whole);
        if !taken.map_err(|source| WalkError { path: mismatch.path.clone(), source })? {
            refused.push(mismatch);
        }
    }
    Ok(refused)
}

/// Whether everything else can be left to rsync.
fn set_time(source: &File, target: &File, path: &Path, whole: bool) -> io::Result<bool> {
    let original = statat(source, path, AtFlags::SYMLINK_NOFOLLOW)?;
    let file = beneath::open(target.as_fd(), path, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty())?;
    let there = fstat(&file)?;
    if whole && original.st_ctime >= there.st_ctime {
        return Ok(true);
    }
    let stamp = |seconds, nanoseconds| Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    // The FUSE driver of exFAT silently sets neither time unless both are given.
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

    fn times(pairs: &[(i64, i64)]) -> TimeComparison {
        let mut times = TimeComparison::default();
        for (place, &(source, target)) in pairs.iter().enumerate() {
            times.add(TimeMismatch { path: place.to_string().into(), length: 1, source, target, changed: NOON });
        }
        times
    }

    #[test]
    fn a_change_around_or_after_the_last_copy_counts() {
        let mismatch =
            |changed| TimeMismatch { path: "a".into(), length: 1, source: NOON, target: NOON + 3600, changed };
        let copied = 1_700_000_000_000_000;
        assert!(mismatch(NOON - CLOCK_SKEW - 1).is_unchanged_since(copied));
        assert!(
            !mismatch(NOON - CLOCK_SKEW).is_unchanged_since(copied) && !mismatch(NOON + 5).is_unchanged_since(copied)
        );
        assert!(!mismatch(NOON).is_unchanged_since(0) && mismatch(NOON).is_unchanged_since(Micros::MAX));
    }

    #[test]
    fn a_shifted_clock_differs_from_changed_files() {
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
    fn unstorable_times_say_nothing_about_the_clock() {
        let all = times(&[(0, 315_532_800), (5_000_000_000, 4_354_819_199), (i64::MIN, i64::MAX), (NOON, NOON + 3600)]);
        assert_eq!(
            all.unstorable().iter().map(|mismatch| mismatch.source).collect::<Vec<_>>(),
            [0, 5_000_000_000, i64::MIN]
        );
        assert_eq!(all.shift(), Some(3600));
    }

    #[test]
    fn a_file_that_gets_its_sources_time_matches_from_then_on() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let [from, to] = [&source, &target].map(|place| {
            std::fs::create_dir(place.path().join("d")).unwrap();
            std::fs::write(place.path().join("d/file"), "same").unwrap();
            File::open(place.path()).unwrap()
        });
        let early = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
        File::open(source.path().join("d/file")).unwrap().set_modified(early).unwrap();
        let compare = || TimeComparison::compare(&from, &to, || true).unwrap();
        let beyond = compare().unstorable();
        assert_eq!((beyond.len(), compare().same), (1, 0));
        assert_eq!(set_times(&from, &to, beyond, false).unwrap(), []);
        assert_eq!((compare().unstorable().len(), compare().same), (0, 1));
    }
}
