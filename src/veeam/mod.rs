//! Veeam's lock files: the visible form of "this job writes now".
//! Any file in the lock directories counts, whoever made it. Decides nothing: who waits for whom is the controller's.

pub mod locks;
pub mod watch;

pub use locks::{JobLock, LockDirError};
