//! What became of a freezing.

use std::path::PathBuf;
use std::time::Duration;

use rustix::io::Errno;

/// What has been frozen.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Regular files, further names of a file not counted.
    pub files: u64,
    /// Directories, symbolic links, pipes, sockets and devices.
    pub others: u64,
    /// Further names.
    pub links: u64,
    /// The sizes of those files.
    pub bytes: u64,
    /// Their extents: what the time goes with.
    pub extents: u64,
    /// What could not be frozen. Nothing of it is in the snapshot, but for directories.
    pub skipped: Vec<Skipped>,
    /// How many were not tried any more: cancelled, or the file system takes nothing more.
    pub untried: u64,
    /// How long it took.
    pub time: Duration,
}

impl Report {
    /// Whether everything that was to be frozen is.
    pub fn is_whole(&self) -> bool {
        self.skipped.is_empty() && self.untried == 0
    }
}

/// Something that was to be frozen and is not. Its `source()` says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", .path.display())]
pub struct Skipped {
    /// Relative to the source.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub why: Why,
}

/// Why something was not frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It is not there any more, or another one has its name, or its size is another one.
    #[error("it is not the file that was listed any more")]
    Changed,
    /// The kernel refused to read or clone it: OPNOTSUPP, XDEV for what is mounted below the source, TXTBSY for a file that
    /// is swapped to, INVAL for one on a realtime device.
    #[error("it can't be read or cloned")]
    Refused(#[source] Errno),
    /// The snapshot can't take it: NOSPC, DQUOT, IO; EXIST for a path that is listed twice.
    #[error("the snapshot can't take it")]
    Unwritable(#[source] Errno),
}

impl Why {
    /// Whether the next one would fare no better.
    pub(crate) fn ends_all(self) -> bool {
        match self {
            Self::Changed => false,
            Self::Unwritable(Errno::IO) => true,
            Self::Refused(errno) | Self::Unwritable(errno) => {
                matches!(errno, Errno::NOSPC | Errno::DQUOT | Errno::ROFS | Errno::NODEV | Errno::SHUTDOWN)
            }
        }
    }
}
