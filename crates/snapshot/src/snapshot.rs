//! One snapshot: a directory of its own in the place. It is all there or being made; what a crash leaves is removed later.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path};

use rustix::fs::{Mode, mkdirat};
use rustix::io::Errno;

use crate::attributes::DEFAULT_ACCESS_LIST;
use crate::place::Place;
use crate::refusal::Unusable;
use crate::tree;

/// An open snapshot. Dropping it leaves it where it is; `Place::remove` removes it.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) directory: OwnedFd,
}

impl Snapshot {
    /// Makes a new one. The name is one part of a path, without a dot at its start.
    ///
    /// # Errors
    /// The name is there already (EXIST) or none (INVAL); the place can't take it.
    pub fn create(place: &Place, name: &str) -> Result<Self, Unusable> {
        let made = demand_name(name).and_then(|()| mkdirat(&place.directory, name, Mode::RWXU));
        made.map_err(|errno| Unusable::new(&place.path().join(name), errno))?;
        let snapshot = Self::open(place, name)?;
        inherit_nothing(&snapshot.directory).map_err(|errno| Unusable::new(&place.path().join(name), errno))?;
        Ok(snapshot)
    }

    /// Opens one that is there.
    ///
    /// # Errors
    /// It is not there (NOENT), or something else is.
    pub fn open(place: &Place, name: &str) -> Result<Self, Unusable> {
        let opened = demand_name(name).and_then(|()| tree::enter(place.directory.as_fd(), Path::new(name)));
        let directory = opened.map_err(|errno| Unusable::new(&place.path().join(name), errno))?;
        Ok(Self { directory })
    }

    /// The directory that has the frozen files under their paths.
    pub fn directory(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// A directory above may say who else is to have access to whatever is made in it; what is frozen has the originals' lists only.
fn inherit_nothing(directory: &OwnedFd) -> Result<(), Errno> {
    match rustix::fs::fremovexattr(directory, DEFAULT_ACCESS_LIST) {
        Err(Errno::NODATA | Errno::OPNOTSUPP) => Ok(()),
        result => result,
    }
}

pub(crate) fn demand_name(name: &str) -> Result<(), Errno> {
    let mut parts = Path::new(name).components();
    let is_one = matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name);
    if is_one && !name.starts_with('.') { Ok(()) } else { Err(Errno::INVAL) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_and_not_hidden() {
        assert_eq!(demand_name("run-7"), Ok(()));
        for name in ["", ".", "..", "a/b", "a/", "/a", ".hidden"] {
            assert_eq!(demand_name(name), Err(Errno::INVAL), "{name:?}");
        }
    }
}
