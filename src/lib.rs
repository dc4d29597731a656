//! asbackup.
#![forbid(unsafe_code)]
pub mod config;
pub mod controller;
pub mod model;
pub mod texts;
