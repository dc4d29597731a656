//! Host names: one, several, or the URL of a REST API.

use std::net::IpAddr;

use email_address::EmailAddress;
use hyper::Uri;
use hyper::http::uri::Scheme;

use super::value::{Kind, Value};
use crate::fault::{ConfigProblem, Problems};
use crate::numbering::is_space;
use crate::types::MASK;

/// A name or an address, without port and without brackets; may be empty.
pub const HOST: Kind<String> = Kind::new(host, Clone::clone);

/// Names between commas, semicolons or blanks, in lower case.
pub const HOSTS: Kind<Vec<String>> = Kind::new(hosts, |list: &Vec<String>| list.join(", ")).list();

/// `https`, host and perhaps a port; may be empty. Never in clear, since a password is sent there.
pub const API_URL: Kind<String> = Kind::new(api_url, Clone::clone);

fn not_a_host(section: String, key: String, value: String) -> ConfigProblem {
    ConfigProblem::NotAHost { section, key, value }
}

fn host(value: &Value) -> Result<String, Problems> {
    if value.text.is_empty() || is_host(value.text) {
        return Ok(value.text.to_owned());
    }
    value.refuse(not_a_host)
}

fn is_host(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    text.parse::<IpAddr>().is_ok() || (plain && EmailAddress::is_valid_domain(name))
}

fn hosts(value: &Value) -> Result<Vec<String>, Problems> {
    let items = value.text.split(|c| c == ',' || c == ';' || is_space(c)).filter(|item| !item.is_empty());
    let (wrong, right): (Vec<&str>, Vec<&str>) = items.partition(|item| !is_host(item));
    if wrong.is_empty() {
        return Ok(right.iter().map(|name| name.to_ascii_lowercase()).collect());
    }
    Err(wrong.iter().map(|item| value.problem(item, not_a_host)).collect())
}

fn api_url(value: &Value) -> Result<String, Problems> {
    let text = value.text.trim_end_matches('/');
    if value.text.is_empty() || is_api_url(text) {
        return Ok(text.to_owned());
    }
    // It may contain a user name and a password.
    let shown = if text.contains('@') { MASK } else { value.text };
    let problem = |section, key, value| ConfigProblem::NotASecureAddress { section, key, value };
    Err(vec![value.problem(shown, problem)])
}

fn is_api_url(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let plain = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains(['@', '#']);
    let port = uri.authority().and_then(|authority| authority.as_str().rsplit_once(':'));
    let port_is_valid = match port {
        // The colons of an address in brackets belong to no port.
        Some((_, port)) if !port.ends_with(']') => port.parse::<u16>().is_ok_and(|port| port > 0),
        _ => true,
    };
    uri.scheme() == Some(&Scheme::HTTPS) && uri.host().is_some_and(|host| !host.is_empty()) && plain && port_is_valid
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value<'_> {
        Value { section: "Section", key: "key", text, secret: false }
    }

    #[test]
    fn host_names_are_lowercased_and_each_wrong_one_is_named() {
        let read = |text: &str| hosts(&value(text));
        assert_eq!(read("").unwrap(), Vec::<String>::new());
        assert_eq!(read("Backup.Office.example, nas\n10.0.0.7").unwrap(), ["backup.office.example", "nas", "10.0.0.7"]);
        assert_eq!(read("ok, http://nas, *.example, nas:80").unwrap_err().len(), 3);
    }

    #[test]
    fn an_api_url_is_https_with_a_host_and_perhaps_a_port() {
        let read = |text: &str| api_url(&value(text));
        for text in ["https://veeam", "https://veeam.example.com:9419", "HTTPS://10.0.0.1", "https://[fd00::1]:443"] {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        assert_eq!(read("https://veeam:9419/").as_deref(), Ok("https://veeam:9419"));
        assert_eq!(read("").as_deref(), Ok(""));
    }

    #[test]
    fn an_api_url_without_encryption_or_with_a_path_is_refused() {
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
            assert!(matches!(api_url(&value(text)).unwrap_err()[0], ConfigProblem::NotASecureAddress { .. }), "{text}");
        }
    }

    #[test]
    fn a_login_in_an_api_url_is_refused_and_not_shown() {
        let problems = api_url(&value("https://me:hunter2@veeam")).unwrap_err();
        assert!(!format!("{problems:?}").contains("hunter2"), "{problems:?}");
    }
}
