//! Services of the system that tests fake and that can be told to fail: UDisks2 with its disks, and polkit.

pub mod polkit;
pub mod udisks;
