//! The way to the directory that snapshots live in, without following a link and without leaving the mount of the source.

use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, StatxFlags, mkdirat};
use rustix::io::Errno;

use crate::ancestors::{Ancestors, Identity};
use crate::refusal::{Refusal, Unusable};
use crate::stamp::{Kind, Stamp};
use crate::trial;

/// Which directory snapshots are to live in.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// `.asbackup` at the top of the source's mount; `.Trash-0/asbackup` if the source is that top itself.
    Default,
    /// This one, by its absolute path without links; made if only the last part is missing.
    Directory(&'a Path),
}

/// A name that programs which look for backups leave out.
const TRASH: &str = ".Trash-0";
const IN_TRASH: &str = "asbackup";
const AT_TOP: &str = ".asbackup";
const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);
/// Group and others may write.
const OPEN_TO_OTHERS: u16 = 0o022;

/// What becomes of a directory that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Make,
    Leave,
}

pub(crate) enum Located {
    There(OwnedFd, PathBuf),
    Missing(PathBuf),
}

impl Located {
    fn at(path: PathBuf, found: Result<Option<OwnedFd>, Refusal>) -> Result<Self, Unusable> {
        match found {
            Ok(Some(directory)) => Ok(Self::There(directory, path)),
            Ok(None) => Ok(Self::Missing(path)),
            Err(why) => Err(Unusable::new(&path, why)),
        }
    }
}

pub(crate) fn way_of(source: BorrowedFd<'_>) -> Result<Ancestors, Unusable> {
    Ancestors::of(source).map_err(|errno| Unusable::new(Path::new("."), errno))
}

pub(crate) fn locate(source: &Ancestors, wanted: Wanted<'_>, missing: Missing) -> Result<Located, Unusable> {
    match wanted {
        Wanted::Default => at_the_top(source, missing),
        Wanted::Directory(path) => Located::at(path.to_owned(), given(path, source.own(), missing)),
    }
}

fn at_the_top(source: &Ancestors, missing: Missing) -> Result<Located, Unusable> {
    let step = |above: BorrowedFd<'_>, path: PathBuf, name: &str| {
        let path = path.join(name);
        Located::at(path, enter_or(missing, above, OsStr::new(name)))
    };
    let shown = shown_path(source.top.as_fd());
    if !source.is_top() {
        return step(source.top.as_fd(), shown, AT_TOP);
    }
    let (trash, path) = match step(source.top.as_fd(), shown, TRASH)? {
        Located::There(trash, path) => (trash, path),
        Located::Missing(path) => return Ok(Located::Missing(path)),
    };
    demand_ours(trash.as_fd()).map_err(|why| Unusable::new(&path, why))?;
    step(trash.as_fd(), path, IN_TRASH)
}

pub(crate) fn shown_path(directory: BorrowedFd<'_>) -> PathBuf {
    std::fs::read_link(format!("/proc/self/fd/{}", directory.as_raw_fd())).unwrap_or_default()
}

fn given(path: &Path, source: Identity, missing: Missing) -> Result<Option<OwnedFd>, Refusal> {
    let is_plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    let (true, true, Some(parent), Some(name)) = (is_plain, path.is_absolute(), path.parent(), path.file_name()) else {
        return Err(Refusal::NotAbsolute);
    };
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let parent = match rustix::fs::openat2(CWD, parent, DIRECTORY | OFlags::CLOEXEC, Mode::empty(), resolve) {
        Err(Errno::NOENT) if missing == Missing::Leave => return Ok(None),
        opened => opened?,
    };
    if let Some(directory) = enter(parent.as_fd(), name, Mounts::Enter)? {
        return Ok(Some(directory));
    }
    // Nothing is made on another file system.
    demand_mount(parent.as_fd(), source)?;
    enter_or(missing, parent.as_fd(), name)
}

pub(crate) fn enter_or(missing: Missing, parent: BorrowedFd<'_>, name: &OsStr) -> Result<Option<OwnedFd>, Refusal> {
    let found = enter(parent, name, Mounts::Refuse)?;
    if found.is_some() || missing == Missing::Leave {
        return Ok(found);
    }
    trial::clone_ours(parent)?;
    match mkdirat(parent, name, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => enter(parent, name, Mounts::Refuse),
        Err(errno) => Err(errno.into()),
    }
}

/// `None` if nothing is there.
pub(crate) fn enter(parent: BorrowedFd<'_>, name: &OsStr, mounts: Mounts) -> Result<Option<OwnedFd>, Refusal> {
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

pub(crate) fn demand_mount(directory: BorrowedFd<'_>, source: Identity) -> Result<Identity, Refusal> {
    let own = Identity::of(directory)?;
    if own.mount == source.mount {
        return Ok(own);
    }
    // A subvolume of btrfs has a device number of its own; mounted elsewhere, it counts as another file system, too.
    Err(if own.device == source.device { Refusal::OtherMount } else { Refusal::OtherFileSystem })
}

/// Returns its mode.
pub(crate) fn demand_ours(directory: BorrowedFd<'_>) -> Result<u16, Refusal> {
    let stat = rustix::fs::statx(directory, c"", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS)?;
    let is_ours = stat.stx_uid == rustix::process::geteuid().as_raw() && stat.stx_mode & OPEN_TO_OTHERS == 0;
    if is_ours { Ok(stat.stx_mode) } else { Err(Refusal::NotPrivate) }
}
