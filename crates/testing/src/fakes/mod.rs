//! Services of the system that tests play, and that can be told to fail: UDisks2 with its disks, and polkit.

mod disk;
pub mod polkit;
pub mod udisks;
