//! The client of Veeam's REST API: negotiates the version, logs in, renews expired tokens, reads lists page by page,
//! logs out.

use std::time::{Duration, Instant};

use form_urlencoded::Serializer;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

use super::ApiError;
use super::answers::{ErrorBody, JobState, Page, ServerTime, Session, TokenResponse};
use super::channel::{ApiRequest, ApiResponse, Channel};
use asbackup_config::{MASK, Secret, Veeam};

/// Newest first: Veeam 13.1, 13.0.1, 13.0.0 and 12.3.1. A server does not say which ones it knows.
const VERSIONS: [&str; 4] = ["1.3-rev2", "1.3-rev1", "1.3-rev0", "1.2-rev1"];
const PAGE: usize = 200;
/// More sessions than a server has in a week.
const MAX_PAGES: usize = 100;
/// In bytes, all pages of a list together.
const MAX_LIST_BYTES: usize = 16 * 1024 * 1024;
/// A token is renewed this long before it expires.
const MARGIN: Duration = Duration::from_secs(30);

/// A client of one server. Ends with `log_out`.
pub struct Client {
    channel: Channel,
    user: String,
    password: Secret,
    version: &'static str,
    clock_offset: SignedDuration,
    token: Option<AccessToken>,
}

struct AccessToken {
    access: String,
    refresh: String,
    until: Instant,
}

impl Client {
    /// Negotiates the version by asking for the server's time, which needs no login, so that no password is tried in
    /// vain.
    ///
    /// # Errors
    /// The server can't be reached, is not trusted, or speaks no known version.
    pub async fn open(veeam: &Veeam, password: Secret) -> Result<Self, ApiError> {
        let channel = Channel::new(veeam).await?;
        let mut client = Self {
            channel,
            user: veeam.user.clone(),
            password,
            version: VERSIONS[0],
            clock_offset: SignedDuration::ZERO,
            token: None,
        };
        client.negotiate_version().await?;
        Ok(client)
    }

    async fn negotiate_version(&mut self) -> Result<(), ApiError> {
        let mut refusal = String::new();
        for version in VERSIONS {
            self.version = version;
            let answer = self.send("GET", "/api/v1/serverTime", None).await?;
            match answer.status {
                200 => {
                    let answer: ServerTime = self.read(&answer)?;
                    let now = Timestamp::now();
                    self.clock_offset =
                        answer.server_time.map_or(SignedDuration::ZERO, |server_time| server_time.duration_since(now));
                    return Ok(());
                }
                400..=499 => refusal = self.error_text(&answer),
                _ => return Err(ApiError::Unreachable(self.error_text(&answer))),
            }
        }
        Err(ApiError::Unreachable(format!("it speaks none of {}: {refusal}", VERSIONS.join(", "))))
    }

    pub fn version(&self) -> &'static str {
        self.version
    }

    /// The server's time when ours is `now`; neither clock need be right.
    pub fn server_time(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.clock_offset).unwrap_or(now)
    }

    /// `None` if Veeam knows no such session.
    ///
    /// # Errors
    /// Veeam can't be asked, or gives no valid answer.
    pub async fn session(&mut self, id: &str) -> Result<Option<Session>, ApiError> {
        let answer = self.get(&format!("/api/v1/sessions/{id}")).await?;
        match answer.status {
            404 => Ok(None),
            _ => self.read(&answer).map(Some),
        }
    }

    /// All sessions that began after `moment`, by the server's clock.
    ///
    /// # Errors
    /// As `session`.
    pub async fn sessions_since(&mut self, moment: Timestamp) -> Result<Vec<Session>, ApiError> {
        let moment = format!("{moment:.0}");
        let query = [("createdAfterFilter", moment.as_str()), ("orderColumn", "CreationTime"), ("orderAsc", "false")];
        self.pages("/api/v1/sessions", &query).await
    }

    /// # Errors
    /// As `session`.
    pub async fn jobs(&mut self) -> Result<Vec<JobState>, ApiError> {
        self.pages("/api/v1/jobs/states", &[]).await
    }

    /// Ends the process until the next check.
    pub async fn disconnect(&self) {
        self.channel.disconnect().await;
    }

    /// Returns the token; the server's answer does not matter.
    pub async fn log_out(mut self) {
        if self.token.is_some() {
            let _ = self.send("POST", "/api/oauth2/logout", Some(String::new())).await;
            self.token = None;
        }
    }

    async fn pages<T: DeserializeOwned>(&mut self, path: &str, query: &[(&str, &str)]) -> Result<Vec<T>, ApiError> {
        let mut all = Vec::new();
        let mut bytes = 0;
        for _ in 0..MAX_PAGES {
            let (skip, limit) = (all.len().to_string(), PAGE.to_string());
            let place = [("skip", skip.as_str()), ("limit", limit.as_str())];
            let query = Serializer::new(String::new()).extend_pairs(place).extend_pairs(query).finish();
            let answer = self.get(&format!("{path}?{query}")).await?;
            bytes += answer.body.len();
            if bytes > MAX_LIST_BYTES {
                break;
            }
            let page: Page<T> = self.read(&answer)?;
            let is_last = page.data.is_empty() || all.len() + page.data.len() >= page.pagination.total;
            all.extend(page.data);
            if is_last {
                return Ok(all);
            }
        }
        // Half a list would look like an idle repository.
        Err(ApiError::Unreachable(format!("{path} does not end")))
    }

    /// Logs in if needed, and once more if the server rejects the token.
    async fn get(&mut self, path: &str) -> Result<ApiResponse, ApiError> {
        if self.token.as_ref().is_none_or(|token| token.until <= Instant::now()) {
            self.renew().await?;
        }
        let mut answer = self.send("GET", path, None).await?;
        if answer.status == 401 {
            self.renew().await?;
            answer = self.send("GET", path, None).await?;
        }
        match answer.status {
            200 | 404 => Ok(answer),
            401 | 403 => Err(ApiError::LoginRefused(self.error_text(&answer))),
            _ => Err(ApiError::Unreachable(self.error_text(&answer))),
        }
    }

    /// Gets a new token, with the old one's refresh token, which works once, or with the password.
    async fn renew(&mut self) -> Result<(), ApiError> {
        if let Some(old) = self.token.take().filter(|token| !token.refresh.is_empty()) {
            let form = [("grant_type", "refresh_token"), ("refresh_token", old.refresh.as_str())];
            let answer = self.send("POST", "/api/oauth2/token", Some(encoded(&form))).await?;
            if answer.status == 200 {
                return self.take_token(&answer);
            }
        }
        let password = self.password.expose().to_owned();
        let form = [("grant_type", "password"), ("username", self.user.as_str()), ("password", &password)];
        let answer = self.send("POST", "/api/oauth2/token", Some(encoded(&form))).await?;
        match answer.status {
            200 => self.take_token(&answer),
            400..=499 => Err(ApiError::LoginRefused(self.error_text(&answer))),
            _ => Err(ApiError::Unreachable(self.error_text(&answer))),
        }
    }

    fn take_token(&mut self, answer: &ApiResponse) -> Result<(), ApiError> {
        let token: TokenResponse = self.read(answer)?;
        let life = Duration::from_secs(token.expires_in).saturating_sub(MARGIN);
        self.token = Some(AccessToken {
            access: token.access_token,
            refresh: token.refresh_token,
            until: Instant::now() + life,
        });
        Ok(())
    }

    async fn send(&self, method: &str, path: &str, form: Option<String>) -> Result<ApiResponse, ApiError> {
        let authority = self.channel.authority();
        let mut headers = vec![
            ("Host", authority.as_str()),
            ("Accept", "application/json"),
            ("Connection", "close"),
            ("x-api-version", self.version),
        ];
        let bearer = self.token.as_ref().map(|token| format!("Bearer {}", token.access));
        headers.extend(bearer.as_deref().map(|bearer| ("Authorization", bearer)));
        headers.extend(form.as_ref().map(|_| ("Content-Type", "application/x-www-form-urlencoded")));
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let request = ApiRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: headers.into_iter().map(owned).collect(),
            body: form.unwrap_or_default(),
        };
        self.channel.call(&request).await
    }

    fn read<T: DeserializeOwned>(&self, answer: &ApiResponse) -> Result<T, ApiError> {
        if answer.status != 200 {
            return Err(ApiError::Unreachable(self.error_text(answer)));
        }
        serde_json::from_slice(&answer.body).map_err(|error| ApiError::Unreachable(format!("its answer: {error}")))
    }

    /// The server's error text, with the password masked in case the server repeats it.
    fn error_text(&self, answer: &ApiResponse) -> String {
        let body: Option<ErrorBody> = serde_json::from_slice(&answer.body).ok();
        let mut text = body.map(|body| body.message).unwrap_or_default();
        if !self.password.is_empty() {
            text = text.replace(self.password.expose(), MASK);
        }
        let status = answer.status;
        if text.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {text}") }
    }
}

fn encoded(form: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(form).finish()
}
