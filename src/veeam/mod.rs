//! Veeam's lock files, each saying "this job is writing", and what shows that one has outlived its job.
//! Any file in a lock directory counts, whoever made it. Decides nothing: the controller owns the queue.
//!
//! `lock_name` says what a lock may be called, `lock_file` creates one, `locks` reads and removes them, `held_locks` bounds
//! how many are read, and `lock_watch` reports changes. `lock_check` finds out whether the jobs behind the locks still run: it
//! asks Veeam (`api`, read by `session_status`) or looks whether the repository is `idle`.

pub mod api;
mod held_locks;
mod idle;
pub mod lock_check;
pub mod lock_file;
mod lock_name;
pub mod lock_watch;
pub mod locks;
mod session_status;

pub use held_locks::HeldLocks;
pub use lock_file::LockOwner;
pub use lock_name::{is_job_name, is_similar};
pub use locks::{JobLock, LockDirError};
