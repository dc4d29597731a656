//! Veeam's lock files, each saying "this job is writing", and the evidence that one has outlived its job. Any file in a
//! lock directory counts, whoever created it. Decides nothing: the controller owns the queue.
//!
//! `lock_name` says what a lock may be called, `new_lock` creates one, `lock_directory` reads and removes them,
//! `held_locks` bounds how many are read, and `lock_watch` reports changes. `lock_check` finds out whether the jobs
//! behind the locks still run: it asks Veeam (`api`, interpreted by `session_status`) or checks whether the repository
//! is `idle`.

pub mod api;
mod held_locks;
mod idle;
pub(crate) mod lock_check;
pub(crate) mod lock_directory;
mod lock_name;
pub(crate) mod lock_watch;
pub(crate) mod new_lock;
mod session_status;

pub(crate) use held_locks::{HeldLocks, JobLock};
pub(crate) use lock_directory::LockDirError;
pub(crate) use lock_name::{is_job_name, is_similar};
pub(crate) use new_lock::LockOwner;
