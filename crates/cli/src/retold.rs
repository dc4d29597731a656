//! What the daemon tells in its language, in the reader's. Each sentence comes with what it is about (`…Facts`); one that is
//! about something that this program doesn't know stays as it came. Pure but for its texts, which are read when first needed.

use std::cell::OnceCell;

use serde_json::Value;

use super::told::Object;
use asbackup_api::Facts;
use asbackup_texts::{Language, Message, Texts};

/// A sentence that stands alone.
struct Sentence {
    name: &'static str,
    about: &'static str,
    /// Where in a structure it is.
    place: Option<usize>,
    /// Only what happened.
    is_brief: bool,
}

const fn whole(name: &'static str, about: &'static str) -> Sentence {
    Sentence { name, about, place: None, is_brief: false }
}

/// Of properties, then of runs.
const SENTENCES: [Sentence; 4] = [
    Sentence { place: Some(1), ..whole("LastError", "LastErrorFacts") },
    Sentence { is_brief: true, ..whole("OutboxError", "OutboxErrorFacts") },
    whole("ConfigError", "ConfigErrorFacts"),
    whole("message", "message-facts"),
];
/// Lists of them.
const LISTS: [(&str, &str); 3] =
    [("Warnings", "WarningFacts"), ("LastWarnings", "LastWarningFacts"), ("warnings", "warning-facts")];

/// Says things again in one language.
#[derive(Debug)]
pub struct Reteller {
    language: Language,
    texts: OnceCell<Texts>,
}

impl Reteller {
    pub fn new(language: Language) -> Self {
        Self { language, texts: OnceCell::new() }
    }

    /// Of properties or of a run; what is not there stays so.
    pub fn retell(&self, told: &mut Object) {
        for sentence in SENTENCES {
            self.replace(told, &sentence);
        }
        for (name, about) in LISTS {
            self.replace_all(told, name, about);
        }
    }

    /// What happened in a run, in one sentence; empty if nothing did. Of what is not known here, all that was told.
    pub fn reason(&self, run: &Object) -> String {
        let facts = run.get("message-facts").map(Facts::read).unwrap_or_default();
        let whole = || run.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.say(&facts).map_or_else(whole, |message| message.what)
    }

    fn replace(&self, told: &mut Object, of: &Sentence) {
        let said = told.get(of.about).map(Facts::read).and_then(|facts| self.say(&facts));
        let there = told.get_mut(of.name).and_then(|there| match of.place {
            None => Some(there),
            Some(place) => there.get_mut(place),
        });
        if let (Some(message), Some(sentence)) = (said, there) {
            *sentence = if of.is_brief { message.what } else { message.to_string() }.into();
        }
    }

    fn replace_all(&self, told: &mut Object, name: &str, about: &str) {
        let facts = told.get(about).map(Facts::read_all).unwrap_or_default();
        let sentences = told.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten();
        for (sentence, facts) in sentences.zip(&facts) {
            if let Some(message) = self.say(facts) {
                *sentence = message.to_string().into();
            }
        }
    }

    fn say(&self, facts: &Facts) -> Option<Message> {
        if facts.kind.is_empty() {
            return None;
        }
        self.texts.get_or_init(|| Texts::of_reasons(self.language)).retell(facts)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn retold(told: &Value) -> Object {
        let mut told = told.as_object().cloned().unwrap();
        Reteller::new(Language::English).retell(&mut told);
        told
    }

    #[test]
    fn each_sentence_is_told_anew_in_its_place() {
        let low = json!(["warning-low-space", { "free": 1_000_000_000_u64, "threshold": 2_000_000_000_u64 }]);
        let gone = json!(["fault-disk-removed", {}]);
        let told = retold(&json!({
            "Warnings": ["Knapp.", "Fremd."], "WarningFacts": [low, ["", {}]],
            "LastError": ["DiskRemoved", "Zu früh."], "LastErrorFacts": gone,
            "OutboxError": "Weg.", "OutboxErrorFacts": ["warning-mail-not-encrypted", { "server": "a.b" }],
            "message": "Zu früh.", "message-facts": gone,
        }));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        assert!(text(&told["Warnings"][0]).contains("1 GB"), "{told:?}");
        assert_eq!(told["Warnings"][1], "Fremd.");
        assert_eq!(told["LastError"][0], "DiskRemoved");
        assert_eq!(told["LastError"][1], told["message"]);
        assert!(text(&told["message"]).contains("unplugged"), "{told:?}");
        assert!(text(&told["OutboxError"]).contains("a.b") && text(&told["OutboxError"]).matches(". ").count() == 0);
    }

    #[test]
    fn what_a_newer_service_knows_stays_as_it_told_it() {
        let news = json!({
            "ConfigError": "Neu.", "ConfigErrorFacts": ["fault-of-tomorrow", {}],
            "LastWarnings": ["Knapp.", "Alt."], "LastWarningFacts": [["warning-low-space", { "room": 7 }]],
        });
        assert_eq!(json!(retold(&news)), news);
    }

    #[test]
    fn the_reason_of_a_run_is_one_sentence_and_one_of_tomorrow_is_all_that_was_told() {
        let reteller = Reteller::new(Language::English);
        let reason = |run: Value| reteller.reason(run.as_object().unwrap());
        let gone = json!({ "message": "Zu früh. Halb.", "message-facts": ["fault-disk-removed", {}] });
        assert_eq!(reason(gone), "The disk was unplugged too early.");
        assert_eq!(reason(json!({ "message": "Neu. Alt.", "message-facts": ["fault-of-tomorrow", {}] })), "Neu. Alt.");
        assert_eq!(reason(json!({ "message": "", "message-facts": ["", {}] })), "");
    }

    #[test]
    fn mistakes_in_the_configuration_are_told_one_by_one() {
        let mistake = json!(["config-byte-order-mark", {}]);
        let problems = json!({ "problems": [mistake, mistake] });
        let told = retold(&json!({ "ConfigError": "Falsch.", "ConfigErrorFacts": ["fault-config-refused", problems] }));
        let text = told["ConfigError"].as_str().unwrap();
        assert!(
            text.starts_with("The configuration file config.ini contains errors")
                && text.matches("byte order mark").count() >= 2,
            "{text}"
        );
        let unknown = json!({ "problems": [["config-of-tomorrow", {}]] });
        let told = retold(&json!({ "ConfigError": "Falsch.", "ConfigErrorFacts": ["fault-config-refused", unknown] }));
        assert_eq!(told["ConfigError"], "Falsch.");
    }
}
