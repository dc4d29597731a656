//! What a dry run lists, path by path: what a snapshot has to hold, and what is to go. Pure.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use asbackup_transfer::Doomed;

use crate::copy::rsync::itemize::{Change, EntryKind, Item, OutputLine};

#[derive(Debug, Clone, Default)]
pub struct Listing(Vec<Item>);

impl Listing {
    pub fn add(&mut self, line: OutputLine) {
        if let OutputLine::Item(item) = line {
            self.0.push(item);
        }
    }

    /// All that is copied or changed.
    pub fn wanted(&self) -> impl Iterator<Item = PathBuf> {
        self.0.iter().filter(|item| item.change != Change::Deleted).map(|item| item.path.clone())
    }

    /// All that is deleted on the disk, but for what rsync removes itself, since something that is no directory takes the place of
    /// a directory.
    pub fn doomed(&self) -> Vec<Doomed> {
        let takes_place = |item: &&Item| item.change != Change::Deleted && item.kind != EntryKind::Directory;
        let replaced: HashSet<&Path> = self.0.iter().filter(takes_place).map(|item| &*item.path).collect();
        // Components leave a slash at the end out.
        let is_replaced = |item: &Item| item.path.ancestors().any(|path| replaced.contains(path));
        let deleted = self.0.iter().filter(|item| item.change == Change::Deleted && !is_replaced(item));
        let doomed = |item: &Item| Doomed { path: item.path.clone(), is_directory: item.kind == EntryKind::Directory };
        deleted.map(doomed).collect()
    }

    /// Paths with which not the same is to be done; none if both ask for the same.
    pub fn differences(&self, other: &Self) -> BTreeSet<PathBuf> {
        let (own, others): (HashSet<&Item>, HashSet<&Item>) = (self.0.iter().collect(), other.0.iter().collect());
        own.symmetric_difference(&others).map(|item| item.path.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(lines: &[&str]) -> Listing {
        let mut listing = Listing::default();
        lines.iter().for_each(|line| listing.add(OutputLine::parse(line.as_bytes())));
        listing
    }

    #[test]
    fn what_is_deleted_is_doomed_and_all_else_wanted() {
        let listing =
            listing(&["*deleting  |0|old/", ".d..t......|1|./", ">f+++++++++|5|a\\#012b", "Total file size: 5"]);
        assert_eq!(listing.wanted().collect::<Vec<_>>(), [PathBuf::from("./"), PathBuf::from("a\nb")]);
        assert_eq!(listing.doomed(), [Doomed { path: "old/".into(), is_directory: true }]);
    }

    #[test]
    fn what_makes_way_for_something_else_is_not_doomed() {
        let lines =
            ["*deleting  |0|d/x/y", "*deleting  |0|d/x/", "*deleting  |0|d/", "*deleting  |0|dd", ">f+++++++++|5|d"];
        assert_eq!(listing(&lines).doomed(), [Doomed { path: "dd".into(), is_directory: false }]);
        let becomes_a_directory = ["*deleting  |0|d", "cd+++++++++|5|d/", "cL+++++++++|5|e"];
        assert_eq!(listing(&becomes_a_directory).doomed().len(), 1);
    }

    #[test]
    fn the_same_in_another_order_is_the_same() {
        let one = listing(&[">f+++++++++|5|a", "*deleting  |0|b", ".d..t......|1|./"]);
        let other = listing(&["*deleting  |0|b", ".d..t......|1|./", ">f+++++++++|5|a"]);
        assert!(one.differences(&other).is_empty());
        let longer = listing(&[">f+++++++++|6|a", "*deleting  |0|b", ".d..t......|1|./", "cL+++++++++|1|link"]);
        assert_eq!(one.differences(&longer).into_iter().collect::<Vec<_>>(), [PathBuf::from("a"), "link".into()]);
        assert_eq!(longer.differences(&one), one.differences(&longer));
    }
}
