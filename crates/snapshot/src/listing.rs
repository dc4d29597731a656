//! What has to be frozen along with what is listed, so that the snapshot by itself tells how all of it is to be: the directories
//! above, whose attributes count, too, and the other names of a file that has several. Without those, a copy of the snapshot would
//! hold a name that is new to a file as a file of its own.

use std::collections::{BTreeSet, HashMap};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::stamp::{FileNumber, Kind, Stamp};
use crate::stamps::{Failed, look};
use crate::tree::{self, Parents};

const READ: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

/// The listed paths, every directory above them up to the source itself (an empty path), and all other names in the source of listed
/// files. A path comes once, however it is written; `a` and `a/` are one. Neighbours follow each other.
///
/// The whole source is read if a listed file has names that are not listed. What appears meanwhile is for the proof to find.
///
/// # Errors
/// Cancelled, or a part of the source can't be read.
pub fn complete(
    source: BorrowedFd<'_>,
    listed: impl IntoIterator<Item = PathBuf>,
    cancel: &AtomicBool,
) -> Result<Vec<PathBuf>, Failed> {
    let mut paths = BTreeSet::from([PathBuf::new()]);
    listed.into_iter().for_each(|path| add(&mut paths, &path));
    let mut missing = Missing::of(source, &paths, cancel)?;
    if missing.names > 0 {
        missing.find(source, &mut paths, cancel)?;
    }
    Ok(paths.into_iter().collect())
}

/// With the directories above it.
fn add(paths: &mut BTreeSet<PathBuf>, path: &Path) {
    let plain: PathBuf = path.components().filter(|part| part.as_os_str() != ".").collect();
    for path in plain.ancestors() {
        if !paths.insert(path.to_owned()) {
            return;
        }
    }
}

/// Files with names that are not listed.
struct Missing {
    /// How many each file has.
    files: HashMap<FileNumber, u64>,
    names: u64,
}

impl Missing {
    fn of(source: BorrowedFd<'_>, paths: &BTreeSet<PathBuf>, cancel: &AtomicBool) -> Result<Self, Failed> {
        let mut parents = Parents::below(source, Mounts::Enter);
        let mut files: HashMap<_, u64> = HashMap::new();
        for path in paths {
            Failed::unless_cancelled(cancel)?;
            if let Some((file, links)) = look(&mut parents, path)?.and_then(|stamp| of_several_names(&stamp)) {
                let missing = files.entry(file).or_insert(links);
                *missing = missing.saturating_sub(1);
            }
        }
        files.retain(|_, missing| *missing > 0);
        let names = files.values().sum();
        Ok(Self { files, names })
    }

    /// Names outside of the source are never found.
    fn find(
        &mut self,
        source: BorrowedFd<'_>,
        paths: &mut BTreeSet<PathBuf>,
        cancel: &AtomicBool,
    ) -> Result<(), Failed> {
        let mut open = vec![PathBuf::new()];
        while let Some(above) = open.pop() {
            let unreadable = |errno| Failed::at(&above)(errno);
            let directory = match beneath::open(source, &above, READ, Mode::empty(), Mounts::Enter) {
                Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => continue,
                opened => opened.map_err(unreadable)?,
            };
            for name in tree::names(directory.as_fd()).map_err(unreadable)? {
                Failed::unless_cancelled(cancel)?;
                let path = above.join(&name);
                let Some(stamp) = look(&mut Parents::below(directory.as_fd(), Mounts::Enter), Path::new(&name))? else {
                    continue;
                };
                if stamp.kind == Kind::Directory {
                    open.push(path);
                } else if self.is_one(&stamp) && !paths.contains(&path) {
                    add(paths, &path);
                    self.names -= 1;
                }
                if self.names == 0 {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn is_one(&self, stamp: &Stamp) -> bool {
        of_several_names(stamp).is_some_and(|(file, _)| self.files.contains_key(&file))
    }
}

/// Which file it is, and how many names it has.
fn of_several_names(stamp: &Stamp) -> Option<(FileNumber, u64)> {
    let has_several = stamp.kind != Kind::Directory && stamp.links > 1;
    has_several.then_some((stamp.file(), u64::from(stamp.links)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};

    static GO_ON: AtomicBool = AtomicBool::new(false);

    fn completed(top: &Path, listed: &[&str]) -> Vec<String> {
        let top = File::open(top).unwrap();
        let found = complete(top.as_fd(), listed.iter().map(PathBuf::from), &GO_ON).unwrap();
        found.into_iter().map(|path| path.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn directories_above_come_along_once() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(
            completed(place.path(), &["a/b/c", "./", "a/d/", "./e", "a/d"]),
            ["", "a", "a/b", "a/b/c", "a/d", "e"]
        );
        assert_eq!(completed(place.path(), &[]), [""]);
    }

    #[test]
    fn other_names_of_a_listed_file_come_along_with_their_directories() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::create_dir_all(at("x/y")).unwrap();
        for name in ["file", "other", "alone"] {
            fs::write(at(name), name).unwrap();
        }
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        for (name, another) in [("file", "x/y/file"), ("file", "x/file"), ("other", "x/other"), ("link", "x/link")] {
            fs::hard_link(at(name), at(another)).unwrap();
        }
        assert_eq!(
            completed(place.path(), &["x/y/file", "alone"]),
            ["", "alone", "file", "x", "x/file", "x/y", "x/y/file"]
        );
        assert_eq!(completed(place.path(), &["link"]), ["", "link", "x", "x/link"]);
        assert_eq!(completed(&at("x"), &["link"]), ["", "link"], "not what is outside");
        fs::create_dir(at("z")).unwrap();
        assert_eq!(completed(place.path(), &["x", "z"]), ["", "x", "z"]);
    }

    #[test]
    fn what_is_gone_or_cancelled_is_no_list() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(completed(place.path(), &["gone/long ago"]), ["", "gone", "gone/long ago"]);
        let top = File::open(place.path()).unwrap();
        let cancelled = AtomicBool::new(true);
        assert_eq!(complete(top.as_fd(), [PathBuf::from("x")], &cancelled), Err(Failed::Cancelled));
        let leads_out = complete(top.as_fd(), [PathBuf::from("../x")], &GO_ON);
        assert_eq!(leads_out, Err(Failed::Unreadable("..".into(), Errno::INVAL)));
    }
}
