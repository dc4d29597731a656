//! Prepares a server's answers for people: without the password, should the server repeat it, and never at length.

use std::io;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;

use super::protocol::{SmtpError, SmtpErrorKind};
use asbackup_config::MASK;
use asbackup_system::net::{Unreached, is_distrust};

/// Bytes of an answer about one recipient.
const LONGEST: usize = 500;

/// Truncates to `most` bytes between two characters.
pub fn shorten(words: &mut String, most: usize) {
    let end = (0..=most.min(words.len())).rev().find(|&at| words.is_char_boundary(at));
    words.truncate(end.unwrap_or(0));
}

#[derive(Clone, Default)]
pub struct Redactor {
    pub password: String,
}

impl Redactor {
    pub fn words(&self, error: &Error) -> String {
        self.masked(error.to_string())
    }

    pub fn receipt(&self, answer: &Response) -> String {
        let words = answer.message().collect::<Vec<_>>().join(" ");
        self.masked(format!("{} {words}", answer.code()).trim_end().to_owned())
    }

    pub fn masked(&self, mut words: String) -> String {
        if !self.password.is_empty() {
            words = words.replace(&self.password, MASK);
        }
        if words.len() > LONGEST {
            shorten(&mut words, LONGEST);
            words.push('…');
        }
        words
    }

    pub fn delayed(&self, cause: String) -> SmtpError {
        SmtpError { kind: SmtpErrorKind::Delayed, cause: self.masked(cause) }
    }

    pub fn delayed_by(&self, error: &Error) -> SmtpError {
        self.delayed(error.to_string())
    }

    /// A refused login, or one that may succeed later, such as after too many at once.
    pub fn not_let_in(&self, error: &Error) -> SmtpError {
        if !error.is_permanent() && !error.is_client() {
            return self.delayed_by(error);
        }
        SmtpError { kind: SmtpErrorKind::LoginRefused, cause: self.words(error) }
    }

    pub fn not_encrypted(&self, error: &io::Error) -> SmtpError {
        let reason = if is_distrust(error) { SmtpErrorKind::Untrusted } else { SmtpErrorKind::Delayed };
        SmtpError { kind: reason, cause: self.masked(error.to_string()) }
    }

    pub fn late(&self, patience: Duration) -> SmtpError {
        self.delayed(format!("no answer within {} s", patience.as_secs()))
    }

    pub fn unreached(&self, reason: Unreached<SmtpError>, patience: Duration) -> SmtpError {
        match reason {
            Unreached::Away(error) => self.delayed(error.to_string()),
            Unreached::Late => self.late(patience),
            Unreached::Said(error) => error,
        }
    }
}
