//! By which names the page may be asked. A foreign name that leads here (DNS rebinding) would let its owner's site read the
//! page with a visitor's browser. Pure but for the machine's own name.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header::HOST;

/// What a proxy was asked by, where it hands that on in its own way.
pub const FORWARDED_HOST: &str = "x-forwarded-host";

/// The name that is not ours, if there is one. Addresses are nobody's to lead elsewhere; and what names no host is no browser.
pub fn foreign_host(uri: &Uri, headers: &HeaderMap, own: &[String]) -> Option<String> {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let asked = uri.authority().map(ToString::to_string);
    let asked = asked.into_iter().chain(headers.get_all(HOST).iter().map(text));
    let forwarded = headers.get_all(FORWARDED_HOST).iter().map(text);
    let forwarded = forwarded.flat_map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>());
    asked.chain(forwarded).map(|host| name_of(&host)).find(|name| !is_ours(name, own))
}

/// Without port, brackets and the dot of the root, in lower case.
fn name_of(host: &str) -> String {
    let host = host.trim();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').filter(|(name, _)| !name.contains(':')).map_or(host, |(name, _)| name),
    };
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

fn is_ours(name: &str, own: &[String]) -> bool {
    if name.parse::<IpAddr>().is_ok() || name == "localhost" || name.ends_with(".localhost") {
        return true;
    }
    let machine = rustix::system::uname().nodename().to_string_lossy().to_ascii_lowercase();
    name == machine || own.iter().any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(lines: &[(&'static str, &str)]) -> Option<String> {
        let headers = lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        foreign_host(&Uri::from_static("/"), &headers, &["atlantis".to_owned(), "backup.example".to_owned()])
    }

    #[test]
    fn addresses_localhost_and_the_names_that_the_service_tells_are_ours() {
        for host in [
            "192.0.2.7",
            "192.0.2.7:8080",
            "[2001:db8::1]:80",
            "localhost:8080",
            "a.localhost",
            "ATLANTIS:8080",
            "backup.example.",
        ] {
            assert_eq!(asked(&[("host", host)]), None, "{host}");
        }
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn every_other_name_is_foreign_wherever_it_is_said() {
        for (host, name) in [
            ("evil.example:8080", "evil.example"),
            ("atlantis.evil.example", "atlantis.evil.example"),
            ("localhost.evil.example", "localhost.evil.example"),
            ("192.0.2.7.evil.example", "192.0.2.7.evil.example"),
            ("", ""),
        ] {
            assert_eq!(asked(&[("host", host)]).as_deref(), Some(name), "{host}");
        }
        let forwarded = asked(&[("host", "127.0.0.1:8080"), ("x-forwarded-host", "atlantis, evil.example")]);
        assert_eq!(forwarded.as_deref(), Some("evil.example"));
        let uri = Uri::from_static("http://evil.example/");
        assert_eq!(foreign_host(&uri, &HeaderMap::new(), &[]).as_deref(), Some("evil.example"));
    }
}
