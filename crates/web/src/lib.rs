//! The status page: a client of the bus that shows what it is told there, to people and to machines.
//! Sees nothing but the contract of the bus, the plain data and the texts: no file, no disk, no configuration, no secret of the
//! daemon. One watcher asks; a painter writes the page once for all; every reader gets what was painted.

#![deny(missing_docs)]

mod clock;
mod guests;
mod language;
mod listen;
mod lists;
mod live;
mod log;
mod machines;
mod mood;
mod names;
mod page;
mod parts;
mod plots;
mod routes;
mod screen;
mod snapshot;
mod start;
mod watch;

use std::io;
use std::sync::Arc;

use ::log::info;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch::{Receiver, channel};
use zbus::Connection;

use guests::Guests;
use routes::Sources;
use screen::Voices;
use snapshot::View;
use start::StartAuth;
use watch::Watcher;

/// The daemon's own default; where we listen as long as it has not said otherwise.
const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

/// Why the page ends.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The system bus could not be reached.
    #[error("the connection to the system bus failed or broke off: {0}")]
    Bus(#[from] zbus::Error),
    /// The system bus went away.
    #[error("the system bus is gone")]
    BusGone,
    /// The password file could not be read.
    #[error("the credential web-password can't be read: {0}")]
    Password(#[source] io::Error),
    /// The address could not be listened on.
    #[error("can't listen on {address} (webhost and webport in config.ini): {cause}")]
    Listen {
        /// Host and port, as configured.
        address: String,
        /// What the system said.
        cause: io::Error,
    },
}

/// Serves the page until the bus is gone.
///
/// # Errors
/// What ended the page; it does not end otherwise.
pub async fn run(bus: Connection) -> Result<(), WebError> {
    let mut watcher = Watcher::new(&bus).await?;
    watcher.ask().await;
    let view = watcher.view();
    let voices = Arc::new(Voices::default());
    let (painted, screen) = channel(voices.paint(&view.borrow()));
    let start_auth = StartAuth::new(watcher.backup()).map_err(WebError::Password)?.map(Arc::new);
    let sources = Sources {
        view: view.clone(),
        screen,
        voices: Arc::clone(&voices),
        start_auth,
        names: watcher.names(),
        staying: Guests::staying(),
    };
    let router = routes::router(sources);
    tokio::select! {
        ended = watcher.follow() => ended.map_err(WebError::from).and(Err(WebError::BusGone)),
        () = screen::keep_painted(view.clone(), voices, painted) => Err(WebError::BusGone),
        ended = listen(view, router) => ended,
    }
}

/// Moves when the configuration names another address.
async fn listen(mut view: Receiver<View>, router: Router) -> Result<(), WebError> {
    let mut address = address(&view.borrow_and_update()).unwrap_or_else(|| DEFAULT_ADDRESS.to_owned());
    loop {
        let fault = |cause| WebError::Listen { address: address.clone(), cause };
        let listener = TcpListener::bind(&address).await.map_err(fault)?;
        info!("the status page is at http://{address}/");
        tokio::select! {
            ended = listen::serve(listener, router.clone()) => return ended.map_err(fault),
            moved = another(&mut view, &address) => address = moved?,
        }
    }
}

/// Waits for an address that is not `old`.
async fn another(view: &mut Receiver<View>, old: &str) -> Result<String, WebError> {
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
