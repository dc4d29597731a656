//! Tells which volumes are plugged in, whenever that changes.
//! Every signal of UDisks2 that could matter is only a reason to ask for the whole picture again, so no order of signals, no
//! signal that is lost and no restart of UDisks2 can make us see something that is not there. Subscribes before it asks.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use futures_util::{Stream, StreamExt, stream};
use log::debug;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use zbus::fdo::{DBusProxy, ObjectManagerProxy};
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream, ObjectPath, Structure};

use super::inventory::{self, Volume};

const SERVICE: &str = "org.freedesktop.UDisks2";
const ROOT: &str = "/org/freedesktop/UDisks2";
const JOBS: &str = "/org/freedesktop/UDisks2/jobs/";
/// One answer takes milliseconds; a udisksd that is started for it, some seconds.
const PATIENCE: Duration = Duration::from_secs(25);
/// Signals come in bursts; this much is gathered before the next question.
const GATHER: Duration = Duration::from_millis(100);
const RETRY_FROM: Duration = Duration::from_secs(1);
const RETRY_UP_TO: Duration = Duration::from_secs(60);

/// What the watch has to say.
#[derive(Debug)]
pub enum Sighting {
    Volumes(Vec<Volume>),
    /// UDisks2 does not answer; what was plugged in before is taken to be so still.
    ServiceLost {
        cause: String,
    },
}

/// Runs until the receiver is gone or the bus is lost.
///
/// # Errors
/// The bus connection failed; UDisks2's own failures are sightings.
pub async fn watch(connection: Connection, sightings: UnboundedSender<Sighting>) -> zbus::Result<()> {
    let poke = Arc::new(Notify::new());
    let _forwarder = Forwarder::start(pokes(&connection).await?, poke.clone());
    let mut known: Option<Vec<Volume>> = None;
    loop {
        let volumes = ask_until_answered(&connection, &sightings, &mut known).await;
        if known.as_ref() != Some(&volumes) {
            if sightings.send(Sighting::Volumes(volumes.clone())).is_err() {
                return Ok(());
            }
            known = Some(volumes);
        }
        poke.notified().await;
        // All that comes meanwhile is answered by the one question that follows.
        sleep(GATHER).await;
    }
}

/// Takes signals off the connection as they come. A stream that is left unread for 64 messages would hold up every reply on
/// the connection, the one to our own question among them.
struct Forwarder(JoinHandle<()>);

impl Forwarder {
    fn start(pokes: impl Stream<Item = ()> + Send + 'static, poke: Arc<Notify>) -> Self {
        Self(tokio::spawn(pokes.for_each(move |()| {
            poke.notify_one();
            std::future::ready(())
        })))
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn ask_until_answered(
    connection: &Connection,
    sightings: &UnboundedSender<Sighting>,
    known: &mut Option<Vec<Volume>>,
) -> Vec<Volume> {
    let mut told = false;
    let backoff =
        ExponentialBuilder::default().with_min_delay(RETRY_FROM).with_max_delay(RETRY_UP_TO).without_max_times();
    let answer = (|| ask(connection))
        .retry(backoff)
        .when(|_| !sightings.is_closed())
        .notify(|cause, _| {
            if !std::mem::replace(&mut told, true) {
                // The receiver only goes away when the daemon ends.
                let _ = sightings.send(Sighting::ServiceLost { cause: cause.to_string() });
            }
        })
        .await;
    if told {
        // After a loss the picture is told again, even an unchanged one, so that the loss ends for the readers.
        *known = None;
    }
    answer.unwrap_or_default()
}

async fn ask(connection: &Connection) -> zbus::Result<Vec<Volume>> {
    let proxy = ObjectManagerProxy::builder(connection).destination(SERVICE).path(ROOT).build().await?;
    let objects = timeout(PATIENCE, proxy.get_managed_objects())
        .await
        .map_err(|_| zbus::Error::Failure(format!("no answer within {} s", PATIENCE.as_secs())))??;
    Ok(inventory::volumes(&objects))
}

/// One item for everything after which the picture may be another.
async fn pokes(connection: &Connection) -> zbus::Result<impl Stream<Item = ()> + use<>> {
    let rule = MatchRule::builder().msg_type(Type::Signal).sender(SERVICE).path_namespace(ROOT).build()?;
    let signals = MessageStream::for_match_rule(rule, connection, None)
        .await?
        .filter_map(|message| async move { message.is_ok_and(|message| matters(&message)).then_some(()) });
    let owners = DBusProxy::new(connection)
        .await?
        .receive_name_owner_changed_with_args(&[(0, SERVICE)])
        .await?
        .map(|_| debug!("the owner of {SERVICE} changed"));
    Ok(stream::select(signals, owners))
}

/// Job progress, SMART updates and mere invalidations (UDisks2 2.10 sends many) change no volume.
fn matters(message: &Message) -> bool {
    let header = message.header();
    match header.member().map(|member| member.as_str()) {
        Some("InterfacesAdded" | "InterfacesRemoved") => {
            let body = message.body();
            let first = body.deserialize::<Structure<'_>>().ok();
            let path = first.as_ref().and_then(|body| body.fields().first()?.downcast_ref::<ObjectPath<'_>>().ok());
            !path.is_some_and(|path| path.as_str().starts_with(JOBS))
        }
        Some("PropertiesChanged") => {
            type Changed = (String, std::collections::HashMap<String, zbus::OwnedVariant>, Vec<String>);
            let Ok((interface, changed, _)) = message.body().deserialize::<Changed>() else {
                return true;
            };
            !changed.is_empty() && (interface.ends_with(".Block") || interface.ends_with(".Filesystem"))
        }
        _ => false,
    }
}
