//! Translates the daemon's sentences into the caller's language. Each sentence comes with its facts (`…_facts`); if this program
//! doesn't know them, the sentence stays as it is. Pure, except that the texts are loaded when first needed.

use std::cell::OnceCell;

use asbackup_api::{Facts, Run, Status};
use asbackup_texts::{Language, Message, Texts};

/// Translates into one language.
#[derive(Debug)]
pub struct Translator {
    language: Language,
    texts: OnceCell<Texts>,
}

impl Translator {
    pub fn new(language: Language) -> Self {
        Self { language, texts: OnceCell::new() }
    }

    /// Translates all sentences except `Status`, which is composed from the others.
    pub fn translate_status(&self, status: &mut Status) {
        self.replace(&mut status.last_error.1, &status.last_error_facts);
        self.replace(&mut status.config_error, &status.config_error_facts);
        if let Some(message) = self.translate(&status.outbox_error_facts) {
            status.outbox_error = message.what;
        }
        self.replace_all(&mut status.warnings, &status.warning_facts);
        self.replace_all(&mut status.last_warnings, &status.last_warning_facts);
    }

    pub fn translate_run(&self, run: &mut Run) {
        self.replace(&mut run.message, &run.message_facts);
        self.replace_all(&mut run.warnings, &run.warning_facts);
    }

    /// What went wrong in a run, in one sentence; empty if nothing did. Without known facts, the daemon's whole message.
    pub fn reason(&self, run: &Run) -> String {
        self.translate(&run.message_facts).map_or_else(|| run.message.clone(), |message| message.what)
    }

    fn replace(&self, sentence: &mut String, facts: &Facts) {
        if let Some(message) = self.translate(facts) {
            *sentence = message.to_string();
        }
    }

    fn replace_all(&self, sentences: &mut [String], facts: &[Facts]) {
        for (sentence, facts) in sentences.iter_mut().zip(facts) {
            self.replace(sentence, facts);
        }
    }

    fn translate(&self, facts: &Facts) -> Option<Message> {
        if facts.kind.is_empty() {
            return None;
        }
        self.texts.get_or_init(|| Texts::of_reasons(self.language)).translate(facts)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn facts(value: Value) -> Facts {
        Facts::read(&value)
    }

    fn translated(mut status: Status) -> Status {
        Translator::new(Language::English).translate_status(&mut status);
        status
    }

    #[test]
    fn each_sentence_is_translated_in_its_place() {
        let low = json!(["warning-low-space", { "free": 1_000_000_000_u64, "threshold": 2_000_000_000_u64 }]);
        let gone = json!(["fault-disk-removed", {}]);
        let status = translated(Status {
            warnings: vec!["Knapp.".to_owned(), "Fremd.".to_owned()],
            warning_facts: vec![facts(low), Facts::default()],
            last_error: ("DiskRemoved".to_owned(), "Zu früh.".to_owned()),
            last_error_facts: facts(gone),
            outbox_error: "Weg.".to_owned(),
            outbox_error_facts: facts(json!(["warning-mail-not-encrypted", { "server": "a.b" }])),
            ..Status::default()
        });
        assert!(status.warnings[0].contains("1 GB"), "{status:?}");
        assert_eq!(status.warnings[1], "Fremd.");
        assert_eq!(status.last_error.0, "DiskRemoved");
        assert!(status.last_error.1.contains("unplugged"), "{status:?}");
        assert!(status.outbox_error.contains("a.b") && status.outbox_error.matches(". ").count() == 0);
    }

    #[test]
    fn unknown_facts_of_a_newer_service_are_not_translated() {
        let newer = Status {
            config_error: "Neu.".to_owned(),
            config_error_facts: facts(json!(["fault-of-tomorrow", {}])),
            last_warnings: vec!["Knapp.".to_owned(), "Alt.".to_owned()],
            last_warning_facts: vec![facts(json!(["warning-low-space", { "room": 7 }]))],
            ..Status::default()
        };
        assert_eq!(translated(newer.clone()), newer);
    }

    #[test]
    fn the_reason_is_one_sentence_or_the_whole_unknown_message() {
        let reason = |message: &str, value: Value| {
            let run = Run { message: message.to_owned(), message_facts: facts(value), ..Run::default() };
            Translator::new(Language::English).reason(&run)
        };
        assert_eq!(reason("Zu früh. Halb.", json!(["fault-disk-removed", {}])), "The disk was unplugged too early.");
        assert_eq!(reason("Neu. Alt.", json!(["fault-of-tomorrow", {}])), "Neu. Alt.");
        assert_eq!(reason("", json!(["", {}])), "");
    }

    #[test]
    fn errors_in_the_configuration_are_translated_one_by_one() {
        let refused = |problems: Value| {
            let facts = facts(json!(["fault-config-refused", { "problems": problems }]));
            translated(Status { config_error: "Falsch.".to_owned(), config_error_facts: facts, ..Status::default() })
                .config_error
        };
        let problem = json!(["config-byte-order-mark", {}]);
        let text = refused(json!([problem, problem]));
        assert!(
            text.starts_with("The configuration file config.ini contains errors")
                && text.matches("byte order mark").count() >= 2,
            "{text}"
        );
        assert_eq!(refused(json!([["config-of-tomorrow", {}]])), "Falsch.");
    }
}
