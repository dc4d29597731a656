//! What the source holds, and what of it a file system without owners and links can't hold. Pure.

use crate::copy::rsync::itemize::{Change, EntryKind, Item};
use crate::copy::trees::names::Names;

/// As many names as fit a message.
const EXAMPLES: usize = 3;

/// Sums over the survey's entries.
#[derive(Debug, Default)]
pub struct Survey {
    pub links: u64,
    pub hard_links: u64,
    pub specials: u64,
    /// Files that can't be stored completely.
    pub unstorable: u64,
    pub examples: Vec<String>,
    /// The names that are to be on the target.
    pub names: Names,
}

impl Survey {
    /// `max_file`: the longest file in bytes that a file system without owners and links holds; none for one that has
    /// them.
    pub fn add(&mut self, item: &Item, max_file: Option<u64>) {
        match item.kind {
            EntryKind::Symlink => self.links += 1,
            EntryKind::Device | EntryKind::Special => self.specials += 1,
            EntryKind::File if item.change == Change::HardLink => self.hard_links += 1,
            _ => {}
        }
        let Some(max_file) = max_file else { return self.names.add(&item.path) };
        if !matches!(item.kind, EntryKind::File | EntryKind::Directory) {
            return;
        }
        if is_storable(item, max_file) {
            return self.names.add(&item.path);
        }
        self.unstorable += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(item.path.display().to_string());
        }
    }
}

/// Such file systems keep names as Unicode. The FUSE driver of exFAT was seen to crash on other names, so they are not
/// tried.
fn is_storable(item: &Item, max_file: u64) -> bool {
    item.path.to_str().is_some() && !(item.kind == EntryKind::File && item.length > max_file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::rsync::itemize::OutputLine;

    fn survey(lines: &[&str]) -> Survey {
        let mut survey = Survey::default();
        for line in lines {
            let OutputLine::Item(item) = OutputLine::parse(line.as_bytes()) else { panic!("{line}") };
            survey.add(&item, Some(4_294_967_295));
        }
        survey
    }

    #[test]
    fn ordinary_files_are_fine() {
        let survey = survey(&["cd+++++++++|4096|./", "cd+++++++++|4096|Übung/", r">f+++++++++|5|Übung/a b.vbk"]);
        assert_eq!(survey.unstorable, 0);
    }

    #[test]
    fn each_kind_of_unstorable_file_is_found() {
        for line in [">f+++++++++|4294967296|huge", r">f+++++++++|1|not-utf8-\#377"] {
            assert_eq!(survey(&[line]).unstorable, 1, "{line}");
        }
    }

    #[test]
    fn names_of_storable_entries_are_collected() {
        let survey = survey(&["cd+++++++++|4096|./", "cd+++++++++|4096|d/", ">f+++++++++|1|d/case", "cL+++++++++|1|l"]);
        let names: Vec<_> = survey.names.directories().flat_map(|(_, names)| names.to_vec()).collect();
        assert_eq!(names, ["d", "case"]);
    }

    #[test]
    fn links_and_special_files_are_counted() {
        let survey = survey(&["cL+++++++++|1|l", "hf+++++++++|3|h", "cS+++++++++|0|fifo", "cD+++++++++|0|null"]);
        assert_eq!((survey.links, survey.hard_links, survey.specials), (1, 1, 2));
    }
}
