//! The status page: a client of the bus that shows the daemon's status to people and to programs.
//! Knows only the bus interface, its types and the texts: no files, disks, configuration or secrets of the daemon. One watcher reads
//! the status, one task renders the page for everyone, and each reader is sent what was rendered.

#![deny(missing_docs)]

mod api;
mod banner;
mod client_limits;
mod host_names;
mod language;
mod listen;
mod live;
mod page;
mod parts;
mod plots;
mod render;
mod routes;
mod snapshot;
mod start;
mod tables;
mod times;
mod watch;

use std::io;
use std::sync::Arc;

use axum::Router;
use log::info;
use tokio::net::TcpListener;
use tokio::sync::watch::{Receiver, channel};
use zbus::Connection;

use client_limits::ClientLimits;
use render::Renderer;
use routes::Sources;
use snapshot::View;
use start::StartAuth;
use watch::Watcher;

/// The daemon's default, used until the daemon publishes an address.
const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

/// Why the page stops.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The system bus can't be reached, or an error ended the connection.
    #[error("the connection to the system bus failed or broke off: {0}")]
    Bus(#[from] zbus::Error),
    /// The system bus closed the connection.
    #[error("the system bus is gone")]
    BusGone,
    /// The credential with the password can't be read.
    #[error("the credential web-password can't be read: {0}")]
    Password(#[source] io::Error),
    /// The page can't listen on this address.
    #[error("can't listen on {address} (webhost and webport in config.ini): {cause}")]
    Listen {
        /// Host and port, as configured.
        address: String,
        /// The system's error.
        cause: io::Error,
    },
}

/// Serves the page until the bus is gone.
///
/// # Errors
/// Always returns why the page stopped.
pub async fn run(bus: Connection) -> Result<(), WebError> {
    let mut watcher = Watcher::new(&bus).await?;
    watcher.refresh().await;
    let view = watcher.view();
    let renderer = Arc::new(Renderer::default());
    let (newest, rendered) = channel(renderer.render(&view.borrow()));
    let start_auth = StartAuth::new(watcher.backup()).map_err(WebError::Password)?.map(Arc::new);
    let sources = Sources {
        view: view.clone(),
        rendered,
        renderer: Arc::clone(&renderer),
        start_auth,
        host_names: watcher.host_names(),
        live_readers: ClientLimits::for_live_readers(),
    };
    let router = routes::router(sources);
    tokio::select! {
        ended = watcher.follow() => ended.map_err(WebError::from).and(Err(WebError::BusGone)),
        () = render::keep_rendered(view.clone(), renderer, newest) => Err(WebError::BusGone),
        ended = listen(view, router) => ended,
    }
}

/// Listens again whenever the daemon publishes another address.
async fn listen(mut view: Receiver<View>, router: Router) -> Result<(), WebError> {
    let mut address = address(&view.borrow_and_update()).unwrap_or_else(|| DEFAULT_ADDRESS.to_owned());
    loop {
        let fault = |cause| WebError::Listen { address: address.clone(), cause };
        let listener = TcpListener::bind(&address).await.map_err(fault)?;
        info!("the status page is at http://{address}/");
        tokio::select! {
            ended = listen::serve(listener, router.clone()) => return ended.map_err(fault),
            moved = next_address(&mut view, &address) => address = moved?,
        }
    }
}

/// Waits for an address other than `old`.
async fn next_address(view: &mut Receiver<View>, old: &str) -> Result<String, WebError> {
    loop {
        view.changed().await.map_err(|_| WebError::BusGone)?;
        let named = address(&view.borrow_and_update());
        if let Some(new) = named.filter(|new| new != old) {
            return Ok(new);
        }
    }
}

fn address(view: &View) -> Option<String> {
    match view {
        View::Away => None,
        View::Here(now) => Some(now.status.web_address.clone()).filter(|address| !address.is_empty()),
    }
}
