//! Everything that UDisks2 and the kernel know about disks, and what UDisks2 is asked to do.
//!
//! - What is attached: `monitor` reports changes; `inventory` turns UDisks2's objects (`udisks_objects`) into volumes
//!   (`volume`), `unrecognised` looks into devices without a known file system (`signatures`), `unformatted` finds
//!   those that could get one.
//! - Mounting: `udisks` mounts and unmounts, `mount_markers` remembers which mounts are ours, `mounted` proves where a
//!   mount leads, `read_only` finds out why one takes no writes.
//! - Who uses a disk: `mount_blockers`, `device_blockers`, and `stale_mount` for one that was pulled; `processes` names
//!   them; `released` proves that nothing uses it any more.
//! - State: `probe` tests whether a disk responds, `health` what errors the kernel has recorded.
//! - Structure: `stack` is how block devices are built upon each other, `host_disks` the disks of the machine itself;
//!   `superblock`, `file_system_id`, `mount_table` and `network_share` say where a file lies; `kernel` reads sysfs and
//!   procfs.
//!
//! Decides nothing: which volume is wanted, and when, is up to the controller.

pub(crate) mod device_blockers;
pub(crate) mod file_system_id;
pub(crate) mod health;
pub(crate) mod host_disks;
pub mod inventory;
mod kernel;
pub mod monitor;
pub mod mount_blockers;
pub mod mount_markers;
pub(crate) mod mount_table;
pub(crate) mod mounted;
pub(crate) mod network_share;
pub(crate) mod probe;
mod processes;
pub(crate) mod read_only;
pub mod released;
mod signatures;
pub(crate) mod stack;
pub(crate) mod stale_mount;
pub mod superblock;
pub mod udisks;
mod udisks_objects;
pub mod unformatted;
mod unrecognised;
pub(crate) mod volume;

pub(crate) use kernel::boot_id;
pub(crate) use monitor::DiskEvent;
pub(crate) use unformatted::Unformatted;
pub use volume::{FileSystem, Hindrance, Volume};
