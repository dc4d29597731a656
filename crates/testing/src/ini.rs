//! The text of an INI file, made of sections, keys and values.

use std::collections::BTreeMap;

/// Values by section and key.
#[derive(Debug, Clone, Default)]
pub struct Sections(BTreeMap<String, BTreeMap<String, String>>);

impl Sections {
    /// Sets a key, which may be new. The value is written as it is; a literal `%` has to be doubled.
    pub fn set(&mut self, section: &str, key: &str, value: &str) {
        self.0.entry(section.to_owned()).or_default().insert(key.to_owned(), value.to_owned());
    }

    /// Sections and keys sorted by name.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (section, keys) in &self.0 {
            text.push_str(&format!("[{section}]\n"));
            for (key, value) in keys {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        text
    }
}
