//! One request over TLS: connect, ask, read the answer whole, close. A few calls a minute need no connection that is kept, and
//! what is not kept can't hang. Nothing runs beside the future, so whoever drops it has ended it.

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::ApiError;
use crate::blocking::{GLANCE, blocking};
use crate::config::Veeam;
use crate::net::{Bounded, Limits, Unreached, encrypted, in_turn, is_distrust, named, server_name, trusting};

const HTTPS: u16 = 443;
/// 200 sessions are some hundred kilobytes.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
/// All of it; hyper has a limit of its own for what comes before the body.
const LIMITS: Limits = Limits { line: None, answer: 2 * LARGEST_ANSWER };

/// The way to one server.
pub struct Wire {
    host: String,
    port: u16,
    tls: TlsConnector,
    patience: Duration,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
}

impl Wire {
    /// Reads the certificates, which takes memory as long as this value lives.
    ///
    /// # Errors
    /// The file with certificates can't be used, or the host is none.
    pub async fn new(veeam: &Veeam) -> Result<Self, ApiError> {
        let uri: Uri = veeam.url.parse().map_err(|error| unreachable(&error))?;
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let ca_file = veeam.ca_file.clone();
        let tls = blocking(GLANCE, move || trusting(&named(&ca_file)?)).await;
        let tls = tls.map_err(|error: std::io::Error| ApiError::Untrusted(error.to_string()))?;
        let port = uri.port_u16().unwrap_or(HTTPS);
        Ok(Self { host, port, tls, patience: veeam.timeout })
    }

    /// What the request's `Host` has to say.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        format!("{host}:{}", self.port)
    }

    /// # Errors
    /// No whole answer in time. Any status is an answer.
    pub async fn call(&self, request: Request<Full<Bytes>>) -> Result<Answer, ApiError> {
        match timeout(self.patience, self.converse(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.late()),
        }
    }

    async fn converse(&self, request: Request<Full<Bytes>>) -> Result<Answer, ApiError> {
        let place = (self.host.as_str(), self.port);
        let reached = in_turn(place, self.patience, |stream| self.encrypted(stream)).await;
        let stream = reached.map_err(|reason| match reason {
            Unreached::Away(error) => unreachable(&error),
            Unreached::Late => self.late(),
            Unreached::Said(error) => error,
        })?;
        let stream = TokioIo::new(Bounded::new(stream, LIMITS));
        let (sender, connection) = http1::handshake(stream).await.map_err(|error| unreachable(&error))?;
        let mut exchange = pin!(exchange(sender, request));
        // The connection moves the bytes that the exchange waits for, and may be at its end before the exchange has read them.
        tokio::select! {
            biased;
            answer = &mut exchange => return answer,
            ended = connection => ended.map_err(|error| unreachable(&error))?,
        }
        exchange.await
    }

    async fn encrypted(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, ApiError> {
        let name = server_name(&self.host).map_err(|error| unreachable(&error))?;
        let encrypted = encrypted(&self.tls, name, stream).await;
        encrypted.map_err(|error| match is_distrust(&error) {
            true => ApiError::Untrusted(error.to_string()),
            false => unreachable(&error),
        })
    }

    fn late(&self) -> ApiError {
        ApiError::Unreachable(format!("no answer within {} s", self.patience.as_secs()))
    }
}

async fn exchange(mut sender: SendRequest<Full<Bytes>>, request: Request<Full<Bytes>>) -> Result<Answer, ApiError> {
    read(sender.send_request(request).await).await
}

async fn read(response: Result<Response<Incoming>, hyper::Error>) -> Result<Answer, ApiError> {
    let response = response.map_err(|error| unreachable(&error))?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
    let body = body.map_err(|error| unreachable(&*error))?.to_bytes();
    Ok(Answer { status, body })
}

/// With all that lies beneath, since the outermost error rarely says why.
fn unreachable(error: &dyn Error) -> ApiError {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    ApiError::Unreachable(text)
}
