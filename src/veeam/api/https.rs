//! The far end of `channel`, in a process of its own: receives the endpoint, then one request after the other. Each
//! request has a connection of its own (connect, encrypt, send, read the whole answer, close), so no idle connection
//! can hang.

use std::error::Error;
use std::io;
use std::pin::pin;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::ApiError;
use super::channel::{
    ApiRequest, ApiResponse, Endpoint, MAX_ENDPOINT_BYTES, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, unreachable,
};
use asbackup_system::net::{
    Bounded, DialError, Limits, dial, encrypt, is_certificate_error, server_name, tls_connector,
};
use asbackup_system::privsep::MessageSocket;

/// For the whole answer; hyper limits the headers itself.
const LIMITS: Limits = Limits { line: None, answer: 2 * MAX_RESPONSE_BYTES };

/// Serves one conversation to its end.
///
/// # Errors
/// The other end is gone, or sends an invalid request.
pub async fn serve(mut socket: MessageSocket) -> io::Result<()> {
    let Some(endpoint) = socket.receive::<Endpoint>(MAX_ENDPOINT_BYTES).await? else { return Ok(()) };
    let tls = tls_connector(&endpoint.trusted).map_err(|error| ApiError::Untrusted(error.to_string()));
    let server = tls.map(|tls| Server { endpoint, tls });
    while let Some(request) = socket.receive::<ApiRequest>(MAX_REQUEST_BYTES).await? {
        let answer = match &server {
            Ok(server) => server.call(request).await,
            Err(error) => Err(error.clone()),
        };
        socket.send(&answer.as_ref().map(|answer| answer.status)).await?;
        if let Ok(answer) = answer {
            socket.send_bytes(&answer.body).await?;
        }
    }
    Ok(())
}

struct Server {
    endpoint: Endpoint,
    tls: TlsConnector,
}

impl Server {
    async fn call(&self, request: ApiRequest) -> Result<ApiResponse, ApiError> {
        match timeout(self.endpoint.timeout, self.exchange_on_new_connection(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.timed_out()),
        }
    }

    async fn exchange_on_new_connection(&self, request: ApiRequest) -> Result<ApiResponse, ApiError> {
        let request = http_request(request)?;
        let address = (self.endpoint.host.as_str(), self.endpoint.port);
        let dialled = dial(address, self.endpoint.timeout, |stream| self.encrypted(stream)).await;
        let stream = dialled.map_err(|error| match error {
            DialError::Unreachable(error) => unreachable(&error),
            DialError::TimedOut => self.timed_out(),
            DialError::Attempt(error) => error,
        })?;
        let stream = TokioIo::new(Bounded::new(stream, LIMITS));
        let (sender, connection) = http1::handshake(stream).await.map_err(|error| unreachable(&error))?;
        let mut exchange = pin!(exchange(sender, request));
        // The connection moves the bytes for the exchange, and may end before the exchange has read them.
        tokio::select! {
            biased;
            answer = &mut exchange => return answer,
            ended = connection => ended.map_err(|error| unreachable(&error))?,
        }
        exchange.await
    }

    async fn encrypted(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, ApiError> {
        let name = server_name(&self.endpoint.host).map_err(|error| unreachable(&error))?;
        let encrypted = encrypt(&self.tls, name, stream).await;
        encrypted.map_err(|error| match is_certificate_error(&error) {
            true => ApiError::Untrusted(error.to_string()),
            false => unreachable(&error),
        })
    }

    fn timed_out(&self) -> ApiError {
        ApiError::Unreachable(format!("no answer within {} s", self.endpoint.timeout.as_secs()))
    }
}

fn http_request(request: ApiRequest) -> Result<Request<Full<Bytes>>, ApiError> {
    let mut builder = Request::builder().method(request.method.as_str()).uri(request.path);
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    builder.body(Full::new(Bytes::from(request.body))).map_err(|error| ApiError::Unreachable(error.to_string()))
}

async fn exchange(
    mut sender: SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<ApiResponse, ApiError> {
    read(sender.send_request(request).await).await
}

async fn read(response: Result<Response<Incoming>, hyper::Error>) -> Result<ApiResponse, ApiError> {
    let response = response.map_err(|error| unreachable(&error))?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), MAX_RESPONSE_BYTES).collect().await;
    let body = body.map_err(|error: Box<dyn Error + Send + Sync>| unreachable(&*error))?.to_bytes();
    Ok(ApiResponse { status, body: body.to_vec() })
}
