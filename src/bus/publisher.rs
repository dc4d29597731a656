//! Publishes changes on the bus: one `PropertiesChanged` for each set of changes, and the two signals of a run. Lock
//! properties, which Veeam's scripts can change as fast as they call, are published at intervals. `RunStarted` waits
//! for the reply to `Start`, and `RunFinished` for the properties that say the same. Decides nothing.

use std::borrow::Cow;
use std::time::Duration;

use log::debug;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};
use zbus::object_server::{Interface, SignalEmitter};
use zbus::{Connection, fdo};

use crate::controller::Signal;
use asbackup_api::Status;
use asbackup_api::wire::Entries;
use asbackup_texts::harmless;

use super::service::Service;
use asbackup_api::bus::OBJECT_PATH;

/// For what takes milliseconds unless the bus or a caller hangs; a late signal is better than none.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two publications of the locks.
const PAUSE: Duration = Duration::from_millis(100);
/// Long and often changed: unlimited, they would make up most of the bus's traffic.
const PAUSED: [&str; 2] = ["VeeamLocks", "VeeamLockCount"];

pub struct Publisher {
    emitter: SignalEmitter<'static>,
    status: watch::Receiver<Status>,
    published: Mutex<Published>,
}

/// What readers have been sent last.
struct Published {
    properties: Entries,
    /// The locks may be published again from then on.
    locks_at: Instant,
}

impl Publisher {
    /// What `status` holds now counts as published: readers that come later read it.
    pub fn new(connection: &Connection, status: watch::Receiver<Status>) -> zbus::Result<Self> {
        let properties = status.borrow().entries();
        let published = Mutex::new(Published { properties, locks_at: Instant::now() });
        Ok(Self { emitter: SignalEmitter::new(connection, OBJECT_PATH)?, status, published })
    }

    /// Ends when both senders are gone and everything is published.
    pub async fn run(self, signals: UnboundedReceiver<Signal>) {
        tokio::join!(self.follow(), self.relay(signals));
    }

    async fn follow(&self) {
        let mut status = self.status.clone();
        loop {
            let Some(rest_at) = self.publish_changes().await else {
                if status.changed().await.is_err() {
                    return;
                }
                continue;
            };
            tokio::select! {
                () = sleep_until(rest_at) => {}
                // At the end the rest is published as well: callers that wait for a lock see it go.
                changed = status.changed() => if changed.is_err() { sleep_until(rest_at).await },
            }
        }
    }

    async fn relay(&self, mut signals: UnboundedReceiver<Signal>) {
        while let Some(signal) = signals.recv().await {
            if let Err(error) = self.send(signal).await {
                debug!("signal not sent: {error}");
            }
        }
    }

    async fn send(&self, signal: Signal) -> zbus::Result<()> {
        match signal {
            Signal::RunStarted { run, disk, trigger, after } => {
                self.await_reply(after).await;
                self.publish_changes().await;
                Service::run_started(&self.emitter, run, &harmless(&disk), trigger).await
            }
            Signal::RunFinished { run, disk, result, error: (name, message) } => {
                self.await_end_of(run).await;
                self.publish_changes().await;
                let (disk, message) = (harmless(&disk), harmless(&message));
                Service::run_finished(&self.emitter, run, &disk, result, &name, &message).await
            }
        }
    }

    async fn await_reply(&self, after: Option<oneshot::Receiver<()>>) {
        let Some(after) = after else { return };
        if timeout(PATIENCE, after).await.is_err() {
            debug!("the reply to Start is late");
        }
    }

    async fn await_end_of(&self, run: u64) {
        let mut status = self.status.clone();
        let over = |status: &Status| status.last_run >= run;
        if timeout(PATIENCE, status.wait_for(over)).await.is_err() {
            debug!("the status does not say that run {run} is over");
        }
    }

    /// Returns when the lock properties that were left out are due.
    async fn publish_changes(&self) -> Option<Instant> {
        // Held while sending, so that no set of changes overtakes another.
        let mut published = self.published.lock().await;
        let now = self.status.borrow().entries();
        let mut changed: Entries =
            now.into_iter().filter(|(name, value)| published.properties.get(name) != Some(value)).collect();
        let has_locks = PAUSED.iter().any(|name| changed.contains_key(name));
        // A state is never published beside locks from before it.
        let may_rest = !changed.contains_key("State") && Instant::now() < published.locks_at;
        let rest_at = (has_locks && may_rest).then_some(published.locks_at);
        if rest_at.is_some() {
            changed.retain(|name, _| !PAUSED.contains(name));
        } else if has_locks {
            published.locks_at = Instant::now() + PAUSE;
        }
        if changed.is_empty() {
            return rest_at;
        }
        let sent =
            fdo::Properties::properties_changed(&self.emitter, Service::name(), changed.clone(), Cow::Borrowed(&[]));
        match sent.await {
            Ok(()) => published.properties.extend(changed),
            Err(error) => debug!("property changes not sent: {error}"),
        }
        rest_at
    }
}
