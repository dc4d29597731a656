//! Freezes listed files of a directory on their own file system, within seconds, by reflinks; proves that nobody wrote to anything
//! listed meanwhile; says what that costs in room; and removes it. The crate knows directories, descriptors and lists, and nothing
//! of who asks or why.
//!
//! The files: `stamp` (what a write can't leave as it was), `stamps` (of all listed paths, before and after), `writers` (who has one
//! of them open), `listing` (what goes with what is listed), `refusal` (why a place can't be used), `tree` (opening, making and
//! listing below a directory), `trial` (whether blocks can be shared in one), `ancestors`, `location` and `place` (where snapshots
//! live), `snapshot` (one of them), `freezing` (what goes into it), `cloning` (contents), `attributes`, `report`, `attempt` (a
//! snapshot of one moment, or none), `sharing` (which blocks it has alone, and whether the originals still have the others), `room`,
//! `removal`.
//!
//! ```no_run
//! use asbackup_snapshot::{Attempt, Place, Wanted};
//! use std::{fs::File, os::fd::AsFd, path::PathBuf, sync::atomic::AtomicBool};
//!
//! let cancel = AtomicBool::new(false);
//! let source = File::open("/srv/backups")?;
//! let place = Place::prepare(source.as_fd(), Wanted::Default)?;
//! place.can_clone()?;
//! place.keep_only(&[], &cancel)?;
//! let listed = [PathBuf::from("monday.vbk"), PathBuf::from("monday.vbm")];
//! let attempt = Attempt::begin(source.as_fd(), &place, "7", listed, &cancel)?;
//! let frozen = attempt.freeze(&cancel)?;
//! println!("{} files as of {:?}", frozen.report.files, frozen.as_of);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(missing_docs)]

mod ancestors;
mod attempt;
mod attributes;
mod cloning;
mod freezing;
mod listing;
mod location;
mod place;
mod refusal;
mod removal;
mod report;
mod room;
mod sharing;
mod snapshot;
mod stamp;
mod stamps;
mod tree;
mod trial;
mod writers;

pub use attempt::{Attempt, Frozen, Unfrozen};
pub use listing::complete;
pub use location::Wanted;
pub use place::Place;
pub use refusal::{Refusal, Unusable};
pub use removal::{Left, Removal};
pub use report::{Report, Skipped, Why};
pub use room::Room;
pub use snapshot::Snapshot;
pub use stamp::{Change, Kind, Stamp, Time};
pub use stamps::{Changed, Entry, Failed, Stamps};
pub use writers::Writer;
