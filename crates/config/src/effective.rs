//! What is in force, key by key, and whether the file says so. Shows no secrets.

use super::Config;
use super::ini::Ini;
use super::numbering::strip;
use super::keys::{KEYS, Key};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    File,
    Default,
}

impl Origin {
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// One key with what is in force; secrets masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub section: &'static str,
    pub key: &'static str,
    pub value: String,
    pub origin: Origin,
}

/// All keys, in the order of the template.
pub fn settings(ini: &Ini, config: &Config) -> Vec<Setting> {
    let setting = |key: &Key| Setting {
        section: key.section,
        key: key.name,
        value: (key.show)(config),
        origin: origin(ini, key),
    };
    KEYS.iter().map(setting).collect()
}

/// An empty value counts as none, except where it is a choice.
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
    fn what_the_file_says_is_told_from_what_it_leaves_open() {
        let text = "[DEFAULT]\ndebug = yes\n[Backup]\nbackup-source = /srv\n[Mail]\nport =\n[Debug]\n";
        assert_eq!(origin_of(text, "backup-source"), ("/srv".to_owned(), Origin::File));
        assert_eq!(origin_of(text, "port"), ("465".to_owned(), Origin::Default));
        assert_eq!(origin_of(text, "debug").1, Origin::File);
        assert_eq!(origin_of(text, "server").1, Origin::Default);
    }

    #[test]
    fn an_empty_value_that_is_a_choice_comes_from_the_file() {
        let text = "[Backup]\nveeam-lockfile-path =\n";
        assert_eq!(origin_of(text, "veeam-lockfile-path"), (String::new(), Origin::File));
    }

    #[test]
    fn no_password_is_shown() {
        let (value, origin) = origin_of("[Mail]\npassword = hunter2\n", "password");
        assert_eq!((value.as_str(), origin), ("********", Origin::File));
    }
}
