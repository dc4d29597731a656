//! Why snapshots can't live in a place.

use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// What is wrong with it. What the kernel said is its `source()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Files can't share blocks on this file system: it is of another kind, or was made without reflinks.
    #[error("this file system can't share blocks between files")]
    NotSupported,
    /// It is on another file system than the source.
    #[error("it is on another file system than the source")]
    OtherFileSystem,
    /// It is reached over another mount than the source, or something is mounted there.
    #[error("it is on another mount than the source")]
    OtherMount,
    /// Nothing can be written there.
    #[error("the file system is read-only")]
    ReadOnly,
    /// No space is left, or none for this user.
    #[error("no space is left")]
    NoRoom,
    /// Something else has its name.
    #[error("it is no directory")]
    NotADirectory,
    /// It is a link, or the path to it leads over one.
    #[error("it is a link, or below one")]
    Link,
    /// Somebody else owns it, or may write to it.
    #[error("it is owned or writable by others")]
    NotPrivate,
    /// It holds something, and has not been made for snapshots: what is removed would not be ours.
    #[error("it holds files of somebody else")]
    Foreign,
    /// The source is it, or lies in it.
    #[error("the source lies in it")]
    HoldsSource,
    /// The path is relative, or leads up again.
    #[error("it is no absolute path without ..")]
    NotAbsolute,
    /// Anything else that the kernel said.
    #[error("the kernel refused")]
    Kernel(#[source] Errno),
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::OPNOTSUPP | Errno::NOTTY | Errno::NOSYS => Self::NotSupported,
            Errno::ROFS => Self::ReadOnly,
            Errno::NOSPC | Errno::DQUOT => Self::NoRoom,
            Errno::NOTDIR => Self::NotADirectory,
            Errno::LOOP => Self::Link,
            Errno::XDEV => Self::OtherMount,
            _ => Self::Kernel(errno),
        }
    }
}

/// A place that can't be used. Its `source()` says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", .path.display())]
pub struct Unusable {
    /// As far as it is known.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub why: Refusal,
}

impl Unusable {
    pub(crate) fn new(path: &Path, why: impl Into<Refusal>) -> Self {
        Self { path: path.to_owned(), why: why.into() }
    }
}
