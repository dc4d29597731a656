//! How much room a file system has.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::io::Errno;

use crate::place::Place;

/// The room of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// In bytes.
    pub total: u64,
    /// What users other than root can still use, in bytes.
    pub free: u64,
}

impl Room {
    /// Of the file system that an open file or directory is on.
    ///
    /// # Errors
    /// Those of `fstatvfs`.
    pub fn of(file: BorrowedFd<'_>) -> Result<Self, Errno> {
        let stat = rustix::fs::fstatvfs(file)?;
        let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
        Ok(Self { total: bytes(stat.f_blocks), free: bytes(stat.f_bavail) })
    }

    /// What is free, in percent.
    pub fn free_percent(&self) -> f64 {
        if self.total == 0 { 0.0 } else { self.free as f64 * 100.0 / self.total as f64 }
    }
}

impl Place {
    /// The room of the file system that is shared with the source.
    ///
    /// # Errors
    /// Those of `fstatvfs`.
    pub fn room(&self) -> Result<Room, Errno> {
        Room::of(self.directory.as_fd())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_are_of_the_whole() {
        assert!((Room { total: 400, free: 20 }.free_percent() - 5.0).abs() < 1e-9);
        assert!(Room { total: 0, free: 0 }.free_percent() < 1e-9);
    }
}
