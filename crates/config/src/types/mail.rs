//! The section `[Mail]`: how mails are sent and which ones each recipient gets.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// How mails are sent. An empty server sends none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    /// Who gets the mails about every disk: bare addresses, also names without a domain such as `root`.
    pub sysops: Vec<String>,
    /// As written, also `Name <address>`; may be empty.
    pub from: String,
    /// Bare addresses.
    pub cc: Vec<String>,
    /// A host name or an address, without port; empty = no mails.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// Empty = no login.
    pub username: String,
    /// Empty = none, or kept elsewhere.
    pub password: Secret,
    /// As configured; `protection` says what `auto` comes to.
    pub encryption: Encryption,
    /// What the server is greeted with; empty = this machine's name.
    pub helo_name: String,
    /// Certificates in PEM that are trusted besides the system's; empty = none.
    pub ca_file: PathBuf,
    /// Maximum time for one mail.
    pub timeout: Duration,
    /// Before the second attempt; each further pause is twice as long.
    pub retry_after: Duration,
    /// An older mail is given up.
    pub retry_for: Duration,
    /// Bytes of waiting mails; above that, mails wait without their logs.
    pub outbox_limit: u64,
    /// Bytes; larger logs are compressed.
    pub compress_above: u64,
    /// Bytes; an attachment that is larger even when compressed is cut in its middle.
    pub attachment_limit: u64,
    /// In the file's order.
    pub policy: Vec<MailPolicy>,
    /// Time without a disk before a reminder is sent; 0 = never.
    pub remind_after: Duration,
}

/// How the connection to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encryption {
    /// By port and server, and never a password in clear.
    #[default]
    Auto,
    /// From the first byte on.
    Tls,
    /// Starts in clear and ends unless the server offers encryption.
    StartTls,
    /// In clear.
    None,
}

/// Which mails a recipient gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailLevel {
    /// Every one.
    #[default]
    All,
    /// All but the one at the start of a run.
    End,
    /// Only when something is wrong.
    Problems,
    /// No mail.
    None,
}

/// What one recipient gets, whichever list named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailPolicy {
    /// A bare address.
    pub address: String,
    /// What is sent there.
    pub level: MailLevel,
}

/// The port of encryption from the first byte on.
const IMPLICIT_TLS_PORT: u16 = 465;

impl Mail {
    /// What `auto` comes to: encrypted wherever others could listen in or a password is sent.
    pub fn protection(&self) -> Encryption {
        match self.encryption {
            Encryption::Auto if self.port == IMPLICIT_TLS_PORT => Encryption::Tls,
            Encryption::Auto if self.logs_in() || !self.is_local() => Encryption::StartTls,
            Encryption::Auto => Encryption::None,
            chosen => chosen,
        }
    }

    /// Whether a name and a password are sent to the server; the password may be kept elsewhere.
    pub fn logs_in(&self) -> bool {
        !self.username.is_empty()
    }

    fn is_local(&self) -> bool {
        let name = self.server.trim_end_matches('.').to_ascii_lowercase();
        let address: Option<IpAddr> = name.parse().ok();
        name == "localhost" || name.ends_with(".localhost") || address.is_some_and(|address| address.is_loopback())
    }

    /// What this recipient gets; of several policies for one address the last one counts.
    pub fn level_for(&self, address: &str) -> MailLevel {
        let policy = self.policy.iter().rev().find(|policy| policy.address.eq_ignore_ascii_case(address));
        policy.map(|policy| policy.level).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protection(server: &str, port: u16, username: &str) -> Encryption {
        let (server, username) = (server.to_owned(), username.to_owned());
        Mail { server, port, username, ..Mail::default() }.protection()
    }

    #[test]
    fn auto_is_clear_only_on_this_machine_and_without_a_login() {
        assert_eq!(protection("mx.example.com", 465, ""), Encryption::Tls);
        assert_eq!(protection("localhost", 465, ""), Encryption::Tls);
        assert_eq!(protection("mx.example.com", 25, ""), Encryption::StartTls);
        assert_eq!(protection("mx.example.com", 587, "me"), Encryption::StartTls);
        assert_eq!(protection("localhost", 25, "me"), Encryption::StartTls);
        assert_eq!(protection("localhost.example.com", 25, ""), Encryption::StartTls);
        for server in ["localhost", "LOCALHOST.", "127.0.0.1", "127.1.2.3", "::1", "mail.localhost"] {
            assert_eq!(protection(server, 25, ""), Encryption::None, "{server}");
        }
    }
}
