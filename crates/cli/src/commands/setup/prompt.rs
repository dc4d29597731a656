//! Asks questions on a terminal or over a pipe, one line each. Prompt crates need a terminal, which scripts don't have.

use std::io::{self, Write};

use super::signals::HiddenInput;
use crate::commands::ui::Ui;
use asbackup_api::bus::Error;

/// The answer that clears a value despite its default.
const NONE: &str = "-";

/// Why setup ends before anything is written.
pub enum SetupError {
    /// In words for the person.
    Message(String),
    PermissionDenied,
    Bus(Error),
}

impl From<Error> for SetupError {
    fn from(error: Error) -> Self {
        Self::Bus(error)
    }
}

pub struct Prompter<'a> {
    pub ui: &'a Ui,
    is_interactive: bool,
}

/// A question and its default, which an empty line accepts.
pub struct Question {
    pub id: &'static str,
    pub default: String,
}

impl<'a> Prompter<'a> {
    /// A prompter that is not interactive asks nothing, and everything stays as it is.
    pub fn new(ui: &'a Ui, is_interactive: bool) -> Self {
        Self { ui, is_interactive }
    }

    pub fn is_interactive(&self) -> bool {
        self.is_interactive
    }

    /// Passes the given answer to `accept`, or asks until `accept` takes an answer.
    pub fn resolve(
        &self,
        question: &Question,
        given: Option<&str>,
        mut accept: impl FnMut(&str) -> Result<(), String>,
    ) -> Result<(), SetupError> {
        if let Some(given) = given {
            return accept(given).map_err(SetupError::Message);
        }
        if !self.is_interactive {
            return Ok(());
        }
        loop {
            match accept(&self.ask(question)?) {
                Ok(()) => return Ok(()),
                Err(why) => self.ui.print_error(&why),
            }
        }
    }

    pub fn ask(&self, question: &Question) -> Result<String, SetupError> {
        let offer = if question.default.is_empty() { String::new() } else { format!(" [{}]", question.default) };
        self.prompt(&format!("{}{offer}: ", self.ui.word(question.id)));
        match self.line()?.trim() {
            "" => Ok(question.default.clone()),
            NONE => Ok(String::new()),
            answer => Ok(answer.to_owned()),
        }
    }

    /// Asks without showing the answer on a terminal; an empty answer means none.
    pub fn ask_secret(&self, id: &str) -> Result<String, SetupError> {
        // Hides before it asks, because a pasted answer comes at once.
        let question = format!("{}: ", self.ui.word(id));
        let _hidden = HiddenInput::begin(&question);
        self.prompt(&question);
        self.line()
    }

    /// An empty answer means yes. Without questions, the answer is always yes.
    pub fn confirm(&self, id: &str) -> Result<bool, SetupError> {
        if !self.is_interactive {
            return Ok(true);
        }
        self.prompt(&self.ui.word(id));
        let answer = self.line()?.trim().to_lowercase();
        // Both languages, since people answer from habit.
        Ok(answer.is_empty() || answer.starts_with(['y', 'j']))
    }

    /// An empty answer means no, as files would be lost. Without questions, the answer is always no.
    pub fn confirm_loss(&self, text: &str) -> Result<bool, SetupError> {
        if !self.is_interactive {
            return Ok(false);
        }
        self.prompt(text);
        Ok(self.line()?.trim().to_lowercase().starts_with(['y', 'j']))
    }

    fn prompt(&self, text: &str) {
        let mut out = io::stdout().lock();
        let text = self.ui.terminal.fit(text.trim_end());
        // If the question can't be shown, reading the answer fails.
        let _ = write!(out, "{text} ").and_then(|()| out.flush());
    }

    /// Without the line break.
    fn line(&self) -> Result<String, SetupError> {
        let mut line = String::new();
        match io::stdin().read_line(&mut line) {
            Ok(0) | Err(_) => Err(self.input_ended()),
            Ok(_) => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }

    fn input_ended(&self) -> SetupError {
        // Ends the line of the prompt.
        self.ui.print("");
        SetupError::Message(self.ui.word("setup-ended"))
    }
}
