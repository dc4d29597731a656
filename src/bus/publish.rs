//! Tells the bus what changed: one `PropertiesChanged` a change set, and the two signals of a run.
//! Owns what was told last. Nobody waits for it but the signals themselves: `RunStarted` for the reply to `Start`, and
//! `RunFinished` for the properties that say the same. Must not decide anything.

use std::borrow::Cow;
use std::time::Duration;

use log::debug;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, oneshot, watch};
use tokio::time::timeout;
use zbus::object_server::{Interface, SignalEmitter};
use zbus::{Connection, fdo};

use crate::controller::Signal;
use crate::model::Status;
use crate::texts::harmless;

use super::contract::OBJECT_PATH;
use super::service::Service;
use super::view::{self, Row};

/// For things that take milliseconds unless the bus or a caller is stuck; a signal that comes late beats none.
const PATIENCE: Duration = Duration::from_secs(2);

pub struct Publisher {
    emitter: SignalEmitter<'static>,
    status: watch::Receiver<Status>,
    told: Mutex<Row>,
}

impl Publisher {
    /// What `status` holds now counts as told: whoever comes later reads it.
    pub fn new(connection: &Connection, status: watch::Receiver<Status>) -> zbus::Result<Self> {
        let told = Mutex::new(view::properties(&status.borrow()));
        Ok(Self { emitter: SignalEmitter::new(connection, OBJECT_PATH)?, status, told })
    }

    /// Ends when both senders are gone and everything is told.
    pub async fn run(self, signals: UnboundedReceiver<Signal>) {
        tokio::join!(self.follow(), self.relay(signals));
    }

    async fn follow(&self) {
        let mut status = self.status.clone();
        loop {
            self.tell_changes().await;
            if status.changed().await.is_err() {
                return;
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
        let over = |status: &Status| status.last.as_ref().is_some_and(|last| last.run >= run);
        if timeout(PATIENCE, status.wait_for(over)).await.is_err() {
            debug!("the status does not say that run {run} is over");
        }
    }

    async fn tell_changes(&self) {
        // Held while sending, so that two change sets never overtake each other.
        let mut told = self.told.lock().await;
        let now = view::properties(&self.status.borrow());
        let changed: Row = now
            .iter()
            .filter(|(name, value)| told.get(*name) != Some(value))
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        if changed.is_empty() {
            return;
        }
        let sent = fdo::Properties::properties_changed(&self.emitter, Service::name(), changed, Cow::Borrowed(&[]));
        match sent.await {
            Ok(()) => *told = now,
            Err(error) => debug!("property changes not sent: {error}"),
        }
    }
}
