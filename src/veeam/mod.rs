//! Veeam's lock files: the visible form of "this job writes now". And what speaks for them or against them.
//! Any file in the lock directories counts, whoever made it. Decides nothing: who waits for whom is the controller's.
//!
//! `name` says what a lock may be called, `holder` what stands in it, `locks` reads and removes, `making` makes, `held` bounds what is read, `watch` notices changes.
//! `inquiry` finds out what became of those who hold them: by Veeam's own word (`api`, weighed by `judge`), or by the rest
//! of the repository (`rest`).

pub mod api;
mod held;
mod holder;
pub mod inquiry;
mod judge;
pub mod locks;
pub mod making;
mod name;
mod rest;
pub mod watch;

pub use held::Held;
pub use holder::Holder;
pub use locks::{JobLock, LockDirError};
pub use name::{is_job_name, is_like};
