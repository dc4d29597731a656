//! What a file system does with names, found out by trying: with empty files in a directory of our own, made where the names are to go,
//! since a directory can fold case though the one above it does not. Knows nothing of source and steps.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, IFlags, Mode, OFlags, ioctl_getflags, ioctl_setflags, openat, statat, unlinkat};
use rustix::io::Errno;

use super::beneath;

/// Our directory. Also where a file is for a moment whose name changes its spelling (`spelling`).
pub const ASIDE: &str = ".asbackup-names";

/// Pairs of which the second finds the first where names are folded, in the ways that are known.
const PAIRS: [(&str, &str); 5] = [
    ("asbackup-a", "ASBACKUP-A"),
    ("asbackup-\u{e9}", "asbackup-\u{c9}"),
    ("asbackup-\u{e9}", "asbackup-e\u{301}"),
    ("asbackup-b", "asbackup-b."),
    ("asbackup-b", "asbackup-b "),
];
/// `FS_CASEFOLD_FL`: ext4 folds case in single directories.
const CASEFOLD: IFlags = IFlags::from_bits_retain(0x4000_0000);
const FILE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// What became of a name.
#[derive(Debug, PartialEq, Eq)]
enum Made {
    Yes,
    Refused,
    /// Nothing speaks against the name.
    NoRoom,
}

/// Goes, with all that was tried, when it is dropped.
#[derive(Debug)]
pub struct Trial {
    parent: OwnedFd,
    directory: OwnedFd,
}

impl Trial {
    /// None where there is no room for it.
    ///
    /// # Errors
    /// The disk's own, or what stands in its place is no directory.
    pub fn begin(parent: BorrowedFd<'_>) -> io::Result<Option<Self>> {
        match beneath::open_directory(parent, Path::new(ASIDE)) {
            Ok(directory) => Ok(Some(Self { parent: parent.try_clone_to_owned()?, directory })),
            Err(error) if is_full(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether this directory takes some different names for one, or others on this file system could be told to.
    ///
    /// # Errors
    /// The disk's own.
    pub fn may_fold(&self) -> io::Result<bool> {
        for (one, other) in PAIRS {
            if self.takes_for_one(OsStr::new(one), OsStr::new(other))? {
                return Ok(true);
            }
        }
        let flags = ioctl_getflags(&self.directory).unwrap_or(IFlags::empty());
        Ok(ioctl_setflags(&self.directory, flags | CASEFOLD).is_ok())
    }

    /// Whether `other` finds what was made as `one`.
    ///
    /// # Errors
    /// The disk's own.
    pub fn takes_for_one(&self, one: &OsStr, other: &OsStr) -> io::Result<bool> {
        if self.make(one)? != Made::Yes {
            return Ok(false);
        }
        let found = exists(&self.directory, other);
        unlinkat(&self.directory, one, AtFlags::empty())?;
        found
    }

    /// Whether what is made under this name has it afterwards.
    ///
    /// # Errors
    /// The disk's own.
    pub fn keeps(&self, name: &OsStr) -> io::Result<bool> {
        match self.make(name)? {
            Made::Yes => {}
            Made::Refused => return Ok(false),
            Made::NoRoom => return Ok(true),
        }
        let names = list(&self.directory);
        unlinkat(&self.directory, name, AtFlags::empty())?;
        Ok(names?.iter().any(|kept| kept == name))
    }

    fn make(&self, name: &OsStr) -> io::Result<Made> {
        match openat(&self.directory, name, FILE, Mode::RUSR | Mode::WUSR) {
            Ok(_) => Ok(Made::Yes),
            Err(error) if is_refusal(error) || error == Errno::EXIST => Ok(Made::Refused),
            Err(Errno::NOSPC | Errno::DQUOT) => Ok(Made::NoRoom),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        // What a crash left in it stays, and is put back by the next run.
        let _ = unlinkat(&self.parent, ASIDE, AtFlags::REMOVEDIR);
    }
}

/// Whether something is found under this name; a name that can't be is none.
///
/// # Errors
/// The disk's own.
pub fn exists(directory: impl AsFd, name: &OsStr) -> io::Result<bool> {
    match statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => Ok(true),
        Err(error) if is_refusal(error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The names in a directory, as the disk spells them.
///
/// # Errors
/// The disk's own.
pub fn list(directory: impl AsFd) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name != "." && name != ".." {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// What file systems say to a name that they can't hold; exFAT's driver for FUSE says that it is not there.
pub fn is_refusal(error: Errno) -> bool {
    [Errno::NOENT, Errno::INVAL, Errno::ILSEQ, Errno::NAMETOOLONG, Errno::OVERFLOW, Errno::PERM, Errno::ACCESS]
        .contains(&error)
}

fn is_full(error: &io::Error) -> bool {
    [Errno::NOSPC, Errno::DQUOT].iter().any(|full| error.raw_os_error() == Some(full.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};

    #[test]
    fn a_file_system_that_tells_all_names_apart_is_known_by_trying_and_left_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        let top = File::open(place.path()).unwrap();
        let trial = Trial::begin(top.as_fd()).unwrap().unwrap();
        assert!(!trial.may_fold().unwrap());
        assert!(!trial.takes_for_one(OsStr::new("a"), OsStr::new("A")).unwrap());
        assert!(trial.takes_for_one(OsStr::new("a"), OsStr::new("a")).unwrap());
        assert!(trial.keeps(OsStr::new("a:b.")).unwrap());
        assert!(!trial.keeps(OsStr::from_bytes(&[b'n'; 256])).unwrap());
        drop(trial);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn something_else_in_its_place_is_an_error() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join(ASIDE), "a file").unwrap();
        assert!(Trial::begin(File::open(place.path()).unwrap().as_fd()).is_err());
    }
}
