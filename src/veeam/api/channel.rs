//! The way to one server: requests go to a process aside, which speaks with the server, and answers of a bounded size come back. A look takes
//! one process; between two looks there is none. Nothing runs beside the future, so whoever drops it has ended it.

use std::error::Error;
use std::time::Duration;

use hyper::Uri;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::ApiError;
use crate::aside::{Aside, Talk, Unheard};
use crate::blocking::{GLANCE, blocking};
use crate::config::Veeam;
use crate::net::named;

const HTTPS: u16 = 443;
/// Bytes of what has to be known, which may have certificates in it.
pub const MAX_ENDPOINT_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of a request.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;
/// Bytes of an answer; 200 sessions are some hundred kilobytes.
pub const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;
/// The process aside has the server's time, and this much more to tell.
const GRACE: Duration = Duration::from_secs(10);

/// All that has to be known of the server.
#[derive(Clone, Serialize, Deserialize)]
pub struct Endpoint {
    pub host: String,
    pub port: u16,
    /// Certificates in PEM that are trusted besides the system's.
    pub trusted: String,
    /// Each request must have been answered in this time.
    pub timeout: Duration,
}

/// One request.
#[derive(Serialize, Deserialize)]
pub struct ApiRequest {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

#[derive(Debug)]
pub struct ApiResponse {
    pub status: u16,
    pub body: Vec<u8>,
}

pub struct Channel {
    endpoint: Endpoint,
    /// With the process aside, as long as a look lasts.
    talk: Mutex<Option<Talk>>,
}

impl Channel {
    /// # Errors
    /// The file with certificates can't be used, or the server is none.
    pub async fn new(veeam: &Veeam) -> Result<Self, ApiError> {
        let uri: Uri = veeam.url.parse().map_err(|error| unreachable(&error))?;
        let ca_file = veeam.ca_file.clone();
        let trusted = blocking(GLANCE, move || named(&ca_file)).await;
        let endpoint = Endpoint {
            host: uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(HTTPS),
            trusted: trusted.map_err(|error| ApiError::Untrusted(error.to_string()))?,
            timeout: veeam.timeout,
        };
        Ok(Self { endpoint, talk: Mutex::new(None) })
    }

    /// What the request's `Host` has to say.
    pub fn authority(&self) -> String {
        let Endpoint { host, port, .. } = &self.endpoint;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// # Errors
    /// No whole answer in time. Any status is an answer.
    pub async fn call(&self, ask: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let mut kept = self.talk.lock().await;
        let mut talk = match kept.take() {
            Some(talk) => talk,
            None => self.begin().await?,
        };
        talk.say(ask).await.map_err(|error| unreachable(&Unheard::Gone(error)))?;
        let timeout = self.endpoint.timeout + GRACE;
        let status = talk.answer::<Result<u16, ApiError>>(MAX_REQUEST_BYTES, timeout).await;
        let answer = match status.map_err(|unheard| unreachable(&unheard))? {
            Ok(status) => {
                let body = talk.answer_bytes(MAX_RESPONSE_BYTES, timeout).await;
                Ok(ApiResponse { status, body: body.map_err(|unheard| unreachable(&unheard))? })
            }
            Err(error) => Err(error),
        };
        *kept = Some(talk);
        answer
    }

    async fn begin(&self) -> Result<Talk, ApiError> {
        let mut talk = Aside::Veeam.call().await.map_err(ApiError::Absent)?;
        talk.say(&self.endpoint).await.map_err(|error| unreachable(&Unheard::Gone(error)))?;
        Ok(talk)
    }

    /// Nothing more is asked for a while.
    pub async fn disconnect(&self) {
        *self.talk.lock().await = None;
    }
}

/// With all that lies beneath, since the outermost error rarely says why.
pub fn unreachable(error: &dyn Error) -> ApiError {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    ApiError::Unreachable(text)
}
