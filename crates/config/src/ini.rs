//! Reads INI text exactly as Python's `configparser.ConfigParser()` does with its default arguments, because the files
//! of the Python script must go on working unchanged, with the same values.
//!
//! Written here because the crate `configparser` (3.3) is another language: it trims and lower-cases section names,
//! takes keys without a value, keeps the last of duplicates in silence, refuses a `[` in a continuation line, and knows
//! neither interpolation nor `[DEFAULT]`. `tests/config/ini.rs` holds this file against Python itself.
//!
//! Owns lines, sections, keys and duplicates; `interpolation.rs` owns the `%` signs. Must not know which keys there are.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use thiserror::Error;

use super::interpolation::{self, InterpolationError};

/// The section whose keys every other section inherits.
pub const DEFAULT_SECTION: &str = "DEFAULT";

/// What Python refuses a text for. Lines count from 1; no variant holds a line's content, since that may be a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SyntaxError {
    #[error("the text begins with a byte order mark")]
    ByteOrderMark,
    #[error("line {line} comes before the first section")]
    MissingSection { line: u64 },
    #[error("line {line} in [{section}] has neither `=` nor `:`")]
    MissingDelimiter { section: String, line: u64 },
    #[error("line {line} in [{section}] has no key")]
    MissingKey { section: String, line: u64 },
    #[error("section [{section}] of line {line} was there in line {first}")]
    DuplicateSection { section: String, line: u64, first: u64 },
    #[error("key {key} in [{section}] of line {line} was there in line {first}")]
    DuplicateKey { section: String, key: String, line: u64, first: u64 },
}

/// One key as the file has it, continuation lines joined with `\n`, before interpolation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    pub text: String,
    pub line: u64,
}

pub(super) type Keys = BTreeMap<String, Raw>;

/// The sections of one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ini {
    sections: BTreeMap<String, Section>,
    defaults: Keys,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Section {
    line: u64,
    keys: Keys,
}

impl Ini {
    /// Reads a whole text. With faults, what could be made out is there all the same, so that it can be checked too;
    /// of a duplicate, the first one counts.
    pub fn read(text: &str) -> (Self, Vec<SyntaxError>) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut reader = Reader::default();
        if text.starts_with('\u{feff}') {
            reader.errors.push(SyntaxError::ByteOrderMark);
        }
        let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for (line, number) in body.split('\n').zip(1..) {
            reader.take(line, number);
        }
        reader.end_value();
        (reader.ini, reader.errors)
    }

    /// The names of all sections but `[DEFAULT]`, in the file's order.
    pub fn sections(&self) -> Vec<&str> {
        let mut found: Vec<_> = self.sections.iter().collect();
        found.sort_by_key(|(_, section)| section.line);
        found.into_iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The keys written in that very section, in the file's order; those of `[DEFAULT]` only when that is asked for.
    pub fn own_keys(&self, section: &str) -> Vec<&str> {
        let Some(keys) = self.keys_of(section) else {
            return Vec::new();
        };
        let mut found: Vec<_> = keys.iter().collect();
        found.sort_by_key(|(_, raw)| raw.line);
        found.into_iter().map(|(key, _)| key.as_str()).collect()
    }

    /// A key as written, from the section or from `[DEFAULT]`; none when the section is not in the file.
    pub fn raw(&self, section: &str, key: &str) -> Option<&Raw> {
        let own = self.keys_of(section)?;
        own.get(key).or_else(|| self.defaults.get(key))
    }

    /// A key's value after interpolation; none when the section or the key is not in the file.
    pub fn get(&self, section: &str, key: &str) -> Option<Result<String, InterpolationError>> {
        let raw = self.raw(section, key)?;
        Some(interpolation::expand(&raw.text, |name| self.raw(section, name).map(|raw| raw.text.as_str())))
    }

    /// Names that some value refers to by `%(name)s`: variables of the file's author.
    pub fn references(&self) -> Vec<String> {
        let sections = self.sections.values().map(|section| &section.keys);
        sections
            .chain([&self.defaults])
            .flat_map(|keys| keys.values())
            .flat_map(|raw| interpolation::references(&raw.text))
            .collect()
    }

    /// In which line the section begins.
    pub(super) fn section_line(&self, section: &str) -> Option<u64> {
        self.sections.get(section).map(|section| section.line)
    }

    /// In which line the key stands, if it does in that very section.
    pub(super) fn own_line(&self, section: &str, key: &str) -> Option<u64> {
        self.keys_of(section)?.get(key).map(|raw| raw.line)
    }

    fn keys_of(&self, section: &str) -> Option<&Keys> {
        if section == DEFAULT_SECTION {
            return Some(&self.defaults);
        }
        self.sections.get(section).map(|section| &section.keys)
    }

    fn keys_of_mut(&mut self, section: &str) -> &mut Keys {
        if section == DEFAULT_SECTION {
            return &mut self.defaults;
        }
        &mut self.sections.entry(section.to_owned()).or_default().keys
    }
}

/// Where in the text the reading stands.
#[derive(Default)]
struct Reader {
    ini: Ini,
    errors: Vec<SyntaxError>,
    section: Option<String>,
    /// Within a repeated section its repeated keys are not worth a second complaint.
    in_duplicate: bool,
    indent: usize,
    value: Option<OpenValue>,
    headless: bool,
}

/// A key whose value may still go on in the next line.
struct OpenValue {
    key: String,
    line: u64,
    pieces: Vec<String>,
}

impl Reader {
    fn take(&mut self, line: &str, number: u64) {
        let text = strip(line);
        if text.starts_with(['#', ';']) {
            return;
        }
        if text.is_empty() {
            self.go_on("");
            return;
        }
        let indent = line.chars().take_while(|c| is_space(*c)).count();
        if self.value.is_some() && indent > self.indent {
            self.go_on(text);
            return;
        }
        self.indent = indent;
        match header(text) {
            Some(name) => self.open_section(name, number),
            None => self.take_option(text, number),
        }
    }

    fn go_on(&mut self, piece: &str) {
        if let Some(value) = &mut self.value {
            value.pieces.push(piece.to_owned());
        }
    }

    fn open_section(&mut self, name: &str, line: u64) {
        self.end_value();
        self.section = Some(name.to_owned());
        self.in_duplicate = false;
        if name == DEFAULT_SECTION {
            return;
        }
        match self.ini.sections.entry(name.to_owned()) {
            Entry::Vacant(free) => {
                free.insert(Section { line, keys: Keys::new() });
            }
            Entry::Occupied(taken) => {
                self.in_duplicate = true;
                self.errors.push(SyntaxError::DuplicateSection {
                    section: name.to_owned(),
                    line,
                    first: taken.get().line,
                });
            }
        }
    }

    fn take_option(&mut self, text: &str, line: u64) {
        let Some(section) = self.section.clone() else {
            // One complaint is enough for all the lines up to the first section.
            if !std::mem::replace(&mut self.headless, true) {
                self.errors.push(SyntaxError::MissingSection { line });
            }
            return;
        };
        let Some((key, value)) = text.split_once(['=', ':']) else {
            let error = SyntaxError::MissingDelimiter { section, line };
            self.errors.push(error);
            return;
        };
        self.end_value();
        let key = strip(key).to_lowercase();
        if key.is_empty() {
            self.errors.push(SyntaxError::MissingKey { section, line });
            return;
        }
        self.value = Some(OpenValue { key, line, pieces: vec![strip(value).to_owned()] });
    }

    fn end_value(&mut self) {
        let (Some(value), Some(section)) = (self.value.take(), self.section.clone()) else {
            return;
        };
        let raw = Raw { text: value.pieces.join("\n").trim_end_matches(is_space).to_owned(), line: value.line };
        match self.ini.keys_of_mut(&section).entry(value.key) {
            Entry::Vacant(free) => {
                free.insert(raw);
            }
            Entry::Occupied(taken) if !self.in_duplicate => {
                self.errors.push(SyntaxError::DuplicateKey {
                    section,
                    key: taken.key().clone(),
                    line: raw.line,
                    first: taken.get().line,
                });
            }
            Entry::Occupied(_) => {}
        }
    }
}

/// Python's `\[(.+)\]`, matched at the start and greedy: up to the last `]`, whatever follows it (before 3.10 it was the
/// first one).
fn header(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let (name, _) = inside.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}

/// What Python's `str.isspace()` says: Unicode's white space and the four separators of ASCII.
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// Python's `str.strip()`.
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}
