//! The program's output: language, local time, colours and wrapped lines (only on a terminal), and JSON. A closed pipe is not an
//! error: `asbackup history | head` ends quietly.

use std::io::{self, Write};

use crate::locale::language;
use crate::translate::Translator;
use asbackup_api::{Micros, Run, State, Status};
use asbackup_texts::clock::Clock;
use asbackup_texts::sentence::sentence;
use asbackup_texts::{Arg, Texts, harmless};
use console::Term;
use serde::Serialize;

use super::terminal::Terminal;

pub struct Ui {
    pub texts: Texts,
    pub clock: Clock,
    translator: Translator,
    /// Where standard output goes.
    pub terminal: Terminal,
    /// Where errors go.
    errors: Terminal,
}

impl Ui {
    pub fn of_caller() -> Self {
        Self::with(Texts::of_command_line(language()))
    }

    /// For commands that need more texts than `status` does.
    pub fn with_all_texts() -> Self {
        Self::with(Texts::new(language()))
    }

    fn with(texts: Texts) -> Self {
        let (terminal, errors) = (Terminal::of(&Term::stdout()), Terminal::of(&Term::stderr()));
        let translator = Translator::new(texts.language());
        Self { texts, clock: Clock::system(), translator, terminal, errors }
    }

    /// Translates a status into the caller's language, except for what only a newer service knows.
    pub fn translate_status(&self, status: &mut Status) {
        self.translator.translate_status(status);
        if status.state != State::Unknown {
            status.status = sentence(status, &self.texts);
        }
    }

    pub fn translate_run(&self, run: &mut Run) {
        self.translator.translate_run(run);
    }

    /// What went wrong in a run, in one sentence in the caller's language.
    pub fn reason(&self, run: &Run) -> String {
        self.translator.reason(run)
    }

    pub fn words(&self, id: &str, args: &[(&str, Arg)]) -> String {
        self.texts.text(id, args)
    }

    /// A text without arguments.
    pub fn word(&self, id: &str) -> String {
        self.words(id, &[])
    }

    /// A size, or a dash if it is unknown.
    pub fn size(&self, bytes: u64) -> String {
        self.known(bytes, "cli-size")
    }

    pub fn span(&self, seconds: u64) -> String {
        self.words("cli-span", &[("number", seconds.into())])
    }

    pub fn rate(&self, bytes_per_second: u64) -> String {
        self.known(bytes_per_second, "cli-rate")
    }

    fn known(&self, number: u64, id: &str) -> String {
        match number {
            0 => "–".to_owned(),
            number => self.words(id, &[("number", number.into())]),
        }
    }

    /// Date and time.
    pub fn moment(&self, micros: Micros) -> String {
        match micros {
            0 => self.word("cli-never"),
            micros => self.clock.moment(micros, &self.texts),
        }
    }

    pub fn print(&self, text: &str) {
        let _ = writeln!(io::stdout().lock(), "{}", self.terminal.fit(text));
    }

    /// Prints an error on one line, with control characters escaped.
    pub fn print_error(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", self.errors.fit(&harmless(text)));
    }

    pub fn print_json<T: Serialize + ?Sized>(&self, value: &T) {
        // Maps with string keys and plain values can always be serialised.
        print_whole(&serde_json::to_string_pretty(value).unwrap_or_default());
    }

    pub fn print_json_line<T: Serialize + ?Sized>(&self, value: &T) {
        print_whole(&serde_json::to_string(value).unwrap_or_default());
    }
}

/// Prints for programs, without regard to the terminal.
fn print_whole(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// The label, or the UUID if the label is empty.
pub fn name_of<'a>(label: &'a str, uuid: &'a str) -> &'a str {
    if label.trim().is_empty() { uuid } else { label }
}
