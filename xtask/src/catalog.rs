//! The message catalog for `journalctl -x`, made from the texts of the log. Placeholders become `@ASBACKUP_…@`, which journalctl fills
//! in from the fields of each entry.

use asbackup_logging::{journal_field, message_id};
use asbackup_texts::{Arg, HasText, Language, Texts, samples, text_id};

use crate::generated::Generated;

const HEAD: &str = "# Made from locales/: change the texts there, then run cargo xtask catalog\n";

const WIDTH: usize = 76;

/// The catalog in each language.
pub fn files() -> Vec<Generated> {
    Language::ALL.map(|language| Generated::new(path(language), catalog(language))).into()
}

/// journald takes the language from the file's name; the one without is what it falls back to.
fn path(language: Language) -> &'static str {
    match language {
        Language::German => "systemd/asbackup.de.catalog",
        Language::English => "systemd/asbackup.catalog",
    }
}

fn catalog(language: Language) -> String {
    let texts = Texts::new(language);
    let mut entries = vec![HEAD.to_owned()];
    entries.extend(samples::faults(0).iter().map(|fault| entry(fault, &texts)));
    entries.extend(samples::warnings(0).iter().map(|warning| entry(warning, &texts)));
    entries.extend(samples::notices(0).iter().map(|notice| entry(notice, &texts)));
    entries.join("\n")
}

fn entry<T: HasText>(value: &T, texts: &Texts) -> String {
    let id = text_id(value);
    let fields: Vec<(String, String)> = texts
        .fields(value)
        .into_iter()
        .map(|(name, _)| (name.replace('_', "-"), format!("@{}@", journal_field(&name))))
        .collect();
    let part = |attribute: &str| {
        let mut pairs = Vec::new();
        for (name, field) in &fields {
            pairs.push((name.as_str(), Arg::Ready(field.clone())));
        }
        let text = texts.text(&format!("{id}{attribute}"), &pairs);
        Some(text).filter(|text| !text.starts_with(&id))
    };
    let subject = part("").unwrap_or_default();
    let body = [part(".meaning"), part(".action")];
    let body: String = body.into_iter().flatten().map(|text| format!("\n{}\n", wrapped(&text))).collect();
    format!("-- {}\nSubject: {subject}\nDefined-By: asbackup\n{body}", message_id(&id))
}

/// journalctl shows the lines as they are.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        let fits = line == 0 || line + 1 + word.chars().count() <= WIDTH;
        match lines.last_mut().filter(|_| fits) {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => *line += &format!(" {word}"),
            None => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use super::*;
    use crate::generated::assert_checked_in;

    #[test]
    fn the_checked_in_catalogs_are_up_to_date() {
        assert_checked_in(&files(), "catalog");
    }

    #[test]
    fn journalctl_compiles_the_catalogs_without_complaint() {
        let root = installed(&files());
        assert_eq!(journalctl(root.path(), "--update-catalog").1, "");
    }

    #[test]
    fn journalctl_finds_every_message_in_each_language() {
        for language in Language::ALL {
            let made = catalog(language);
            // Under the name without a language, so that it's listed whatever locales this machine has.
            let root = installed(&[Generated::new(path(Language::English), made.clone())]);
            assert_eq!(journalctl(root.path(), "--update-catalog").1, "");
            let listed = journalctl(root.path(), "--list-catalog").0;
            for (line, next) in made.lines().zip(made.lines().skip(1)) {
                let (Some(id), Some(subject)) = (line.strip_prefix("-- "), next.strip_prefix("Subject: ")) else {
                    continue;
                };
                assert!(listed.contains(&format!("{id} asbackup: {subject}")), "{id}");
            }
        }
    }

    /// A file system that has these catalogs and nothing else.
    fn installed(catalogs: &[Generated]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("usr/lib/systemd/catalog");
        fs::create_dir_all(&directory).unwrap();
        fs::create_dir_all(root.path().join("var/lib/systemd/catalog")).unwrap();
        for catalog in catalogs {
            fs::write(directory.join(catalog.path.file_name().unwrap()), &catalog.text).unwrap();
        }
        root
    }

    /// What it says on stdout and on stderr.
    fn journalctl(root: &Path, verb: &str) -> (String, String) {
        let ran = Command::new("journalctl").arg(verb).arg(format!("--root={}", root.display())).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(ran.stdout), text(ran.stderr));
        assert!(ran.status.success(), "{err}");
        (out, err)
    }
}
