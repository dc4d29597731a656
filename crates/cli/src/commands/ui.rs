//! How the program speaks: language, local time, colours and lines that fit (only on a terminal), and JSON. What nobody reads any more is not
//! an error: `asbackup history | head` ends quietly.

use std::io::{self, Write};

use crate::locale::language;
use crate::retold::Reteller;
use asbackup_api::{Micros, Run, State, Status};
use asbackup_texts::clock::Clock;
use asbackup_texts::sentence::sentence;
use asbackup_texts::{Arg, Texts, harmless};
use console::Term;
use serde::Serialize;

use super::screen::Screen;

pub struct Ui {
    pub texts: Texts,
    pub clock: Clock,
    reteller: Reteller,
    /// Where answers are shown.
    pub screen: Screen,
    /// Where complaints are.
    errors: Screen,
}

impl Ui {
    pub fn of_caller() -> Self {
        Self::with(Texts::of_command_line(language()))
    }

    /// For commands that say more than how things stand.
    pub fn with_all_texts() -> Self {
        Self::with(Texts::new(language()))
    }

    fn with(texts: Texts) -> Self {
        let (screen, errors) = (Screen::of(&Term::stdout()), Screen::of(&Term::stderr()));
        let reteller = Reteller::new(texts.language());
        Self { texts, clock: Clock::system(), reteller, screen, errors }
    }

    /// What the service tells, in the caller's language; what only a newer service knows stays as it told it.
    pub fn retell(&self, status: &mut Status) {
        self.reteller.retell(status);
        if status.state != State::Unknown {
            status.status = sentence(status, &self.texts);
        }
    }

    /// The same of one run.
    pub fn retell_run(&self, run: &mut Run) {
        self.reteller.retell_run(run);
    }

    /// Why a run failed, in one sentence in the caller's language.
    pub fn reason(&self, run: &Run) -> String {
        self.reteller.reason(run)
    }

    pub fn words(&self, id: &str, args: &[(&str, Arg)]) -> String {
        self.texts.text(id, args)
    }

    /// A text without holes.
    pub fn word(&self, id: &str) -> String {
        self.words(id, &[])
    }

    /// Unknown is a dash.
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

    /// Day and time.
    pub fn moment(&self, micros: Micros) -> String {
        match micros {
            0 => self.word("cli-never"),
            micros => self.clock.moment(micros, &self.texts),
        }
    }

    /// Prints what is asked for.
    pub fn print(&self, text: &str) {
        let _ = writeln!(io::stdout().lock(), "{}", self.screen.fit(text));
    }

    /// One line; what may come from outside shows its control characters.
    pub fn complain(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", self.errors.fit(&harmless(text)));
    }

    pub fn print_json<T: Serialize + ?Sized>(&self, value: &T) {
        // Maps with keys of text and plain values always can be written.
        print_whole(&serde_json::to_string_pretty(value).unwrap_or_default());
    }

    pub fn print_json_line<T: Serialize + ?Sized>(&self, value: &T) {
        print_whole(&serde_json::to_string(value).unwrap_or_default());
    }
}

/// For programs, whatever the terminal is like.
fn print_whole(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// An empty label is shown as the UUID.
pub fn name_of<'a>(label: &'a str, uuid: &'a str) -> &'a str {
    if label.trim().is_empty() { uuid } else { label }
}
