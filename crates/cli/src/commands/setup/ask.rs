//! Asks on a terminal or over a pipe, one line each. Crates for prompts need a terminal, and scripts have none.

use std::io::{self, Write};

use super::hidden::Hidden;
use crate::commands::ui::Ui;
use asbackup_api::bus::Error;

/// The answer that clears a value although a default is offered.
const NONE: &str = "-";

/// Why setup ends before anything is written.
pub enum Halt {
    Said(String),
    Denied,
    Bus(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Bus(error)
    }
}

pub struct Asker<'a> {
    pub ui: &'a Ui,
    mute: bool,
}

/// A question and its default, which an empty line accepts.
pub struct Question {
    pub id: &'static str,
    pub default: String,
}

impl<'a> Asker<'a> {
    /// A mute asker asks nothing, and everything stays as it is.
    pub fn new(ui: &'a Ui, mute: bool) -> Self {
        Self { ui, mute }
    }

    pub fn is_mute(&self) -> bool {
        self.mute
    }

    /// Takes the given answer, or asks until an answer is accepted.
    pub fn settle(
        &self,
        question: &Question,
        given: Option<&str>,
        mut take: impl FnMut(&str) -> Result<(), String>,
    ) -> Result<(), Halt> {
        if let Some(given) = given {
            return take(given).map_err(Halt::Said);
        }
        if self.mute {
            return Ok(());
        }
        loop {
            match take(&self.ask(question)?) {
                Ok(()) => return Ok(()),
                Err(why) => self.ui.complain(&why),
            }
        }
    }

    pub fn ask(&self, question: &Question) -> Result<String, Halt> {
        let offer = if question.default.is_empty() { String::new() } else { format!(" [{}]", question.default) };
        self.prompt(&format!("{}{offer}: ", self.ui.word(question.id)));
        match self.line()?.trim() {
            "" => Ok(question.default.clone()),
            NONE => Ok(String::new()),
            answer => Ok(answer.to_owned()),
        }
    }

    /// Asks without showing the answer on a terminal; an empty answer means none.
    pub fn ask_secret(&self, id: &str) -> Result<String, Halt> {
        // Hides before it asks, because a pasted answer comes at once.
        let question = format!("{}: ", self.ui.word(id));
        let _hidden = Hidden::begin(&question);
        self.prompt(&question);
        self.line()
    }

    /// An empty answer means yes. A mute asker always agrees.
    pub fn confirm(&self, id: &str) -> Result<bool, Halt> {
        if self.mute {
            return Ok(true);
        }
        self.prompt(&self.ui.word(id));
        let answer = self.line()?.trim().to_lowercase();
        // Both languages, since people answer from habit.
        Ok(answer.is_empty() || answer.starts_with(['y', 'j']))
    }

    /// An empty answer means no, and a mute asker never agrees: something would be lost.
    pub fn confirm_loss(&self, text: &str) -> Result<bool, Halt> {
        if self.mute {
            return Ok(false);
        }
        self.prompt(text);
        Ok(self.line()?.trim().to_lowercase().starts_with(['y', 'j']))
    }

    fn prompt(&self, text: &str) {
        let mut out = io::stdout().lock();
        let text = self.ui.screen.fit(text.trim_end());
        // If the question can't be shown, reading the answer fails.
        let _ = write!(out, "{text} ").and_then(|()| out.flush());
    }

    /// Without the line break.
    fn line(&self) -> Result<String, Halt> {
        let mut line = String::new();
        match io::stdin().read_line(&mut line) {
            Ok(0) | Err(_) => Err(self.ended()),
            Ok(_) => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }

    fn ended(&self) -> Halt {
        // Ends the line of the prompt.
        self.ui.print("");
        Halt::Said(self.ui.word("setup-ended"))
    }
}
