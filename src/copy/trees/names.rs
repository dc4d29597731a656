//! The source's names, by directory, and which of them a file system might treat as the same or refuse. Pure, and only
//! a first guess: what the target really does is tried on it (`name_probe`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Characters that Windows file systems refuse in names, besides control characters.
const FORBIDDEN: &str = "<>:\"|?*\\";
/// The one combining mark that is a letter in upper case.
const IOTA_BELOW: char = '\u{345}';
const IOTA: char = 'ι';
/// Names that Windows reserves for devices, with and without an extension; those with a digit follow.
const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "clock$", "conin$", "conout$"];
const NUMBERED: [&str; 2] = ["com", "lpt"];

/// Each directory of the source with the names of its entries.
#[derive(Debug, Default)]
pub struct Names(BTreeMap<PathBuf, Vec<OsString>>);

impl Names {
    /// `path` is relative to the top.
    pub fn add(&mut self, path: &Path) {
        let (Some(name), Some(directory)) = (path.file_name(), path.parent()) else { return };
        match self.0.get_mut(directory) {
            Some(names) => names.push(name.to_owned()),
            None => drop(self.0.insert(directory.to_owned(), vec![name.to_owned()])),
        }
    }

    /// Parents come before their children.
    pub fn directories(&self) -> impl Iterator<Item = (&Path, &[OsString])> {
        self.0.iter().map(|(directory, names)| (directory.as_path(), names.as_slice()))
    }
}

/// Groups of names in one directory that some file system could treat as the same.
pub fn similar_groups(names: &[OsString]) -> Vec<Vec<&OsStr>> {
    let mut groups: HashMap<String, Vec<&OsStr>> = HashMap::with_capacity(names.len());
    for name in names {
        groups.entry(key(name)).or_default().push(name);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// Equal at least for names that differ only in case, Unicode normalization, combining marks, ignorable characters, or
/// trailing dots and blanks.
fn key(name: &OsStr) -> String {
    let name = name.to_string_lossy();
    let mut key = if name.is_ascii() { name.to_ascii_lowercase() } else { flat(&name) };
    key.truncate(key.trim_end_matches(['.', ' ']).len());
    key
}

/// Without marks, since a change of case reorders some of them and turns one into a letter (`ᾳ`, `ΑΙ`).
fn flat(name: &str) -> String {
    let forms = DecomposingNormalizerBorrowed::new_nfkd();
    let shapeless = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let kinds = CodePointMapData::<GeneralCategory>::new();
    let is_letter =
        |letter: &char| !GeneralCategoryGroup::Mark.contains(kinds.get(*letter)) && !shapeless.contains(*letter);
    // To upper case and back, since some lower-case letters share an upper-case letter (σ, ς), or have two (ß).
    let letters = forms
        .normalize_iter(name.chars())
        .map(|letter| if letter == IOTA_BELOW { IOTA } else { letter })
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase);
    forms.normalize_iter(letters).filter(is_letter).collect()
}

/// Non-ASCII characters that the target is known to keep.
#[derive(Debug, Default)]
pub struct KnownCharacters(HashSet<char>);

impl KnownCharacters {
    /// Whether a file system might refuse or change the name.
    pub fn needs_probe(&self, name: &OsStr) -> bool {
        let Some(name) = name.to_str() else { return true };
        let foreign = |letter: char| !letter.is_ascii() && !self.0.contains(&letter);
        let forbidden = |letter: char| letter.is_ascii_control() || FORBIDDEN.contains(letter) || foreign(letter);
        name.contains(forbidden) || name.ends_with(['.', ' ']) || name.starts_with(' ') || is_device(name)
    }

    /// The target has kept this name.
    pub fn add(&mut self, name: &OsStr) {
        self.0.extend(name.to_string_lossy().chars().filter(|letter| !letter.is_ascii()));
    }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |device: &str| stem.strip_prefix(device).is_some_and(|rest| rest.chars().count() == 1);
    DEVICES.contains(&stem.as_str()) || NUMBERED.into_iter().any(numbered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_listed_by_directory_from_the_top_down() {
        let mut names = Names::default();
        for path in ["./", "b/", "b/c/", "b/c/file", "a", "b/other"] {
            names.add(Path::new(path));
        }
        let told: Vec<_> = names.directories().map(|(path, names)| (path.to_str().unwrap(), names.to_vec())).collect();
        let named = |names: &[&str]| names.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(told, [("", named(&["b", "a"])), ("b", named(&["c", "other"])), ("b/c", named(&["file"]))]);
    }

    #[test]
    fn names_that_a_file_system_could_confuse_are_grouped() {
        for (one, other) in [
            ("big.vbk", "BIG.VBK"),
            ("\u{e9}", "E\u{301}"),
            ("a.", "a"),
            ("a. .", "A"),
            ("\u{df}", "\u{1e9e}"),
            ("stra\u{df}e", "STRASSE"),
            ("\u{17f}", "s"),
            ("\u{212a}", "k"),
            ("\u{fb01}", "fi"),
            ("\u{3c3}", "\u{3c2}"),
            ("\u{10400}", "\u{10428}"),
            ("\u{1c6}", "\u{1c5}"),
            ("\u{b5}", "\u{3bc}"),
            ("\u{2126}", "\u{3c9}"),
            ("a\u{200d}b", "ab"),
            ("\u{131}", "I"),
        ] {
            let names = [one, other, "else"].map(OsString::from);
            let alike = similar_groups(&names);
            assert_eq!(alike, [[OsStr::new(one), OsStr::new(other)]], "{one} {other}");
        }
        assert!(similar_groups(&["a", "b", "\u{f8}", "ae"].map(OsString::from)).is_empty());
    }

    #[test]
    fn what_might_be_refused_is_doubtful_until_its_letters_are_known() {
        let mut characters = KnownCharacters::default();
        let needs_probe = |characters: &KnownCharacters, name: &str| characters.needs_probe(OsStr::new(name));
        for name in
            ["aux.log", "CON", "LPT1.txt", "com\u{b9}", "nul ", "a:b", "ends.", "ends ", " begins", "a\n", "Ärger"]
        {
            assert!(needs_probe(&characters, name), "{name}");
        }
        for name in ["big.vbk", "auxiliary", "console", "lpt", "lpt12", "com.log", "a b", "D2024-01-01T000000_1F2A.vib"]
        {
            assert!(!needs_probe(&characters, name), "{name}");
        }
        characters.add(OsStr::new("Äöü"));
        assert!(!needs_probe(&characters, "Äö.vbk") && needs_probe(&characters, "ä"));
    }

    /// An Indic mark that comes before the iota in one spelling, and after it in the other.
    #[test]
    fn marks_do_not_change_the_key() {
        let name = "\u{1fc2}\u{1134d}";
        assert_eq!(key(OsStr::new(name)), key(OsStr::new(&name.to_uppercase())));
    }

    proptest! {
        #[test]
        fn case_and_trailing_dots_do_not_change_the_key(name: String, tail in "[. ]{0,3}") {
            let upper = OsString::from(name.to_uppercase() + &tail);
            if !name.is_empty() {
                prop_assert_eq!(key(&upper), key(OsStr::new(&name)));
            }
            KnownCharacters::default().needs_probe(&upper);
        }
    }
}
