//! Reads what the daemon publishes.

use std::io;

use serde_json::Value;
use zbus::fdo::PropertiesProxy;
use zbus::{Connection, OwnedVariant};

use asbackup_api::bus::{BUS_NAME, BackupProxy, Error, INTERFACE, OBJECT_PATH, Row, json};
use asbackup_api::{Disk, Run, Status, UnformattedDisk};

use super::retry_while_crowded;

/// Values by their names on the bus.
pub type Object = serde_json::Map<String, Value>;

/// All properties of the daemon.
///
/// # Errors
/// The daemon can't be reached.
pub async fn properties(connection: &Connection) -> Result<Object, Error> {
    let proxy = properties_proxy(connection).await?;
    let all = retry_while_crowded(async || {
        let interface = INTERFACE.try_into().map_err(Error::ZBus)?;
        Ok(proxy.get_all(interface).await.map_err(zbus::Error::from)?)
    });
    Ok(object(&all.await?))
}

/// The proxy that reads all properties and signals their changes.
///
/// # Errors
/// The connection is lost.
pub async fn properties_proxy(connection: &Connection) -> Result<PropertiesProxy<'static>, Error> {
    Ok(PropertiesProxy::builder(connection).destination(BUS_NAME).path(OBJECT_PATH).build().await?)
}

/// Configured disks, and those that could be added, in the daemon's order.
///
/// # Errors
/// The daemon can't be reached.
pub async fn disks(backup: &BackupProxy<'_>) -> Result<Vec<Disk>, Error> {
    let rows = retry_while_crowded(async || backup.list_disks().await).await?;
    Ok(rows.iter().map(|row| Disk::read(&object(row))).collect())
}

/// Attached disks without a file system; empty if the service is too old to list them.
pub async fn unformatted(backup: &BackupProxy<'_>) -> Vec<UnformattedDisk> {
    let rows = retry_while_crowded(async || backup.list_unformatted_disks().await).await.unwrap_or_default();
    rows.iter().map(|row| UnformattedDisk::read(&object(row))).collect()
}

/// The newest runs, newest first.
///
/// # Errors
/// The daemon can't be reached, or can't read its history.
pub async fn runs(backup: &BackupProxy<'_>, newest: u32) -> Result<Vec<Run>, Error> {
    let rows = retry_while_crowded(async || backup.list_runs(newest).await).await?;
    Ok(rows.iter().map(|row| Run::read(&object(row))).collect())
}

/// The status with the labels of its disks; sentences are in the daemon's language.
pub fn status(properties: &Object, disks: &[Disk]) -> Status {
    let status = Status::read(properties);
    Status {
        label: label(disks, &status.disk),
        last_label: label(disks, &status.last_disk),
        disks: disks.to_vec(),
        ..status
    }
}

/// The error when a stream of signals ends, which it does only with the connection.
pub fn connection_lost() -> Error {
    Error::ZBus(zbus::Error::InputOutput(io::Error::from(io::ErrorKind::ConnectionAborted).into()))
}

fn object(row: &Row) -> Object {
    row.iter().map(|(name, value): (&String, &OwnedVariant)| (name.clone(), json(value))).collect()
}

fn label(disks: &[Disk], uuid: &str) -> String {
    let found = disks.iter().find(|disk| disk.uuid.eq_ignore_ascii_case(uuid));
    found.map(|disk| disk.label.clone()).unwrap_or_default()
}
