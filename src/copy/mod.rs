//! The copy: nine steps from an attached disk to one that is safe to remove.
//!
//! - `job`: one run, its steps, and their undoing;
//! - `rsync`: rsync as a program: command line, process, output, messages, and why it failed;
//! - `dry_run`: what a dry run's lines mean: the plan, and what the disk would lose;
//! - `trees`: source and target: opened, walked, compared, and the names and times that a target can hold;
//! - `locks`: the lock files on disk and source, and the lock against a second rsync;
//! - `event` and `cancel`: what a run reports, and how it is cancelled;
//! - `preview`: a dry run for `asbackup setup`, outside of any run.
//!
//! Knows nothing of bus, logs, and mail.

pub mod cancel;
mod dry_run;
mod event;
mod job;
mod locks;
pub mod preview;
mod rsync;
mod trees;

pub use cancel::CancelToken;
pub(crate) use cancel::{CancelHandle, StopReason};
pub(crate) use event::{Event, EventSink, RunSummary, VeeamActivity};
pub(crate) use job::context::{Remembered, RunContext, RunSpec};
pub use job::identify;
pub(crate) use job::stages::run;
pub(crate) use locks::copy_lock::remove_stale_lock;
pub(crate) use locks::rsync_lock;
pub(crate) use trees::frozen::{obstacle as snapshot_obstacle, remove_left as remove_left_snapshots};
pub(crate) use trees::source::is_there;
