//! One run: its steps in their order, and the undoing that always follows. `stages` is the story; each step has its file.

pub(super) mod completeness;
pub(super) mod copy;
pub(super) mod evidence;
pub(super) mod hang_watch;
pub(super) mod health_watch;
pub mod identify;
pub(super) mod identity;
pub(super) mod launcher;
pub(super) mod lock;
pub(super) mod mount;
pub(super) mod mount_failure;
pub(super) mod mount_trouble;
pub(super) mod power_off;
pub(super) mod preflight;
pub(super) mod preflight_names;
pub(super) mod preflight_times;
pub(super) mod skipped_names;
pub mod stages;
pub(super) mod verify;
pub(super) mod wait_for_veeam;
