//! asbackup.
#![forbid(unsafe_code)]
pub mod config;
pub mod controller;
pub mod copy;
pub mod disks;
pub mod model;
pub mod report;
pub mod texts;
pub mod veeam;
