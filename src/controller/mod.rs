//! Decides. One task owns all state: events come in, decisions go out, and readers hold whole copies of the status, so
//! nobody ever waits for anybody. Whatever may block is a task of its own and sends its result back.
//!
//! `state` has the `Controller`. It knows the files with the parts of the state, which know nothing of it; the other
//! files each handle one subject, and `run_loop` is above them all.
//!
//! - `call`, `task_channels`: what comes in from callers and from the controller's own tasks;
//! - disks: `attachments` (state), `disk_events`, `unusable_disks`, `identities`, `idle_disks`, `cleanup` (task);
//! - runs: `active_run`, `source_watch` (state), `due_runs`, `requested_runs`, `run_start`, `run_events`, `run_end`;
//! - whether Veeam or the copy goes first: `veeam_queue`, `stale_locks` (state), `lock_requests`, `lock_results`,
//!   `lock_scans`, `lock_findings`, `waiting_jobs`, `similar_names`, `admission`, `lock_worker`, `caller_watch`
//!   (tasks);
//! - `store_writer`, `recovery`: what has to be on the disk first, and what a killed daemon left behind;
//! - `config_file` (state), `reload`, `status`, `reporting`: taking a new config, publishing, and reporting to people.

mod active_run;
mod admission;
mod attachments;
mod call;
mod caller_watch;
mod cleanup;
mod config_file;
mod disk_events;
mod due_runs;
mod identities;
mod idle_disks;
mod lock_findings;
mod lock_requests;
mod lock_results;
mod lock_scans;
mod lock_worker;
mod recovery;
mod reload;
mod reporting;
mod requested_runs;
mod run_end;
mod run_events;
mod run_loop;
mod run_start;
mod similar_names;
mod snapshot_probe;
mod snapshots;
mod source_watch;
mod stale_locks;
mod state;
mod status;
mod store_writer;
mod task_channels;
mod unusable_disks;
mod veeam_queue;
mod waiting_jobs;

pub use call::{Call, Caller, Reply, Signal, Started};
pub(crate) use run_loop::{Inputs, ServiceRequest, control};
pub(crate) use state::{Outputs, Start};

use state::Controller;
