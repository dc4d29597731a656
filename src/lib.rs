//! asbackup.
#![forbid(unsafe_code)]
pub mod controller;
pub mod model;
pub mod report;
pub mod texts;
