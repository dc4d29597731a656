//! One run: its steps, and the undoing that always follows. `stages` has the sequence, and each step has its file.
//!
//! 1 `identify`, 2 `wait_for_veeam`, 3 `mount` (`mount_failure`), 4 and 7 `lock`, 5 `preflight` (`preflight_names`,
//! `preflight_times`, `verify`) and `snapshot` (`freeze`), 6 `copy` (`prune`, `completeness`, `skipped_names`), 8 and 9
//! `unmount`, and `power_off` after a good copy. `context` is what every step may use; `mounted_disk`, `run_locks` and
//! `both_trees` are what they work with. `disk_watch` and `health_watch` end a run whose disk hangs or fails,
//! `room_watch` one whose snapshot leaves Veeam too little room, and `explain` finds out why something failed.

mod both_trees;
mod completeness;
pub mod context;
mod copy;
mod disk_watch;
mod explain;
mod freeze;
mod health_watch;
pub mod identify;
mod lock;
mod mount;
pub(super) mod mount_failure;
mod mounted_disk;
mod power_off;
mod preflight;
mod preflight_names;
mod preflight_times;
mod prune;
mod room_watch;
mod run_locks;
mod skipped_names;
pub mod snapshot;
pub mod stages;
mod unmount;
mod verify;
mod wait_for_veeam;
