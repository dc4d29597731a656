//! Sections, keys and values, exactly as Python's `configparser.ConfigParser()` reads them with its default arguments: the
//! files of the Python script must keep working unchanged, with the same values.
//!
//! The crate `configparser` does the reading: delimiters, continuation lines, blank lines in a value. It knows no line numbers
//! and accepts what Python refuses, so `numbering.rs` looks at the lines before and writes their numbers into them, by
//! which this file finds duplicates; `interpolation.rs` owns the `%` signs. None of them knows which keys there are.
//! `tests/config/ini` compares the result with Python itself.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use super::fault::{ConfigProblem, Problems};
use super::interpolation::{self, InterpolationError};
use super::numbering::{number_lines, numbered_name, split_number, strip};

/// The section whose keys every other section inherits.
pub const DEFAULT_SECTION: &str = "DEFAULT";

/// One key as the file has it, before interpolation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The value, continuation lines joined with `\n`.
    pub text: String,
    /// From the key to the end of its value, counted from 1.
    pub lines: RangeInclusive<u64>,
    /// The lines of the value after the key's own, as (line, text); neither empty ones nor comments.
    pub continuation: Vec<(u64, String)>,
}

/// The sections of one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ini {
    sections: BTreeMap<String, Section>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Section {
    line: u64,
    keys: BTreeMap<String, Raw>,
}

impl Ini {
    /// Reads a whole text. With faults, everything that could be made out is there all the same, so that it can be checked
    /// too; of duplicates, the first one counts.
    pub fn read(text: &str) -> (Self, Problems) {
        let (numbered, mut faults) = number_lines(text);
        let mut ini = Self::default();
        match parse(numbered) {
            Ok(found) => {
                // By line, since the crate keeps no order.
                let sections: BTreeMap<_, _> = found.iter().map(|(name, keys)| (numbered_name(name), keys)).collect();
                sections.into_iter().for_each(|((line, name), keys)| faults.extend(ini.add(line, name, keys)));
            }
            Err(cause) => faults.push(ConfigProblem::FileUnreadable { path: "config.ini".to_owned(), cause }),
        }
        (ini, faults)
    }

    /// The names of all sections but `[DEFAULT]`, in the file's order.
    pub fn sections(&self) -> Vec<&str> {
        let mut found: Vec<_> = self.sections.iter().filter(|(name, _)| *name != DEFAULT_SECTION).collect();
        found.sort_by_key(|(_, section)| section.line);
        found.into_iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The keys written in that very section, in the file's order; those of `[DEFAULT]` only when that is asked for.
    pub fn own_keys(&self, section: &str) -> Vec<&str> {
        let mut found: Vec<_> = self.sections.get(section).into_iter().flat_map(|section| &section.keys).collect();
        found.sort_by_key(|(_, raw)| *raw.lines.start());
        found.into_iter().map(|(key, _)| key.as_str()).collect()
    }

    /// A key as written, from the section or from `[DEFAULT]`; none when the section is not in the file.
    pub fn raw(&self, section: &str, key: &str) -> Option<&Raw> {
        self.sections.get(section)?.keys.get(key).or_else(|| self.sections.get(DEFAULT_SECTION)?.keys.get(key))
    }

    /// A key's value after interpolation; none when the section or the key is not in the file.
    pub fn get(&self, section: &str, key: &str) -> Option<Result<String, InterpolationError>> {
        let raw = self.raw(section, key)?;
        Some(interpolation::expand(&raw.text, |name| self.raw(section, name).map(|raw| raw.text.as_str())))
    }

    /// The values that a key's value is made of: those that it refers to by `%(name)s`, and those that they refer to.
    pub(super) fn parts(&self, section: &str, key: &str) -> Vec<&Raw> {
        let mut found: Vec<(String, &Raw)> = Vec::new();
        let mut open: Vec<&Raw> = self.raw(section, key).into_iter().collect();
        while let Some(raw) = open.pop() {
            for name in interpolation::references(&raw.text) {
                if let Some(part) = self.raw(section, &name).filter(|_| found.iter().all(|(known, _)| *known != name)) {
                    found.push((name, part));
                    open.push(part);
                }
            }
        }
        found.into_iter().map(|(_, part)| part).collect()
    }

    /// Every key as (section, key, value), where it is written.
    pub(super) fn raws(&self) -> impl Iterator<Item = (&str, &str, &Raw)> {
        self.sections
            .iter()
            .flat_map(|(name, section)| section.keys.iter().map(move |(key, raw)| (name.as_str(), key.as_str(), raw)))
    }

    /// Names that some value refers to by `%(name)s`: variables of the file's author.
    pub fn references(&self) -> Vec<String> {
        let values = self.sections.values().flat_map(|section| section.keys.values());
        values.flat_map(|raw| interpolation::references(&raw.text)).collect()
    }

    /// In which line the section begins.
    pub(super) fn section_line(&self, section: &str) -> Option<u64> {
        self.sections.get(section).map(|section| section.line)
    }

    /// Which lines the key and its value take, if they are in that very section.
    pub(super) fn own_lines(&self, section: &str, key: &str) -> Option<RangeInclusive<u64>> {
        self.sections.get(section)?.keys.get(key).map(|raw| raw.lines.clone())
    }

    /// Adds a section and returns its duplicates. The keys of a repeated section are not reported again.
    fn add(&mut self, line: u64, name: &str, keys: &HashMap<String, Option<String>>) -> Problems {
        let new = || Section { line, keys: BTreeMap::new() };
        let section = self.sections.entry(name.to_owned()).or_insert_with(new);
        let keys: BTreeMap<_, _> = keys.iter().map(|(key, value)| (split_number(key), value.as_deref())).collect();
        let mut duplicates = Problems::new();
        for ((line, key), value) in keys {
            let key = strip(key).to_lowercase();
            let raw = Raw::new(line, value.unwrap_or_default());
            let lines = section.keys.entry(key.clone()).or_insert(raw).lines.clone();
            if *lines.start() != line {
                let section = name.to_owned();
                duplicates.push(ConfigProblem::DuplicateKey { section, key, line, first: *lines.start() });
            }
        }
        if section.line == line || name == DEFAULT_SECTION {
            return duplicates;
        }
        vec![ConfigProblem::DuplicateSection { section: name.to_owned(), line, first: section.line }]
    }
}

impl Raw {
    /// Takes the numbers out of a value: its first line has none, the empty ones neither.
    fn new(line: u64, value: &str) -> Self {
        let mut lines = value.split('\n');
        let first = lines.next().map(strip).unwrap_or_default();
        let mut raw = Self { text: first.to_owned(), lines: line..=line, continuation: Vec::new() };
        for (number, text) in lines.map(split_number) {
            raw.text = raw.text + "\n" + text;
            // An empty line has no number.
            if number > 0 {
                raw.lines = line..=number;
                raw.continuation.push((number, text.to_owned()));
            }
        }
        raw
    }
}

/// What the crate makes of a text. Python folds the case of keys alone, the crate that of sections too or none.
fn parse(numbered: String) -> Result<HashMap<String, HashMap<String, Option<String>>>, String> {
    let mut reader = configparser::ini::Ini::new_cs();
    reader.set_multiline(true);
    reader.set_inline_comment_symbols(Some(&[]));
    reader.read(numbered)
}
