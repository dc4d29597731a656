//! What `debug = true` logs at startup: all environment variables and the effective configuration, without secrets.

use std::ffi::OsString;

use asbackup_texts::harmless;

/// The values of variables whose names contain one of these are masked.
const SECRET_NAMES: [&str; 8] = ["PASS", "PWD", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "AUTH", "PRIVATE"];

/// The shell's directories: only their names look like passwords.
const HARMLESS_NAMES: [&str; 2] = ["PWD", "OLDPWD"];

const MASK: &str = "***";

/// Logs everything at debug level. `effective`: section, key and value, with secrets already masked.
pub fn log(env: impl Iterator<Item = (OsString, OsString)>, effective: &[(&str, &str, String)]) {
    for line in lines(env, effective) {
        log::debug!("{line}");
    }
}

fn lines(env: impl Iterator<Item = (OsString, OsString)>, effective: &[(&str, &str, String)]) -> Vec<String> {
    let mut env: Vec<_> = env.collect();
    env.sort();
    let variables = env.into_iter().map(|(name, value)| variable(name, value));
    let settings =
        effective.iter().map(|(section, key, value)| harmless(&format!("config [{section}] {key} = {value}")));
    variables.chain(settings).collect()
}

fn variable(name: OsString, value: OsString) -> String {
    let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
    let shown = match is_secret(&name) {
        true => MASK.to_owned(),
        false => without_login(&value),
    };
    harmless(&format!("environment {name}={shown}"))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    let suspicious = SECRET_NAMES.iter().any(|part| name.contains(part));
    suspicious && !HARMLESS_NAMES.contains(&name.as_str())
}

/// Keeps the scheme and host of `http://user:password@proxy`.
fn without_login(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else {
        return value.to_owned();
    };
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{scheme}://{MASK}{}", &rest[at..]),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn shown(name: &str, value: &str) -> String {
        variable(name.into(), value.into())
    }

    #[test]
    fn secrets_are_masked_in_any_case() {
        for name in ["MAIL_PASSWORD", "smtp_pass", "ApiToken", "AWS_SECRET", "GPG_KEY", "MYSQL_PWD"] {
            assert_eq!(shown(name, "hunter2"), format!("environment {name}=***"));
        }
    }

    #[test]
    fn values_that_are_no_secrets_are_shown() {
        assert_eq!(shown("PWD", "/root"), "environment PWD=/root");
        assert_eq!(shown("LANG", "de_DE.UTF-8"), "environment LANG=de_DE.UTF-8");
        assert_eq!(shown("BUS", "unix:path=/run/x"), "environment BUS=unix:path=/run/x");
    }

    #[test]
    fn a_login_in_a_url_is_masked() {
        assert_eq!(shown("PROXY", "http://u:p@ss@host:1/x@y"), "environment PROXY=http://***@host:1/x@y");
        assert_eq!(shown("PROXY", "http://host/x@y"), "environment PROXY=http://host/x@y");
    }

    #[test]
    fn a_value_is_one_line_even_if_it_is_not_text() {
        let odd = OsString::from_vec(b"a\nb\xff".to_vec());
        assert_eq!(variable("X".into(), odd), "environment X=a\\nb\u{fffd}");
    }

    #[test]
    fn sorted_variables_come_before_the_configuration() {
        let env = [("B", "2"), ("A", "1")].map(|(name, value)| (name.into(), value.into()));
        let effective = [("Mail", "server", "mx".to_owned())];
        let expected = ["environment A=1", "environment B=2", "config [Mail] server = mx"];
        assert_eq!(lines(env.into_iter(), &effective), expected);
    }
}
