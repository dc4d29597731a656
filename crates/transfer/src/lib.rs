//! Copies large regular files from one directory to another by their extents.
//!
//! Blocks that files share on the source are shared on the target again, and of a file whose last copied state is still
//! there as a clone only what changed is written. Where a file system can't share blocks, files are copied whole, with reading and
//! writing overlapped. The crate knows directories, lists of files and what is known of them, and nothing of who asks or why.
//!
//! The files: `stamp` (which version of a file), `beneath` (opening below a directory), `extents` and `runs` (where a
//! file's data lies), `known` and `witness` (what the target has already), `pieces` (what is done with each part of a file), `feed`,
//! `direct`, `writing`, `cloning` and `pump` (doing it), `note` and `part` (the file while it is not whole), `landing` (giving it its
//! name), `job` (all files, one after the other), `forecast` (how much it will be), `prune` (what is on the target only and is to go).
//!
//! ```no_run
//! use asbackup_transfer::{Item, Job, Known, Options, Quiet, Trees};
//! use std::{fs::File, os::fd::AsFd};
//!
//! let (source, target) = (File::open("/srv/backups")?, File::open("/mnt/disk")?);
//! let trees = Trees { source: source.as_fd(), target: target.as_fd() };
//! let items = [Item::new("monday.vbk"), Item::new("tuesday.vbk")];
//! let job = Job { items: &items, options: Options::default() };
//! let summary = job.transfer(&mut Known::new(trees), &Quiet)?;
//! println!("{} bytes written, {} shared", summary.amount.written, summary.amount.shared);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(missing_docs)]

mod beneath;
mod cloning;
mod direct;
mod error;
mod extents;
mod feed;
mod forecast;
mod ground;
mod job;
mod known;
mod landing;
mod listen;
mod note;
mod part;
mod pieces;
mod pool;
mod prune;
mod pump;
mod runs;
mod stamp;
mod witness;
mod writing;

pub use beneath::Trees;
pub use error::{Cause, Error, Side};
pub use forecast::Forecast;
pub use job::{Item, Job, Options};
pub use known::Known;
pub use landing::Summary;
pub use listen::{Amount, Landed, Listener, Quiet, Refusal, Segment};
pub use prune::{Doomed, Pruned, prune};
pub use stamp::{Stamp, Time};
