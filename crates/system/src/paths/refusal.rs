//! Why a path is not used. Travels as an `io::Error`, from which whoever has words for people takes it out again.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::names::Who;
use asbackup_api::Fault;

/// Why a configured path is not used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {reason}", component.display())]
pub struct Refused {
    /// As it was asked for.
    pub path: PathBuf,
    /// What of it is the matter.
    pub component: PathBuf,
    /// What is wrong with that component.
    pub reason: Reason,
}

/// How somebody could lead the path elsewhere, or why it is no file of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Reason {
    /// Somebody else can write there.
    #[error("can be changed by {0}")]
    Writable(Who),
    /// A link that this one could have made.
    #[error("a link that belongs to {0}")]
    Link(Who),
    /// Neither a regular file nor absent.
    #[error("not a regular file")]
    NoFile,
    /// The file has a second name elsewhere.
    #[error("has more than one name")]
    Names,
    /// It was replaced while it was being opened.
    #[error("was replaced at this moment")]
    Swapped,
}

impl Refused {
    /// A refusal of `path` because of one of its components.
    pub fn new(path: &Path, component: &Path, reason: Reason) -> Self {
        Self { path: path.to_owned(), component: component.to_owned(), reason }
    }

    /// The refusal in an error, if that is what it is.
    pub fn within(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// What an error means for people, where it is a refusal.
    pub fn fault(error: &io::Error) -> Option<Fault> {
        let Self { path, component, reason } = Self::within(error)?;
        let (user, link) = match reason {
            Reason::Writable(who) => (who.to_string(), false),
            Reason::Link(who) => (who.to_string(), true),
            _ => return None,
        };
        Some(Fault::UnsafePath {
            path: path.display().to_string(),
            component: component.display().to_string(),
            user,
            link,
        })
    }
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        Self::new(io::ErrorKind::PermissionDenied, refused)
    }
}
