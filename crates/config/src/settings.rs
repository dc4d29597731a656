//! The value in force of every key, and whether the file sets it. Shows no secrets.

use super::ini::Ini;
use super::keys::{KEYS, Key};
use super::numbering::strip;
use super::types::Config;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The file sets it.
    File,
    /// The file leaves it out or empty.
    Default,
}

impl Origin {
    /// As in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// One key with the value in force; secrets masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Without brackets.
    pub section: &'static str,
    /// Its name.
    pub key: &'static str,
    /// As in the file, but percent signs are not doubled.
    pub value: String,
    /// Whether the file sets it.
    pub origin: Origin,
}

impl Config {
    /// Every key as (section, key, value) with the value in force, written as in a `Setting`.
    pub fn entries(&self) -> Vec<(&'static str, &'static str, String)> {
        KEYS.iter().map(|key| (key.section, key.name, (key.show)(self))).collect()
    }
}

/// All keys, in the order of the template.
pub fn list(ini: &Ini, config: &Config) -> Vec<Setting> {
    let setting = |key: &Key| Setting {
        section: key.section,
        key: key.name,
        value: (key.show)(config),
        origin: origin(ini, key),
    };
    KEYS.iter().map(setting).collect()
}

/// An empty value counts as none, unless the key means something by it.
fn origin(ini: &Ini, key: &Key) -> Origin {
    let given = ini.raw(key.section, key.name).map(|raw| strip(&raw.text));
    match given {
        Some(text) if key.traits.keeps_empty || !text.is_empty() => Origin::File,
        _ => Origin::Default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn origin_of(text: &str, key: &str) -> (String, Origin) {
        let settings = parse(text).unwrap().settings;
        let found = settings.into_iter().find(|setting| setting.key == key).unwrap();
        (found.value, found.origin)
    }

    #[test]
    fn a_set_key_comes_from_the_file_and_any_other_from_the_default() {
        let text = "[DEFAULT]\ndebug = yes\n[Backup]\nbackup-source = /srv\n[Mail]\nport =\n[Debug]\n";
        assert_eq!(origin_of(text, "backup-source"), ("/srv".to_owned(), Origin::File));
        assert_eq!(origin_of(text, "port"), ("465".to_owned(), Origin::Default));
        assert_eq!(origin_of(text, "debug").1, Origin::File);
        assert_eq!(origin_of(text, "server").1, Origin::Default);
    }

    #[test]
    fn an_empty_value_with_a_meaning_comes_from_the_file() {
        let text = "[Backup]\nveeam-lockfile-path =\n";
        assert_eq!(origin_of(text, "veeam-lockfile-path"), (String::new(), Origin::File));
    }

    #[test]
    fn a_password_is_masked() {
        let (value, origin) = origin_of("[Mail]\npassword = hunter2\n", "password");
        assert_eq!((value.as_str(), origin), ("********", Origin::File));
    }
}
