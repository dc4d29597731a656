//! Why a path is refused. Passed on inside an `io::Error`, from which it is taken out again for people.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::principal::Principal;
use asbackup_api::Fault;

/// Why a configured path is not used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {reason}", component.display())]
pub struct Refused {
    /// As configured.
    pub path: PathBuf,
    /// The part of it that is refused.
    pub component: PathBuf,
    /// What is wrong with that component.
    pub reason: Reason,
}

/// How somebody could redirect the path, or why it is no file of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Reason {
    /// Somebody else can write there.
    #[error("can be changed by {0}")]
    Writable(Principal),
    /// A link that a user other than root could have made.
    #[error("a link that belongs to {0}")]
    Link(Principal),
    /// Neither a regular file nor absent.
    #[error("not a regular file")]
    NoFile,
    /// The file has a second name elsewhere.
    #[error("has more than one name")]
    HardLinks,
    /// It was replaced while it was being opened.
    #[error("was replaced at this moment")]
    Replaced,
}

impl Refused {
    /// A refusal of `path` because of one of its components.
    pub fn new(path: &Path, component: &Path, reason: Reason) -> Self {
        Self { path: path.to_owned(), component: component.to_owned(), reason }
    }

    /// The refusal in an error, if it is one.
    pub fn within(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// The fault for people, if the error is a refusal that concerns users.
    pub fn fault(error: &io::Error) -> Option<Fault> {
        let Self { path, component, reason } = Self::within(error)?;
        let (user, link) = match reason {
            Reason::Writable(principal) => (principal.to_string(), false),
            Reason::Link(principal) => (principal.to_string(), true),
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
