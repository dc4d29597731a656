//! The channel to one server: requests go to a separate process that talks to the server, and answers of bounded size
//! come back. Each check uses one process; between two checks there is none. Dropping the future ends the request.

use std::error::Error;
use std::time::Duration;

use hyper::Uri;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::ApiError;
use asbackup_config::Veeam;
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::net::read_certificates;
use asbackup_system::privsep::{self, HelperError, Service};

const HTTPS: u16 = 443;
/// In bytes; may contain certificates.
pub const MAX_ENDPOINT_BYTES: usize = 2 * 1024 * 1024;
/// In bytes.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;
/// In bytes; 200 sessions take some hundred kilobytes.
pub const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;
/// The process has the server's time-out, and this much more to pass on the answer.
const GRACE: Duration = Duration::from_secs(10);

/// The server, and how to reach it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Endpoint {
    pub host: String,
    pub port: u16,
    /// PEM certificates that are trusted besides the system's.
    pub trusted: String,
    /// For each request.
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
    /// The connection to the process, for one check.
    socket: Mutex<Option<privsep::MessageSocket>>,
}

impl Channel {
    /// # Errors
    /// The certificate file can't be used, or the URL is invalid.
    pub async fn new(veeam: &Veeam) -> Result<Self, ApiError> {
        let uri: Uri = veeam.url.parse().map_err(|error| unreachable(&error))?;
        let ca_file = veeam.ca_file.clone();
        let trusted = blocking(GLANCE, move || read_certificates(&ca_file)).await;
        let endpoint = Endpoint {
            host: uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(HTTPS),
            trusted: trusted.map_err(|error| ApiError::Untrusted(error.to_string()))?,
            timeout: veeam.timeout,
        };
        Ok(Self { endpoint, socket: Mutex::new(None) })
    }

    /// For the `Host` header.
    pub fn authority(&self) -> String {
        let Endpoint { host, port, .. } = &self.endpoint;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// # Errors
    /// No complete answer in time. Any status is an answer.
    pub async fn call(&self, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let mut kept = self.socket.lock().await;
        let mut socket = match kept.take() {
            Some(socket) => socket,
            None => self.begin().await?,
        };
        socket.send(request).await.map_err(|error| unreachable(&HelperError::Gone(error)))?;
        let timeout = self.endpoint.timeout + GRACE;
        let status = socket.answer::<Result<u16, ApiError>>(MAX_REQUEST_BYTES, timeout).await;
        let answer = match status.map_err(|error| unreachable(&error))? {
            Ok(status) => {
                let body = socket.answer_bytes(MAX_RESPONSE_BYTES, timeout).await;
                Ok(ApiResponse { status, body: body.map_err(|error| unreachable(&error))? })
            }
            Err(error) => Err(error),
        };
        *kept = Some(socket);
        answer
    }

    async fn begin(&self) -> Result<privsep::MessageSocket, ApiError> {
        let mut socket = Service::Veeam.connect().await.map_err(ApiError::Unavailable)?;
        socket.send(&self.endpoint).await.map_err(|error| unreachable(&HelperError::Gone(error)))?;
        Ok(socket)
    }

    /// Ends the process until the next request.
    pub async fn disconnect(&self) {
        *self.socket.lock().await = None;
    }
}

/// With the whole chain of causes, since the outermost error rarely says why.
pub fn unreachable(error: &dyn Error) -> ApiError {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    ApiError::Unreachable(text)
}
