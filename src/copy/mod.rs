//! The copy.
mod beneath;
pub mod command;
pub mod items;
pub mod lockfile;
pub mod progress;
pub mod rsync;
