//! The proof that nothing listed has changed while it was frozen: all stamps before, held against all stamps after.
//!
//! What it rests on, for local file systems of Linux:
//! - Every write, rename and change of attributes sets ctime to the present. `take` looks at everything, then waits until the clock
//!   that file times are taken from has ticked past the youngest ctime found. So what is written from the moment that `take`
//!   returns gets another time than the one noted, even within the same hundredth of a second.
//! - Then it flushes the file system. A page that is written through a memory map changes no time as long as it is dirty
//!   already; once flushed, the next store does. What a store before the flush brought is in the clones.
//! - A write that is on its way while a file is cloned is in the clone whole or not at all: XFS and btrfs let both wait for each
//!   other. One that comes after it shows in ctime.
//!
//! So if `changed` finds nothing, everything listed was the same from the return of `take` until that look: what was cloned or read
//! in between is of one moment. What it can't see:
//! - a clock set back so that a write falls on the very nanosecond that was noted (or the very tick, before Linux 6.13);
//! - who writes without setting times: file handles of XFS opened for invisible I/O, and those who write to the device itself.
//!   `Snapshot::diverged` sees both in cloned files, since it looks at blocks and not at times;
//! - a single write call that began before `take` and is not over when that returns: a clone waits for it, a reader may not;
//! - stores through a map into files of a file system that is mounted below the source: only the source's own is flushed;
//! - what is not listed, and whether who wrote was done: a program that has not written its second half yet;
//! - the kernel's counter of changes (STATX_CHANGE_COOKIE), which it keeps to itself.

use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use asbackup_reflink::beneath::Mounts;
use rustix::io::Errno;

use crate::stamp::{Change, Stamp, Time};
use crate::tree::Parents;

/// A listed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the source.
    pub path: PathBuf,
    /// `None` if nothing was there.
    pub stamp: Option<Stamp>,
}

/// A listed path that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Relative to the source.
    pub path: PathBuf,
    /// In which way.
    pub change: Change,
}

/// Why nothing can be said. What the kernel said is its `source()`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The flag was set.
    #[error("it was cancelled")]
    Cancelled,
    /// A path that can't be looked at; empty for the directory itself.
    #[error("{} can't be read", .0.display())]
    Unreadable(PathBuf, #[source] Errno),
}

impl Failed {
    pub(crate) fn unless_cancelled(cancel: &AtomicBool) -> Result<(), Self> {
        if cancel.load(Ordering::Relaxed) { Err(Self::Cancelled) } else { Ok(()) }
    }

    pub(crate) fn at(path: &Path) -> impl FnOnce(Errno) -> Self {
        let path = path.to_owned();
        move |errno| Self::Unreadable(path, errno)
    }
}

/// Kernels before 6.13 take a file's time from a clock that ticks a hundred times a second at the least.
const TICK: Duration = Duration::from_millis(20);

/// What all listed paths were when the freezing began.
#[derive(Debug, Clone)]
pub struct Stamps {
    entries: Vec<Entry>,
}

impl Stamps {
    /// Looks at every path, waits until a later write would show, and flushes the file system. `source` is open for reading.
    ///
    /// The place of the snapshots has to be there before: making it changes the directory that it lies in.
    /// The flush takes as long as there is dirty data: `syncfs` a while before keeps it short.
    ///
    /// # Errors
    /// Cancelled; a path can't be looked at, or the file system can't be flushed.
    pub fn take(
        source: BorrowedFd<'_>,
        paths: impl IntoIterator<Item = PathBuf>,
        cancel: &AtomicBool,
    ) -> Result<Self, Failed> {
        let mut parents = Parents::below(source, Mounts::Enter);
        let mut entries = Vec::new();
        for path in paths {
            Failed::unless_cancelled(cancel)?;
            let stamp = look(&mut parents, &path)?;
            entries.push(Entry { path, stamp });
        }
        let stamps = Self { entries };
        stamps.settle();
        rustix::fs::syncfs(source).map_err(Failed::at(Path::new("")))?;
        Ok(stamps)
    }

    /// In the order of the list.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Looks at every path again. What was not there at first counts as vanished, whatever is there now.
    ///
    /// # Errors
    /// Cancelled, or a path can't be looked at.
    pub fn changed(&self, source: BorrowedFd<'_>, cancel: &AtomicBool) -> Result<Vec<Changed>, Failed> {
        let mut parents = Parents::below(source, Mounts::Enter);
        let mut found = Vec::new();
        for entry in &self.entries {
            Failed::unless_cancelled(cancel)?;
            let change = match (entry.stamp, look(&mut parents, &entry.path)?) {
                (Some(before), Some(now)) => before.change(&now),
                _ => Some(Change::Vanished),
            };
            found.extend(change.map(|change| Changed { path: entry.path.clone(), change }));
        }
        Ok(found)
    }

    fn settle(&self) {
        let times = self.entries.iter().filter_map(|entry| entry.stamp).map(|stamp| stamp.changed);
        if let Some(longest) = times.filter_map(until_past).max() {
            thread::sleep(longest);
        }
    }
}

/// How long a write could still get this time. None for one in the past, or in a future that a write could not get now.
fn until_past(time: Time) -> Option<Duration> {
    let time = Duration::new(u64::try_from(time.seconds).ok()?, time.nanoseconds);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (time + TICK).checked_sub(now).filter(|rest| *rest <= 2 * TICK)
}

/// Nothing is there if a link or a file has the place of one of its directories.
pub(crate) fn look(parents: &mut Parents<'_>, path: &Path) -> Result<Option<Stamp>, Failed> {
    match parents.find(path).and_then(|(directory, name)| Stamp::of(directory, name)) {
        Ok(stamp) => Ok(Some(stamp)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(errno) => Err(Failed::at(path)(errno)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_time_that_a_write_could_still_get_is_waited_for() {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let time = |at: Duration| Time { seconds: at.as_secs().cast_signed(), nanoseconds: at.subsec_nanos() };
        assert!(until_past(time(now)).is_some_and(|rest| rest <= TICK));
        assert_eq!(until_past(time(now - Duration::from_secs(1))), None);
        assert_eq!(until_past(time(now + Duration::from_secs(60))), None);
        assert_eq!(until_past(Time { seconds: -1, nanoseconds: 0 }), None);
    }
}
