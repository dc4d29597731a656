//! The source's names, by directory, and which of them a file system might take for one another, or not take at all. Pure, and no more
//! than a suspicion: what the target really does with them is tried there (`trial`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// What no file system of Windows has in a name, besides control characters.
const FORBIDDEN: &str = "<>:\"|?*\\";
/// The one mark that is a letter in upper case.
const IOTA_BELOW: char = '\u{345}';
const IOTA: char = 'ι';
/// Names that Windows keeps for devices, with and without an extension; those with a digit follow.
const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "clock$", "conin$", "conout$"];
const NUMBERED: [&str; 2] = ["com", "lpt"];

/// Each directory of the source with its entries' names.
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

    /// Those above come before those below.
    pub fn directories(&self) -> impl Iterator<Item = (&Path, &[OsString])> {
        self.0.iter().map(|(directory, names)| (directory.as_path(), names.as_slice()))
    }
}

/// Names of one directory that some file system could take for one another, each group by itself.
pub fn alike(names: &[OsString]) -> Vec<Vec<&OsStr>> {
    let mut groups: HashMap<String, Vec<&OsStr>> = HashMap::with_capacity(names.len());
    for name in names {
        groups.entry(key(name)).or_default().push(name);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// Equal at least for those that differ in case, in Unicode's forms, in marks and characters without a shape, or in dots and blanks at
/// the end.
fn key(name: &OsStr) -> String {
    let name = name.to_string_lossy();
    let mut key = if name.is_ascii() { name.to_ascii_lowercase() } else { flat(&name) };
    key.truncate(key.trim_end_matches(['.', ' ']).len());
    key
}

/// Without marks, since a change of case puts some of them in another order and makes a letter of one (`ᾳ`, `ΑΙ`).
fn flat(name: &str) -> String {
    let forms = DecomposingNormalizerBorrowed::new_nfkd();
    let shapeless = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let kinds = CodePointMapData::<GeneralCategory>::new();
    let is_letter =
        |letter: &char| !GeneralCategoryGroup::Mark.contains(kinds.get(*letter)) && !shapeless.contains(*letter);
    // There and back, since some lower-case letters have one upper-case letter in common (σ, ς), or two (ß).
    let letters = forms
        .normalize_iter(name.chars())
        .map(|letter| if letter == IOTA_BELOW { IOTA } else { letter })
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase);
    forms.normalize_iter(letters).filter(is_letter).collect()
}

/// Characters beyond ASCII that the target has been seen to keep.
#[derive(Debug, Default)]
pub struct Kept(HashSet<char>);

impl Kept {
    /// Whether a file system might refuse or change the name.
    pub fn is_doubtful(&self, name: &OsStr) -> bool {
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
    fn names_are_kept_by_directory_from_the_top_down() {
        let mut names = Names::default();
        for path in ["./", "b/", "b/c/", "b/c/file", "a", "b/other"] {
            names.add(Path::new(path));
        }
        let told: Vec<_> = names.directories().map(|(path, names)| (path.to_str().unwrap(), names.to_vec())).collect();
        let named = |names: &[&str]| names.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(told, [("", named(&["b", "a"])), ("b", named(&["c", "other"])), ("b/c", named(&["file"]))]);
    }

    #[test]
    fn whatever_a_file_system_could_take_for_one_is_alike() {
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
            let alike = alike(&names);
            assert_eq!(alike, [[OsStr::new(one), OsStr::new(other)]], "{one} {other}");
        }
        assert!(alike(&["a", "b", "\u{f8}", "ae"].map(OsString::from)).is_empty());
    }

    #[test]
    fn what_might_be_refused_is_doubtful_until_its_letters_are_known() {
        let mut kept = Kept::default();
        let doubtful = |kept: &Kept, name: &str| kept.is_doubtful(OsStr::new(name));
        for name in
            ["aux.log", "CON", "LPT1.txt", "com\u{b9}", "nul ", "a:b", "ends.", "ends ", " begins", "a\n", "Ärger"]
        {
            assert!(doubtful(&kept, name), "{name}");
        }
        for name in ["big.vbk", "auxiliary", "console", "lpt", "lpt12", "com.log", "a b", "D2024-01-01T000000_1F2A.vib"]
        {
            assert!(!doubtful(&kept, name), "{name}");
        }
        kept.add(OsStr::new("Äöü"));
        assert!(!doubtful(&kept, "Äö.vbk") && doubtful(&kept, "ä"));
    }

    /// An Indic mark that goes before the iota of one spelling and behind that of the other.
    #[test]
    fn no_mark_changes_places_with_a_letter() {
        let name = "\u{1fc2}\u{1134d}";
        assert_eq!(key(OsStr::new(name)), key(OsStr::new(&name.to_uppercase())));
    }

    proptest! {
        #[test]
        fn no_name_makes_the_key_stumble(name: String, tail in "[. ]{0,3}") {
            let upper = OsString::from(name.to_uppercase() + &tail);
            if !name.is_empty() {
                prop_assert_eq!(key(&upper), key(OsStr::new(&name)));
            }
            Kept::default().is_doubtful(&upper);
        }
    }
}
