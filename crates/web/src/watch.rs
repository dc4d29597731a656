//! The one client of the service: one subscription for all readers, a whole question when the service comes, and nothing that
//! polls. Owns the newest [`View`]. Must not know what is shown.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use log::debug;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::timeout;
use zbus::Connection;
use zbus::fdo::PropertiesProxy;
use zbus::proxy::{CacheProperties, MethodFlags};

use asbackup_api::bus::{BUS_NAME, BackupProxy, INTERFACE, OBJECT_PATH, Row, json};
use asbackup_api::{Disk, Run, Status};

use super::snapshot::{Object, Snapshot, View, object};

/// How many runs the page tells of.
const RUNS: u32 = 60;
/// The service promises two seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// What changes often while a copy is on, and says nothing of disks and history.
const PROGRESS: [&str; 8] =
    ["Status", "Progress", "BytesDone", "BytesTotal", "BytesPerSecond", "SecondsLeft", "CurrentFile", "RunLog"];

pub struct Watcher {
    backup: BackupProxy<'static>,
    properties: PropertiesProxy<'static>,
    known: Object,
    disks: Arc<Vec<Disk>>,
    runs: Arc<Vec<Run>>,
    view: watch::Sender<View>,
    /// By which the page may be asked for, also while the service is away.
    names: watch::Sender<Vec<String>>,
}

impl Watcher {
    pub async fn new(bus: &Connection) -> zbus::Result<Self> {
        let backup = BackupProxy::builder(bus).cache_properties(CacheProperties::No).build().await?;
        let properties = PropertiesProxy::builder(bus).destination(BUS_NAME).path(OBJECT_PATH);
        let properties = properties.cache_properties(CacheProperties::No).build().await?;
        let (view, _) = watch::channel(View::Away);
        let (names, _) = watch::channel(Vec::new());
        let (disks, runs) = (Arc::default(), Arc::default());
        Ok(Self { backup, properties, known: Object::new(), disks, runs, view, names })
    }

    pub fn view(&self) -> watch::Receiver<View> {
        self.view.subscribe()
    }

    pub fn names(&self) -> watch::Receiver<Vec<String>> {
        self.names.subscribe()
    }

    pub fn backup(&self) -> BackupProxy<'static> {
        self.backup.clone()
    }

    /// Everything anew; a service that does not answer is away.
    pub async fn ask(&mut self) {
        let all: Option<Row> = ask(self.properties.inner(), "GetAll", &INTERFACE).await;
        let Some(all) = all else {
            self.view.send_replace(View::Away);
            return;
        };
        self.known = object(&all);
        self.ask_lists().await;
        self.tell();
    }

    /// Follows the service until the bus is gone.
    pub async fn follow(mut self) -> zbus::Result<()> {
        let mut owners = self.backup.inner().receive_owner_changed().await?;
        let mut changes = self.properties.receive_properties_changed().await?;
        // What changed before we listened.
        self.ask().await;
        loop {
            tokio::select! {
                owner = owners.next() => match owner {
                    None => return Ok(()),
                    Some(None) => drop(self.view.send_replace(View::Away)),
                    Some(Some(_)) => self.ask().await,
                },
                change = changes.next() => match change {
                    None => return Ok(()),
                    Some(change) => self.take(change.args()?.changed_properties()).await?,
                },
            }
        }
    }

    async fn take(&mut self, changed: &std::collections::HashMap<&str, zbus::Variant<'_>>) -> zbus::Result<()> {
        let is_here = matches!(*self.view.borrow(), View::Here(_));
        if !is_here {
            // It did not answer once, and is there after all.
            self.ask().await;
            return Ok(());
        }
        for (name, value) in changed {
            self.known.insert((*name).to_owned(), json(value));
        }
        let concerns_lists = changed.keys().any(|name| !PROGRESS.contains(name));
        // Without a run, the sentence changes with what is plugged in.
        let is_idle = !changed.contains_key("Progress") && changed.contains_key("Status");
        if concerns_lists || is_idle {
            self.ask_lists().await;
        }
        self.tell();
        Ok(())
    }

    /// Lists that can't be had stay as they were.
    async fn ask_lists(&mut self) {
        let disks: Option<Vec<Row>> = ask(self.backup.inner(), "ListDisks", &()).await;
        if let Some(disks) = disks {
            self.disks = Arc::new(disks.iter().map(|row| Disk::read(&object(row))).collect());
        }
        let runs: Option<Vec<Row>> = ask(self.backup.inner(), "ListRuns", &RUNS).await;
        if let Some(runs) = runs {
            self.runs = Arc::new(runs.iter().map(|row| Run::read(&object(row))).collect());
        }
    }

    fn tell(&self) {
        let status = Status::read(&self.known);
        self.names.send_replace(status.web_names.clone());
        let snapshot = Snapshot { status, disks: Arc::clone(&self.disks), runs: Arc::clone(&self.runs) };
        self.view.send_replace(View::Here(Arc::new(snapshot)));
    }
}

/// Never starts the service: a page that looks must not undo what an administrator has stopped.
async fn ask<B, R>(proxy: &zbus::Proxy<'_>, method: &str, body: &B) -> Option<R>
where
    B: serde::Serialize + zbus::Type,
    R: DeserializeOwned + zbus::Type,
{
    let answer = timeout(PATIENCE, proxy.call_with_flags(method, MethodFlags::NO_AUTO_START, body)).await;
    match answer {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            debug!("no answer to {method}: {error}");
            None
        }
        Err(_) => None,
    }
}
