//! Tells what was done: journal, text log and their newest lines (`tail`), status sentence and status file, mail, and to udev
//! which disks are known.
//! Decides nothing and does not know how far a run is; whoever calls it hands in finished data.

mod courier;
pub mod environment;
pub mod known_disks;
pub mod mail;
pub mod outbox;
mod password;
pub mod places;
pub mod postman;
pub mod reminder;
pub mod rotation;
pub mod smtp;
pub mod status_file;
pub mod trial;

#[cfg(test)]
mod catalog;
#[cfg(test)]
mod manual;

pub use crate::texts::clock::Clock;
pub use crate::texts::sentence::sentence;
