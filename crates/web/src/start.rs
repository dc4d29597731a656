//! Starts a copy from the page or for curl; off until the administrator sets a password (a systemd credential). Decides which
//! requests reach the bus; polkit decides what the page's user may do there, as for every caller.
//!
//! People type the password into a form; programs may also send it by HTTP Basic. Browsers are not asked for Basic: behind a proxy
//! with its own Basic login, they would send one password for both, and neither login would end.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{sleep, timeout};

use super::host_names::FORWARDED_HOST;
use asbackup_api::bus::{BackupProxy, Error};

/// The systemd credential's name.
const CREDENTIAL: &str = "web-password";
/// How long a wrong password delays the next one, whoever sends it.
const WRONG_PASSWORD_DELAY: Duration = Duration::from_secs(1);
/// The number of requests that may wait for their password to be checked; further ones are refused.
const QUEUE: usize = 8;
const CALL_TIMEOUT: Duration = Duration::from_secs(20);
/// The name of the form's field.
pub const FIELD: &str = "password";
const LONGEST_FORM: usize = 4096;
const FORM_TIMEOUT: Duration = Duration::from_secs(10);

/// The result of a start request.
#[derive(Debug, PartialEq)]
pub enum StartResult {
    /// The run's number.
    Started(u64),
    Denied(Denial),
    /// The service refused or did not answer: HTTP status and the service's message.
    Failed(StatusCode, String),
}

/// Why a request did not reach the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    CrossSite,
    NoPassword,
    WrongPassword,
    Crowd,
}

/// A request to start a copy, from a person or a program.
pub struct StartRequest {
    pub headers: HeaderMap,
    /// From the form.
    pub password: Option<Vec<u8>>,
    pub is_person: bool,
}

impl StartRequest {
    pub async fn read(request: Request) -> Self {
        let (head, body) = request.into_parts();
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_person = text(ACCEPT).contains("text/html");
        let is_form = text(CONTENT_TYPE).starts_with("application/x-www-form-urlencoded");
        let form =
            if is_form { timeout(FORM_TIMEOUT, to_bytes(body, LONGEST_FORM)).await } else { Ok(Ok(Bytes::new())) };
        // A form that is too long or too slow counts as empty.
        let form = form.ok().and_then(Result::ok).unwrap_or_default();
        let field = form_urlencoded::parse(&form).find(|(name, _)| name == FIELD);
        let password = field.map(|(_, value)| value.into_owned().into_bytes());
        Self { headers: head.headers, password, is_person }
    }

    fn password(&self) -> Option<Vec<u8>> {
        match &self.password {
            Some(password) => Some(password.clone()),
            None if self.is_person => None,
            None => basic(&self.headers),
        }
    }
}

/// Checks passwords one at a time, and starts copies.
pub struct StartAuth {
    password: Vec<u8>,
    one_at_a_time: Mutex<()>,
    queue: Semaphore,
    backup: BackupProxy<'static>,
}

impl StartAuth {
    /// `None` if no password is set.
    pub fn new(backup: BackupProxy<'static>) -> io::Result<Option<Self>> {
        let Some(password) = credential()? else { return Ok(None) };
        Ok(Some(Self { password, one_at_a_time: Mutex::new(()), queue: Semaphore::new(QUEUE), backup }))
    }

    pub async fn start(&self, request: &StartRequest) -> StartResult {
        match self.authorize(request).await {
            Err(denial) => StartResult::Denied(denial),
            Ok(()) => self.start_copy().await,
        }
    }

    async fn authorize(&self, request: &StartRequest) -> Result<(), Denial> {
        if is_cross_site(&request.headers) {
            return Err(Denial::CrossSite);
        }
        let given = request.password().ok_or(Denial::NoPassword)?;
        let _permit = self.queue.try_acquire().map_err(|_| Denial::Crowd)?;
        let _turn = self.one_at_a_time.lock().await;
        if bool::from(given.ct_eq(&self.password)) {
            return Ok(());
        }
        sleep(WRONG_PASSWORD_DELAY).await;
        Err(Denial::WrongPassword)
    }

    async fn start_copy(&self) -> StartResult {
        match timeout(CALL_TIMEOUT, self.backup.start("")).await {
            Ok(Ok(run)) => StartResult::Started(run),
            Ok(Err(Error::ZBus(error))) => StartResult::Failed(StatusCode::FORBIDDEN, error_text(&error)),
            Ok(Err(error)) => StartResult::Failed(StatusCode::CONFLICT, error.to_string()),
            Err(_) => StartResult::Failed(StatusCode::GATEWAY_TIMEOUT, String::new()),
        }
    }
}

/// The message without the error's name.
fn error_text(error: &zbus::Error) -> String {
    use zbus::DBusError;
    match error {
        zbus::Error::FDO(error) => error.description().unwrap_or_default().to_owned(),
        zbus::Error::MethodError(_, Some(words), _) => words.clone(),
        other => other.to_string(),
    }
}

/// An empty password counts as none.
fn credential() -> io::Result<Option<Vec<u8>>> {
    let Some(directory) = std::env::var_os("CREDENTIALS_DIRECTORY") else { return Ok(None) };
    match std::fs::read(PathBuf::from(directory).join(CREDENTIAL)) {
        Ok(text) => Ok(Some(text.trim_ascii().to_vec()).filter(|text| !text.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether another site's page sent the request. Browsers always say where a request comes from, so one without origin comes from
/// a program. A proxy passes its own name on in `Host` or `X-Forwarded-Host`, which a foreign page can't set.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or("?").to_owned();
    if let Some(site) = headers.get("sec-fetch-site").map(text) {
        return site != "same-origin";
    }
    let Some(origin) = headers.get(ORIGIN).map(text) else { return false };
    let Some((scheme, from)) = origin.split_once("://") else { return true };
    let own = [HOST.as_str(), FORWARDED_HOST].into_iter().filter_map(|name| headers.get(name)).map(text);
    !own.into_iter().any(|host| without_usual_port(&host, scheme).eq_ignore_ascii_case(from))
}

/// Drops the scheme's default port, as `Origin` does.
fn without_usual_port<'a>(host: &'a str, scheme: &str) -> &'a str {
    let port = if scheme == "https" { ":443" } else { ":80" };
    host.strip_suffix(port).unwrap_or(host)
}

/// The password of `Authorization: Basic`, with any user name.
fn basic(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let pair = STANDARD.decode(encoded.trim()).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| pair[colon + 1..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn cross_site(pairs: &[(&'static str, &'static str)]) -> bool {
        is_cross_site(&headers(pairs))
    }

    #[test]
    fn only_our_own_page_and_programs_may_start_a_copy() {
        assert!(!cross_site(&[("host", "a:8080")]));
        assert!(!cross_site(&[("sec-fetch-site", "same-origin"), ("origin", "https://proxy"), ("host", "a")]));
        assert!(!cross_site(&[("origin", "http://a:8080"), ("host", "A:8080")]));
        let proxied = [("origin", "https://Backup.example"), ("host", "127.0.0.1:8080")];
        assert!(cross_site(&proxied), "a proxy that does not pass its name on");
        assert!(!cross_site(&[proxied[0], proxied[1], ("x-forwarded-host", "backup.example:443")]));
        assert!(!cross_site(&[proxied[0], ("host", "backup.example:443")]));
        assert!(cross_site(&[proxied[0], ("host", "backup.example:80")]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(cross_site(&[("sec-fetch-site", site), ("host", "a")]), "{site}");
        }
        for origin in ["http://b", "null", "http://a:8080.b", "http://a"] {
            assert!(cross_site(&[("origin", origin), ("host", "a:8080")]), "{origin}");
        }
    }

    #[test]
    fn a_password_may_hold_colons_and_comes_with_any_name() {
        // "anybody:a:b"
        let given = basic(&headers(&[("authorization", "basic YW55Ym9keTphOmI=")]));
        assert_eq!(given.as_deref(), Some(&b"a:b"[..]));
        for broken in ["", "Basic", "Basic !!", "Bearer YW55Ym9keTphOmI=", "Basic YW55Ym9keQ=="] {
            assert_eq!(basic(&headers(&[("authorization", broken)])), None, "{broken}");
        }
    }
}
