//! Removes from a target what was listed, and nothing else: each name by itself, and only while it still leads to what was listed.
//!
//! Directories keep their times, as if what is gone from them had never been there: the copy is as old as the original says.

use std::cmp::Reverse;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{AtFlags, Mode, OFlags, Stat, Timespec, Timestamps, unlinkat};
use rustix::io::Errno;

use crate::error::{Error, Side};

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

/// A name on the target that is to go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Doomed {
    /// Relative to the target.
    pub path: PathBuf,
    /// A directory goes only when it is empty; what else is not a directory goes as it is.
    pub is_directory: bool,
}

/// What has gone, and what has not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many names have gone; those that had gone before are not counted.
    pub removed: u64,
    /// Directories that hold something that was not listed.
    pub not_empty: Vec<PathBuf>,
    /// What could not be removed. ISDIR and NOTDIR: something of another kind has the name by now; LOOP: a link is on the way to it.
    pub failed: Vec<Error>,
    /// How many were not tried any more: stopped, or the target takes nothing more.
    pub untried: u64,
}

/// Removes what is listed, in any order: directories come after all else, and from below. `go_on` is asked before each.
///
/// No link is followed, and nothing that is mounted in the target is entered.
pub fn prune(target: BorrowedFd<'_>, listed: &[Doomed], go_on: impl Fn() -> bool) -> Pruned {
    let mut pruning = Pruning { target, above: None, pruned: Pruned::default() };
    let mut wanted = in_order(listed).into_iter();
    while go_on() {
        let Some(doomed) = wanted.next() else { break };
        let Err(errno) = pruning.remove(doomed) else { continue };
        let error = Error::new(Side::Target, &doomed.path, 0, errno);
        let ends_all = error.ends_all();
        pruning.pruned.failed.push(error);
        if ends_all {
            break;
        }
    }
    Pruned { untried: wanted.len() as u64, ..pruning.pruned }
}

/// Neighbours lie in one directory.
fn in_order(listed: &[Doomed]) -> Vec<&Doomed> {
    let mut wanted: Vec<_> = listed.iter().collect();
    let depth = |doomed: &Doomed| Reverse(doomed.path.components().count());
    wanted.sort_by_cached_key(|doomed| {
        (doomed.is_directory.then(|| depth(doomed)), doomed.path.parent().map(Path::to_owned))
    });
    wanted
}

struct Pruning<'a> {
    target: BorrowedFd<'a>,
    /// The directory that the last one was in.
    above: Option<Above>,
    pruned: Pruned,
}

/// A directory that something goes from. It gets its times back when it is left.
struct Above {
    path: PathBuf,
    directory: OwnedFd,
    before: Stat,
}

impl Pruning<'_> {
    fn remove(&mut self, doomed: &Doomed) -> Result<(), Errno> {
        let is_plain = doomed.path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let (true, Some(parent), Some(name)) = (is_plain, doomed.path.parent(), doomed.path.file_name()) else {
            return Err(Errno::INVAL);
        };
        let directory = match self.enter(parent) {
            // It has gone with what it was in.
            Err(Errno::NOENT) => return Ok(()),
            entered => entered?,
        };
        let flags = if doomed.is_directory { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        match unlinkat(directory, name, flags) {
            Ok(()) => self.pruned.removed += 1,
            Err(Errno::NOENT) => {}
            Err(Errno::NOTEMPTY | Errno::EXIST) => self.pruned.not_empty.push(doomed.path.clone()),
            Err(errno) => return Err(errno),
        }
        Ok(())
    }

    fn enter(&mut self, path: &Path) -> Result<BorrowedFd<'_>, Errno> {
        if self.above.as_ref().is_none_or(|above| above.path != path) {
            self.above = None;
            let directory = beneath::open(self.target, path, DIRECTORY, Mode::empty(), Mounts::Refuse)?;
            let before = rustix::fs::fstat(&directory)?;
            self.above = Some(Above { path: path.to_owned(), directory, before });
        }
        self.above.as_ref().map(|above| above.directory.as_fd()).ok_or(Errno::NOENT)
    }
}

impl Drop for Above {
    /// If it can't be done, the directory looks changed, and its time is copied once more.
    fn drop(&mut self) {
        let time = |seconds, nanoseconds: u64| Timespec { tv_sec: seconds, tv_nsec: nanoseconds.cast_signed() };
        let times = Timestamps {
            last_access: time(self.before.st_atime, self.before.st_atime_nsec),
            last_modification: time(self.before.st_mtime, self.before.st_mtime_nsec),
        };
        let _ = rustix::fs::futimens(&self.directory, &times);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::{self, File};
    use std::os::unix::fs::{MetadataExt, symlink};
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::error::Cause;

    fn doomed(path: &str) -> Doomed {
        Doomed { path: path.into(), is_directory: path.ends_with('/') }
    }

    fn pruned(top: &Path, paths: &[&str]) -> Pruned {
        let target = File::open(top).unwrap();
        let listed: Vec<_> = paths.iter().map(|path| doomed(path)).collect();
        prune(target.as_fd(), &listed, || true)
    }

    /// Everything below a directory, with its time.
    fn all(top: &Path, path: &Path, found: &mut BTreeMap<PathBuf, (i64, i64)>) {
        let meta = fs::symlink_metadata(top.join(path)).unwrap();
        found.insert(path.to_owned(), (meta.mtime(), meta.mtime_nsec()));
        if meta.is_dir() {
            for entry in fs::read_dir(top.join(path)).unwrap() {
                all(top, &path.join(entry.unwrap().file_name()), found);
            }
        }
    }

    fn tree() -> (tempfile::TempDir, BTreeMap<PathBuf, (i64, i64)>) {
        let place = tempfile::tempdir().unwrap();
        let top = place.path();
        fs::create_dir_all(top.join("a/b/c")).unwrap();
        fs::create_dir_all(top.join("kept")).unwrap();
        for name in ["a/one", "a/b/two", "a/b/c/three", "kept/four", "five"] {
            fs::write(top.join(name), name).unwrap();
        }
        symlink("kept", top.join("link")).unwrap();
        for (number, name) in ["a/b/c", "a/b", "a", "kept", ""].iter().enumerate() {
            let time = SystemTime::UNIX_EPOCH + Duration::new(1_000_000_000 + number as u64, 987_654_321);
            File::open(top.join(name)).unwrap().set_modified(time).unwrap();
        }
        let mut found = BTreeMap::new();
        all(top, Path::new(""), &mut found);
        (place, found)
    }

    fn left(place: &tempfile::TempDir) -> BTreeMap<PathBuf, (i64, i64)> {
        let mut found = BTreeMap::new();
        all(place.path(), Path::new(""), &mut found);
        found
    }

    #[test]
    fn only_what_is_listed_goes_and_directories_keep_their_times() {
        let (place, mut wanted) = tree();
        let done = pruned(place.path(), &["a/b/", "a/b/c/", "link", "a/b/c/three", "a/b/two", "five"]);
        assert_eq!(done, Pruned { removed: 6, ..Pruned::default() });
        wanted.retain(|path, _| !path.starts_with("a/b") && path != Path::new("link") && path != Path::new("five"));
        assert_eq!(left(&place), wanted);
        assert_eq!(pruned(place.path(), &["a/b/two", "five", "a/b/"]), Pruned::default(), "gone already");
    }

    #[test]
    fn a_directory_with_something_that_was_not_listed_stays() {
        let (place, mut wanted) = tree();
        let done = pruned(place.path(), &["a/b/", "a/b/two", "a/", "a/one"]);
        assert_eq!((done.removed, done.failed.len(), done.untried), (2, 0, 0));
        assert_eq!(done.not_empty, [Path::new("a/b/"), Path::new("a/")]);
        wanted.retain(|path, _| path != Path::new("a/b/two") && path != Path::new("a/one"));
        assert_eq!(left(&place), wanted);
    }

    #[test]
    fn what_is_of_another_kind_by_now_stays() {
        let (place, wanted) = tree();
        let done = pruned(place.path(), &["a", "five/", "link/"]);
        let said: Vec<_> = done.failed.iter().map(|error| (error.path.clone(), error.cause)).collect();
        let refused = |path: &str, errno| (PathBuf::from(path), Cause::Refused(errno));
        assert_eq!(
            said,
            [refused("a", Errno::ISDIR), refused("five/", Errno::NOTDIR), refused("link/", Errno::NOTDIR)]
        );
        assert_eq!((done.removed, left(&place)), (0, wanted));
    }

    #[test]
    fn no_link_and_no_way_out_is_followed() {
        let (place, wanted) = tree();
        for path in ["link/four", "../five", "a/../five", "/etc/hostname"] {
            let done = pruned(place.path(), &[path]);
            assert_eq!((done.removed, done.failed.len()), (0, 1), "{path}");
        }
        assert_eq!(left(&place), wanted);
    }

    #[test]
    fn what_is_mounted_in_the_target_is_not_entered() {
        let top = File::open("/").unwrap();
        let listed = [doomed("proc/self/nothing of ours")];
        let done = prune(top.as_fd(), &listed, || true);
        assert_eq!(done.failed[0].cause, Cause::Refused(Errno::XDEV));
    }

    #[test]
    fn stopped_it_says_how_many_are_left() {
        let (place, wanted) = tree();
        let target = File::open(place.path()).unwrap();
        let done = prune(target.as_fd(), &[doomed("five"), doomed("a/one")], || false);
        assert_eq!((done.removed, done.untried), (0, 2));
        assert_eq!(left(&place), wanted);
    }
}
