//! Every text that a person reads, in German and English, from `locales/*/*.ftl`.
//! Owns the choice of language and how arguments look: numbers, sizes, times, and foreign text (disk labels, file names), whose
//! control characters are escaped so that they forge no line and no header. Knows nothing of what the texts are for.

#![deny(missing_docs)]

mod cause;
pub mod clock;
mod format;
mod language;
mod message;
pub mod samples;
pub mod sentence;
pub mod status_lines;
mod typed;

use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde_json::{Map, Value};

use asbackup_api::{Facts, Presence, RunWarning, Statement};

use format::presentable;
use typed::split;

pub use asbackup_api::harmless;
pub use language::Language;
pub use message::{Arg, Message};
pub use typed::{AfterRun, HasText, text_id};

/// The argument that is translated.
const CAUSE: &str = "cause";

/// All texts of one language.
pub struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Texts({:?})", self.language)
    }
}

impl Texts {
    /// The texts of one language.
    pub fn new(language: Language) -> Self {
        Self::from_sources(language, &language.sources())
    }

    /// Only the texts of the tools for Veeam's scripts; parsing all texts would take longer than their call.
    pub fn of_tools(language: Language) -> Self {
        Self::from_sources(language, &[language.tools()])
    }

    /// Only the texts of the command line; parsing all texts would take longer than its call.
    pub fn of_command_line(language: Language) -> Self {
        Self::from_sources(language, &language.command_line())
    }

    /// Only faults, warnings and what can be wrong with a config.ini.
    pub fn of_reasons(language: Language) -> Self {
        Self::from_sources(language, &language.reasons())
    }

    fn from_sources(language: Language, sources: &[&'static str]) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
        // Isolation marks are for right-to-left scripts and show up as boxes in terminals and logs.
        bundle.set_use_isolating(false);
        format::add_functions(&mut bundle, language);
        for source in sources {
            // The files are compiled in, and a test parses each of them.
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(partial, _)| partial);
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// The language of these texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The fields of a typed value as text, by their names in the code, without control characters; a `code` of rsync brings its
    /// `meaning` along.
    pub fn fields<T: HasText>(&self, value: &T) -> Vec<(String, String)> {
        let shown = |value: Value| match value {
            Value::String(text) => presentable(&text),
            other => other.to_string(),
        };
        let (_, fields) = split(value);
        self.filled(fields).into_iter().map(|(name, value)| (name, shown(value))).collect()
    }

    /// The text of a typed value.
    pub fn message<T: HasText>(&self, value: &T) -> Message {
        let (id, fields) = split(value);
        let args = arguments(&self.filled(fields));
        let part = |attribute| self.lookup(&id, attribute, &args).unwrap_or_default();
        Message {
            what: self.lookup(&id, None, &args).unwrap_or_else(|| id.clone()),
            meaning: part(Some("meaning")),
            action: part(Some("action")),
        }
    }

    /// The text of a run's warning after its end.
    pub fn message_after_run(&self, warning: &RunWarning, presence: Presence) -> Message {
        match warning {
            RunWarning::Copy(value) | RunWarning::Mail(value) => self.message(&AfterRun { value, presence }),
            RunWarning::Release(value) => self.message(&AfterRun { value, presence }),
        }
    }

    /// The text of a typed value with the facts in it, from which readers of other languages get theirs.
    pub fn statement<T: HasText>(&self, value: &T) -> Statement {
        let (kind, args) = split(value);
        Statement { text: self.message(value).to_string(), facts: Facts { kind, args } }
    }

    /// As `statement`, of a run's warning after its end.
    pub fn statement_after_run(&self, warning: &RunWarning, presence: Presence) -> Statement {
        match warning {
            RunWarning::Copy(value) | RunWarning::Mail(value) => self.statement(&AfterRun { value, presence }),
            RunWarning::Release(value) => self.statement(&AfterRun { value, presence }),
        }
    }

    /// The text for facts from another program. `None` if that program is newer than this one: there is no such text here, or it
    /// lacks an argument.
    pub fn translate(&self, facts: &Facts) -> Option<Message> {
        let args = arguments(&self.filled(facts.args.clone()));
        let part = |attribute| self.format(&facts.kind, attribute, &args);
        let of = |attribute| part(Some(attribute)).unwrap_or((String::new(), true));
        let (what, meaning, action) = (part(None)?, of("meaning"), of("action"));
        let is_whole = what.1 && meaning.1 && action.1;
        is_whole.then_some(Message { what: what.0, meaning: meaning.0, action: action.0 })
    }

    /// A sentence in this language by its facts, or unchanged.
    pub fn translated(&self, text: &str, facts: &Facts) -> String {
        self.translate(facts).map_or_else(|| text.to_owned(), |message| message.to_string())
    }

    /// A text that belongs to no typed value; `id.name` is an attribute of a message.
    /// An unknown id is shown as it is, which beats no message.
    pub fn text(&self, id: &str, pairs: &[(&str, Arg)]) -> String {
        let mut args = FluentArgs::new();
        for (name, arg) in pairs {
            match arg {
                Arg::Text(text) if *name == CAUSE => args.set(*name, self.cause(text)),
                Arg::Text(text) | Arg::Ready(text) => args.set(*name, harmless(text)),
                Arg::Number(number) => args.set(*name, *number as f64),
            }
        }
        let (message, attribute) = match id.split_once('.') {
            Some((message, attribute)) => (message, Some(attribute)),
            None => (id, None),
        };
        self.lookup(message, attribute, &args).unwrap_or_else(|| id.to_owned())
    }

    /// Adds what depends on the language: the meaning of rsync's code, the cause, and sentences within the sentence.
    fn filled(&self, mut fields: Map<String, Value>) -> Map<String, Value> {
        if let Some(code) = fields.get("code").and_then(Value::as_i64) {
            let meaning = self.exit_meaning(code);
            fields.entry("meaning").or_insert(meaning.into());
        }
        if let Some(Value::String(cause)) = fields.get_mut(CAUSE) {
            *cause = self.cause(cause);
        }
        for value in fields.values_mut().filter(|value| value.is_array()) {
            let parts = Facts::read_all(value);
            let sentences = parts.iter().map(|facts| Some(self.translate(facts)?.to_string()));
            let sentences: Option<Vec<String>> = sentences.collect();
            *value = sentences.map_or(Value::Null, |sentences| sentences.join(" ").into());
        }
        // A missing argument makes `translate` fail.
        fields.retain(|_, value| !value.is_null());
        fields
    }

    /// What an exit code of rsync means, as a clause; a negative one is the signal that ended it.
    fn exit_meaning(&self, code: i64) -> String {
        let number = Arg::Number(code.unsigned_abs());
        if code < 0 {
            return self.text("rsync-exit-signal", &[("signal", number)]);
        }
        let id = format!("rsync-exit-{code}");
        if self.bundle.has_message(&id) {
            self.text(&id, &[])
        } else {
            self.text("rsync-exit-other", &[("code", number)])
        }
    }

    fn lookup(&self, id: &str, attribute: Option<&str>, args: &FluentArgs) -> Option<String> {
        self.format(id, attribute, args).map(|(text, _)| text)
    }

    /// The text, and whether nothing is missing in it.
    fn format(&self, id: &str, attribute: Option<&str>, args: &FluentArgs) -> Option<(String, bool)> {
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            None => message.value()?,
            Some(name) => message.get_attribute(name)?.value(),
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut errors);
        // An omitted last sentence leaves its blank.
        Some((text.trim_end().to_owned(), errors.is_empty()))
    }
}

fn arguments(fields: &Map<String, Value>) -> FluentArgs<'static> {
    let mut args = FluentArgs::new();
    // Until anybody knows better, the disk has to stay.
    args.set("plug", Presence::Attached.name());
    for (name, value) in fields {
        let value = match value {
            Value::String(text) => FluentValue::from(presentable(text)),
            Value::Number(number) => FluentValue::from(number.as_f64().unwrap_or_default()),
            Value::Bool(flag) => FluentValue::from(if *flag { "yes" } else { "no" }),
            _ => FluentValue::None,
        };
        args.set(name.replace('_', "-"), value);
    }
    args
}

#[cfg(test)]
mod tests;
