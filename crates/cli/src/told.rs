//! What the daemon tells, as data: JSON with the names of the contract, and the snapshot that the sentences are made from.

use zbus::fdo::PropertiesProxy;
use zbus::{Connection, OwnedVariant};

use serde_json::{Map, Value};

use asbackup_api::bus::{BUS_NAME, BackupProxy, Error, INTERFACE, OBJECT_PATH, Row, json};
use asbackup_api::{DiskId, DiskRow, Facts, Finished, Outcome, Progress, State, Status, Told, VeeamLock};

/// One thing with its properties.
pub type Object = Map<String, Value>;

use super::{CROWDED, in_turn};

const STATES: [State; 9] = [
    State::Idle,
    State::WaitingForVeeam,
    State::Mounting,
    State::Locking,
    State::Checking,
    State::Copying,
    State::Unlocking,
    State::Unmounting,
    State::Stopping,
];

/// All properties, by their names on the bus.
///
/// # Errors
/// The daemon can't be reached.
pub async fn properties(connection: &Connection) -> Result<Object, Error> {
    let proxy = properties_of(connection).await?;
    let all = in_turn(CROWDED, async || {
        let interface = INTERFACE.try_into().map_err(Error::ZBus)?;
        Ok(proxy.get_all(interface).await.map_err(zbus::Error::from)?)
    });
    Ok(object(all.await?))
}

/// For reading all properties, and for hearing of their changes.
///
/// # Errors
/// The connection is lost.
pub async fn properties_of(connection: &Connection) -> Result<PropertiesProxy<'static>, Error> {
    Ok(PropertiesProxy::builder(connection).destination(BUS_NAME).path(OBJECT_PATH).build().await?)
}

/// Known and unknown disks, in the daemon's order.
///
/// # Errors
/// The daemon can't be reached.
pub async fn disks(backup: &BackupProxy<'_>) -> Result<Vec<Object>, Error> {
    Ok(objects(in_turn(CROWDED, async || backup.list_disks().await).await?))
}

/// What is plugged in and has no file system. A service of before does not know the question.
pub async fn unformatted(backup: &BackupProxy<'_>) -> Vec<Object> {
    objects(in_turn(CROWDED, async || backup.list_unformatted_disks().await).await.unwrap_or_default())
}

/// The newest runs, newest first.
///
/// # Errors
/// The daemon can't be reached, or not read its history.
pub async fn runs(backup: &BackupProxy<'_>, newest: u32) -> Result<Vec<Object>, Error> {
    Ok(objects(in_turn(CROWDED, async || backup.list_runs(newest).await).await?))
}

fn objects(rows: Vec<Row>) -> Vec<Object> {
    rows.into_iter().map(object).collect()
}

fn object(row: Row) -> Object {
    row.iter().map(|(name, value): (&String, &OwnedVariant)| (name.clone(), json(value))).collect()
}

/// Absent counts as empty.
pub fn text<'a>(object: &'a Object, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Absent counts as unknown.
pub fn number(object: &Object, name: &str) -> u64 {
    object.get(name).and_then(Value::as_u64).unwrap_or_default()
}

pub fn flag(object: &Object, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or_default()
}

pub fn texts(object: &Object, name: &str) -> Vec<String> {
    let items = object.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The daemon's snapshot again, so that it can be told in the caller's language; none if the daemon is in a state that this
/// program does not know. The sentences in it are as they are in `properties`.
pub fn status(properties: &Object, disks: &[Object]) -> Option<Status> {
    let state = STATES.into_iter().find(|state| state.name() == text(properties, "State"))?;
    let disk = text(properties, "Disk").to_owned();
    let disks: Vec<DiskRow> = disks.iter().map(disk_row).collect();
    Some(Status {
        sentence: text(properties, "Status").to_owned(),
        state,
        label: label(&disks, &disk),
        disk,
        run: number(properties, "Run"),
        started_at: number(properties, "StartedAt"),
        ratio: properties.get("Progress").and_then(Value::as_f64).unwrap_or(-1.0),
        progress: progress(properties),
        bytes_resumed: number(properties, "BytesResumed"),
        queue: texts(properties, "Queue"),
        warnings: sentences(properties, "Warnings"),
        free_bytes: number(properties, "FreeBytes"),
        last: last(properties, &disks),
        last_error: last_error(properties),
        last_warnings: sentences(properties, "LastWarnings"),
        safe_to_remove: texts(properties, "SafeToRemove"),
        veeam_locks: veeam_locks(properties),
        veeam_lock_count: u32::try_from(number(properties, "VeeamLockCount")).unwrap_or(u32::MAX),
        config_error: Told {
            text: text(properties, "ConfigError").to_owned(),
            facts: properties.get("ConfigErrorFacts").map(Facts::read).unwrap_or_default(),
        },
        outbox_count: u32::try_from(number(properties, "OutboxCount")).unwrap_or(u32::MAX),
        outbox_error: text(properties, "OutboxError").into(),
        web_address: text(properties, "WebAddress").to_owned(),
        disks,
        ..Status::default()
    })
}

fn label(disks: &[DiskRow], uuid: &str) -> String {
    let found = disks.iter().find(|disk| disk.uuid.eq_ignore_ascii_case(uuid));
    found.map(|disk| disk.label.clone()).unwrap_or_default()
}

fn progress(properties: &Object) -> Progress {
    Progress {
        bytes_done: number(properties, "BytesDone"),
        bytes_total: number(properties, "BytesTotal"),
        rate: number(properties, "BytesPerSecond"),
        seconds_left: number(properties, "SecondsLeft"),
        file: text(properties, "CurrentFile").to_owned(),
    }
}

fn last(properties: &Object, disks: &[DiskRow]) -> Option<Finished> {
    let outcome = match text(properties, "LastResult") {
        "" => return None,
        "success" => Outcome::Success,
        "cancelled" => Outcome::Cancelled,
        _ => Outcome::Aborted,
    };
    let disk = text(properties, "LastDisk");
    Some(Finished {
        run: 0,
        disk: DiskId::new(disk),
        label: label(disks, disk),
        outcome,
        fault: None,
        warnings: Vec::new(),
        finished_at: number(properties, "LastFinishedAt"),
    })
}

fn last_error(properties: &Object) -> (String, Told) {
    let mut parts = texts(properties, "LastError").into_iter();
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default().into())
}

fn sentences(properties: &Object, name: &str) -> Vec<Told> {
    texts(properties, name).into_iter().map(Told::from).collect()
}

fn veeam_locks(properties: &Object) -> Vec<VeeamLock> {
    let rows = properties.get("VeeamLocks").and_then(Value::as_array).into_iter().flatten();
    let lock = |row: &Value| VeeamLock {
        job: row[0].as_str().unwrap_or_default().to_owned(),
        held: row[1] == "held",
        since: row[2].as_u64().unwrap_or_default(),
    };
    rows.map(lock).collect()
}

fn disk_row(row: &Object) -> DiskRow {
    DiskRow {
        uuid: text(row, "uuid").to_owned(),
        known: flag(row, "known"),
        present: flag(row, "present"),
        label: text(row, "label").to_owned(),
        recipients: texts(row, "recipients"),
        ..DiskRow::default()
    }
}
