//! What can go wrong: on which side, with which file, where in it, and why.

use std::fmt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// One of the two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What is read.
    Source,
    /// What is written.
    Target,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Target => "target",
        })
    }
}

/// Why a file could not be transferred. What the kernel said is its `source()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// No room, or none for this user.
    #[error("no space is left")]
    Full(#[source] Errno),
    /// The medium, or what lies between, could not do it.
    #[error("reading or writing failed")]
    Failing(#[source] Errno),
    /// The file system can't be written to, maybe since the kernel has given it up.
    #[error("the file system is read-only")]
    ReadOnly(#[source] Errno),
    /// The device is not there any more.
    #[error("the device is gone")]
    Gone(#[source] Errno),
    /// Somebody wrote to the file while it was read.
    #[error("the file changed while it was read")]
    Changed,
    /// A directory, link, pipe or the like, where a regular file was listed.
    #[error("it is no regular file")]
    NotRegular,
    /// The listener said stop.
    #[error("it was stopped")]
    Stopped,
    /// Anything else that the kernel said.
    #[error("the kernel refused")]
    Refused(#[source] Errno),
}

impl From<Errno> for Cause {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::NOSPC | Errno::DQUOT => Self::Full(errno),
            Errno::IO | Errno::REMOTEIO | Errno::TIMEDOUT | Errno::UCLEAN | Errno::ILSEQ => Self::Failing(errno),
            Errno::ROFS => Self::ReadOnly(errno),
            Errno::NODEV | Errno::NXIO | Errno::NOMEDIUM | Errno::SHUTDOWN => Self::Gone(errno),
            _ => Self::Refused(errno),
        }
    }
}

/// One file that could not be transferred, and where it ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{side} {}, byte {offset}: {cause}", .path.display())]
pub struct Error {
    /// Whose fault it is.
    pub side: Side,
    /// The file, relative to its tree.
    pub path: PathBuf,
    /// In bytes from the start of the file; 0 if it was not about a place.
    pub offset: u64,
    /// Why.
    #[source]
    pub cause: Cause,
}

impl Error {
    pub(crate) fn new(side: Side, path: &Path, offset: u64, cause: impl Into<Cause>) -> Self {
        Self { side, path: path.to_owned(), offset, cause: cause.into() }
    }

    /// Whether trying the next file would be of no use.
    pub fn ends_all(&self) -> bool {
        match self.cause {
            Cause::Stopped | Cause::Gone(_) => true,
            Cause::Full(_) | Cause::Failing(_) | Cause::ReadOnly(_) => self.side == Side::Target,
            Cause::Changed | Cause::NotRegular | Cause::Refused(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_full_target_ends_all_and_keeps_what_the_kernel_said() {
        let error = Error::new(Side::Target, Path::new("a.vbk"), 4096, Errno::NOSPC);
        assert!(error.ends_all());
        assert_eq!(error.to_string(), "target a.vbk, byte 4096: no space is left");
        let said = error.source().and_then(|cause| cause.source()).map(ToString::to_string);
        assert_eq!(said, Some(Errno::NOSPC.to_string()));
    }

    #[test]
    fn a_source_file_that_cannot_be_read_ends_only_itself() {
        assert!(!Error::new(Side::Source, Path::new("a"), 0, Errno::IO).ends_all());
        assert!(!Error::new(Side::Source, Path::new("a"), 0, Cause::Changed).ends_all());
        assert!(Error::new(Side::Source, Path::new("a"), 0, Errno::NODEV).ends_all());
    }
}
