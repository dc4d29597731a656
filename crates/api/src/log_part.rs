//! Where a run's part of a log begins and ends. Recorded in bytes, since local times repeat when clocks are set back.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Identifies a log file after it was renamed or compressed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of bytes from the beginning of the file.
    pub length: u64,
    /// The hash of these bytes.
    pub fingerprint: String,
}

/// The end of a log at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogMark {
    /// The device of the log file; 0 if there was none.
    pub device: u64,
    /// The inode of the log file; 0 if there was none.
    pub inode: u64,
    /// The size of the log file in bytes.
    pub offset: u64,
    /// The head of the log file, or of the newest rotated file if the log was empty; without length if there was neither.
    pub head: Head,
}

/// A run's part of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPart {
    /// The log's path before any rotation.
    pub path: PathBuf,
    /// The log's end when the run began; `None` if it could not be read.
    pub begin: Option<LogMark>,
    /// The log's end when the run ended; `None` if it could not be read.
    #[serde(default)]
    pub end: Option<LogMark>,
    /// The writer keeps the file open, and continues in it after a rotation.
    #[serde(default)]
    pub kept_open: bool,
    /// The last lines may be in a file that can't be found any more.
    #[serde(default)]
    pub may_lack_end: bool,
}
