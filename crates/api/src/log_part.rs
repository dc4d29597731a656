//! Where a run's part of a log begins and ends. Noted in bytes, since local times come twice when clocks are set back.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How the file that a log was in is known when it has another name, or has been compressed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Bytes from the file's beginning.
    pub length: u64,
    /// Of these bytes.
    pub fingerprint: String,
}

/// Where a log ended at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogMark {
    /// Of the file that had the log's name, 0 where there was none.
    pub device: u64,
    /// The inode of that file, 0 where there was none.
    pub inode: u64,
    /// Bytes in that file.
    pub offset: u64,
    /// That file's; where nothing was in it, that of the newest rotated one, after which it begins. Without length: there was none.
    pub head: Head,
}

/// A run's part of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPart {
    /// The log, by the name that it has while it is written to.
    pub path: PathBuf,
    /// `None` if the log could not be looked at then.
    pub begin: Option<LogMark>,
    /// The same.
    #[serde(default)]
    pub end: Option<LogMark>,
    /// Whoever writes keeps it open, and goes on in that file when it is rotated.
    #[serde(default)]
    pub kept_open: bool,
    /// Something may have been written where it can't be found any more.
    #[serde(default)]
    pub may_lack_end: bool,
}
