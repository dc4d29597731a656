//! Veeam's lock files: the visible form of "this job writes now".
//! Any file in the lock directories counts, whoever made it. Decides nothing: who waits for whom is the controller's.
//!
//! `name` says what a lock may be called, `holder` what stands in it, `locks` reads and writes, `watch` notices changes.

mod holder;
pub mod locks;
mod name;
pub mod watch;

pub use holder::Holder;
pub use locks::{JobLock, LockDirError};
pub use name::is_job_name;
