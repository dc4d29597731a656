//! The listening socket, and the limits on each connection: size of the headers, and time to send and to read. `client_limits` says
//! how many connections there may be. Owns the connections. Must not know what is served.

use std::io;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use log::debug;
use rustix::net::sockopt::set_tcp_user_timeout;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use super::client_limits::{Client, ClientLimits, Permit};

const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// From the start of a connection, or the end of a request, to the end of the next request's headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// A client that reads nothing for this long, in milliseconds, while data waits for it is disconnected.
const READ_TIMEOUT_MILLIS: u32 = 30_000;
/// The pause after an error, such as when no descriptors are left.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(200);

/// Serves forever. Dropping the future keeps the open connections.
pub async fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    let limits = ClientLimits::for_connections();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => admit(stream, Client::of(peer.ip()), &limits, &router),
            Err(error) => {
                debug!("no connection: {error}");
                sleep(ACCEPT_RETRY_DELAY).await;
            }
        }
    }
}

/// Whoever has no permit is hung up on at once, so that nobody waits behind a crowd.
fn admit(stream: TcpStream, client: Client, limits: &ClientLimits, router: &Router) {
    match limits.admit(client) {
        Some(permit) => drop(tokio::spawn(serve_client(stream, router.clone().layer(Extension(client)), permit))),
        None => debug!("too many connections of {client:?}"),
    }
}

async fn serve_client(stream: TcpStream, router: Router, _permit: Permit) {
    if let Err(error) = set_tcp_user_timeout(&stream, READ_TIMEOUT_MILLIS) {
        debug!("a connection without a limit: {error}");
    }
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    http.max_headers(MAX_HEADERS).max_buf_size(MAX_HEADER_BYTES);
    let service = TowerToHyperService::new(router);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        debug!("a connection ended: {error}");
    }
}
