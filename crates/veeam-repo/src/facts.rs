//! What is told of a repository. Values only; the sentences are somebody else's.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::moment::Moment;
use crate::name::Form;
use crate::vbm::VbmError;

/// One file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Seen from the top of the repository.
    pub path: PathBuf,
    /// Bytes, as the directory tells them.
    pub size: u64,
    /// When its contents were last changed.
    pub modified: SystemTime,
}

/// What is known of a repository.
#[derive(Debug, Default)]
pub struct Repository {
    /// Ordered by directory and name.
    pub backups: Vec<Backup>,
    /// Metadata files that say nothing; what lies beside them rests on names.
    pub unread: Vec<Unread>,
    /// Files that Veeam has not finished, or has left unfinished.
    pub unfinished: Vec<PathBuf>,
}

/// A metadata file that says nothing.
#[derive(Debug)]
pub struct Unread {
    /// Seen from the top of the repository.
    pub path: PathBuf,
    /// Why.
    pub error: VbmError,
}

/// What one job has written to one directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Backup {
    /// The job's name, as far as it is known.
    pub name: String,
    /// Seen from the top of the repository.
    pub directory: PathBuf,
    /// What this answer rests on.
    pub basis: Basis,
    /// Restoring asks for a password. None where nothing says so or the contrary.
    pub encrypted: Option<bool>,
    /// What is in it.
    pub contents: Contents,
    /// Files of its chains that its metadata don't name: newer than these, or left over.
    pub unlisted: Vec<PathBuf>,
}

/// What an answer rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Metadata, and the sizes that they tell.
    Metadata,
    /// Metadata that tell no sizes, or none that any file has; a file that has been cut short is then not found.
    MetadataWithoutSizes,
    /// Names alone. A file that is missing between two others is then not found.
    Names,
}

/// What is in a backup.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    /// Chains of full and incremental files, by machine.
    Machines(Vec<Machine>),
    /// File shares. What can be restored of them only Veeam can tell.
    Shares(Shares),
    /// What plug-ins of databases have written.
    PlugIn(PlugIn),
}

/// One machine and all its restore points.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// As people know it; of a file by job the job's.
    pub name: String,
    /// What the name comes from: a file's name of that form. None if it comes from metadata.
    pub named_by: Option<Form>,
    /// In the order in which they were made, whatever the clock said.
    pub points: Vec<RestorePoint>,
    /// What is needed for the newest complete point: from its own file to the full.
    pub chain: Vec<Arc<Path>>,
    /// What breaks points, those first that break the newest ones.
    pub flaws: Vec<Flaw>,
}

impl Machine {
    /// What can be restored at best.
    pub fn newest_complete(&self) -> Option<&RestorePoint> {
        self.points.iter().rev().find(|point| point.complete)
    }

    /// Complete or not.
    pub fn newest(&self) -> Option<&RestorePoint> {
        self.points.last()
    }

    /// Whether every point can be restored, and there is one.
    pub fn is_complete(&self) -> bool {
        !self.points.is_empty() && self.points.iter().all(|point| point.complete)
    }
}

/// A machine as it was at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestorePoint {
    /// When it was made.
    pub at: Moment,
    /// Seen from the top of the repository.
    pub file: Arc<Path>,
    /// All that is needed for it is there.
    pub complete: bool,
    /// Whether the machine held still meanwhile. None where nothing says so or the contrary.
    pub consistent: Option<bool>,
}

/// Something that breaks restore points of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where the file is, or should be.
    pub file: Arc<Path>,
    /// What is wrong with it.
    pub trouble: Trouble,
    /// So many restore points can't be restored for it.
    pub breaks: usize,
    /// When the newest of them was made.
    pub newest: Moment,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It is not there.
    Missing {
        /// A file of that name in another directory, where Veeam does not look for it.
        elsewhere: Option<PathBuf>,
        /// Veeam has begun to write it.
        begun: bool,
    },
    /// It has not the size that the metadata tell. Both are bytes.
    WrongSize {
        /// By the metadata.
        told: u64,
        /// On the file system.
        found: u64,
    },
    /// There is nothing in it.
    Empty,
    /// Veeam itself has found that it is damaged, and noted that down.
    MarkedCorrupted,
    /// There is no full file that it could add to.
    NoFull,
    /// The metadata don't say what it adds to, though they say that it does.
    NoParent,
    /// By the metadata it adds to itself.
    Loop,
}

/// A backup of file shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    /// Whether the `.vstore` is there, without which Veeam finds none of them.
    pub store: bool,
    /// Ordered by directory.
    pub shares: Vec<Share>,
}

/// One file share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Seen from the top of the repository.
    pub directory: PathBuf,
    /// Whether the `.vsource` is there.
    pub source: bool,
    /// Whether there is anything in `meta`, which says what is in the `.vblob` files.
    pub metadata: bool,
    /// How many `.vblob` files there are.
    pub blobs: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// When something in it was last written.
    pub newest: SystemTime,
    /// Files with nothing in them.
    pub empty: Vec<PathBuf>,
}

/// What a plug-in of a database has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlugIn {
    /// Whether the `.vacm` is there, which says what belongs to what.
    pub job: bool,
    /// Files with data whose own description is there and not empty.
    pub complete: usize,
    /// When the newest of these was written.
    pub newest: Option<SystemTime>,
    /// Files with data that are empty, or whose `.vasm` is missing or empty.
    pub incomplete: Vec<PathBuf>,
}
