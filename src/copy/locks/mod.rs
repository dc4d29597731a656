//! The lock files on the disk and in the source, and the lock against a second rsync.

pub mod copy_lock;
pub mod rsync_lock;
