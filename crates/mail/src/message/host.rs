//! The names of this machine: shown to people, sent to mail servers, and added to addresses without a domain.

use std::fs;

use asbackup_config::Config;

/// Debian's installer writes the full name here; mail servers refuse a name without a dot.
const HOSTS: &str = "/etc/hosts";

/// The names of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The short name.
    pub name: String,
    /// The name with its domain, if that is known.
    pub domain: String,
}

impl Host {
    /// From the kernel and /etc/hosts.
    pub fn of_this_machine() -> Self {
        let node = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self::new(&node, &fs::read_to_string(HOSTS).unwrap_or_default())
    }

    fn new(node: &str, hosts: &str) -> Self {
        let node = if is_plain(node) { node } else { "localhost" };
        let name = node.split('.').next().unwrap_or(node).to_owned();
        let domain = if node.contains('.') { Some(node) } else { full_name(&name, hosts) };
        let domain = domain.unwrap_or(node).to_owned();
        Self { name, domain }
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
}

/// The first name that begins with the short one and a dot.
fn full_name<'a>(name: &str, hosts: &'a str) -> Option<&'a str> {
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut names = lines.flat_map(|line| line.split_whitespace().skip(1));
    names.find(|full| is_plain(full) && full.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// The name for EHLO: the configured one, or this machine's.
pub(crate) fn hello_name(config: &Config) -> String {
    match config.mail.helo_name.as_str() {
        "" => Host::of_this_machine().domain,
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: &str =
        "127.0.0.1 localhost\n# 10.0.0.1 atlantis.old.example\n127.0.1.1 atlantis.example.com atlantis # us\n";

    fn names(node: &str) -> (String, String) {
        let host = Host::new(node, HOSTS);
        (host.name, host.domain)
    }

    #[test]
    fn the_full_name_is_read_from_etc_hosts() {
        assert_eq!(names("atlantis"), ("atlantis".into(), "atlantis.example.com".into()));
        assert_eq!(names("nas.example.org"), ("nas".into(), "nas.example.org".into()));
        assert_eq!(names("atlan"), ("atlan".into(), "atlan".into()));
    }

    #[test]
    fn an_invalid_host_name_becomes_localhost() {
        for odd in ["", "(none)", "a b", "a\r\nb"] {
            assert_eq!(names(odd), ("localhost".into(), "localhost".into()));
        }
    }
}
