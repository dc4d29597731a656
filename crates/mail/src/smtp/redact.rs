//! Prepares a server's replies for people: without the password, should the server repeat it, and short.

use std::io;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;

use super::protocol::{SmtpError, SmtpErrorKind};
use asbackup_config::MASK;
use asbackup_system::net::{DialError, is_certificate_error};

/// Bytes of a reply about one recipient.
const LONGEST: usize = 500;

/// Truncates to `most` bytes between two characters.
pub fn shorten(text: &mut String, most: usize) {
    let end = (0..=most.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    text.truncate(end.unwrap_or(0));
}

#[derive(Clone, Default)]
pub struct Redactor {
    pub password: String,
}

impl Redactor {
    pub fn error(&self, error: &Error) -> String {
        self.redacted(error.to_string())
    }

    pub fn response(&self, response: &Response) -> String {
        let lines = response.message().collect::<Vec<_>>().join(" ");
        self.redacted(format!("{} {lines}", response.code()).trim_end().to_owned())
    }

    pub fn redacted(&self, mut text: String) -> String {
        if !self.password.is_empty() {
            text = text.replace(&self.password, MASK);
        }
        if text.len() > LONGEST {
            shorten(&mut text, LONGEST);
            text.push('…');
        }
        text
    }

    pub fn delayed(&self, cause: String) -> SmtpError {
        SmtpError { kind: SmtpErrorKind::Delayed, cause: self.redacted(cause) }
    }

    pub fn delayed_by(&self, error: &Error) -> SmtpError {
        self.delayed(error.to_string())
    }

    /// A refused login, or one that may succeed later, such as after too many at once.
    pub fn login_failed(&self, error: &Error) -> SmtpError {
        if !error.is_permanent() && !error.is_client() {
            return self.delayed_by(error);
        }
        SmtpError { kind: SmtpErrorKind::LoginRefused, cause: self.error(error) }
    }

    pub fn tls_failed(&self, error: &io::Error) -> SmtpError {
        let kind = if is_certificate_error(error) { SmtpErrorKind::Untrusted } else { SmtpErrorKind::Delayed };
        SmtpError { kind, cause: self.redacted(error.to_string()) }
    }

    pub fn timed_out(&self, timeout: Duration) -> SmtpError {
        self.delayed(format!("no answer within {} s", timeout.as_secs()))
    }

    pub fn dial_failed(&self, error: DialError<SmtpError>, timeout: Duration) -> SmtpError {
        match error {
            DialError::Unreachable(error) => self.delayed(error.to_string()),
            DialError::TimedOut => self.timed_out(timeout),
            DialError::Attempt(error) => error,
        }
    }
}
