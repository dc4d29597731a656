//! Files summed up by kind, which is the extension of their name. Pure.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// As many names as fit a message.
const EXAMPLES: usize = 3;
/// How many kinds are distinguished. A tree with more is no repository, and must not fill the memory.
const MOST: usize = 1000;
/// Extensions of Veeam's files: full and incremental backups, metadata, database logs, configuration.
const VEEAM: [&str; 9] = ["vbk", "vib", "vrb", "vbm", "vlb", "vlm", "bco", "vsb", "vsm"];
/// Those that hold data and begin with Veeam's own header.
const VEEAM_DATA: [&str; 4] = ["vbk", "vib", "vrb", "vlb"];

/// Files, their bytes, and the names of the largest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    pub files: u64,
    pub bytes: u64,
    examples: Vec<(u64, PathBuf)>,
}

impl Sum {
    pub fn add(&mut self, path: &Path, bytes: u64) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        self.show(path, bytes);
    }

    fn show(&mut self, path: &Path, bytes: u64) {
        let place = self.examples.partition_point(|(of_other, _)| *of_other >= bytes);
        if place < EXAMPLES {
            self.examples.insert(place, (bytes, path.to_owned()));
            self.examples.truncate(EXAMPLES);
        }
    }

    fn join(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
        other.examples.iter().for_each(|(bytes, path)| self.show(path, *bytes));
    }

    pub fn examples(&self) -> String {
        let names: Vec<_> = self.examples.iter().map(|(_, path)| path.display().to_string()).collect();
        names.join(", ")
    }
}

/// A sum for each kind.
#[derive(Debug, Default)]
pub struct Kinds(HashMap<String, Sum>);

impl Kinds {
    pub fn add(&mut self, path: &Path, bytes: u64) {
        let kind = kind(path);
        let kind = if self.0.len() < MOST || self.0.contains_key(&kind) { kind } else { String::new() };
        self.0.entry(kind).or_default().add(path, bytes);
    }

    /// Whether some kind is in both.
    pub fn shares_one_with(&self, other: &Self) -> bool {
        self.0.keys().any(|kind| other.0.contains_key(kind))
    }

    /// Of the kinds that `wanted` accepts.
    pub fn sum(&self, wanted: impl Fn(&str) -> bool) -> Sum {
        let mut kinds: Vec<_> = self.0.iter().filter(|(kind, _)| wanted(kind)).collect();
        kinds.sort_by_key(|(kind, _)| kind.as_str());
        let mut sum = Sum::default();
        kinds.iter().for_each(|(_, of_kind)| sum.join(of_kind));
        sum
    }

    pub fn has(&self, kind: &str) -> bool {
        self.0.contains_key(kind)
    }
}

pub fn is_veeam(kind: &str) -> bool {
    VEEAM.contains(&kind)
}

/// Whether Veeam keeps backup data in such files.
pub fn is_veeam_data(path: &Path) -> bool {
    VEEAM_DATA.contains(&kind(path).as_str())
}

/// In lower case; empty for a date or a number, which differs from file to file.
pub fn kind(path: &Path) -> String {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if ending.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') { String::new() } else { ending }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_the_extension_unless_that_is_a_number_or_a_date() {
        for (name, wanted) in [("a/b.VBK", "vbk"), ("b.2026-10-01", ""), ("b.20261001", ""), ("b", "")] {
            assert_eq!(kind(Path::new(name)), wanted, "{name}");
        }
    }

    #[test]
    fn the_largest_files_are_the_examples() {
        let mut sum = Sum::default();
        [("a", 1), ("b", 5), ("c", 0), ("d", 9), ("e", 5)]
            .iter()
            .for_each(|(name, bytes)| sum.add(Path::new(name), *bytes));
        assert_eq!(sum.examples(), "d, b, e");
    }

    #[test]
    fn every_file_is_counted_however_many_kinds_there_are() {
        let mut kinds = Kinds::default();
        (0..3 * MOST).for_each(|number| kinds.add(Path::new(&format!("f.x{number}")), 2));
        assert!(kinds.0.len() <= MOST + 1);
        let sum = kinds.sum(|_| true);
        assert_eq!((sum.files, sum.bytes, sum.examples.len()), (3 * MOST as u64, 6 * MOST as u64, EXAMPLES));
    }
}
