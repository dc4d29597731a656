//! One message for people, and the arguments of a text.

use std::fmt;

/// The text of a fault or warning: what happened, what it means for the backup, what to do now. Notices have the first part only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// What happened.
    pub what: String,
    /// What that means for the backup.
    pub meaning: String,
    /// What to do now; may be empty.
    pub action: String,
}

impl fmt::Display for Message {
    /// One line that makes sense alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for part in [&self.meaning, &self.action] {
            if !part.is_empty() {
                write!(f, " {part}")?;
            }
        }
        Ok(())
    }
}

/// One argument of a text.
pub enum Arg {
    /// Shown as it is.
    Text(String),
    /// Formatted by the language, and what its plural depends on.
    Number(u64),
    /// Shown as it is, even under the name of an argument that is translated.
    Ready(String),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}
