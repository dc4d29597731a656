//! `.vbm` files: Veeam's own account of what belongs to what, in XML. Two generations are known; what is neither is said to be so.
//!
//! Such a file comes from wherever a repository comes from, so it is read in one pass and never as a whole, and everything about it has a bound
//! (`Limits`). Nothing in it is expanded but what XML itself defines, and a document type is refused. `text` makes UTF-8 of it,
//! `metered` counts, `walk` follows the elements, `escaped` is the document within the document of the first generation, and
//! `record` and `fields` take what is needed.

mod account;
mod escaped;
mod fields;
mod leaf;
mod metered;
mod record;
#[cfg(test)]
mod tests;
mod text;
mod walk;

use std::error::Error;
use std::io::{self, Read};
use std::sync::Arc;

use quick_xml::errors::{IllFormedError, SyntaxError};

pub(crate) use account::{Account, Oib};
use text::Decoded;

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
    fn malformed(why: &'static str) -> Self {
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

/// What a metadata file says.
///
/// # Errors
/// It says nothing that can be relied on: see there.
pub(crate) fn read(source: &mut dyn Read, limits: Limits) -> Result<Account, VbmError> {
    let mut text = Decoded::new(source);
    let mut record = record::Record::new(limits);
    match walk::document(&mut text, limits, &mut record) {
        Err(VbmError::Unreadable(_)) if text.is_undecodable() => {
            Err(VbmError::malformed("UTF-16 with half a character"))
        }
        Err(error @ (VbmError::Unreadable(_) | VbmError::Truncated)) => Err(error),
        // What makes no sense after that is what the password is for.
        Err(_) if record.is_encrypted() => Err(VbmError::Encrypted),
        Err(error) => Err(error),
        Ok(()) => record.finish(),
    }
}
