//! Probes what a file system does with names, by means of empty files in a directory of our own. That is created where
//! the names are to go, since a directory can fold case although its parent does not. Knows neither source nor steps.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, IFlags, Mode, OFlags, ioctl_getflags, ioctl_setflags, openat, statat, unlinkat};
use rustix::io::Errno;

use super::beneath;

/// Our directory. `spelling` also moves files into it while it renames them.
pub const NAME_DIRECTORY: &str = ".asbackup-names";

/// Pairs of names; where names are folded in a known way, the second finds the first.
const PAIRS: [(&str, &str); 5] = [
    ("asbackup-a", "ASBACKUP-A"),
    ("asbackup-\u{e9}", "asbackup-\u{c9}"),
    ("asbackup-\u{e9}", "asbackup-e\u{301}"),
    ("asbackup-b", "asbackup-b."),
    ("asbackup-b", "asbackup-b "),
];
/// `FS_CASEFOLD_FL`: ext4 can fold case in single directories.
const CASEFOLD: IFlags = IFlags::from_bits_retain(0x4000_0000);
const FILE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The result of creating a file under a name.
#[derive(Debug, PartialEq, Eq)]
enum Created {
    Yes,
    Refused,
    /// The name is not the problem.
    NoRoom,
}

/// Dropping it removes its directory.
#[derive(Debug)]
pub struct NameProbe {
    parent: OwnedFd,
    directory: OwnedFd,
}

impl NameProbe {
    /// None if the disk has no room for it.
    ///
    /// # Errors
    /// The disk's own, or something else is in the directory's place.
    pub fn create(parent: BorrowedFd<'_>) -> io::Result<Option<Self>> {
        match beneath::open_directory(parent, Path::new(NAME_DIRECTORY)) {
            Ok(directory) => Ok(Some(Self { parent: parent.try_clone_to_owned()?, directory })),
            Err(error) if is_full(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether this directory treats some different names as the same, or other directories on this file system could.
    ///
    /// # Errors
    /// The disk's own.
    pub fn may_fold(&self) -> io::Result<bool> {
        for (one, other) in PAIRS {
            if self.treats_as_same(OsStr::new(one), OsStr::new(other))? {
                return Ok(true);
            }
        }
        let flags = ioctl_getflags(&self.directory).unwrap_or(IFlags::empty());
        Ok(ioctl_setflags(&self.directory, flags | CASEFOLD).is_ok())
    }

    /// Whether `other` finds a file created as `one`.
    ///
    /// # Errors
    /// The disk's own.
    pub fn treats_as_same(&self, one: &OsStr, other: &OsStr) -> io::Result<bool> {
        if self.make(one)? != Created::Yes {
            return Ok(false);
        }
        let found = exists(&self.directory, other);
        unlinkat(&self.directory, one, AtFlags::empty())?;
        found
    }

    /// Whether a file created under this name is listed under it.
    ///
    /// # Errors
    /// The disk's own.
    pub fn stores(&self, name: &OsStr) -> io::Result<bool> {
        match self.make(name)? {
            Created::Yes => {}
            Created::Refused => return Ok(false),
            Created::NoRoom => return Ok(true),
        }
        let names = list(&self.directory);
        unlinkat(&self.directory, name, AtFlags::empty())?;
        Ok(names?.iter().any(|kept| kept == name))
    }

    fn make(&self, name: &OsStr) -> io::Result<Created> {
        match openat(&self.directory, name, FILE, Mode::RUSR | Mode::WUSR) {
            Ok(_) => Ok(Created::Yes),
            Err(error) if is_refusal(error) || error == Errno::EXIST => Ok(Created::Refused),
            Err(Errno::NOSPC | Errno::DQUOT) => Ok(Created::NoRoom),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for NameProbe {
    fn drop(&mut self) {
        // What a crash left in it stays; the next run puts it back.
        let _ = unlinkat(&self.parent, NAME_DIRECTORY, AtFlags::REMOVEDIR);
    }
}

/// Whether something is found under this name. An impossible name finds nothing.
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

/// The errors by which file systems refuse a name; the FUSE driver of exFAT says that it does not exist.
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
    fn a_case_sensitive_file_system_is_recognised_and_left_unchanged() {
        let place = tempfile::tempdir().unwrap();
        let top = File::open(place.path()).unwrap();
        let probe = NameProbe::create(top.as_fd()).unwrap().unwrap();
        assert!(!probe.may_fold().unwrap());
        assert!(!probe.treats_as_same(OsStr::new("a"), OsStr::new("A")).unwrap());
        assert!(probe.treats_as_same(OsStr::new("a"), OsStr::new("a")).unwrap());
        assert!(probe.stores(OsStr::new("a:b.")).unwrap());
        assert!(!probe.stores(OsStr::from_bytes(&[b'n'; 256])).unwrap());
        drop(probe);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_in_the_directorys_place_is_an_error() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join(NAME_DIRECTORY), "a file").unwrap();
        assert!(NameProbe::create(File::open(place.path()).unwrap().as_fd()).is_err());
    }
}
