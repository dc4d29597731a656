//! All that is said to UDisks2, and what the kernel says of the same disks.
//! `inventory` turns UDisks2's objects (read by `objects`) into volumes (`attached`), `glances` looks into what nobody has recognised
//! (`beginning`), `unformatted` finds what has no file system, `watch` tells when any of that changes, `mounts` that the mount table has; `volume` mounts and unmounts, `ours` remembers
//! which mounts we made, `mounted` proves where a mount really leads; `stack` knows which devices are built of which, `machine` which
//! disks the computer itself lives on, `released` proves that nothing holds a disk any more, `pulse` finds out whether a disk still
//! answers, `holders` and `blockers` name who holds one, `old_mount` who holds one that was pulled; `health` is what the kernel knows of
//! a file system's errors, `superblock`, `mount_table` and `file_system_id` where a file lies, `members` on how many disks,
//! `share` on which server, `read_only` why one takes no writes. Decides nothing: which volume is wanted, and when, is the controller's.

pub mod device_blockers;
pub mod file_system_id;
pub mod health;
pub mod host_disks;
pub mod inventory;
mod kernel;
pub mod members;
pub mod monitor;
pub mod mount_blockers;
mod mount_events;
pub mod mount_markers;
pub mod mount_table;
pub mod mounted;
pub mod network_share;
pub mod probe;
pub mod read_only;
pub mod released;
mod signatures;
pub mod stack;
pub mod stale_mount;
pub mod superblock;
pub mod udisks;
mod udisks_objects;
pub mod unformatted;
mod unrecognised;
pub mod volume;

pub use kernel::boot_id;
pub use monitor::DiskEvent;
pub use unformatted::Unformatted;
pub use volume::{FileSystem, Hindrance, Volume};
