//! The list of all faults and warnings for people, `docs/messages.*.md`, made from the same texts as everything else that tells of
//! them. `UPDATE=1 cargo test manual` writes it anew.

use std::fs;
use std::path::{Path, PathBuf};

use crate::logging::message_id;
use crate::texts::{self, Arg, Language, Spoken, Texts, samples};

/// The words around the texts.
struct Frame {
    head: &'static str,
    faults: &'static str,
    warnings: &'static str,
    meaning: &'static str,
    action: &'static str,
    name: &'static str,
}

const ENGLISH: Frame = Frame {
    head: "# Every fault and warning\n\nMade from `locales/`: change the texts there, then run `UPDATE=1 cargo test manual`.\n\n\
        Mail, journal, bus, status page and log all use these sentences. What stands between ‹ and › is filled in. `journalctl -x`\n\
        explains each line with them, and `journalctl MESSAGE_ID=…` finds all lines of one kind.\n",
    faults: "## Faults\n\nA fault ends the run, or refuses what was asked for. The name is that of the error on the bus, \
        behind\n`de.example.Backup.Error.`\n",
    warnings: "## Warnings\n\nA warning ends nothing.\n",
    meaning: "What it means",
    action: "What to do",
    name: "Name",
};

const GERMAN: Frame = Frame {
    head: "# Alle Fehler und Warnungen\n\nAus `locales/` gemacht: Texte dort ändern, danach `UPDATE=1 cargo test manual`.\n\n\
        Mails, Journal, Bus, Statusseite und Protokoll sagen alle dieselben Sätze. Was zwischen ‹ und › steht, wird eingesetzt.\n\
        `journalctl -x` erklärt damit jede Zeile, und `journalctl MESSAGE_ID=…` findet alle Zeilen einer Art.\n",
    faults: "## Fehler\n\nEin Fehler beendet die Kopie oder lehnt ab, was verlangt wurde. Der Name ist der des Fehlers auf dem Bus, \
        hinter\n`de.example.Backup.Error.`\n",
    warnings: "## Warnungen\n\nEine Warnung beendet nichts.\n",
    meaning: "Was es bedeutet",
    action: "Was zu tun ist",
    name: "Name",
};

fn manual(language: Language) -> String {
    let (texts, frame) = match language {
        Language::German => (Texts::new(language), GERMAN),
        Language::English => (Texts::new(language), ENGLISH),
    };
    let mut parts = vec![frame.head.to_owned(), frame.faults.to_owned()];
    parts.extend(samples::faults(0).iter().map(|fault| entry(fault, &texts, &frame)));
    parts.push(frame.warnings.to_owned());
    parts.extend(samples::warnings(0).iter().map(|warning| entry(warning, &texts, &frame)));
    parts.join("\n")
}

fn entry<T: Spoken>(value: &T, texts: &Texts, frame: &Frame) -> String {
    let id = texts::text_id(value);
    let names = texts.fields(value).into_iter().map(|(name, _)| name.replace('_', "-"));
    let fields: Vec<(String, String)> = names.map(|name| (name.clone(), format!("‹{name}›"))).collect();
    let part = |attribute: &str| {
        let filled: Vec<(&str, Arg)> =
            fields.iter().map(|(name, text)| (name.as_str(), Arg::Ready(text.clone()))).collect();
        texts.text(&format!("{id}{attribute}"), &filled)
    };
    let name = value.error_name().map(|name| format!("{}: `{name}`, ", frame.name)).unwrap_or_default();
    format!(
        "**{}**\n\n- {}: {}\n- {}: {}\n- {name}`MESSAGE_ID={}`\n",
        part(""),
        frame.meaning,
        part(".meaning"),
        frame.action,
        part(".action"),
        message_id(&id)
    )
}

fn path(language: Language) -> PathBuf {
    let name = match language {
        Language::German => "messages.de.md",
        Language::English => "messages.en.md",
    };
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

#[test]
fn the_manual_says_what_the_texts_say() {
    for language in Language::ALL {
        let (path, made) = (path(language), manual(language));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &made).unwrap();
        }
        let there = fs::read_to_string(&path).unwrap_or_default();
        assert!(there == made, "{} is out of date: UPDATE=1 cargo test manual", path.display());
    }
}

#[test]
fn both_manuals_are_whole_and_linked_from_the_readmes() {
    for (language, readme) in [(Language::German, "README.de.md"), (Language::English, "README.md")] {
        let made = manual(language);
        assert!(!made.contains(['{', '}']), "a hole");
        let count = samples::faults(0).len() + samples::warnings(0).len();
        assert_eq!(made.matches("\n**").count(), count);
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(readme)).unwrap();
        let name = path(language).file_name().unwrap().to_string_lossy().into_owned();
        assert!(text.contains(&format!("(docs/{name})")), "{name} in {readme}");
    }
}
