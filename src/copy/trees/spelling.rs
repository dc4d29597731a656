//! The spelling of names on a disk that treats different names as the same. rsync compares names byte by byte: it would
//! find `BIG.VBK` up to date where the disk has `big.vbk`, and then delete that as a name that is not in the source.
//!
//! So the entries on the disk get the source's spelling before the dry run, by two renames each: the kernel ignores a
//! rename that only changes the case. Between the two, an entry lies in `NAME_DIRECTORY` beside its place, under its
//! new name, so that after a crash it is known where it belongs. Stays in the mount (`beneath`), and follows no link.

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
use super::name_probe::{NAME_DIRECTORY, NameProbe, exists, is_refusal, list};
use super::names::{KnownCharacters, Names, similar_groups};

/// So many are named.
const EXAMPLES: usize = 3;
const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct RespellError {
    /// On the target.
    pub path: PathBuf,
    pub source: io::Error,
}

impl From<io::Error> for RespellError {
    fn from(source: io::Error) -> Self {
        Self { path: PathBuf::new(), source }
    }
}

/// The names of the source that the target can't hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NameCheck {
    pub refused: u64,
    pub examples: Vec<PathBuf>,
    /// Two that it treats as the same.
    pub clash: Option<(PathBuf, PathBuf)>,
    pub clashes: u64,
}

/// All its methods block; `go_on` is called for each entry.
#[derive(Debug)]
pub struct Respelling<'a, G> {
    pub names: &'a Names,
    pub target: &'a File,
    pub go_on: G,
}

impl<G: Fn() -> bool> Respelling<'_, G> {
    /// Tries the names that the target might refuse or confuse, and puts back what a crash left in `NAME_DIRECTORY`.
    ///
    /// # Errors
    /// A part of the target can't be read, or nothing can be tried in it.
    pub fn check(&self) -> Result<NameCheck, RespellError> {
        let (mut found, mut characters) = (NameCheck::default(), KnownCharacters::default());
        for (directory, names) in self.names.directories().take_while(|_| (self.go_on)()) {
            let failed = |source| RespellError { path: directory.join(NAME_DIRECTORY), source };
            let mut part = Part { directory, names, there: self.names_in(directory).map_err(failed)? };
            if part.there.contains(OsStr::new(NAME_DIRECTORY)) {
                self.put_back(directory).map_err(failed)?;
                part.there = self.names_in(directory).map_err(failed)?;
            }
            let alike = part.similar_groups();
            if alike.is_empty() && !part.absent().any(|name| characters.needs_probe(name)) {
                continue;
            }
            let Some(probe) = self.probe(directory).map_err(failed)? else { continue };
            found.add_clashes(&part, &probe, &alike).map_err(failed)?;
            found.add_refused(&part, &probe, &mut characters).map_err(failed)?;
        }
        Ok(found)
    }

    /// Gives entries on the target the source's spelling, and returns how many had another.
    ///
    /// # Errors
    /// An entry can't be renamed, or the target insists on its own spelling.
    pub fn apply(&self) -> Result<u64, RespellError> {
        let mut respelt = 0;
        for (directory, names) in self.names.directories().take_while(|_| (self.go_on)()) {
            let at = |source| RespellError { path: directory.to_owned(), source };
            let Some(place) = self.open(directory).map_err(at)? else { continue };
            let part = Part { directory, names, there: list(&place).map_err(at)?.into_iter().collect() };
            respelt += self.apply_in(&part, &place)?;
        }
        Ok(respelt)
    }

    fn apply_in(&self, part: &Part<'_>, place: &OwnedFd) -> Result<u64, RespellError> {
        let mut respelt = Vec::new();
        for name in part.absent().take_while(|_| (self.go_on)()) {
            let failed = |source| RespellError { path: part.directory.join(name), source };
            if exists(place, name).map_err(failed)? {
                respell(place, name).map_err(failed)?;
                respelt.push(name);
            }
        }
        if respelt.is_empty() {
            return Ok(0);
        }
        let _ = unlinkat(place, NAME_DIRECTORY, AtFlags::REMOVEDIR);
        let at = |source| RespellError { path: part.directory.to_owned(), source };
        let now: HashSet<OsString> = list(place).map_err(at)?.into_iter().collect();
        match respelt.iter().find(|name| !now.contains(**name)) {
            None => Ok(respelt.len() as u64),
            Some(name) => {
                let source = io::Error::other("the disk keeps its own spelling");
                Err(RespellError { path: part.directory.join(name), source })
            }
        }
    }

    /// None for a directory that does not exist, or is something else.
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

    /// In the directory, or where it is to be made: a new directory folds like its parent.
    fn probe(&self, directory: &Path) -> io::Result<Option<NameProbe>> {
        for place in directory.ancestors() {
            if let Some(place) = self.open(place)? {
                return NameProbe::create(place.as_fd());
            }
        }
        Ok(None)
    }

    fn put_back(&self, directory: &Path) -> io::Result<()> {
        let (place, aside) = (self.open(directory)?, self.open(&directory.join(NAME_DIRECTORY))?);
        let (Some(place), Some(aside)) = (place, aside) else { return Ok(()) };
        for name in list(&aside)? {
            if !exists(&place, &name)? {
                renameat(&aside, &name, &place, &name)?;
            } else if is_empty_file(&aside, &name) {
                unlinkat(&aside, &name, AtFlags::empty())?;
            }
        }
        // An entry whose place is taken remains, and is deleted with everything that is not in the source.
        let _ = unlinkat(&place, NAME_DIRECTORY, AtFlags::REMOVEDIR);
        Ok(())
    }
}

/// A directory of the source, and its names on the target.
struct Part<'a> {
    directory: &'a Path,
    names: &'a [OsString],
    there: HashSet<OsString>,
}

impl<'a> Part<'a> {
    /// Names that the target lacks, or spells differently.
    fn absent(&self) -> impl Iterator<Item = &'a OsStr> {
        self.names.iter().map(OsString::as_os_str).filter(|name| !self.there.contains(*name))
    }

    /// Groups of similar names, except those that already exist side by side.
    fn similar_groups(&self) -> Vec<Vec<&'a OsStr>> {
        let mut groups = similar_groups(self.names);
        groups.retain(|group| !group.iter().all(|name| self.there.contains(*name)));
        groups
    }
}

impl NameCheck {
    fn add_clashes(&mut self, part: &Part<'_>, probe: &NameProbe, groups: &[Vec<&OsStr>]) -> io::Result<()> {
        for group in groups {
            for (place, other) in group.iter().enumerate() {
                for one in &group[..place] {
                    if probe.treats_as_same(one, other)? {
                        self.clashes += 1;
                        self.clash.get_or_insert_with(|| (part.directory.join(one), part.directory.join(other)));
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    fn add_refused(&mut self, part: &Part<'_>, probe: &NameProbe, characters: &mut KnownCharacters) -> io::Result<()> {
        for name in part.absent() {
            if !characters.needs_probe(name) {
                continue;
            }
            if probe.stores(name)? {
                characters.add(name);
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
    let aside = beneath::open_directory(place.as_fd(), Path::new(NAME_DIRECTORY))?;
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

    fn spell<T>(place: &TempDir, paths: &[&str], work: impl FnOnce(&Respelling<'_, fn() -> bool>) -> T) -> T {
        let mut names = Names::default();
        paths.iter().for_each(|path| names.add(Path::new(path)));
        let target = File::open(place.path()).unwrap();
        work(&Respelling { names: &names, target: &target, go_on: || true })
    }

    #[test]
    fn a_case_sensitive_target_refuses_and_renames_nothing() {
        let place = tempdir().unwrap();
        fs::create_dir(place.path().join("d")).unwrap();
        fs::write(place.path().join("d/case"), "1").unwrap();
        let paths = ["d/", "d/Case", "d/case", "new/", "new/a:b", "new/A:B", "aux.log", "Ärger"];
        assert_eq!(spell(&place, &paths, |respelling| respelling.check()).unwrap(), NameCheck::default());
        assert_eq!(spell(&place, &paths, |respelling| respelling.apply()).unwrap(), 0);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn entries_left_by_a_crash_are_put_back_without_overwriting() {
        let place = tempdir().unwrap();
        let aside = place.path().join("d").join(NAME_DIRECTORY);
        fs::create_dir_all(&aside).unwrap();
        for (name, contents) in [("BIG.VBK", "terabytes"), ("there", "old"), ("tried", "")] {
            fs::write(aside.join(name), contents).unwrap();
        }
        fs::write(place.path().join("d/there"), "new").unwrap();
        fs::write(place.path().join("d/tried"), "characters").unwrap();
        spell(&place, &["d/", "d/BIG.VBK"], |respelling| respelling.check()).unwrap();
        let read = |name: &str| fs::read_to_string(place.path().join("d").join(name)).unwrap();
        assert_eq!([read("BIG.VBK"), read("there"), read("tried")], ["terabytes", "new", "characters"]);
        assert_eq!(fs::read_dir(&aside).unwrap().count(), 1, "the one that has no place");
    }

    #[test]
    fn a_link_in_the_place_of_a_directory_is_not_followed() {
        let (place, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), place.path().join("d")).unwrap();
        spell(&place, &["d/", "d/a:b"], |respelling| (respelling.check().unwrap(), respelling.apply().unwrap()));
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
