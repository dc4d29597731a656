//! The spelling of what is on a disk that takes different names for one. rsync compares names byte by byte: it would find `BIG.VBK` up
//! to date where the disk has `big.vbk`, and then delete that as a name that is not in the source.
//!
//! So the disk's entries get the source's spelling before the dry run, by two renames each: a kernel takes one that only changes the
//! case for nothing to do. Between the two an entry lies in `ASIDE` beside its place, under its new name, so whoever finds it
//! there after a crash knows where it belongs. Never leaves the mount (`beneath`), follows no link.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, renameat, statat, unlinkat};
use rustix::io::Errno;
use thiserror::Error;

use super::beneath;
use super::name_probe::{ASIDE, Trial, exists, is_refusal, list};
use super::names::{Kept, Names, alike};

/// So many are named.
const EXAMPLES: usize = 3;
const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct SpellingError {
    /// On the target.
    pub path: PathBuf,
    pub source: io::Error,
}

impl From<io::Error> for SpellingError {
    fn from(source: io::Error) -> Self {
        Self { path: PathBuf::new(), source }
    }
}

/// What the target can't hold of the source's names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub refused: u64,
    pub examples: Vec<PathBuf>,
    /// Two that it takes for one.
    pub clash: Option<(PathBuf, PathBuf)>,
    pub clashes: u64,
}

/// Both trees. All its methods block; `go_on` is asked at each entry.
#[derive(Debug)]
pub struct Spelling<'a, G> {
    pub names: &'a Names,
    pub target: &'a File,
    pub go_on: G,
}

impl<G: Fn() -> bool> Spelling<'_, G> {
    /// Tries the names that look as if the target might refuse them or take them for one, and puts back what a crash left aside.
    ///
    /// # Errors
    /// A part of the target can't be looked at, or nothing can be tried in it.
    pub fn judge(&self) -> Result<Verdict, SpellingError> {
        let (mut verdict, mut kept) = (Verdict::default(), Kept::default());
        for (directory, names) in self.names.directories().take_while(|_| (self.go_on)()) {
            let failed = |source| SpellingError { path: directory.join(ASIDE), source };
            let mut part = Part { directory, names, there: self.names_in(directory).map_err(failed)? };
            if part.there.contains(OsStr::new(ASIDE)) {
                self.put_back(directory).map_err(failed)?;
                part.there = self.names_in(directory).map_err(failed)?;
            }
            let alike = part.alike();
            if alike.is_empty() && !part.absent().any(|name| kept.is_doubtful(name)) {
                continue;
            }
            let Some(trial) = self.trial(directory).map_err(failed)? else { continue };
            verdict.add_clashes(&part, &trial, &alike).map_err(failed)?;
            verdict.add_refused(&part, &trial, &mut kept).map_err(failed)?;
        }
        Ok(verdict)
    }

    /// Gives what is on the target the source's spelling, and says how many had another.
    ///
    /// # Errors
    /// An entry can't be renamed, or the target keeps a spelling of its own.
    pub fn bring(&self) -> Result<u64, SpellingError> {
        let mut respelt = 0;
        for (directory, names) in self.names.directories().take_while(|_| (self.go_on)()) {
            let at = |source| SpellingError { path: directory.to_owned(), source };
            let Some(place) = self.open(directory).map_err(at)? else { continue };
            let part = Part { directory, names, there: list(&place).map_err(at)?.into_iter().collect() };
            respelt += self.bring_part(&part, &place)?;
        }
        Ok(respelt)
    }

    fn bring_part(&self, part: &Part<'_>, place: &OwnedFd) -> Result<u64, SpellingError> {
        let mut respelt = Vec::new();
        for name in part.absent().take_while(|_| (self.go_on)()) {
            let failed = |source| SpellingError { path: part.directory.join(name), source };
            if exists(place, name).map_err(failed)? {
                respell(place, name).map_err(failed)?;
                respelt.push(name);
            }
        }
        if respelt.is_empty() {
            return Ok(0);
        }
        let _ = unlinkat(place, ASIDE, AtFlags::REMOVEDIR);
        let at = |source| SpellingError { path: part.directory.to_owned(), source };
        let now: HashSet<OsString> = list(place).map_err(at)?.into_iter().collect();
        match respelt.iter().find(|name| !now.contains(**name)) {
            None => Ok(respelt.len() as u64),
            Some(name) => {
                let source = io::Error::other("the disk keeps its own spelling");
                Err(SpellingError { path: part.directory.join(name), source })
            }
        }
    }

    /// None for one that is not there, or is something else.
    fn open(&self, directory: &Path) -> io::Result<Option<OwnedFd>> {
        let path = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let missing = |error: &io::Error| {
            let errno = Errno::from_io_error(error);
            errno.is_some_and(|errno| is_refusal(errno) || [Errno::NOTDIR, Errno::LOOP].contains(&errno))
        };
        match beneath::open(self.target.as_fd(), path, DIRECTORY, Mode::empty()) {
            Ok(opened) => Ok(Some(opened)),
            Err(error) if missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn names_in(&self, directory: &Path) -> io::Result<HashSet<OsString>> {
        let Some(place) = self.open(directory)? else { return Ok(HashSet::new()) };
        Ok(list(place)?.into_iter().collect())
    }

    /// Where the directory is, or is to be made: a new one folds as the one above it.
    fn trial(&self, directory: &Path) -> io::Result<Option<Trial>> {
        for place in directory.ancestors() {
            if let Some(place) = self.open(place)? {
                return Trial::begin(place.as_fd());
            }
        }
        Ok(None)
    }

    fn put_back(&self, directory: &Path) -> io::Result<()> {
        let (place, aside) = (self.open(directory)?, self.open(&directory.join(ASIDE))?);
        let (Some(place), Some(aside)) = (place, aside) else { return Ok(()) };
        for name in list(&aside)? {
            if !exists(&place, &name)? {
                renameat(&aside, &name, &place, &name)?;
            } else if is_empty_file(&aside, &name) {
                unlinkat(&aside, &name, AtFlags::empty())?;
            }
        }
        // What had two names in one remains, and goes with all that is not in the source.
        let _ = unlinkat(&place, ASIDE, AtFlags::REMOVEDIR);
        Ok(())
    }
}

/// A directory of the source, and what it is on the target.
struct Part<'a> {
    directory: &'a Path,
    names: &'a [OsString],
    there: HashSet<OsString>,
}

impl<'a> Part<'a> {
    /// Those that the target has not, or spells in another way.
    fn absent(&self) -> impl Iterator<Item = &'a OsStr> {
        self.names.iter().map(OsString::as_os_str).filter(|name| !self.there.contains(*name))
    }

    /// Groups that are not there side by side already.
    fn alike(&self) -> Vec<Vec<&'a OsStr>> {
        let mut groups = alike(self.names);
        groups.retain(|group| !group.iter().all(|name| self.there.contains(*name)));
        groups
    }
}

impl Verdict {
    fn add_clashes(&mut self, part: &Part<'_>, trial: &Trial, groups: &[Vec<&OsStr>]) -> io::Result<()> {
        for group in groups {
            for (place, other) in group.iter().enumerate() {
                for one in &group[..place] {
                    if trial.takes_for_one(one, other)? {
                        self.clashes += 1;
                        self.clash.get_or_insert_with(|| (part.directory.join(one), part.directory.join(other)));
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    fn add_refused(&mut self, part: &Part<'_>, trial: &Trial, kept: &mut Kept) -> io::Result<()> {
        for name in part.absent() {
            if !kept.is_doubtful(name) {
                continue;
            }
            if trial.keeps(name)? {
                kept.add(name);
                continue;
            }
            self.refused += 1;
            if self.examples.len() < EXAMPLES {
                self.examples.push(part.directory.join(name));
            }
        }
        Ok(())
    }
}

fn respell(place: &OwnedFd, name: &OsStr) -> io::Result<()> {
    let aside = beneath::open_directory(place.as_fd(), Path::new(ASIDE))?;
    renameat(place, name, &aside, name)?;
    if exists(place, name)? {
        return Err(io::Error::other("the disk has two entries of this name"));
    }
    Ok(renameat(&aside, name, place, name)?)
}

fn is_empty_file(directory: &OwnedFd, name: &OsStr) -> bool {
    statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|stat| stat.st_size == 0 && FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::{TempDir, tempdir};

    fn spell<T>(place: &TempDir, paths: &[&str], work: impl FnOnce(&Spelling<'_, fn() -> bool>) -> T) -> T {
        let mut names = Names::default();
        paths.iter().for_each(|path| names.add(Path::new(path)));
        let target = File::open(place.path()).unwrap();
        work(&Spelling { names: &names, target: &target, go_on: || true })
    }

    #[test]
    fn where_names_are_told_apart_nothing_is_refused_or_renamed() {
        let place = tempdir().unwrap();
        fs::create_dir(place.path().join("d")).unwrap();
        fs::write(place.path().join("d/case"), "1").unwrap();
        let paths = ["d/", "d/Case", "d/case", "new/", "new/a:b", "new/A:B", "aux.log", "Ärger"];
        assert_eq!(spell(&place, &paths, |spelling| spelling.judge()).unwrap(), Verdict::default());
        assert_eq!(spell(&place, &paths, |spelling| spelling.bring()).unwrap(), 0);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_crash_left_aside_is_put_back_and_nothing_is_overwritten() {
        let place = tempdir().unwrap();
        let aside = place.path().join("d").join(ASIDE);
        fs::create_dir_all(&aside).unwrap();
        for (name, contents) in [("BIG.VBK", "terabytes"), ("there", "old"), ("tried", "")] {
            fs::write(aside.join(name), contents).unwrap();
        }
        fs::write(place.path().join("d/there"), "new").unwrap();
        fs::write(place.path().join("d/tried"), "kept").unwrap();
        spell(&place, &["d/", "d/BIG.VBK"], |spelling| spelling.judge()).unwrap();
        let read = |name: &str| fs::read_to_string(place.path().join("d").join(name)).unwrap();
        assert_eq!([read("BIG.VBK"), read("there"), read("tried")], ["terabytes", "new", "kept"]);
        assert_eq!(fs::read_dir(&aside).unwrap().count(), 1, "the one that has no place");
    }

    #[test]
    fn a_link_in_a_directorys_place_is_not_followed() {
        let (place, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), place.path().join("d")).unwrap();
        spell(&place, &["d/", "d/a:b"], |spelling| (spelling.judge().unwrap(), spelling.bring().unwrap()));
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
