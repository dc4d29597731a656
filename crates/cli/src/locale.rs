//! The language and the character set that the environment asks for.

use std::env;
use std::ffi::OsString;

use asbackup_texts::Language;

/// The environment's language, or English if there are no texts in that language.
pub fn language() -> Language {
    language_of(|name| env::var_os(name))
}

fn language_of(variable: impl Fn(&str) -> Option<OsString>) -> Language {
    match first_of(["LC_ALL", "LC_MESSAGES", "LANG"], variable) {
        Some(value) if value.to_string_lossy().starts_with("de") => Language::German,
        _ => Language::English,
    }
}

/// Whether a terminal in this environment can show more than ASCII, which only UTF-8 locales do.
pub fn has_unicode() -> bool {
    has_unicode_of(|name| env::var_os(name))
}

fn has_unicode_of(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let value = first_of(["LC_ALL", "LC_CTYPE", "LANG"], variable).unwrap_or_default();
    let value = value.to_string_lossy().to_ascii_lowercase();
    value.contains("utf-8") || value.contains("utf8")
}

/// The first variable that is set and not empty counts, as POSIX says.
fn first_of(names: [&str; 3], variable: impl Fn(&str) -> Option<OsString>) -> Option<OsString> {
    names.into_iter().filter_map(variable).find(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_utf8_locale_gets_letters_beyond_ascii() {
        let shows = |ctype: &str, lang: &str| {
            has_unicode_of(|wanted| match wanted {
                "LC_CTYPE" => Some(ctype.into()),
                "LANG" => Some(lang.into()),
                _ => None,
            })
        };
        assert!(shows("", "de_DE.UTF-8") && shows("C.utf8", "C") && shows("", "C.UTF-8"));
        assert!(!shows("", "C") && !shows("POSIX", "de_DE.UTF-8") && !shows("", "de_DE") && !shows("", ""));
    }

    fn language(all: &str, messages: &str, lang: &str) -> Language {
        let values = [("LC_ALL", all), ("LC_MESSAGES", messages), ("LANG", lang)];
        language_of(|wanted| values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.into()))
    }

    #[test]
    fn the_first_variable_that_is_set_counts() {
        assert_eq!(language("", "", "de_DE.UTF-8"), Language::German);
        assert_eq!(language("", "de_AT", "en_US.UTF-8"), Language::German);
        assert_eq!(language("C.UTF-8", "de_DE", "de_DE"), Language::English);
        assert_eq!(language("", "", "fr_FR.UTF-8"), Language::English);
        assert_eq!(language("", "", ""), Language::English);
    }
}
