//! The listening socket and the limits on those who connect: how large their headers, how slow they ask and read; how many there
//! may be is in `guests`. Owns the connections. Must not know what is served.

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

use super::guests::{Guest, Guests, Place};

const HEADERS: usize = 64;
const HEADER_BYTES: usize = 16 * 1024;
/// From the connection to the end of the request's headers, and between two requests.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// In milliseconds: who takes nothing for so long while something waits for him is gone, or as good as gone.
const READ_TIME: u32 = 30_000;
/// Before trying again when the system has no descriptors left.
const BREATH: Duration = Duration::from_millis(200);

/// Serves for ever; connections that are on stay when this is dropped.
pub async fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    let guests = Guests::connected();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => welcome(stream, Guest::of(peer.ip()), &guests, &router),
            Err(error) => {
                debug!("no connection: {error}");
                sleep(BREATH).await;
            }
        }
    }
}

/// Whoever has no place is hung up on at once, so that nobody waits behind a crowd.
fn welcome(stream: TcpStream, guest: Guest, guests: &Guests, router: &Router) {
    match guests.admit(guest) {
        Some(place) => drop(tokio::spawn(talk(stream, router.clone().layer(Extension(guest)), place))),
        None => debug!("too many connections of {guest:?}"),
    }
}

async fn talk(stream: TcpStream, router: Router, _place: Place) {
    if let Err(error) = set_tcp_user_timeout(&stream, READ_TIME) {
        debug!("a connection without a limit: {error}");
    }
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
    http.max_headers(HEADERS).max_buf_size(HEADER_BYTES);
    let service = TowerToHyperService::new(router);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        debug!("a connection ended: {error}");
    }
}
