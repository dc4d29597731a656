//! All that is said to UDisks2, and what the kernel says of the same disks.
//! `inventory` turns UDisks2's objects into volumes, `unformatted` finds those that have no file system, `watch` tells when they change, `mounts` that the mount table has,
//! `volume` mounts and unmounts, `ours` remembers which mounts we made, `mounted` proves where a mount really leads; `stack` knows
//! which devices are built of which, `machine` which disks the computer itself lives on, `released` proves that nothing holds a disk any more, `pulse` finds out whether a disk still
//! answers, `holders` and `blockers` name who holds one; `health` is what the kernel knows of a file system's errors,
//! `mount_table` and `file_system_id` where a directory lies, `read_only` why a disk takes no writes. Decides nothing: which volume is wanted, and when, is the
//! controller's.

pub mod blockers;
pub mod file_system_id;
pub mod health;
pub mod holders;
pub mod inventory;
mod kernel;
pub mod machine;
pub mod mount_table;
pub mod mounted;
mod mounts;
pub mod ours;
pub mod pulse;
pub mod read_only;
pub mod released;
pub mod stack;
pub mod unformatted;
pub mod volume;
pub mod watch;

pub use inventory::{FileSystem, Volume};
pub use kernel::boot_id;
pub use unformatted::Unformatted;
pub use watch::Sighting;
