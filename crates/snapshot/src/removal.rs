//! Removing snapshots, so that it can be broken off at any moment and gone on with later.
//!
//! What is to go is moved to a directory for it first, in one step: nothing that is half removed ever has a name that somebody
//! wants to keep. There it is taken apart from above: directories that are not empty are moved up beside the others. So there is
//! no depth to get lost in, and no way up that somebody else could have moved.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use rustix::fs::{AtFlags, RenameFlags, renameat_with, unlinkat};
use rustix::io::Errno;

use crate::place::{GOING, MARK, Place};
use crate::snapshot::demand_name;
use crate::stamps::Failed;
use crate::tree;

/// What has been removed, and what has not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removal {
    /// Files, links and the like.
    pub files: u64,
    /// Directories.
    pub directories: u64,
    /// What could not be removed; the next removal tries again.
    pub left: Vec<Left>,
}

/// Something that could not be removed. What the kernel said is its `source()`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} can't be removed", .path.display())]
pub struct Left {
    /// Its path in the place when it was tried.
    pub path: PathBuf,
    /// BUSY and XDEV for what is a mount, PERM for what is immutable.
    #[source]
    pub errno: Errno,
}

impl Place {
    /// Removes a snapshot, and what earlier removals have left. On a full file system a crash may leave it half removed under
    /// its name: who keeps snapshots by name forgets it before.
    ///
    /// # Errors
    /// Cancelled, or the place can't be read or written. What can't be removed by itself is in `left`.
    pub fn remove(&self, name: &str, cancel: &AtomicBool) -> Result<Removal, Failed> {
        demand_name(name).map_err(Failed::at(Path::new(name)))?;
        self.remove_all(vec![OsString::from(name)], cancel)
    }

    /// Removes everything in the place but these snapshots.
    ///
    /// # Errors
    /// As `remove`.
    pub fn keep_only(&self, names: &[&str], cancel: &AtomicBool) -> Result<Removal, Failed> {
        let kept: HashSet<&OsStr> = names.iter().copied().chain([MARK, GOING]).map(OsStr::new).collect();
        let mut all = tree::names(self.directory.as_fd()).map_err(Failed::at(Path::new("")))?;
        all.retain(|name| !kept.contains(name.as_os_str()));
        self.remove_all(all, cancel)
    }

    fn remove_all(&self, names: Vec<OsString>, cancel: &AtomicBool) -> Result<Removal, Failed> {
        let place = self.directory.as_fd();
        let going = tree::enter(place, Path::new(GOING)).map_err(Failed::at(Path::new(GOING)))?;
        let mut taking = Taking { going, next: 0, removal: Removal::default(), stuck: HashSet::new() };
        for name in names {
            if let Err(errno) = taking.move_up(place, &name) {
                taking.leave(PathBuf::from(name), errno);
            }
        }
        taking.empty(cancel)?;
        Ok(taking.removal)
    }
}

struct Taking {
    going: OwnedFd,
    /// The next free name in there.
    next: u64,
    removal: Removal,
    /// Names in there that can't go.
    stuck: HashSet<OsString>,
}

impl Taking {
    /// Moves it to those that are going, and makes the room for that if there is none.
    fn move_up(&mut self, from: BorrowedFd<'_>, name: &OsStr) -> Result<(), Errno> {
        match self.rename(from, name) {
            Err(Errno::NOSPC | Errno::DQUOT) => {}
            result => return result,
        }
        self.thin_out(from, name)?;
        self.rename(from, name)
    }

    fn rename(&mut self, from: BorrowedFd<'_>, name: &OsStr) -> Result<(), Errno> {
        loop {
            let free = self.next.to_string();
            self.next += 1;
            match renameat_with(from, name, &self.going, &*free, RenameFlags::NOREPLACE) {
                Err(Errno::EXIST) => {}
                Err(Errno::NOENT) => return Ok(()),
                result => return result,
            }
        }
    }

    /// Unlinks what is no directory from a directory that can't be moved, and from those in it, as deep as it is.
    fn thin_out(&mut self, from: BorrowedFd<'_>, name: &OsStr) -> Result<(), Errno> {
        let top = tree::enter(from, Path::new(name))?;
        let mut open = vec![PathBuf::new()];
        while let Some(path) = open.pop() {
            // Deeper than a path can be long: that is for later.
            let Ok(directory) = tree::enter(top.as_fd(), &path) else { continue };
            for inner in tree::names(directory.as_fd())? {
                match unlinkat(&directory, &inner, AtFlags::empty()) {
                    Ok(()) => self.removal.files += 1,
                    Err(Errno::ISDIR) => open.push(path.join(inner)),
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }

    fn leave(&mut self, path: PathBuf, errno: Errno) {
        self.removal.left.push(Left { path, errno });
    }

    fn empty(&mut self, cancel: &AtomicBool) -> Result<(), Failed> {
        loop {
            let mut names = tree::names(self.going.as_fd()).map_err(Failed::at(Path::new(GOING)))?;
            names.retain(|name| !self.stuck.contains(name));
            if names.is_empty() {
                return Ok(());
            }
            for name in names {
                Failed::unless_cancelled(cancel)?;
                if let Err(errno) = self.take_apart(&name, cancel)? {
                    self.leave(Path::new(GOING).join(&name), errno);
                    self.stuck.insert(name);
                }
            }
        }
    }

    /// One file, or a directory with all that is directly in it.
    fn take_apart(&mut self, name: &OsStr, cancel: &AtomicBool) -> Result<Result<(), Errno>, Failed> {
        if let Some(done) = self.unlink_file(name) {
            return Ok(done);
        }
        let directory = match tree::enter(self.going.as_fd(), Path::new(name)) {
            Ok(directory) => directory,
            Err(errno) => return Ok(Err(errno)),
        };
        let names = match tree::names(directory.as_fd()) {
            Ok(names) => names,
            Err(errno) => return Ok(Err(errno)),
        };
        for inner in names {
            Failed::unless_cancelled(cancel)?;
            if let Err(errno) = self.unlink_or_move_up(directory.as_fd(), &inner) {
                self.leave(Path::new(GOING).join(name).join(inner), errno);
            }
        }
        let removed = unlinkat(&self.going, name, AtFlags::REMOVEDIR);
        self.removal.directories += u64::from(removed.is_ok());
        Ok(removed)
    }

    /// None for a directory.
    fn unlink_file(&mut self, name: &OsStr) -> Option<Result<(), Errno>> {
        let removed = unlinkat(&self.going, name, AtFlags::empty());
        self.removal.files += u64::from(removed.is_ok());
        (removed != Err(Errno::ISDIR)).then_some(removed)
    }

    fn unlink_or_move_up(&mut self, directory: BorrowedFd<'_>, name: &OsStr) -> Result<(), Errno> {
        match unlinkat(directory, name, AtFlags::empty()) {
            Err(Errno::ISDIR) => {}
            Err(Errno::NOENT) => return Ok(()),
            result => {
                self.removal.files += u64::from(result.is_ok());
                return result;
            }
        }
        match unlinkat(directory, name, AtFlags::REMOVEDIR) {
            Ok(()) => {
                self.removal.directories += 1;
                Ok(())
            }
            Err(Errno::NOTEMPTY | Errno::EXIST) => self.move_up(directory, name),
            Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(errno),
        }
    }
}
