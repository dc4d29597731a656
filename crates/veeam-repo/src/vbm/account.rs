//! What a metadata file says, whichever generation it is of.

use std::collections::HashMap;

use uuid::Uuid;

use crate::moment::Moment;

/// What a metadata file says.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Of the backup that it describes.
    pub(crate) backup: Option<Uuid>,
    /// The job's name.
    pub(crate) job: String,
    /// Whether the files ask for a password.
    pub(crate) encrypted: bool,
    pub(crate) storages: HashMap<Uuid, Storage>,
    pub(crate) points: HashMap<Uuid, Point>,
    /// Names of machines, by their identifier.
    pub(crate) machines: HashMap<Uuid, String>,
    /// In the order of the file.
    pub(crate) oibs: Vec<Oib>,
    /// How much of the limits it has taken.
    pub(crate) taken: Taken,
}

/// Of `Limits::records` and `Limits::names`.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) records: usize,
    pub(crate) names: usize,
}

/// A file.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    /// As it is written there: a name, or a path of whichever system.
    pub(crate) file: String,
    /// Bytes.
    pub(crate) size: Option<u64>,
    pub(crate) created: Option<Moment>,
    /// The file that it adds to.
    pub(crate) link: Option<Uuid>,
}

/// A run of the job.
#[derive(Debug, Default)]
pub(crate) struct Point {
    pub(crate) number: Option<f64>,
    /// The chain.
    pub(crate) group: Option<Uuid>,
}

/// What Veeam calls an object in a backup: one machine as it was at one time.
#[derive(Debug, Default)]
pub(crate) struct Oib {
    pub(crate) id: Option<Uuid>,
    pub(crate) storage: Option<Uuid>,
    pub(crate) point: Option<Uuid>,
    pub(crate) machine: Option<Uuid>,
    pub(crate) name: String,
    pub(crate) created: Option<Moment>,
    /// What it adds to.
    pub(crate) link: Option<Uuid>,
    /// Whether links are told at all: without one, nothing and the beginning of a chain look alike.
    pub(crate) linked: bool,
    pub(crate) full: Option<bool>,
    pub(crate) corrupted: bool,
    pub(crate) consistent: Option<bool>,
}
