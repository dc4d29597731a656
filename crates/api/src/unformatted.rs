//! A disk, or a partition of one, that is plugged in and has no file system yet.

/// What is on it, in the words of the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Its first and its last mebibyte are.
    Blank,
    /// There is something on it that nobody recognises.
    NotEmpty,
    ReadOnly,
    /// A partition table, and no partition in it.
    NoPartition,
    /// Nobody knows.
    Unreadable,
}

impl Contents {
    pub fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::NotEmpty => "not-empty",
            Self::ReadOnly => "read-only",
            Self::NoPartition => "no-partition",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One of them for `ListUnformattedDisks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnformattedRow {
    pub device: String,
    /// Bytes.
    pub size: u64,
    pub vendor: String,
    pub model: String,
    pub contents: Contents,
}
