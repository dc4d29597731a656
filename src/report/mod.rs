//! Tells what was done: journal, text log and their newest lines (`tail`), status sentence and status file, mail, and to udev
//! which disks are known.
//! Decides nothing and does not know how far a run is; whoever calls it hands in finished data.

pub mod environment;
pub mod known_disks;
pub mod places;
pub mod status_file;

#[cfg(test)]
mod catalog;
#[cfg(test)]
mod manual;

pub use crate::texts::clock::Clock;
pub use crate::texts::sentence::sentence;
