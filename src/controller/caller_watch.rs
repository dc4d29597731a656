//! Whether those who wait are still there. A request that waits is worth as much as its caller's connection: nobody would
//! give back the lock that it gets in the end.

use std::time::Duration;

use futures_util::StreamExt;
use log::debug;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;

/// The bus answers at once.
const PATIENCE: Duration = Duration::from_secs(1);

/// Somebody has gone whose going matters to Veeam's turn.
#[derive(Debug)]
pub enum QueueEvent {
    /// The caller of this name has left the bus.
    CallerLeft(String),
    /// No rsync of a killed daemon is left.
    OrphansEnded,
}

/// One caller who waits. The watch ends with the value.
#[derive(Debug)]
pub struct CallerWatch {
    name: String,
    watch: JoinHandle<()>,
}

impl CallerWatch {
    pub fn new(connection: &Connection, name: &str, queue_events: &UnboundedSender<QueueEvent>) -> Self {
        let (connection, queue_events, watched) = (connection.clone(), queue_events.clone(), name.to_owned());
        let watch = tokio::spawn(async move {
            if let Err(error) = gone(&connection, &watched).await {
                debug!("{watched} can't be watched: {error}");
            }
            // The receiver ends with the daemon.
            let _ = queue_events.send(QueueEvent::CallerLeft(watched));
        });
        Self { name: name.to_owned(), watch }
    }

    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Asks the bus, since the news that he has gone may be on its way still.
    pub async fn is_there(&self, connection: &Connection) -> bool {
        let asked = timeout(PATIENCE, has_owner(connection, &self.name)).await;
        matches!(asked, Ok(Ok(true)))
    }
}

impl Drop for CallerWatch {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

async fn has_owner(connection: &Connection, name: &str) -> zbus::Result<bool> {
    let bus = DBusProxy::new(connection).await?;
    Ok(bus.name_has_owner(BusName::try_from(name.to_owned())?).await?)
}

/// Returns when nobody has this name any more.
async fn gone(connection: &Connection, name: &str) -> zbus::Result<()> {
    let bus = DBusProxy::new(connection).await?;
    // Listens before it asks, so that no moment is missed.
    let mut changes = bus.receive_name_owner_changed_with_args(&[(0, name)]).await?;
    if !has_owner(connection, name).await? {
        return Ok(());
    }
    while let Some(change) = changes.next().await {
        if change.args()?.new_owner().is_none() {
            return Ok(());
        }
    }
    Ok(())
}
