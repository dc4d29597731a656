//! Tells the bus what changed: one `PropertiesChanged` a change set, and the two signals of a run.
//! What Veeam's scripts can change as fast as they call is told with a pause between.
//! Owns what was told last. Nobody waits for it but the signals themselves: `RunStarted` for the reply to `Start`, and
//! `RunFinished` for the properties that say the same. Must not decide anything.

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

/// For things that take milliseconds unless the bus or a caller is stuck; a signal that comes late beats none.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two tellings of the locks.
const PAUSE: Duration = Duration::from_millis(100);
/// As long as the list is, and as often as it changes, it would be most of what is on the bus.
const PAUSED: [&str; 2] = ["VeeamLocks", "VeeamLockCount"];

pub struct Publisher {
    emitter: SignalEmitter<'static>,
    status: watch::Receiver<Status>,
    told: Mutex<Told>,
}

struct Told {
    properties: Entries,
    /// The locks may be told again.
    locks_at: Instant,
}

impl Publisher {
    /// What `status` holds now counts as told: whoever comes later reads it.
    pub fn new(connection: &Connection, status: watch::Receiver<Status>) -> zbus::Result<Self> {
        let properties = status.borrow().entries();
        let told = Mutex::new(Told { properties, locks_at: Instant::now() });
        Ok(Self { emitter: SignalEmitter::new(connection, OBJECT_PATH)?, status, told })
    }

    /// Ends when both senders are gone and everything is told.
    pub async fn run(self, signals: UnboundedReceiver<Signal>) {
        tokio::join!(self.follow(), self.relay(signals));
    }

    async fn follow(&self) {
        let mut status = self.status.clone();
        loop {
            let Some(rest_at) = self.tell_changes().await else {
                if status.changed().await.is_err() {
                    return;
                }
                continue;
            };
            tokio::select! {
                () = sleep_until(rest_at) => {}
                // At the end the rest is told, too: who waits for a lock sees it go.
                changed = status.changed() => if changed.is_err() { sleep_until(rest_at).await },
            }
        }
    }

    async fn relay(&self, mut signals: UnboundedReceiver<Signal>) {
        while let Some(signal) = signals.recv().await {
            let told = self.tell(signal).await;
            if let Err(error) = told {
                debug!("signal not sent: {error}");
            }
        }
    }

    async fn tell(&self, signal: Signal) -> zbus::Result<()> {
        match signal {
            Signal::RunStarted { run, disk, trigger, after } => {
                self.await_reply(after).await;
                self.tell_changes().await;
                Service::run_started(&self.emitter, run, &harmless(&disk), trigger).await
            }
            Signal::RunFinished { run, disk, result, error: (name, message) } => {
                self.await_end_of(run).await;
                self.tell_changes().await;
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

    /// Gives when what was left out is to be told.
    async fn tell_changes(&self) -> Option<Instant> {
        // Held while sending, so that two change sets never overtake each other.
        let mut told = self.told.lock().await;
        let now = self.status.borrow().entries();
        let mut changed: Entries =
            now.into_iter().filter(|(name, value)| told.properties.get(name) != Some(value)).collect();
        let has_locks = PAUSED.iter().any(|name| changed.contains_key(name));
        // Each picture is whole: no state is told beside locks of before it.
        let may_rest = !changed.contains_key("State") && Instant::now() < told.locks_at;
        let rest_at = (has_locks && may_rest).then_some(told.locks_at);
        if rest_at.is_some() {
            changed.retain(|name, _| !PAUSED.contains(name));
        } else if has_locks {
            told.locks_at = Instant::now() + PAUSE;
        }
        if changed.is_empty() {
            return rest_at;
        }
        let news = changed.clone();
        let sent = fdo::Properties::properties_changed(&self.emitter, Service::name(), news, Cow::Borrowed(&[]));
        match sent.await {
            Ok(()) => told.properties.extend(changed),
            Err(error) => debug!("property changes not sent: {error}"),
        }
        rest_at
    }
}
