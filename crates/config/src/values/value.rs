//! One value of the file with its place, and how a kind of value is read and written.

use crate::fault::{ConfigProblem, Problems};
use crate::types::MASK;

/// A value to be read: interpolated, without blanks around it.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub section: &'a str,
    pub key: &'a str,
    pub text: &'a str,
    /// Whether it is a secret or contains one.
    pub secret: bool,
}

/// Longer values are cut in messages, so that a mail or a line of the journal stays readable.
const LONGEST_SHOWN: usize = 120;

impl Value<'_> {
    /// Section and key.
    pub fn place(&self) -> (String, String) {
        (self.section.to_owned(), self.key.to_owned())
    }

    /// The value as it may be shown.
    pub fn shown(&self) -> String {
        self.shown_item(self.text)
    }

    /// A part of the value as it may be shown.
    pub fn shown_item(&self, item: &str) -> String {
        if self.secret {
            return MASK.to_owned();
        }
        let mut text: String = item.chars().take(LONGEST_SHOWN).collect();
        if text.len() < item.len() {
            text.push('…');
        }
        text
    }

    /// The problem with a part of the value, from section, key and that part.
    pub fn problem(&self, item: &str, problem: fn(String, String, String) -> ConfigProblem) -> ConfigProblem {
        problem(self.section.to_owned(), self.key.to_owned(), self.shown_item(item))
    }

    /// Refuses the whole value.
    pub fn refuse<T>(&self, problem: fn(String, String, String) -> ConfigProblem) -> Result<T, Problems> {
        Err(vec![self.problem(self.text, problem)])
    }
}

/// How a text becomes a `T`, and how a `T` is written in a file.
pub struct Kind<T> {
    pub read: fn(&Value) -> Result<T, Problems>,
    pub show: fn(&T) -> String,
    pub traits: Traits,
}

/// What is known of a kind before its text is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traits {
    /// Never shown.
    pub secret: bool,
    /// May span several lines.
    pub list: bool,
    /// An empty value differs from a key that is left out.
    pub keeps_empty: bool,
}

const PLAIN: Traits = Traits { secret: false, list: false, keeps_empty: false };

impl<T> Kind<T> {
    pub const fn new(read: fn(&Value) -> Result<T, Problems>, show: fn(&T) -> String) -> Self {
        Self { read, show, traits: PLAIN }
    }

    pub const fn list(mut self) -> Self {
        self.traits.list = true;
        self
    }

    pub const fn keeps_empty(mut self) -> Self {
        self.traits.keeps_empty = true;
        self
    }

    pub const fn secret(mut self) -> Self {
        self.traits.secret = true;
        self
    }
}
