//! Tells what was done: journal and text log, history, status sentence and status file, and to udev
//! which disks are known.
//! Decides nothing and keeps no state of a run; whoever calls it hands in finished data.

mod clock;
pub mod environment;
pub mod history;
pub mod journal;
pub mod known_disks;
mod lines;
mod sentence;
pub mod status_file;
mod text_log;

#[cfg(test)]
mod catalog;

pub use clock::Clock;
pub use sentence::sentence;
