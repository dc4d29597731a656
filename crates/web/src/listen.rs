//! The listening socket and the limits on those who connect: how large their headers, how slow they ask and read; how many there
//! may be is in `limits`. Owns the connections. Must not know what is served.

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
/// From the connection to the end of the request's headers, and between two requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// In milliseconds: who takes nothing for so long while something waits for him is gone, or as good as gone.
const READ_TIMEOUT_MILLIS: u32 = 30_000;
/// Before trying again when the system has no descriptors left.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(200);

/// Serves for ever; connections that are on stay when this is dropped.
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
