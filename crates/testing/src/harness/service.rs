//! The daemon's `bus` room alone, in this process, on a bus of its own; the test plays the controller.

use std::sync::Arc;

use asbackup::bus::{self, Bus, BusError, Callers, History, Refusal, Sources};
use asbackup::controller::{Call, Signal, Started};
use asbackup_api::bus::BackupProxy;
use asbackup_api::{Outcome, State, Status};
use asbackup_texts::{Language, Texts};
use tokio::sync::{mpsc, oneshot, watch};
use zbus::Connection;

use super::bus::PrivateBus;
use super::daemon::proxy;
use crate::PATIENCE;

/// The disk of every run here.
pub const UUID: &str = "0f3a2c1e-1111-2222-3333-444455556666";

/// The served object, and the controller's ends of its channels.
pub struct BusService {
    /// The bus.
    pub bus: PrivateBus,
    /// The served object.
    pub served: Bus,
    /// What the properties show.
    pub status: watch::Sender<Status>,
    /// What is sent as signals.
    pub signals: mpsc::UnboundedSender<Signal>,
    /// The language of what callers read.
    pub texts: watch::Sender<Arc<Texts>>,
    /// What callers ask for, until [`BusService::play_controller`] takes it.
    pub calls: Option<mpsc::UnboundedReceiver<Call>>,
    /// Held, so that it stays open.
    _server: Connection,
}

impl BusService {
    /// With the default status and no history.
    pub async fn new() -> Self {
        Self::with(Status::default(), Arc::new(|_| Vec::new())).await
    }

    /// With this status and history.
    pub async fn with(status: Status, history: History) -> Self {
        let bus = PrivateBus::start();
        let server = bus.connect().await;
        let (calls_in, calls) = mpsc::unbounded_channel();
        let (signals, signals_out) = mpsc::unbounded_channel();
        let (status, status_out) = watch::channel(status);
        let (texts, texts_out) = watch::channel(Arc::new(Texts::new(Language::English)));
        let asking = bus.connect().await;
        let sources = Sources {
            callers: Callers::new(&asking),
            asking,
            refusals: none(),
            calls: calls_in,
            signals: signals_out,
            status: status_out,
            texts: texts_out,
            history,
        };
        let served = bus::serve(&server, sources).await.unwrap();
        Self { bus, served, status, signals, texts, calls: Some(calls), _server: server }
    }

    /// Grants every call from now on. Each run is over at once, and all its signals are sent before the call is answered.
    pub fn play_controller(&mut self) {
        let calls = self.calls.take().unwrap();
        tokio::spawn(play(calls, self.status.clone(), self.signals.clone()));
    }

    /// Root's proxy; every read of a property is a call.
    pub async fn client(&self) -> BackupProxy<'static> {
        proxy(&self.bus.connect().await).await
    }

    /// The same for another user.
    pub async fn client_as(&self, uid: u32) -> BackupProxy<'static> {
        proxy(&self.bus.connect_as(uid).await).await
    }
}

/// No caller is refused before their call arrives.
fn none() -> mpsc::UnboundedReceiver<Refusal> {
    mpsc::unbounded_channel().1
}

/// Serves the object a second time, on `connection`.
///
/// # Errors
/// If the name is taken.
pub async fn serve_again(connection: &Connection) -> Result<Bus, BusError> {
    let (calls, _) = mpsc::unbounded_channel();
    let (_, signals) = mpsc::unbounded_channel();
    let sources = Sources {
        callers: Callers::new(connection),
        asking: connection.clone(),
        refusals: none(),
        calls,
        signals,
        status: watch::channel(Status::default()).1,
        texts: watch::channel(Arc::new(Texts::new(Language::English))).1,
        history: Arc::new(|_| Vec::new()),
    };
    bus::serve(connection, sources).await
}

async fn play(
    mut calls: mpsc::UnboundedReceiver<Call>,
    status: watch::Sender<Status>,
    signals: mpsc::UnboundedSender<Signal>,
) {
    let mut run = 0;
    while let Some(call) = calls.recv().await {
        match call {
            Call::Start { disk, reply, .. } => {
                run += 1;
                let (replied, after) = oneshot::channel();
                whole_run(run, &disk, after, &status, &signals);
                let _ = reply.send(Ok(Started { run, replied }));
            }
            Call::VeeamLock { reply, .. } => {
                let _ = reply.send(Ok(true));
            }
            Call::Cancel { reply }
            | Call::Reload { reply }
            | Call::VeeamUnlock { reply, .. }
            | Call::TrustDisk { reply, .. } => {
                let _ = reply.send(Ok(()));
            }
        }
    }
}

fn whole_run(
    run: u64,
    disk: &str,
    after: oneshot::Receiver<()>,
    status: &watch::Sender<Status>,
    signals: &mpsc::UnboundedSender<Signal>,
) {
    status.send_modify(|status| {
        status.run = run;
        status.state = State::WaitingForVeeam;
    });
    let started = Signal::RunStarted { run, disk: disk.to_owned(), trigger: "called", after: Some(after) };
    signals.send(started).unwrap();
    status.send_modify(|status| finish(status, run));
    signals.send(finished(run)).unwrap();
}

/// Makes of the status what it is after run `run`, a success.
pub fn finish(status: &mut Status, run: u64) {
    status.run = 0;
    status.state = State::Idle;
    status.last_run = run;
    status.last_disk = UUID.to_owned();
    status.last_label = "OFFSITE1".to_owned();
    status.last_result = Some(Outcome::Success);
    status.last_finished_at = 1_700_000_000_000_000 + run;
}

/// The signal that run `run` was a success.
pub fn finished(run: u64) -> Signal {
    Signal::RunFinished { run, disk: UUID.to_owned(), result: "success", error: (String::new(), String::new()) }
}

/// Waits for `what`, but not for ever.
///
/// # Panics
/// If it takes longer than [`PATIENCE`].
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.unwrap_or_else(|_| panic!("nothing came within {PATIENCE:?}"))
}
