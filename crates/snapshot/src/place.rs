//! Where snapshots live: a directory of ours on the mount of the source, closed to everybody else.
//!
//! Whoever may write to the directory above can move it away or put something else in its place; all that is refused or lost then
//! is a snapshot, since everything is opened from the descriptor that was found in order.

use std::ffi::OsStr;
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, StatxFlags, mkdirat};
use rustix::io::Errno;

use crate::ancestors::{Ancestors, Identity};
use crate::refusal::{Refusal, Unusable};
use crate::stamp::{Kind, Stamp};
use crate::{tree, trial};

/// Which directory snapshots are to live in.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// `.asbackup` at the top of the source's mount; `.Trash-0/asbackup` if the source is that top itself.
    Default,
    /// This one, by its absolute path without links; made if only the last part is missing.
    Directory(&'a Path),
}

/// Says that all in its directory is ours and may be removed.
pub(crate) const MARK: &str = ".asbackup-snapshots";
/// What waits to be taken apart. It is made with the place, since on a full file system nothing can be made.
pub(crate) const GOING: &str = ".removed";
const MARK_TEXT: &[u8] =
    b"asbackup keeps frozen files here while it copies them, and removes what it does not need any more.\n";
/// A name that programs which look for backups leave out.
const TRASH: &str = ".Trash-0";
const IN_TRASH: &str = "asbackup";
const AT_TOP: &str = ".asbackup";
const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);
/// Group and others may write.
const OPEN_TO_OTHERS: u16 = 0o022;

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
        let way = Ancestors::of(source).map_err(|errno| Unusable::new(Path::new("."), errno))?;
        let (directory, path) = match wanted {
            Wanted::Default => at_the_top(&way)?,
            Wanted::Directory(path) => {
                (given(path, way.own()).map_err(|why| Unusable::new(path, why))?, path.to_owned())
            }
        };
        let prepared = prepare(directory.as_fd(), &way).and_then(|()| inside(directory.as_fd(), &path, way.own()));
        let within_source = prepared.map_err(|why| Unusable::new(&path, why))?;
        Ok(Self { directory, path, within_source })
    }

    /// Clones a file of our own to another one, both without a name. What is on the source's mount is on the same file system, so
    /// what works here works with its files, but those that are mounted below it, of another file system, or set apart by flags.
    ///
    /// # Errors
    /// It does not work, and why.
    pub fn can_clone(&self) -> Result<(), Unusable> {
        trial::clone_ours(self.directory.as_fd()).map_err(|why| Unusable::new(&self.path, why))
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

fn at_the_top(source: &Ancestors) -> Result<(OwnedFd, PathBuf), Unusable> {
    let shown = shown_path(source.top.as_fd());
    if !source.is_top() {
        return step(source.top.as_fd(), &shown, AT_TOP);
    }
    let (trash, path) = step(source.top.as_fd(), &shown, TRASH)?;
    demand_ours(trash.as_fd()).map_err(|why| Unusable::new(&path, why))?;
    step(trash.as_fd(), &path, IN_TRASH)
}

fn step(directory: BorrowedFd<'_>, shown: &Path, name: &str) -> Result<(OwnedFd, PathBuf), Unusable> {
    let path = shown.join(name);
    match enter_or_make(directory, OsStr::new(name)) {
        Ok(directory) => Ok((directory, path)),
        Err(why) => Err(Unusable::new(&path, why)),
    }
}

fn shown_path(directory: BorrowedFd<'_>) -> PathBuf {
    std::fs::read_link(format!("/proc/self/fd/{}", directory.as_raw_fd())).unwrap_or_default()
}

fn given(path: &Path, source: Identity) -> Result<OwnedFd, Refusal> {
    let is_plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    let (true, true, Some(parent), Some(name)) = (is_plain, path.is_absolute(), path.parent(), path.file_name()) else {
        return Err(Refusal::NotAbsolute);
    };
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let parent = rustix::fs::openat2(CWD, parent, DIRECTORY | OFlags::CLOEXEC, Mode::empty(), resolve)?;
    if let Some(directory) = enter(parent.as_fd(), name, Mounts::Enter)? {
        return Ok(directory);
    }
    // Nothing is made on another file system.
    demand_mount(parent.as_fd(), source)?;
    enter_or_make(parent.as_fd(), name)
}

fn enter_or_make(parent: BorrowedFd<'_>, name: &OsStr) -> Result<OwnedFd, Refusal> {
    if let Some(directory) = enter(parent, name, Mounts::Refuse)? {
        return Ok(directory);
    }
    trial::clone_ours(parent)?;
    match mkdirat(parent, name, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => enter(parent, name, Mounts::Refuse)?.ok_or(Errno::NOENT.into()),
        Err(errno) => Err(errno.into()),
    }
}

/// `None` if nothing is there.
fn enter(parent: BorrowedFd<'_>, name: &OsStr, mounts: Mounts) -> Result<Option<OwnedFd>, Refusal> {
    match beneath::open(parent, Path::new(name), DIRECTORY, Mode::empty(), mounts) {
        Ok(directory) => Ok(Some(directory)),
        Err(Errno::NOENT) => Ok(None),
        // Of a link the kernel says no more than that it is no directory.
        Err(Errno::NOTDIR) if is_link(parent, name) => Err(Refusal::Link),
        Err(errno) => Err(errno.into()),
    }
}

fn is_link(parent: BorrowedFd<'_>, name: &OsStr) -> bool {
    Stamp::of(parent, Path::new(name)).is_ok_and(|stamp| stamp.kind == Kind::Link)
}

/// Nothing is changed of a directory that is not ours.
fn prepare(directory: BorrowedFd<'_>, source: &Ancestors) -> Result<(), Refusal> {
    let own = demand_mount(directory, source.own())?;
    if source.steps_to(own).is_some() {
        return Err(Refusal::HoldsSource);
    }
    let mode = demand_ours(directory)?;
    demand_mark(directory)?;
    enter_or_make(directory, OsStr::new(GOING))?;
    if mode & 0o7777 != 0o700 {
        rustix::fs::fchmod(directory, Mode::RWXU)?;
    }
    Ok(())
}

fn demand_mount(directory: BorrowedFd<'_>, source: Identity) -> Result<Identity, Refusal> {
    let own = Identity::of(directory)?;
    if own.mount == source.mount {
        return Ok(own);
    }
    // A subvolume of btrfs has a device number of its own; mounted elsewhere, it counts as another file system, too.
    Err(if own.device == source.device { Refusal::OtherMount } else { Refusal::OtherFileSystem })
}

/// Returns its mode.
fn demand_ours(directory: BorrowedFd<'_>) -> Result<u16, Refusal> {
    let stat = rustix::fs::statx(directory, c"", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS)?;
    let is_ours = stat.stx_uid == rustix::process::geteuid().as_raw() && stat.stx_mode & OPEN_TO_OTHERS == 0;
    if is_ours { Ok(stat.stx_mode) } else { Err(Refusal::NotPrivate) }
}

/// An empty directory becomes ours; one without the mark and with anything else in it never does.
fn demand_mark(directory: BorrowedFd<'_>) -> Result<(), Refusal> {
    match Stamp::of(directory, Path::new(MARK)) {
        Ok(stamp) if stamp.kind == Kind::Regular => return Ok(()),
        Ok(_) => return Err(Refusal::Foreign),
        Err(Errno::NOENT) => {}
        Err(errno) => return Err(errno.into()),
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

/// The path of the place in the source, if it is in it.
fn inside(place: BorrowedFd<'_>, path: &Path, source: Identity) -> Result<Option<PathBuf>, Refusal> {
    let Some(steps) = Ancestors::of(place)?.steps_to(source) else { return Ok(None) };
    let names: Vec<_> = path.iter().collect();
    Ok(Some(names[names.len().saturating_sub(steps)..].iter().collect()))
}
