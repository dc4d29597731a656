//! How Veeam itself is asked about its jobs, and what becomes of locks that are left behind: the later half of the section
//! `[VEEAM]` in typed values, and what in it does not go together.

use std::path::PathBuf;
use std::time::Duration;

use hyper::Uri;
use hyper::http::uri::Scheme;

use super::fault::{ConfigProblem, Problems};
use super::types::{Config, MASK, Secret};
use super::value::{Kind, Value, choose};

/// Whom to ask, and what holds of locks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Veeam {
    /// `https://host:port` of the REST API; empty = Veeam is not asked.
    pub url: String,
    pub user: String,
    pub password: Secret,
    /// Certificates in PEM that are trusted besides the system's; empty = none.
    pub ca_file: PathBuf,
    /// What Veeam calls the repository that is copied; empty = sessions on any repository count.
    pub repository: String,
    /// Each call must have been answered in this time.
    pub timeout: Duration,
    /// So long after a failed session another try of the same job may still begin.
    pub retry_wait: Duration,
    /// How often locks are looked at while there are any.
    pub check_every: Duration,
    /// A lock that is older is told of; 0 = never.
    pub oldest_lock: Duration,
    pub old_lock: OldLock,
    /// So long nothing in the repository must have changed before an old lock is lifted.
    pub quiet: Duration,
}

/// What becomes of a lock that is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OldLock {
    #[default]
    Warn,
    /// Lift it once nobody writes any more.
    Clear,
}

impl Veeam {
    /// Whether there is a server to ask.
    pub fn is_asked(&self) -> bool {
        !self.url.is_empty()
    }
}

const WORDS: [(&str, OldLock); 2] = [("warn", OldLock::Warn), ("clear", OldLock::Clear)];

pub const OLD_LOCK: Kind<OldLock> = Kind::new(
    |value| choose(value, &WORDS),
    |policy| match policy {
        OldLock::Warn => "warn".to_owned(),
        OldLock::Clear => "clear".to_owned(),
    },
);

/// Scheme, host and perhaps a port, and no more; may be empty. Never in clear, since a password goes there.
pub const SERVER: Kind<String> = Kind::new(server, Clone::clone);

fn server(value: &Value) -> Result<String, Problems> {
    let text = value.text.trim_end_matches('/');
    if value.text.is_empty() || is_server(text) {
        return Ok(text.to_owned());
    }
    let (section, key) = value.place();
    // Somebody may have put name and password before the host.
    let shown = if text.contains('@') { MASK.to_owned() } else { value.shown() };
    Err(vec![ConfigProblem::NotASecureAddress { section, key, value: shown }])
}

fn is_server(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let plain = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains(['@', '#']);
    let port = uri.authority().and_then(|authority| authority.as_str().rsplit_once(':'));
    let port_is_one = match port {
        // The colons of an address in brackets are no port's.
        Some((_, port)) if !port.ends_with(']') => port.parse::<u16>().is_ok_and(|port| port > 0),
        _ => true,
    };
    uri.scheme() == Some(&Scheme::HTTPS) && uri.host().is_some_and(|host| !host.is_empty()) && plain && port_is_one
}

/// Values that are right each by itself and wrong together.
pub fn contradictions(config: &Config) -> Problems {
    let nameless = config.veeam.is_asked() && config.veeam.user.is_empty();
    let problem = nameless.then(|| ConfigProblem::ServerWithoutUser {
        section: "VEEAM".to_owned(),
        key: "api-url".to_owned(),
        user: "api-user".to_owned(),
    });
    problem.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn read(text: &str) -> Result<String, Problems> {
        (SERVER.read)(&Value { section: "VEEAM", key: "api-url", text, secret: false })
    }

    #[test]
    fn a_server_is_named_with_https_and_nothing_behind_its_port() {
        for text in ["https://veeam", "https://veeam.example.com:9419", "HTTPS://10.0.0.1", "https://[fd00::1]:443"] {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        assert_eq!(read("https://veeam:9419/").as_deref(), Ok("https://veeam:9419"));
        assert_eq!(read("").as_deref(), Ok(""));
    }

    #[test]
    fn what_is_no_server_or_does_not_encrypt_is_refused() {
        for text in [
            "veeam",
            "veeam:9419",
            "http://veeam",
            "https://",
            "https://veeam:0",
            "https://veeam:70000",
            "https://veeam:",
            "https://veeam/api",
            "https://veeam?x=1",
            "https://veeam#x",
            "https://ve eam",
            "ftp://veeam",
        ] {
            assert!(matches!(read(text).unwrap_err()[0], ConfigProblem::NotASecureAddress { .. }), "{text}");
        }
    }

    #[test]
    fn a_login_in_the_address_is_refused_and_not_shown() {
        let problems = read("https://me:hunter2@veeam").unwrap_err();
        assert!(!format!("{problems:?}").contains("hunter2"), "{problems:?}");
    }

    #[test]
    fn a_server_needs_somebody_who_logs_in() {
        let faults = parse("[VEEAM]\napi-url = https://veeam:9419\n").unwrap_err();
        assert!(matches!(&faults.0[..], [ConfigProblem::ServerWithoutUser { .. }]), "{faults}");
        let text = "[VEEAM]\napi-url = https://veeam:9419\napi-user = viewer\napi-password = hunter2\n";
        let loaded = parse(text).unwrap();
        assert!(loaded.config.veeam.is_asked());
        assert!(!format!("{loaded:?}").contains("hunter2"));
    }
}
