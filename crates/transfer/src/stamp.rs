//! Which version of a file this is, as far as the file system tells.

use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, FileType, Statx, StatxFlags, StatxTimestamp};
use rustix::io::Errno;

/// A point in time as file systems keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Since 1970.
    pub seconds: i64,
    /// Beyond the second, less than 10⁹.
    pub nanoseconds: u32,
}

/// What is another one as soon as somebody has written to the file, or put another one in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The file's number in its file system.
    pub inode: u64,
    /// In bytes.
    pub size: u64,
    /// When the contents changed last (mtime); it can be set.
    pub modified: Time,
    /// When anything of it changed last (ctime); it can't be set.
    pub changed: Time,
}

/// Kernels before 6.13 take a file's time from a clock that ticks a hundred times a second at the least.
const TICK: Duration = Duration::from_millis(20);

impl Stamp {
    /// Of an open file. Errors: what the kernel says.
    ///
    /// # Errors
    /// Those of `fstat`.
    pub fn of(file: impl AsFd) -> Result<Self, Errno> {
        Ok(Self::from(&look_at(file)?))
    }

    /// Waits until a write from now on would give the file another time than it has: at most two hundredths of a second.
    pub(crate) fn settle(&self) {
        let changed = Duration::new(u64::try_from(self.changed.seconds).unwrap_or(0), self.changed.nanoseconds);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let age = now.saturating_sub(changed);
        if age < TICK && changed < now + TICK {
            thread::sleep(TICK - age);
        }
    }
}

impl From<&Statx> for Stamp {
    fn from(stat: &Statx) -> Self {
        Self {
            inode: stat.stx_ino,
            size: stat.stx_size,
            modified: Time::from(stat.stx_mtime),
            changed: Time::from(stat.stx_ctime),
        }
    }
}

impl From<StatxTimestamp> for Time {
    fn from(time: StatxTimestamp) -> Self {
        Self { seconds: time.tv_sec, nanoseconds: time.tv_nsec }
    }
}

pub(crate) fn look_at(file: impl AsFd) -> Result<Statx, Errno> {
    rustix::fs::statx(file, c"", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS | StatxFlags::DIOALIGN)
}

pub(crate) fn is_regular(stat: &Statx) -> bool {
    FileType::from_raw_mode(stat.stx_mode.into()) == FileType::RegularFile
}

/// Major and minor number of the device it lies on.
pub(crate) fn device(stat: &Statx) -> (u32, u32) {
    (stat.stx_dev_major, stat.stx_dev_minor)
}
