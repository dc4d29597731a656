//! Checks which host names a request uses. A foreign name that resolves to the page (DNS rebinding) would let that site read the
//! page through a visitor's browser. Pure except for the machine's own name.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header::HOST;

/// The host that a proxy was asked for, if the proxy doesn't pass it on as `Host`.
pub const FORWARDED_HOST: &str = "x-forwarded-host";

/// The first name that is not ours. IP addresses can't be rebound, and a request without a host is not a browser's.
pub fn foreign_host(uri: &Uri, headers: &HeaderMap, own: &[String]) -> Option<String> {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let asked = uri.authority().map(ToString::to_string);
    let asked = asked.into_iter().chain(headers.get_all(HOST).iter().map(text));
    let forwarded = headers.get_all(FORWARDED_HOST).iter().map(text);
    let forwarded = forwarded.flat_map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>());
    asked.chain(forwarded).map(|host| name_of(&host)).find(|name| !is_ours(name, own))
}

/// Without port, brackets and trailing dot, in lower case.
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
    fn addresses_localhost_and_the_services_names_are_accepted() {
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
    fn any_other_name_is_foreign_in_each_place_of_a_request() {
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
