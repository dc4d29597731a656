//! One request over TLS: connect, ask, read the answer whole, close. A few calls a minute need no connection that is kept, and
//! what is not kept can't hang. Nothing runs beside the future, so whoever drops it has ended it.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::ApiError;
use crate::blocking::{GLANCE, blocking};
use crate::config::Veeam;

const HTTPS: u16 = 443;
/// 200 sessions are some hundred kilobytes.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// The way to one server.
pub struct Wire {
    host: String,
    port: u16,
    name: ServerName<'static>,
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
        let name = ServerName::try_from(host.clone()).map_err(|error: InvalidDnsNameError| unreachable(&error))?;
        let ca_file = veeam.ca_file.clone();
        let config = blocking(GLANCE, move || trusting(&ca_file)).await;
        let config = config.map_err(|error| ApiError::Untrusted(error.to_string()))?;
        let port = uri.port_u16().unwrap_or(HTTPS);
        Ok(Self { host, port, name, tls: TlsConnector::from(Arc::new(config)), patience: veeam.timeout })
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
            Err(_) => Err(ApiError::Unreachable(format!("no answer within {} s", self.patience.as_secs()))),
        }
    }

    async fn converse(&self, request: Request<Full<Bytes>>) -> Result<Answer, ApiError> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|error| unreachable(&error))?;
        let stream = self.tls.connect(self.name.clone(), stream).await.map_err(not_encrypted)?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreachable(&error))?;
        let mut exchange = pin!(async { read(sender.send_request(request).await).await });
        // The connection moves the bytes that the exchange waits for, and may be at its end before the exchange has read them.
        tokio::select! {
            biased;
            answer = &mut exchange => return answer,
            ended = connection => ended.map_err(|error| unreachable(&error))?,
        }
        exchange.await
    }
}

async fn read(response: Result<Response<Incoming>, hyper::Error>) -> Result<Answer, ApiError> {
    let response = response.map_err(|error| unreachable(&error))?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
    let body = body.map_err(|error| unreachable(&*error))?.to_bytes();
    Ok(Answer { status, body })
}

/// The system's certificates, and those of the file in config.ini.
fn trusting(ca_file: &Path) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in own_certificates(ca_file)? {
        roots.add(certificate).map_err(|error| unusable(ca_file, &error))?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn own_certificates(ca_file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    if ca_file.as_os_str().is_empty() {
        return Ok(Vec::new());
    }
    let pem = std::fs::read(ca_file).map_err(|error| unusable(ca_file, &error))?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let certificates = read.map_err(|error| unusable(ca_file, &error))?;
    if certificates.is_empty() {
        return Err(unusable(ca_file, &"no certificate is in it"));
    }
    Ok(certificates)
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {error}", PathBuf::from(path).display()))
}

fn not_encrypted(error: io::Error) -> ApiError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(_)) => ApiError::Untrusted(error.to_string()),
        _ => unreachable(&error),
    }
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
