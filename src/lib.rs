//! asbackup.
#![forbid(unsafe_code)]
pub mod bus;
pub mod controller;
pub mod model;
pub mod texts;
