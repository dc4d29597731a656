//! What a file system without owners and links can't hold of the source, found before the copy. Pure.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::items::{Change, Item, Kind};

/// As many names as a message can hold.
const EXAMPLES: usize = 3;
const FORBIDDEN: &[u8] = b"<>:\"|?*\\";

/// Sums over the survey's entries.
#[derive(Debug, Default)]
pub struct Survey {
    pub links: u64,
    pub hard_links: u64,
    pub specials: u64,
    /// Files that can't be stored at all, or not whole.
    pub unstorable: u64,
    pub examples: Vec<String>,
    folded: HashSet<String>,
}

impl Survey {
    /// `max_file`: the longest file in bytes that the file system holds.
    pub fn add(&mut self, item: &Item, max_file: u64) {
        match item.kind {
            Kind::Symlink => self.links += 1,
            Kind::Device | Kind::Special => self.specials += 1,
            Kind::File if item.change == Change::HardLink => self.hard_links += 1,
            _ => {}
        }
        if matches!(item.kind, Kind::File | Kind::Directory) && !self.is_storable(item, max_file) {
            self.unstorable += 1;
            if self.examples.len() < EXAMPLES {
                self.examples.push(item.path.display().to_string());
            }
        }
    }

    fn is_storable(&mut self, item: &Item, max_file: u64) -> bool {
        if item.kind == Kind::File && item.length > max_file {
            return false;
        }
        let Some(path) = item.path.to_str() else { return false };
        if item.path == Path::new("./") {
            return true;
        }
        // `Case` and `case` would become one file, without any error.
        self.folded.insert(path.to_lowercase()) && has_plain_name(&item.path)
    }
}

/// The part's own name alone; its directories are entries of their own.
fn has_plain_name(path: &Path) -> bool {
    let name = path.file_name().map(OsStrExt::as_bytes).unwrap_or_default();
    !name.ends_with(b".")
        && !name.ends_with(b" ")
        && !name.iter().any(|byte| FORBIDDEN.contains(byte) || byte.is_ascii_control())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::items::Line;

    fn survey(lines: &[&str]) -> Survey {
        let mut survey = Survey::default();
        for line in lines {
            let Line::Item(item) = Line::parse(line.as_bytes()) else { panic!("{line}") };
            survey.add(&item, 4_294_967_295);
        }
        survey
    }

    #[test]
    fn ordinary_files_are_fine() {
        let survey = survey(&["cd+++++++++|4096|./", "cd+++++++++|4096|Übung/", r">f+++++++++|5|Übung/a b.vbk"]);
        assert_eq!(survey.unstorable, 0);
    }

    #[test]
    fn each_kind_of_impossible_file_is_found() {
        for line in [
            ">f+++++++++|4294967296|huge",
            ">f+++++++++|1|a:b",
            ">f+++++++++|1|ends.",
            ">f+++++++++|1|dir/ends ",
            r">f+++++++++|1|new\#012line",
            r">f+++++++++|1|not-utf8-\#377",
            "cd+++++++++|4096|dir?/",
        ] {
            assert_eq!(survey(&[line]).unstorable, 1, "{line}");
        }
    }

    #[test]
    fn names_that_differ_in_case_alone_collide() {
        let survey = survey(&[">f+++++++++|1|Case", ">f+++++++++|1|case", ">f+++++++++|1|dir/case"]);
        assert_eq!((survey.unstorable, survey.examples), (1, vec!["case".to_owned()]));
    }

    #[test]
    fn links_and_special_files_are_counted() {
        let survey = survey(&["cL+++++++++|1|l", "hf+++++++++|3|h", "cS+++++++++|0|fifo", "cD+++++++++|0|null"]);
        assert_eq!((survey.links, survey.hard_links, survey.specials), (1, 1, 2));
    }
}
