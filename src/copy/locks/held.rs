//! What a run holds between its steps of locking and unlocking. Plain ownership; `locks` takes and gives it up.

use std::path::PathBuf;

use super::lock_file::LockFile;
use super::run_lock::RunLock;
use crate::copy::trees::unverified::Doubt;

/// All that is held from step 4 to step 7.
#[derive(Debug)]
pub struct Locks {
    pub disk: Option<(LockFile, PathBuf)>,
    pub source: Option<(LockFile, PathBuf)>,
    /// Whether times with fractions of a second survive on the disk.
    pub fine_times: bool,
    /// Whether it holds times beyond 2038.
    pub late_times: bool,
    /// Runs before may have left files that never reached the disk. Then the lock file on it stays, for the next run to know.
    pub doubt: Option<Doubt>,
    /// Something was written to the disk and not flushed since.
    pub unflushed: bool,
    _run: RunLock,
}

impl Locks {
    /// The lock against a second rsync comes first, the two files follow.
    pub fn new(run: RunLock) -> Self {
        Self {
            disk: None,
            source: None,
            fine_times: false,
            late_times: false,
            doubt: None,
            unflushed: false,
            _run: run,
        }
    }
}
