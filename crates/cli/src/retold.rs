//! Translates the daemon's sentences into the reader's language. Each sentence comes with its facts (`…_facts`); if this program
//! doesn't know them, the sentence stays as it is. Pure, except that its texts are loaded when first needed.

use std::cell::OnceCell;

use asbackup_api::{Facts, Run, Status};
use asbackup_texts::{Language, Message, Texts};

/// Translates into one language.
#[derive(Debug)]
pub struct Reteller {
    language: Language,
    texts: OnceCell<Texts>,
}

impl Reteller {
    pub fn new(language: Language) -> Self {
        Self { language, texts: OnceCell::new() }
    }

    /// Translates all sentences but the first, which is made from the rest.
    pub fn retell(&self, status: &mut Status) {
        self.replace(&mut status.last_error.1, &status.last_error_facts);
        self.replace(&mut status.config_error, &status.config_error_facts);
        if let Some(message) = self.say(&status.outbox_error_facts) {
            status.outbox_error = message.what;
        }
        self.replace_all(&mut status.warnings, &status.warning_facts);
        self.replace_all(&mut status.last_warnings, &status.last_warning_facts);
    }

    /// Translates the sentences of one run.
    pub fn retell_run(&self, run: &mut Run) {
        self.replace(&mut run.message, &run.message_facts);
        self.replace_all(&mut run.warnings, &run.warning_facts);
    }

    /// What happened in a run, in one sentence; empty if nothing did. If the facts are unknown here, the daemon's whole message.
    pub fn reason(&self, run: &Run) -> String {
        self.say(&run.message_facts).map_or_else(|| run.message.clone(), |message| message.what)
    }

    fn replace(&self, sentence: &mut String, about: &Facts) {
        if let Some(message) = self.say(about) {
            *sentence = message.to_string();
        }
    }

    fn replace_all(&self, sentences: &mut [String], about: &[Facts]) {
        for (sentence, about) in sentences.iter_mut().zip(about) {
            self.replace(sentence, about);
        }
    }

    fn say(&self, facts: &Facts) -> Option<Message> {
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

    fn facts(told: Value) -> Facts {
        Facts::read(&told)
    }

    fn retold(mut status: Status) -> Status {
        Reteller::new(Language::English).retell(&mut status);
        status
    }

    #[test]
    fn each_sentence_is_translated_in_its_place() {
        let low = json!(["warning-low-space", { "free": 1_000_000_000_u64, "threshold": 2_000_000_000_u64 }]);
        let gone = json!(["fault-disk-removed", {}]);
        let told = retold(Status {
            warnings: vec!["Knapp.".to_owned(), "Fremd.".to_owned()],
            warning_facts: vec![facts(low), Facts::default()],
            last_error: ("DiskRemoved".to_owned(), "Zu früh.".to_owned()),
            last_error_facts: facts(gone),
            outbox_error: "Weg.".to_owned(),
            outbox_error_facts: facts(json!(["warning-mail-not-encrypted", { "server": "a.b" }])),
            ..Status::default()
        });
        assert!(told.warnings[0].contains("1 GB"), "{told:?}");
        assert_eq!(told.warnings[1], "Fremd.");
        assert_eq!(told.last_error.0, "DiskRemoved");
        assert!(told.last_error.1.contains("unplugged"), "{told:?}");
        assert!(told.outbox_error.contains("a.b") && told.outbox_error.matches(". ").count() == 0);
    }

    #[test]
    fn what_only_a_newer_service_knows_is_not_translated() {
        let news = Status {
            config_error: "Neu.".to_owned(),
            config_error_facts: facts(json!(["fault-of-tomorrow", {}])),
            last_warnings: vec!["Knapp.".to_owned(), "Alt.".to_owned()],
            last_warning_facts: vec![facts(json!(["warning-low-space", { "room": 7 }]))],
            ..Status::default()
        };
        assert_eq!(retold(news.clone()), news);
    }

    #[test]
    fn the_reason_is_one_sentence_or_the_whole_unknown_message() {
        let reason = |message: &str, about: Value| {
            let run = Run { message: message.to_owned(), message_facts: facts(about), ..Run::default() };
            Reteller::new(Language::English).reason(&run)
        };
        assert_eq!(reason("Zu früh. Halb.", json!(["fault-disk-removed", {}])), "The disk was unplugged too early.");
        assert_eq!(reason("Neu. Alt.", json!(["fault-of-tomorrow", {}])), "Neu. Alt.");
        assert_eq!(reason("", json!(["", {}])), "");
    }

    #[test]
    fn faults_in_the_configuration_are_translated_one_by_one() {
        let refused = |problems: Value| {
            let about = facts(json!(["fault-config-refused", { "problems": problems }]));
            retold(Status { config_error: "Falsch.".to_owned(), config_error_facts: about, ..Status::default() })
                .config_error
        };
        let mistake = json!(["config-byte-order-mark", {}]);
        let text = refused(json!([mistake, mistake]));
        assert!(
            text.starts_with("The configuration file config.ini contains errors")
                && text.matches("byte order mark").count() >= 2,
            "{text}"
        );
        assert_eq!(refused(json!([["config-of-tomorrow", {}]])), "Falsch.");
    }
}
