//! The daemon on the system bus: one object, one name, and signals for what changes.
//! Owns all that is zbus on the serving side. Must not know disks, rsync or files: it sees the [`Status`], sends
//! [`Call`]s and relays [`Signal`]s.

mod argument;
mod call_filter;
mod call_limits;
mod callers;
mod dispatch;
mod filtered_socket;
mod polkit;
mod polkit_limits;
mod publisher;
mod refused_calls;
mod run_list;
mod service;
mod view;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use zbus::fdo::RequestNameFlags;
use zbus::{Connection, connection, fdo};

use crate::controller::{Call, Signal};
use asbackup_api::Status;
use asbackup_system::bus_socket;
use asbackup_texts::Texts;

use asbackup_api::bus::{BUS_NAME, OBJECT_PATH};
use dispatch::Dispatch;
use filtered_socket::FilteredSocket;
use polkit::Polkit;
use publisher::Publisher;
use run_list::RunList;
use service::Service;

pub use call_filter::Refusal;
pub use callers::Callers;
pub use run_list::History;

/// Why the daemon is not on the bus.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// There is no bus.
    #[error("no connection to the system bus")]
    Unreachable(#[source] zbus::Error),
    /// Another daemon runs.
    #[error("another program owns {BUS_NAME}")]
    NameTaken,
    /// The bus's policy is not installed.
    #[error("the bus does not let us own {BUS_NAME}")]
    NameRefused(#[source] zbus::Error),
    /// The object can't be registered.
    #[error("{OBJECT_PATH} can't be served")]
    Failed(#[source] zbus::Error),
}

impl BusError {
    /// The text for people.
    pub fn message(&self, texts: &Texts) -> String {
        let (id, cause) = match self {
            Self::Unreachable(cause) => ("bus-unreachable", cause.to_string()),
            Self::NameTaken => ("bus-name-taken", String::new()),
            Self::NameRefused(cause) => ("bus-name-refused", cause.to_string()),
            Self::Failed(cause) => ("bus-failed", cause.to_string()),
        };
        texts.text(id, &[("name", BUS_NAME.into()), ("cause", cause.into())])
    }
}

/// What the bus side is connected to.
pub struct Sources {
    /// For lookups of callers; takes no calls.
    pub asking: Connection,
    /// Who called lately.
    pub callers: Callers,
    /// Calls that were turned away.
    pub refusals: UnboundedReceiver<Refusal>,
    /// To the controller.
    pub calls: UnboundedSender<Call>,
    /// Each is sent after the [`Status`] that says the same.
    pub signals: UnboundedReceiver<Signal>,
    /// The newest status.
    pub status: watch::Receiver<Status>,
    /// The language can change with the config.
    pub texts: watch::Receiver<Arc<Texts>>,
    /// Reads the history.
    pub history: History,
}

/// Connects to the system bus for calls to others and for signals; takes no calls.
///
/// # Errors
/// There is no bus.
pub async fn connect() -> Result<Connection, BusError> {
    bus_socket::connect().await.map_err(BusError::Unreachable)
}

/// Connects to the system bus for callers, with a limit for each user. There is no limit if the bus is not reached
/// through a local socket.
///
/// # Errors
/// There is no bus.
pub async fn listen(callers: Callers) -> Result<(Connection, UnboundedReceiver<Refusal>), BusError> {
    let (refused, refusals) = unbounded_channel();
    let builder = match bus_socket::stream().await.map_err(BusError::Unreachable)? {
        Some(stream) => connection::Builder::socket(FilteredSocket::new(stream, callers, refused)),
        None => connection::Builder::system(),
    };
    Ok((builder.build().await.map_err(BusError::Unreachable)?, refusals))
}

/// Serves the object, then takes the name, so that nobody can call before there is an object.
///
/// # Errors
/// If the name is taken, or the bus does not answer.
pub async fn serve(connection: &Connection, sources: Sources) -> Result<Bus, BusError> {
    let polkit = Polkit::new(&sources.asking, sources.callers);
    let dispatch = Dispatch { calls: sources.calls, polkit, texts: sources.texts };
    tokio::spawn(refused_calls::answer_all(connection.clone(), dispatch.texts.clone(), sources.refusals));
    let service = Service { dispatch, status: sources.status.clone(), runs: RunList::new(sources.history) };
    let publisher = Publisher::new(connection, sources.status).map_err(BusError::Failed)?;
    let server = connection.object_server();
    let served = server.at(OBJECT_PATH, service).await;
    served.map_err(BusError::Failed)?;
    take_name(connection).await?;
    let publisher = tokio::spawn(publisher.run(sources.signals));
    Ok(Bus { publisher })
}

/// Owning the name guarantees that only one daemon runs. So it is neither given up, taken over nor waited for, contrary
/// to zbus' defaults.
async fn take_name(connection: &Connection) -> Result<(), BusError> {
    let flags = RequestNameFlags::DO_NOT_QUEUE;
    match connection.request_name_with_flags(BUS_NAME, flags).await {
        Ok(_) => Ok(()),
        Err(zbus::Error::NameTaken) => Err(BusError::NameTaken),
        Err(zbus::Error::FDO(error)) if matches!(*error, fdo::Error::AccessDenied(_)) => {
            Err(BusError::NameRefused(zbus::Error::FDO(error)))
        }
        Err(error) => Err(BusError::Unreachable(error)),
    }
}

/// The daemon while it is on the bus.
#[derive(Debug)]
pub struct Bus {
    publisher: JoinHandle<()>,
}

impl Bus {
    /// Waits until the last changes and signals are sent, at most for `limit`. Their senders must have been dropped.
    pub async fn finish(mut self, limit: Duration) {
        if timeout(limit, &mut self.publisher).await.is_err() {
            self.publisher.abort();
        }
    }
}
