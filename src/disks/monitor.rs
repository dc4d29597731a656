//! Reports which volumes are attached whenever that changes, and every change of the mount table. Each signal of
//! UDisks2 is only a reason to query everything again, so neither the order of signals, nor a lost signal, nor a
//! restart of UDisks2 can show what is not there. Subscribes before it asks.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::{Stream, StreamExt, stream};
use log::debug;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use zbus::fdo::{DBusProxy, ManagedObjects, ObjectManagerProxy};
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream, ObjectPath, Structure};

use super::Volume;
use super::inventory;
use super::mount_table::TABLE;
use super::unformatted::{self, Unformatted};
use super::unrecognised::UnrecognisedDevices;
use asbackup_system::blocking::{GLANCE, blocking};

const SERVICE: &str = "org.freedesktop.UDisks2";
const ROOT: &str = "/org/freedesktop/UDisks2";
const JOBS: &str = "/org/freedesktop/UDisks2/jobs/";
/// An answer takes milliseconds, or some seconds when udisksd has to be started for it.
const PATIENCE: Duration = Duration::from_secs(25);
/// Signals come in bursts; they are collected for this long before the next scan.
const BURST: Duration = Duration::from_millis(100);
/// udev has probed a new device by then.
const PROBED: Duration = Duration::from_secs(1);
const RETRY_FROM: Duration = Duration::from_secs(1);
const RETRY_UP_TO: Duration = Duration::from_secs(60);

/// What the monitor reports.
#[derive(Debug)]
pub(crate) enum DiskEvent {
    VolumesChanged(Vec<Volume>),
    /// Disks and partitions without a file system.
    UnformattedChanged(Vec<Unformatted>),
    /// UDisks2 does not answer; what was attached counts as still attached.
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
pub(crate) async fn monitor(connection: Connection, events: UnboundedSender<DiskEvent>) -> zbus::Result<()> {
    let signals = signals(&connection).await?;
    let (changed, changes) = watch::channel(());
    let (found, unformatted) = watch::channel(Vec::new());
    let scanner = Scanner { connection, unrecognised: UnrecognisedDevices::default(), changed: changed.clone() };
    tokio::select! {
        () = forward(signals, changed) => {}
        () = report_volumes(scanner, &events, changes, &found) => {}
        () = report_unformatted(unformatted, &events) => {}
        () = report_mounts(&events) => {}
    }
    Ok(())
}

/// Takes signals off the connection at once, even while a call is pending: if one reader's queue is full, zbus reads
/// nothing, neither answers nor calls.
async fn forward(signals: impl Stream<Item = ()>, changed: watch::Sender<()>) {
    let mut signals = std::pin::pin!(signals);
    while signals.next().await.is_some() {
        changed.send_replace(());
    }
}

struct Scanner {
    connection: Connection,
    unrecognised: UnrecognisedDevices,
    changed: watch::Sender<()>,
}

/// Everything that is attached.
#[derive(Default)]
struct Scan {
    volumes: Vec<Volume>,
    unformatted: Vec<Unformatted>,
}

impl Scanner {
    async fn scan(&mut self) -> zbus::Result<Scan> {
        let objects = objects(&self.connection).await?;
        let unusable = self.unrecognised.unusable(&objects, &self.changed);
        let volumes = inventory::volumes(&objects).into_iter().chain(unusable).collect();
        Ok(Scan { volumes, unformatted: unformatted::unformatted(&objects) })
    }
}

async fn report_volumes(
    mut scanner: Scanner,
    events: &UnboundedSender<DiskEvent>,
    mut changes: watch::Receiver<()>,
    found: &watch::Sender<Vec<Unformatted>>,
) {
    let mut known: Option<Vec<Volume>> = None;
    loop {
        let Scan { volumes, unformatted } = scan_until_answered(&mut scanner, events, &mut changes, &mut known).await;
        found.send_replace(unformatted);
        if known.as_ref() != Some(&volumes) {
            if events.send(DiskEvent::VolumesChanged(volumes.clone())).is_err() {
                return;
            }
            known = Some(volumes);
        }
        if changes.changed().await.is_err() {
            return;
        }
        end_of_burst(&mut changes).await;
    }
}

/// Finds out whether disks without a file system are empty. A task of its own, since a disk that hangs blocks it; such
/// a disk is not read twice.
async fn report_unformatted(mut found: watch::Receiver<Vec<Unformatted>>, events: &UnboundedSender<DiskEvent>) {
    let (mut known, mut hung) = (Vec::new(), HashSet::new());
    while found.changed().await.is_ok() {
        // UDisks2 lists a device before udev has probed it, and an open device is in udev's way.
        sleep(PROBED).await;
        let mut disks = found.borrow_and_update().clone();
        for disk in &mut disks {
            let medium = (disk.device_number, disk.diskseq);
            if hung.contains(&medium) {
                continue;
            }
            let open = disk.clone();
            match blocking(GLANCE, move || Ok::<_, io::Error>(open.contents())).await {
                Ok(contents) => disk.contents = contents,
                Err(_) => drop(hung.insert(medium)),
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

/// Reports mounts and unmounts, whoever makes them and whether or not UDisks2 hears of it: the kernel wakes whoever
/// watches the mount table of this namespace. Where that fails, only UDisks2 reports mounts.
async fn report_mounts(events: &UnboundedSender<DiskEvent>) {
    if let Err(error) = follow_mount_table(events).await {
        debug!("{TABLE}: {error}");
        std::future::pending::<()>().await;
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe code, for types that may change their descriptor; a File does not"
)]
async fn follow_mount_table(events: &UnboundedSender<DiskEvent>) -> io::Result<()> {
    let table = AsyncFd::with_interest(File::open(TABLE)?, Interest::PRIORITY)?;
    loop {
        table.ready(Interest::PRIORITY).await?.clear_ready();
        if events.send(DiskEvent::MountsChanged).is_err() {
            return Ok(());
        }
    }
}

/// The scan that follows covers every signal of the burst.
async fn end_of_burst(changes: &mut watch::Receiver<()>) {
    sleep(BURST).await;
    changes.mark_unchanged();
}

async fn scan_until_answered(
    scanner: &mut Scanner,
    events: &UnboundedSender<DiskEvent>,
    changes: &mut watch::Receiver<()>,
    known: &mut Option<Vec<Volume>>,
) -> Scan {
    let backoff =
        ExponentialBuilder::default().with_min_delay(RETRY_FROM).with_max_delay(RETRY_UP_TO).without_max_times();
    for (failures, pause) in backoff.build().enumerate() {
        let cause = match scanner.scan().await {
            Ok(scan) => return scan,
            Err(cause) => cause,
        };
        if failures == 0 {
            // After a loss even an unchanged list is reported, so that readers see the end of the loss. The receiver
            // ends only with the daemon.
            let _ = events.send(DiskEvent::ServiceLost { cause: cause.to_string() });
            *known = None;
        }
        // UDisks2 sends a signal when it is back.
        if timeout(pause, changes.changed()).await.is_ok() {
            end_of_burst(changes).await;
        }
    }
    Scan::default()
}

/// What is attached now, according to UDisks2.
///
/// # Errors
/// UDisks2 does not answer.
pub async fn volumes(connection: &Connection) -> zbus::Result<Vec<Volume>> {
    Ok(inventory::volumes(&objects(connection).await?))
}

/// What would lose power together with this volume now.
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

/// One item for each signal after which a scan may find something else.
async fn signals(connection: &Connection) -> zbus::Result<impl Stream<Item = ()> + use<>> {
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

/// Job progress, SMART updates and mere invalidations (UDisks2 2.10 sends many) don't change volumes.
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
