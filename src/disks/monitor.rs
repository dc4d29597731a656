//! Tells which volumes are plugged in, whenever that changes.
//! Every signal of UDisks2 that could matter is only a reason to ask for the whole picture again, so no order of signals, no
//! signal that is lost and no restart of UDisks2 can make us see something that is not there. Subscribes before it asks.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::{Stream, StreamExt, stream};
use log::debug;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use zbus::fdo::{DBusProxy, ManagedObjects, ObjectManagerProxy};
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream, ObjectPath, Structure};

use super::Volume;
use super::unformatted::{self, Unformatted};
use super::unrecognised::Glances;
use super::{inventory, mount_events};
use crate::blocking::{GLANCE, blocking};

const SERVICE: &str = "org.freedesktop.UDisks2";
const ROOT: &str = "/org/freedesktop/UDisks2";
const JOBS: &str = "/org/freedesktop/UDisks2/jobs/";
/// One answer takes milliseconds; a udisksd that is started for it, some seconds.
const PATIENCE: Duration = Duration::from_secs(25);
/// Signals come in bursts; this much is gathered before the next question.
const GATHER: Duration = Duration::from_millis(100);
/// A new device has been probed by then.
const PROBED: Duration = Duration::from_secs(1);
const RETRY_FROM: Duration = Duration::from_secs(1);
const RETRY_UP_TO: Duration = Duration::from_secs(60);

/// What the watch has to say.
#[derive(Debug)]
pub enum DiskEvent {
    VolumesChanged(Vec<Volume>),
    /// What has no file system.
    UnformattedChanged(Vec<Unformatted>),
    /// UDisks2 does not answer; what was plugged in before is taken to be so still.
    ServiceLost {
        cause: String,
    },
    /// Something was mounted or unmounted.
    MountsChanged,
}

/// Runs until the receiver is gone or the bus is lost.
///
/// # Errors
/// The bus connection failed; UDisks2's own failures are events.
pub async fn watch(connection: Connection, events: UnboundedSender<DiskEvent>) -> zbus::Result<()> {
    let pokes = pokes(&connection).await?;
    let (poke, poked) = watch::channel(());
    let (find, found) = watch::channel(Vec::new());
    let eye = Eye { connection, glances: Glances::default(), poke: poke.clone() };
    tokio::select! {
        () = count(pokes, poke) => {}
        () = look(eye, &events, poked, &find) => {}
        () = look_into(found, &events) => {}
        () = mount_events::tell(&events) => {}
    }
    Ok(())
}

/// Signals must be taken off the connection at once, also while a question is open: zbus reads nothing more, no answer and no
/// call, as long as one reader's queue is full.
async fn count(pokes: impl Stream<Item = ()>, poke: watch::Sender<()>) {
    let mut pokes = std::pin::pin!(pokes);
    while pokes.next().await.is_some() {
        poke.send_replace(());
    }
}

/// What is looked with.
struct Eye {
    connection: Connection,
    glances: Glances,
    poke: watch::Sender<()>,
}

/// What is there.
#[derive(Default)]
struct Picture {
    volumes: Vec<Volume>,
    unformatted: Vec<Unformatted>,
}

impl Eye {
    /// With what is there and can't be used, as far as that is known, and with what has no file system.
    async fn picture(&mut self) -> zbus::Result<Picture> {
        let objects = objects(&self.connection).await?;
        let hindered = self.glances.over(&objects, &self.poke);
        let volumes = inventory::volumes(&objects).into_iter().chain(hindered).collect();
        Ok(Picture { volumes, unformatted: unformatted::unformatted(&objects) })
    }
}

async fn look(
    mut eye: Eye,
    events: &UnboundedSender<DiskEvent>,
    mut poked: watch::Receiver<()>,
    find: &watch::Sender<Vec<Unformatted>>,
) {
    let mut known: Option<Vec<Volume>> = None;
    loop {
        let Picture { volumes, unformatted } = ask_until_answered(&mut eye, events, &mut poked, &mut known).await;
        find.send_replace(unformatted);
        if known.as_ref() != Some(&volumes) {
            if events.send(DiskEvent::VolumesChanged(volumes.clone())).is_err() {
                return;
            }
            known = Some(volumes);
        }
        if poked.changed().await.is_err() {
            return;
        }
        gather(&mut poked).await;
    }
}

/// Finds out whether what has no file system is empty. Apart from the rest, since a disk that hangs keeps us waiting, and is not asked
/// twice.
async fn look_into(mut found: watch::Receiver<Vec<Unformatted>>, events: &UnboundedSender<DiskEvent>) {
    let (mut known, mut silent) = (Vec::new(), HashSet::new());
    while found.changed().await.is_ok() {
        // UDisks2 lists a device before it has been probed, and whoever opens it then is in udev's way.
        sleep(PROBED).await;
        let mut disks = found.borrow_and_update().clone();
        for disk in &mut disks {
            let plug = (disk.device_number, disk.diskseq);
            if silent.contains(&plug) {
                continue;
            }
            let open = disk.clone();
            match blocking(GLANCE, move || Ok::<_, io::Error>(open.contents())).await {
                Ok(contents) => disk.contents = contents,
                Err(_) => drop(silent.insert(plug)),
            }
        }
        if disks != known {
            known.clone_from(&disks);
            if events.send(DiskEvent::UnformattedChanged(disks)).is_err() {
                return;
            }
        }
    }
}

/// All that comes meanwhile is answered by the one question that follows.
async fn gather(poked: &mut watch::Receiver<()>) {
    sleep(GATHER).await;
    poked.mark_unchanged();
}

async fn ask_until_answered(
    eye: &mut Eye,
    events: &UnboundedSender<DiskEvent>,
    poked: &mut watch::Receiver<()>,
    known: &mut Option<Vec<Volume>>,
) -> Picture {
    let backoff =
        ExponentialBuilder::default().with_min_delay(RETRY_FROM).with_max_delay(RETRY_UP_TO).without_max_times();
    for (failures, pause) in backoff.build().enumerate() {
        let cause = match eye.picture().await {
            Ok(picture) => return picture,
            Err(cause) => cause,
        };
        if failures == 0 {
            // After a loss the picture is told again, even an unchanged one, so that the loss ends for the readers. The
            // receiver only goes away when the daemon ends.
            let _ = events.send(DiskEvent::ServiceLost { cause: cause.to_string() });
            *known = None;
        }
        // That it is back is told by a signal, too.
        if timeout(pause, poked.changed()).await.is_ok() {
            gather(poked).await;
        }
    }
    Picture::default()
}

/// What is plugged in at this moment, as UDisks2 says.
///
/// # Errors
/// UDisks2 does not answer.
pub async fn volumes(connection: &Connection) -> zbus::Result<Vec<Volume>> {
    Ok(inventory::volumes(&objects(connection).await?))
}

/// What would lose its power together with this volume, at this moment.
///
/// # Errors
/// UDisks2 does not answer.
pub async fn sharing_power(connection: &Connection, volume: &Volume) -> zbus::Result<Vec<Volume>> {
    Ok(inventory::sharing_power(&objects(connection).await?, volume))
}

async fn objects(connection: &Connection) -> zbus::Result<ManagedObjects> {
    let proxy = ObjectManagerProxy::builder(connection).destination(SERVICE).path(ROOT).build().await?;
    let objects = timeout(PATIENCE, proxy.get_managed_objects())
        .await
        .map_err(|_| zbus::Error::Failure(format!("no answer within {} s", PATIENCE.as_secs())))??;
    Ok(objects)
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
