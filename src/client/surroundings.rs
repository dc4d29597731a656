//! What programs take from their surroundings: in which language to speak.

use std::env;
use std::ffi::OsString;

use crate::texts::Language;

/// As the environment wishes; English where it wishes something that is not spoken here.
pub fn language() -> Language {
    language_of(|name| env::var_os(name))
}

/// The first of the three that is set and not empty counts, as in every program.
fn language_of(variable: impl Fn(&str) -> Option<OsString>) -> Language {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let wish = names.iter().filter_map(|name| variable(name)).find(|value| !value.is_empty());
    match wish {
        Some(value) if value.to_string_lossy().starts_with("de") => Language::German,
        _ => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(all: &str, messages: &str, lang: &str) -> Language {
        let values = [("LC_ALL", all), ("LC_MESSAGES", messages), ("LANG", lang)];
        language_of(|wanted| values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.into()))
    }

    #[test]
    fn the_first_wish_counts() {
        assert_eq!(spoken("", "", "de_DE.UTF-8"), Language::German);
        assert_eq!(spoken("", "de_AT", "en_US.UTF-8"), Language::German);
        assert_eq!(spoken("C.UTF-8", "de_DE", "de_DE"), Language::English);
        assert_eq!(spoken("", "", "fr_FR.UTF-8"), Language::English);
        assert_eq!(spoken("", "", ""), Language::English);
    }
}
