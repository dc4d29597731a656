//! The lock files on the disk and in the source, and the lock against a second rsync.

pub mod lock_file;
pub mod run_lock;
