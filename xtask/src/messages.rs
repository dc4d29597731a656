//! The list of all faults and warnings, `docs/messages.*.md`, made from the texts that everything else uses for them.

use asbackup_logging::message_id;
use asbackup_texts::{Arg, HasText, Language, Texts, samples, text_id};

use crate::generated::Generated;

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
    head: "# Every fault and warning\n\nMade from `locales/`: change the texts there, then run `cargo xtask messages`.\n\n\
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
    head: "# Alle Fehler und Warnungen\n\nAus `locales/` gemacht: Texte dort ändern, danach `cargo xtask messages`.\n\n\
        Mails, Journal, Bus, Statusseite und Protokoll sagen alle dieselben Sätze. Was zwischen ‹ und › steht, wird eingesetzt.\n\
        `journalctl -x` erklärt damit jede Zeile, und `journalctl MESSAGE_ID=…` findet alle Zeilen einer Art.\n",
    faults: "## Fehler\n\nEin Fehler beendet die Kopie oder lehnt ab, was verlangt wurde. Der Name ist der des Fehlers auf dem Bus, \
        hinter\n`de.example.Backup.Error.`\n",
    warnings: "## Warnungen\n\nEine Warnung beendet nichts.\n",
    meaning: "Was es bedeutet",
    action: "Was zu tun ist",
    name: "Name",
};

fn list(language: Language) -> String {
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

fn entry<T: HasText>(value: &T, texts: &Texts, frame: &Frame) -> String {
    let id = text_id(value);
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

/// The list in each language.
pub fn files() -> Vec<Generated> {
    Language::ALL.map(|language| Generated::new(path(language), list(language))).into()
}

fn path(language: Language) -> &'static str {
    match language {
        Language::German => "docs/messages.de.md",
        Language::English => "docs/messages.en.md",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::assert_checked_in;

    #[test]
    fn the_checked_in_lists_are_up_to_date() {
        assert_checked_in(&files(), "messages");
    }

    #[test]
    fn every_fault_and_warning_is_listed_with_nothing_left_to_fill_in() {
        let count = samples::faults(0).len() + samples::warnings(0).len();
        for file in files() {
            assert!(!file.text.contains(['{', '}']), "{}", file.path.display());
            assert_eq!(file.text.matches("\n**").count(), count, "{}", file.path.display());
        }
    }

    #[test]
    fn each_readme_links_the_list_in_its_language() {
        let readmes = [
            (Language::German, include_str!("../../README.de.md")),
            (Language::English, include_str!("../../README.md")),
        ];
        for (language, readme) in readmes {
            let path = path(language);
            assert!(readme.contains(&format!("({path})")), "{path}");
        }
    }
}
