//! Opening, making and listing what lies below a directory, by descriptor.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{Dir, Mode, OFlags};
use rustix::io::Errno;

const LOOK: OFlags = OFlags::PATH.union(OFlags::DIRECTORY);
const READ: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

/// The directories that listed paths lie in. Neighbours in a list share theirs, which is looked up once for them.
pub(crate) struct Parents<'a> {
    top: BorrowedFd<'a>,
    mounts: Mounts,
    last: Option<(PathBuf, OwnedFd)>,
}

impl<'a> Parents<'a> {
    pub(crate) fn below(top: BorrowedFd<'a>, mounts: Mounts) -> Self {
        Self { top, mounts, last: None }
    }

    /// The directory of a path, and the name in it; an empty one for the top. Errors: INVAL for a path that is not plain.
    pub(crate) fn find<'p>(&mut self, path: &'p Path) -> Result<(BorrowedFd<'_>, &'p Path), Errno> {
        self.locate(path, |top, parent, mounts| beneath::open(top, parent, LOOK, Mode::empty(), mounts))
    }

    /// The same, with directories made that are missing.
    pub(crate) fn make<'p>(&mut self, path: &'p Path) -> Result<(BorrowedFd<'_>, &'p Path), Errno> {
        self.locate(path, make_directories)
    }

    fn locate<'p>(
        &mut self,
        path: &'p Path,
        open: impl Fn(BorrowedFd<'_>, &Path, Mounts) -> Result<OwnedFd, Errno>,
    ) -> Result<(BorrowedFd<'_>, &'p Path), Errno> {
        if !is_plain(path) {
            return Err(Errno::INVAL);
        }
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok((self.top, Path::new("")));
        };
        if self.last.as_ref().is_none_or(|(last, _)| last != parent) {
            self.last = Some((parent.to_owned(), open(self.top, parent, self.mounts)?));
        }
        let directory = self.last.as_ref().map_or(self.top, |(_, directory)| directory.as_fd());
        Ok((directory, Path::new(name)))
    }
}

fn is_plain(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// For nobody but us.
fn make_directories(top: BorrowedFd<'_>, path: &Path, mounts: Mounts) -> Result<OwnedFd, Errno> {
    match beneath::open(top, path, LOOK, Mode::empty(), mounts) {
        Err(Errno::NOENT) => {}
        result => return result,
    }
    let mut directory = beneath::open(top, Path::new(""), LOOK, Mode::empty(), mounts)?;
    for name in path {
        match rustix::fs::mkdirat(&directory, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
        directory = beneath::open(directory.as_fd(), Path::new(name), LOOK, Mode::empty(), mounts)?;
    }
    Ok(directory)
}

/// A directory to be listed, on the mount of the one above it.
pub(crate) fn enter(above: BorrowedFd<'_>, path: &Path) -> Result<OwnedFd, Errno> {
    beneath::open(above, path, READ, Mode::empty(), Mounts::Refuse)
}

/// All names in a directory, in no order.
pub(crate) fn names(directory: BorrowedFd<'_>) -> Result<Vec<OsString>, Errno> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};

    #[test]
    fn missing_parents_are_made_and_ways_out_are_not_plain() {
        let place = tempfile::tempdir().unwrap();
        let top = File::open(place.path()).unwrap();
        let mut parents = Parents::below(top.as_fd(), Mounts::Refuse);
        assert_eq!(parents.find(Path::new("a/b/c")).map(drop), Err(Errno::NOENT));
        assert_eq!(parents.make(Path::new("a/b/c")).unwrap().1, Path::new("c"));
        assert!(place.path().join("a/b").is_dir());
        assert_eq!(parents.find(Path::new("a/b/d/")).unwrap().1, Path::new("d"));
        assert_eq!(parents.find(Path::new("./")).unwrap().1, Path::new(""));
        for path in ["..", "a/../b", "/a"] {
            assert_eq!(parents.make(Path::new(path)).map(drop), Err(Errno::INVAL), "{path}");
        }
    }

    #[test]
    fn a_link_in_the_path_is_refused() {
        let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), place.path().join("link")).unwrap();
        let top = File::open(place.path()).unwrap();
        let mut parents = Parents::below(top.as_fd(), Mounts::Refuse);
        assert_eq!(parents.make(Path::new("link/a/b")).map(drop), Err(Errno::LOOP));
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
