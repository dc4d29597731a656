//! How mails are sent and who wants which: the section `[Mail]` in typed values, and what in it does not go together.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fault::{ConfigProblem, Problems};
use super::addresses::{self, Item, is_address, name_and_address, name_not_quoted, not_an_address};
use super::types::{Config, Secret};
use super::value::{Kind, Value, choose};

/// How mails are sent; an empty server means that none are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    /// Bare addresses, also names without a domain such as `root`.
    pub sysops: Vec<String>,
    /// As written, also `Name <address>`; may be empty.
    pub from: String,
    pub cc: Vec<String>,
    pub server: String,
    pub port: u16,
    pub username: String,
    pub password: Secret,
    pub encryption: Encryption,
    /// What the server is greeted with; empty = this machine's name.
    pub helo_name: String,
    /// Certificates in PEM that are trusted besides the system's; empty = none.
    pub ca_file: PathBuf,
    /// One mail must have gone through in this time.
    pub timeout: Duration,
    /// Before the second attempt; each further pause is twice as long.
    pub retry_after: Duration,
    /// A mail that is older is given up.
    pub retry_for: Duration,
    /// Bytes; from there on mails wait without their logs.
    pub outbox_limit: u64,
    /// Bytes of a log; larger ones are compressed.
    pub compress_above: u64,
    /// Bytes of an attachment; what is larger even when it is compressed is cut in its middle.
    pub attachment_limit: u64,
    pub policy: Vec<Wish>,
    /// So long without a disk, and there is a reminder; 0 = never.
    pub remind_after: Duration,
}

/// How the way to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encryption {
    /// By port and server, and never a password in clear.
    #[default]
    Auto,
    /// From the first byte on.
    Tls,
    /// Begun in clear, and not gone on with unless it gets encrypted.
    StartTls,
    None,
}

/// Which mails somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wanted {
    #[default]
    All,
    /// None when a run begins.
    End,
    /// Only when something is wrong.
    Problems,
    None,
}

/// What one recipient wants, whatever made him one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub address: String,
    pub wanted: Wanted,
}

const ENCRYPTIONS: [(&str, Encryption); 4] = [
    ("auto", Encryption::Auto),
    ("tls", Encryption::Tls),
    ("starttls", Encryption::StartTls),
    ("none", Encryption::None),
];

const WISHES: [(&str, Wanted); 4] =
    [("all", Wanted::All), ("end", Wanted::End), ("problems", Wanted::Problems), ("none", Wanted::None)];

/// The port of encryption from the first byte on.
const IMPLICIT_TLS_PORT: u16 = 465;

pub const ENCRYPTION: Kind<Encryption> =
    Kind::new(|value| choose(value, &ENCRYPTIONS), |encryption| word(&ENCRYPTIONS, *encryption));

/// `address=word` between commas or blanks.
pub const POLICY: Kind<Vec<Wish>> = Kind::new(policy, |wishes| {
    let shown = |wish: &Wish| format!("{}={}", wish.address, word(&WISHES, wish.wanted));
    wishes.iter().map(shown).collect::<Vec<_>>().join(", ")
})
.list();

fn word<T: PartialEq + Copy>(words: &[(&str, T)], wanted: T) -> String {
    let known = words.iter().find(|(_, value)| *value == wanted);
    known.map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}

fn policy(value: &Value) -> Result<Vec<Wish>, Problems> {
    let mut wishes = Vec::new();
    let mut problems = Problems::new();
    for item in addresses::list(value.text) {
        let item = match item {
            Item::Word(word) => word,
            Item::HalfName(before, after) => {
                problems.push(name_not_quoted(value, before, after));
                continue;
            }
        };
        // An address may hold an equals sign, a word never does.
        let (address, wanted) = item.rsplit_once('=').unwrap_or((item, ""));
        let (_, address) = name_and_address(address);
        if !is_address(address) {
            problems.push(not_an_address(value, item));
            continue;
        }
        match choose(&Value { text: wanted, ..*value }, &WISHES) {
            Ok(wanted) => wishes.push(Wish { address: address.to_owned(), wanted }),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() {
        return Ok(wishes);
    }
    Err(problems)
}

impl Mail {
    /// What `auto` comes to: encrypted wherever somebody could listen or a password is sent.
    pub fn protection(&self) -> Encryption {
        match self.encryption {
            Encryption::Auto if self.port == IMPLICIT_TLS_PORT => Encryption::Tls,
            Encryption::Auto if self.logs_in() || !self.is_local() => Encryption::StartTls,
            Encryption::Auto => Encryption::None,
            chosen => chosen,
        }
    }

    /// Whether a name and a password are sent to the server; the password may come from elsewhere.
    pub fn logs_in(&self) -> bool {
        !self.username.is_empty()
    }

    fn is_local(&self) -> bool {
        let name = self.server.trim_end_matches('.').to_ascii_lowercase();
        let address: Option<IpAddr> = name.parse().ok();
        name == "localhost" || name.ends_with(".localhost") || address.is_some_and(|address| address.is_loopback())
    }

    /// What this recipient wants; of several wishes the last one counts.
    pub fn wanted_by(&self, address: &str) -> Wanted {
        let wish = self.policy.iter().rev().find(|wish| wish.address.eq_ignore_ascii_case(address));
        wish.map(|wish| wish.wanted).unwrap_or_default()
    }
}

/// Values that are right each by itself and wrong together.
pub fn contradictions(config: &Config) -> Problems {
    let in_clear = config.mail.encryption == Encryption::None && config.mail.logs_in();
    let place = || ("Mail".to_owned(), "encryption".to_owned());
    let problem = in_clear.then(|| {
        let (section, key) = place();
        ConfigProblem::PasswordInClear { section, key }
    });
    problem.into_iter().collect()
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

    #[test]
    fn a_wish_counts_for_its_address_alone() {
        let value = Value { section: "Mail", key: "policy", text: "a@x=problems, B@x=END\nroot=none", secret: false };
        let mail = Mail { policy: (POLICY.read)(&value).unwrap(), ..Mail::default() };
        assert_eq!(mail.wanted_by("A@x"), Wanted::Problems);
        assert_eq!(mail.wanted_by("b@x"), Wanted::End);
        assert_eq!(mail.wanted_by("root"), Wanted::None);
        assert_eq!(mail.wanted_by("c@x"), Wanted::All);
        assert_eq!((POLICY.show)(&mail.policy), "a@x=problems, B@x=end, root=none");
    }

    #[test]
    fn a_wish_that_makes_no_sense_is_named() {
        let value = Value { section: "Mail", key: "policy", text: "a@x, b@x=sometimes, @=all", secret: false };
        let problems = (POLICY.read)(&value).unwrap_err();
        assert_eq!(problems.len(), 3);
        assert!(matches!(&problems[1], ConfigProblem::NotAChoice { value, .. } if value == "sometimes"));
    }
}
