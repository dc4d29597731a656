//! What a metadata file may ask for, and why one says nothing.

use std::error::Error;
use std::io;
use std::sync::Arc;

use quick_xml::errors::{IllFormedError, SyntaxError};

/// What metadata files may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub bytes: u64,
    /// Bytes of one tag with its attributes, or of one text.
    pub piece: usize,
    /// Elements within each other.
    pub depth: usize,
    /// Files, points and machines together, in all metadata files of a repository.
    pub records: usize,
    /// Bytes of all their names.
    pub names: usize,
}

impl Default for Limits {
    /// Several times what jobs with hundreds of machines and years of points have.
    fn default() -> Self {
        Self { bytes: 1 << 30, piece: 4 << 20, depth: 64, records: 500_000, names: 32 << 20 }
    }
}

/// A bound that a metadata file has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// `Limits::bytes`
    Bytes,
    /// `Limits::piece`
    Piece,
    /// `Limits::depth`
    Depth,
    /// `Limits::records`
    Records,
    /// `Limits::names`
    Names,
}

/// Why a metadata file says nothing.
#[derive(Debug, thiserror::Error)]
pub enum VbmError {
    /// The file system doesn't give it out.
    #[error("the metadata file can't be read")]
    Unreadable(#[source] io::Error),
    /// What it says is under a password.
    #[error("the metadata file is encrypted")]
    Encrypted,
    /// It ends in the middle, or is empty.
    #[error("the metadata file is cut off")]
    Truncated,
    /// It does not even begin as XML does.
    #[error("the metadata file is no XML")]
    NotXml,
    /// XML, but of no generation that is known here.
    #[error("the metadata file has a form that is not known")]
    Unknown,
    /// Its XML breaks XML's own rules, or has a document type, which Veeam never writes.
    #[error("the metadata file is damaged")]
    Malformed(#[source] Box<dyn Error + Send + Sync>),
    /// It asks for more than any real one.
    #[error("the metadata file passes a limit ({0:?})")]
    TooMuch(Limit),
}

impl VbmError {
    pub(super) fn malformed(why: &'static str) -> Self {
        Self::Malformed(why.into())
    }
}

impl From<quick_xml::Error> for VbmError {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(error) => {
                Self::Unreadable(Arc::try_unwrap(error).unwrap_or_else(|shared| io::Error::new(shared.kind(), shared)))
            }
            // All that it calls so are ends in the middle, but this one.
            quick_xml::Error::Syntax(error) if error != SyntaxError::InvalidBangMarkup => Self::Truncated,
            quick_xml::Error::IllFormed(IllFormedError::UnclosedReference) => Self::Truncated,
            error => Self::Malformed(error.into()),
        }
    }
}
