//! Whether callers that wait are still connected. A waiting request ends with its caller's connection: otherwise nobody
//! would give back the lock that it gets in the end.

use std::time::Duration;

use futures_util::StreamExt;
use log::debug;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;

/// The bus answers at once, unless a thousand callers keep it busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// An event that the Veeam queue waits for.
#[derive(Debug)]
pub enum QueueEvent {
    /// The caller of this name has left the bus.
    CallerLeft(String),
    /// After a copy: whether any of a waiting job's callers is still there.
    CallersChecked { job: String, callers: Vec<String>, is_there: bool },
    /// The last rsync of a killed daemon has ended.
    OrphansEnded,
}

/// Watches one waiting caller for as long as it lives.
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
            // The receiver ends only with the daemon.
            let _ = queue_events.send(QueueEvent::CallerLeft(watched));
        });
        Self { name: name.to_owned(), watch }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }
}

impl Drop for CallerWatch {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// Asks the bus whether any of these callers is there, since the signal that they left may still be on its way.
pub async fn is_any_there(connection: &Connection, names: &[String]) -> bool {
    for name in names {
        let owned = timeout(PATIENCE, has_owner(connection, name)).await;
        if matches!(owned, Ok(Ok(true))) {
            return true;
        }
    }
    false
}

async fn has_owner(connection: &Connection, name: &str) -> zbus::Result<bool> {
    let bus = DBusProxy::new(connection).await?;
    Ok(bus.name_has_owner(BusName::try_from(name.to_owned())?).await?)
}

/// Returns once nobody owns this name.
async fn gone(connection: &Connection, name: &str) -> zbus::Result<()> {
    let bus = DBusProxy::new(connection).await?;
    // Subscribes before it asks, so that nothing is missed in between.
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
