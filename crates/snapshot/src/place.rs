//! Where snapshots live: a directory of ours on the mount of the source, closed to everybody else.
//!
//! Whoever may write to the directory above can move it away or put something else in its place; all that is refused or lost then
//! is a snapshot, since everything is opened from the descriptor that was found in order.

use std::ffi::OsStr;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::ancestors::{Ancestors, Identity};
use crate::location::{
    Located, Missing, Wanted, demand_mount, demand_ours, enter, enter_or, locate, shown_path, way_of,
};
use crate::refusal::{Refusal, Unusable};
use crate::stamp::{Kind, Stamp};
use crate::{tree, trial};

/// Says that all in its directory is ours and may be removed.
pub(crate) const MARK: &str = ".asbackup-snapshots";
/// What waits to be taken apart. It is made with the place, since on a full file system nothing can be made.
pub(crate) const GOING: &str = ".removed";
const MARK_TEXT: &[u8] =
    b"asbackup keeps frozen files here while it copies them, and removes what it does not need any more.\n";

/// A directory of ours in which snapshots live.
#[derive(Debug)]
pub struct Place {
    pub(crate) directory: OwnedFd,
    path: PathBuf,
    within_source: Option<PathBuf>,
}

impl Place {
    /// Opens the place, and makes it if need be, for nobody but us; on a file system that shares no blocks, nothing is made. It is
    /// to be done before the stamps are taken, since it may change the directory above.
    ///
    /// # Errors
    /// It can't be made, or is of no use; it is no directory of ours, or not on the mount of the source; it holds what is not ours.
    pub fn prepare(source: BorrowedFd<'_>, wanted: Wanted<'_>) -> Result<Self, Unusable> {
        let way = way_of(source)?;
        let (directory, path) = match locate(&way, wanted, Missing::Make)? {
            Located::There(directory, path) => (directory, path),
            Located::Missing(path) => return Err(Unusable::new(&path, Errno::NOENT)),
        };
        let prepared = prepare(directory.as_fd(), &way).and_then(|()| inside(directory.as_fd(), &path, way.own()));
        let within_source = prepared.map_err(|why| Unusable::new(&path, why))?;
        Ok(Self { directory, path, within_source })
    }

    /// Opens the place if an earlier `prepare` has made it, for instance to remove what a crash has left in it. Makes and changes
    /// nothing.
    ///
    /// # Errors
    /// What is there is no directory, not ours, or not on the mount of the source.
    pub fn find(source: BorrowedFd<'_>, wanted: Wanted<'_>) -> Result<Option<Self>, Unusable> {
        let way = way_of(source)?;
        let Located::There(directory, path) = locate(&way, wanted, Missing::Leave)? else { return Ok(None) };
        let found = is_prepared(directory.as_fd(), &way).and_then(|is_prepared| {
            let within_source = inside(directory.as_fd(), &path, way.own())?;
            Ok(is_prepared.then_some(within_source))
        });
        let found = found.map_err(|why| Unusable::new(&path, why))?;
        Ok(found.map(|within_source| Self { directory, path, within_source }))
    }

    /// Clones a file of our own to another one, both without a name. What is on the source's mount is on the same file system, so
    /// what works here works with its files, but those that are mounted below it, of another file system, or set apart by flags.
    ///
    /// # Errors
    /// It does not work, and why.
    pub fn can_clone(&self) -> Result<(), Unusable> {
        trial::clone_ours(self.directory.as_fd()).map_err(|why| Unusable::new(&self.path, why))
    }

    /// Whether a place could be used. Makes nothing: where there is none yet, it is tried in the source itself.
    ///
    /// # Errors
    /// Why not.
    pub fn probe(source: BorrowedFd<'_>, wanted: Wanted<'_>) -> Result<(), Unusable> {
        match Self::find(source, wanted)? {
            Some(place) => place.can_clone(),
            None => trial::clone_ours(source).map_err(|why| Unusable::new(&shown_path(source), why)),
        }
    }

    /// The path relative to the source, if it lies in it: then it has to be left out of what is copied.
    pub fn within_source(&self) -> Option<&Path> {
        self.within_source.as_deref()
    }

    /// For people.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The open directory. Whatever else is put there is removed with the snapshots.
    pub fn directory(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// Nothing is changed of a directory that is not ours.
fn prepare(directory: BorrowedFd<'_>, source: &Ancestors) -> Result<(), Refusal> {
    demand_apart(directory, source)?;
    let mode = demand_ours(directory)?;
    demand_mark(directory)?;
    enter_or(Missing::Make, directory, OsStr::new(GOING))?;
    if mode & 0o7777 != 0o700 {
        rustix::fs::fchmod(directory, Mode::RWXU)?;
    }
    Ok(())
}

/// Without what `prepare` makes, nothing has been put there.
fn is_prepared(directory: BorrowedFd<'_>, source: &Ancestors) -> Result<bool, Refusal> {
    demand_apart(directory, source)?;
    if !is_marked(directory)? {
        return Ok(false);
    }
    demand_ours(directory)?;
    Ok(enter(directory, OsStr::new(GOING), Mounts::Refuse)?.is_some())
}

fn demand_apart(directory: BorrowedFd<'_>, source: &Ancestors) -> Result<(), Refusal> {
    let own = demand_mount(directory, source.own())?;
    if source.steps_to(own).is_some() { Err(Refusal::HoldsSource) } else { Ok(()) }
}

/// An empty directory becomes ours; one without the mark and with anything else in it never does.
fn demand_mark(directory: BorrowedFd<'_>) -> Result<(), Refusal> {
    if is_marked(directory)? {
        return Ok(());
    }
    if !tree::names(directory)?.is_empty() {
        return Err(Refusal::Foreign);
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
    let mark = beneath::open(directory, Path::new(MARK), flags, Mode::RUSR | Mode::WUSR, Mounts::Refuse)?;
    // What counts is that it is there.
    let _ = std::fs::File::from(mark).write_all(MARK_TEXT);
    Ok(())
}

fn is_marked(directory: BorrowedFd<'_>) -> Result<bool, Refusal> {
    match Stamp::of(directory, Path::new(MARK)) {
        Ok(stamp) if stamp.kind == Kind::Regular => Ok(true),
        Ok(_) => Err(Refusal::Foreign),
        Err(Errno::NOENT) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

/// The path of the place in the source, if it is in it.
fn inside(place: BorrowedFd<'_>, path: &Path, source: Identity) -> Result<Option<PathBuf>, Refusal> {
    let Some(steps) = Ancestors::of(place)?.steps_to(source) else { return Ok(None) };
    let names: Vec<_> = path.iter().collect();
    Ok(Some(names[names.len().saturating_sub(steps)..].iter().collect()))
}
