//! Tells what was done: journal and text log, history, status sentence and status file.
//! Decides nothing and keeps no state of a run; whoever calls it hands in finished data.

mod clock;
pub mod environment;
pub mod history;
pub mod journal;
mod lines;
mod sentence;
pub mod status_file;
mod text_log;

#[cfg(test)]
mod catalog;

pub use sentence::sentence;
