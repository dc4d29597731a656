//! Who hears how it goes, and says stop.

use std::ops::AddAssign;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::stamp::Stamp;

/// Bytes of files by what became of them; for a file that has landed they add up to its size.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Read, and taken by the disk.
    pub written: u64,
    /// On the disk already, and now part of this file, too.
    pub shared: u64,
    /// Nothing but zeros that take no room.
    pub holes: u64,
    /// Left by a transfer that was interrupted, and still right.
    pub resumed: u64,
}

impl Amount {
    /// All of it.
    pub fn total(&self) -> u64 {
        self.written + self.shared + self.holes + self.resumed
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, more: Self) {
        self.written += more.written;
        self.shared += more.shared;
        self.holes += more.holes;
        self.resumed += more.resumed;
    }
}

/// A part of a file that was written, and the BLAKE3 hash of what was read for it from the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Where it begins in the file, in bytes.
    pub offset: u64,
    /// In bytes, at most 8 MiB.
    pub length: u64,
    /// BLAKE3 of these bytes.
    pub hash: [u8; 32],
}

/// A file that has its name on the target.
#[derive(Debug)]
pub struct Landed<'a> {
    /// Relative to both trees.
    pub path: &'a Path,
    /// What became of its bytes.
    pub amount: Amount,
    /// The source file, before it was read and after.
    pub source: Stamp,
    /// The file on the target; its time of change is another one as soon as its owner or mode is set.
    pub target: Stamp,
    /// All that was written, in order; what was shared or is a hole is not among it.
    pub segments: &'a [Segment],
}

/// A range that could not be shared and is written instead; nothing is lost but time and room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The file that was to get it.
    pub path: PathBuf,
    /// Where in the file, in bytes.
    pub offset: u64,
    /// What the kernel said; `None` if the file that has it was not as noted.
    pub errno: Option<Errno>,
}

/// Hears progress and says stop. Called from the thread that transfers; `stop` at least once for each segment.
pub trait Listener {
    /// Whether to end as soon as possible: within a second, as long as the disk answers.
    fn stop(&self) -> bool {
        false
    }

    /// So much more of this file is done; written bytes count when the disk has them.
    fn moved(&self, _path: &Path, _more: Amount) {}

    /// A file has its name.
    fn landed(&self, _file: &Landed<'_>) {}

    /// Something could not be shared: told for the first range of a file.
    fn refused(&self, _what: &Refusal) {}
}

/// Hears nothing, and lets it go on to the end.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

impl Listener for Quiet {}
