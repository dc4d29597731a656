//! The repository's files, to be found by directory and name. A name of metadata's is looked for as it is written first, and then as a
//! target might have folded it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::facts::Entry;
use crate::fold;
use crate::name::FileKind;

/// A file by the number that it has in the listing.
pub(crate) type Number = usize;

pub(crate) struct Listing<'a> {
    pub(crate) entries: &'a [Entry],
    /// In the order of their names.
    pub(crate) directories: BTreeMap<&'a Path, Vec<Number>>,
    by_name: HashMap<String, Vec<Number>>,
}

/// The last part of the path, as text. What is no UTF-8 is none of Veeam's names and is never looked for.
pub(crate) fn name(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

/// The directory that a file is in.
pub(crate) fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

impl<'a> Listing<'a> {
    pub(crate) fn new(entries: &'a [Entry]) -> Self {
        let mut listing = Self { entries, directories: BTreeMap::new(), by_name: HashMap::new() };
        let mut numbers: Vec<Number> = (0..entries.len()).collect();
        numbers.sort_by_key(|number| &entries[*number].path);
        for number in numbers {
            let path = &entries[number].path;
            listing.directories.entry(directory(path)).or_default().push(number);
            listing.by_name.entry(fold::key(&name(path))).or_default().push(number);
        }
        listing
    }

    pub(crate) fn kind(&self, number: Number) -> FileKind {
        FileKind::of(&name(&self.entries[number].path))
    }

    fn alike(&self, wanted: &str) -> &[Number] {
        self.by_name.get(&fold::key(wanted)).map_or(&[], Vec::as_slice)
    }

    /// The file of that name in that directory.
    pub(crate) fn find(&self, place: &Path, wanted: &str) -> Option<Number> {
        let here = || self.alike(wanted).iter().copied().filter(|found| directory(&self.entries[*found].path) == place);
        let exact = here().find(|found| self.entries[*found].path.file_name().is_some_and(|name| name == wanted));
        exact.or_else(|| here().next())
    }

    /// The same in any other directory.
    pub(crate) fn elsewhere(&self, place: &Path, wanted: &str) -> Option<PathBuf> {
        let paths = self.alike(wanted).iter().map(|found| &self.entries[*found].path);
        paths.into_iter().find(|path| directory(path) != place).cloned()
    }

    /// Whether there is a file in that directory that Veeam would give that name once it is finished.
    pub(crate) fn is_begun(&self, place: &Path, wanted: &str) -> bool {
        ["tmp", "temp"].iter().any(|ending| self.find(place, &format!("{wanted}.{ending}")).is_some())
    }

    /// Everything in and below a directory.
    pub(crate) fn below<'b>(&'b self, top: &'b Path) -> impl Iterator<Item = Number> + 'b {
        let inside = self.directories.range(top..).take_while(move |(directory, _)| directory.starts_with(top));
        inside.flat_map(|(_, numbers)| numbers.iter().copied())
    }
}

/// Files that some backup has for its own.
pub(crate) type Claimed = HashSet<Number>;

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn entry(path: &str) -> Entry {
        Entry { path: path.into(), size: 1, modified: SystemTime::UNIX_EPOCH }
    }

    #[test]
    fn a_name_is_found_as_written_first_and_folded_then() {
        let entries = ["a/Job.vbk", "a/JOB.VBK", "b/bu\u{308}ro.vbk"].map(entry);
        let listing = Listing::new(&entries);
        assert_eq!(listing.find(Path::new("a"), "Job.vbk"), Some(0));
        assert_eq!(listing.find(Path::new("a"), "JOB.VBK"), Some(1));
        assert!(listing.find(Path::new("a"), "job.vbk").is_some());
        assert_eq!(listing.find(Path::new("b"), "Büro.vbk"), Some(2));
        assert_eq!(listing.find(Path::new(""), "Job.vbk"), None);
        assert_eq!(listing.elsewhere(Path::new("c"), "Büro.vbk"), Some("b/bu\u{308}ro.vbk".into()));
    }

    #[test]
    fn below_a_directory_is_not_beside_it() {
        let entries = ["a/x", "a/b/y", "ab/z", "a.b/u", "w"].map(entry);
        let listing = Listing::new(&entries);
        let mut below: Vec<_> = listing.below(Path::new("a")).collect();
        below.sort_unstable();
        assert_eq!(below, [0, 1]);
        assert_eq!(listing.below(Path::new("")).count(), entries.len());
    }
}
