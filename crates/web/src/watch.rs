//! The page's only client of the service: one subscription for all readers, a full read when the service appears, and no polling.
//! Owns the newest [`View`]. Must not know what is shown.

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

/// The number of runs that the page shows.
const RUN_COUNT: u32 = 60;
/// The service promises to answer within two seconds.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Properties that change often during a copy and say nothing about disks and history.
const PROGRESS_PROPERTIES: [&str; 8] =
    ["Status", "Progress", "BytesDone", "BytesTotal", "BytesPerSecond", "SecondsLeft", "CurrentFile", "RunLog"];

pub struct Watcher {
    backup: BackupProxy<'static>,
    properties: PropertiesProxy<'static>,
    values: Object,
    disks: Arc<Vec<Disk>>,
    runs: Arc<Vec<Run>>,
    view: watch::Sender<View>,
    /// The page's host names; kept while the service is away.
    host_names: watch::Sender<Vec<String>>,
}

impl Watcher {
    pub async fn new(bus: &Connection) -> zbus::Result<Self> {
        let backup = BackupProxy::builder(bus).cache_properties(CacheProperties::No).build().await?;
        let properties = PropertiesProxy::builder(bus).destination(BUS_NAME).path(OBJECT_PATH);
        let properties = properties.cache_properties(CacheProperties::No).build().await?;
        let (view, _) = watch::channel(View::Away);
        let (host_names, _) = watch::channel(Vec::new());
        let (disks, runs) = (Arc::default(), Arc::default());
        Ok(Self { backup, properties, values: Object::new(), disks, runs, view, host_names })
    }

    pub fn view(&self) -> watch::Receiver<View> {
        self.view.subscribe()
    }

    pub fn host_names(&self) -> watch::Receiver<Vec<String>> {
        self.host_names.subscribe()
    }

    pub fn backup(&self) -> BackupProxy<'static> {
        self.backup.clone()
    }

    /// Reads everything again.
    pub async fn refresh(&mut self) {
        let all: Option<Row> = call(self.properties.inner(), "GetAll", &INTERFACE).await;
        let Some(all) = all else {
            self.view.send_replace(View::Away);
            return;
        };
        self.values = object(&all);
        self.refresh_lists().await;
        self.publish();
    }

    /// Follows the service until the connection to the bus ends.
    pub async fn follow(mut self) -> zbus::Result<()> {
        let mut owners = self.backup.inner().receive_owner_changed().await?;
        let mut changes = self.properties.receive_properties_changed().await?;
        // Something may have changed before the subscription.
        self.refresh().await;
        loop {
            tokio::select! {
                owner = owners.next() => match owner {
                    None => return Ok(()),
                    Some(None) => drop(self.view.send_replace(View::Away)),
                    Some(Some(_)) => self.refresh().await,
                },
                change = changes.next() => match change {
                    None => return Ok(()),
                    Some(change) => self.apply(change.args()?.changed_properties()).await?,
                },
            }
        }
    }

    async fn apply(&mut self, changed: &std::collections::HashMap<&str, zbus::Variant<'_>>) -> zbus::Result<()> {
        let is_here = matches!(*self.view.borrow(), View::Here(_));
        if !is_here {
            // It did not answer before, but is there after all.
            self.refresh().await;
            return Ok(());
        }
        for (name, value) in changed {
            self.values.insert((*name).to_owned(), json(value));
        }
        let concerns_lists = changed.keys().any(|name| !PROGRESS_PROPERTIES.contains(name));
        // Without a run, the status sentence changes when a disk is plugged in or unplugged.
        let is_idle = !changed.contains_key("Progress") && changed.contains_key("Status");
        if concerns_lists || is_idle {
            self.refresh_lists().await;
        }
        self.publish();
        Ok(())
    }

    /// A list that can't be read stays as it was.
    async fn refresh_lists(&mut self) {
        let disks: Option<Vec<Row>> = call(self.backup.inner(), "ListDisks", &()).await;
        if let Some(disks) = disks {
            self.disks = Arc::new(disks.iter().map(|row| Disk::read(&object(row))).collect());
        }
        let runs: Option<Vec<Row>> = call(self.backup.inner(), "ListRuns", &RUN_COUNT).await;
        if let Some(runs) = runs {
            self.runs = Arc::new(runs.iter().map(|row| Run::read(&object(row))).collect());
        }
    }

    fn publish(&self) {
        let status = Status::read(&self.values);
        self.host_names.send_replace(status.web_names.clone());
        let snapshot = Snapshot { status, disks: Arc::clone(&self.disks), runs: Arc::clone(&self.runs) };
        self.view.send_replace(View::Here(Arc::new(snapshot)));
    }
}

/// Calls a method without starting the service, which an administrator may have stopped.
async fn call<B, R>(proxy: &zbus::Proxy<'_>, method: &str, body: &B) -> Option<R>
where
    B: serde::Serialize + zbus::Type,
    R: DeserializeOwned + zbus::Type,
{
    let answer = timeout(CALL_TIMEOUT, proxy.call_with_flags(method, MethodFlags::NO_AUTO_START, body)).await;
    match answer {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            debug!("no answer to {method}: {error}");
            None
        }
        Err(_) => None,
    }
}
