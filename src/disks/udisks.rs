//! Mounts and unmounts through UDisks2, and sorts its errors by what they require.
//! Never forces: a forced unmount by UDisks2 is a lazy one, which reports success while writers go on.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;
use tokio::time::timeout;
use udisks2::drive::DriveProxy;
use udisks2::filesystem::FilesystemProxy;
use zbus::proxy::CacheProperties;
use zbus::{Connection, DBusError, Variant};

use super::Volume;
use super::udisks_objects::from_bytes;

/// `rw`: without it a write-protected disk is silently mounted read-only. `nosymfollow`, `noexec`: the disk is foreign.
/// UDisks2 adds `nosuid,nodev` itself. All are checked in the mount table afterwards, since an fstab line overrides
/// them.
const OPTIONS: &str = "rw,nosuid,nodev,noexec,nosymfollow";
/// For callers that only read.
const READ_OPTIONS: &str = "ro,nosuid,nodev,noexec,nosymfollow";
/// A file system check before the mount was seen to take five minutes.
const MOUNT_PATIENCE: Duration = Duration::from_secs(30 * 60);
/// Unmounting writes back what is still in memory.
const UNMOUNT_PATIENCE: Duration = Duration::from_secs(2 * 60 * 60);
/// The drive has been flushed before.
const POWER_PATIENCE: Duration = Duration::from_secs(60);
const LOOK_PATIENCE: Duration = Duration::from_secs(25);

/// Why UDisks2 did not do what it was asked for.
#[derive(Debug, Error)]
pub enum UdisksError {
    /// Somebody else mounted it.
    #[error("the file system is already mounted")]
    AlreadyMounted,
    /// Somebody else unmounted it.
    #[error("the file system is not mounted")]
    NotMounted,
    /// The device takes no writes.
    #[error("the disk is write-protected")]
    WriteProtected,
    /// Something uses the file system.
    #[error("the file system is in use")]
    Busy(#[source] zbus::Error),
    /// There is no such object any more.
    #[error("the disk is gone")]
    Gone,
    /// No answer; it may still do what it was asked for.
    #[error("UDisks2 did not answer within {} min", .0.as_secs() / 60)]
    TimedOut(Duration),
    /// It ended before it answered, and may or may not have done what it was asked for.
    #[error("UDisks2 is not available")]
    ServiceLost(#[source] zbus::Error),
    /// UDisks2's own message, which gives the reason best.
    #[error("{0}")]
    Refused(String),
}

impl UdisksError {
    fn of(error: zbus::Error) -> Self {
        // zbus has a variant for errors of the bus itself; those of the service come as names.
        let (name, text) = match &error {
            zbus::Error::MethodError(name, text, _) => (name.to_string(), text.clone()),
            zbus::Error::FDO(error) => (error.name().to_string(), error.description().map(str::to_owned)),
            // The bus itself is gone, and the daemon ends with it.
            zbus::Error::InputOutput(_) => return Self::ServiceLost(error),
            _ => return Self::Refused(error.to_string()),
        };
        let text = text.unwrap_or_default();
        match name.rsplit('.').next().unwrap_or_default() {
            "AlreadyMounted" => Self::AlreadyMounted,
            "NotMounted" => Self::NotMounted,
            "DeviceBusy" => Self::Busy(error),
            "UnknownMethod" | "UnknownObject" | "UnknownInterface" => Self::Gone,
            "NoReply" | "ServiceUnknown" | "NameHasNoOwner" | "Disconnected" => Self::ServiceLost(error),
            // The texts of libmount in English; in other languages the error stays `Refused`, with the same words for
            // people.
            _ if text.contains("write-protected") => Self::WriteProtected,
            _ if ["target is busy", "mount point busy"].iter().any(|words| text.contains(words)) => Self::Busy(error),
            _ if text.trim_end_matches('.').ends_with(": not mounted") => Self::NotMounted,
            other if text.is_empty() => Self::Refused(other.to_owned()),
            _ => Self::Refused(text.trim().to_owned()),
        }
    }
}

/// Mounts the volume and returns the mount point that UDisks2 chose.
///
/// # Errors
/// `TimedOut`: the mount may still succeed later.
pub async fn mount(connection: &Connection, volume: &Volume) -> Result<PathBuf, UdisksError> {
    mount_with(OPTIONS, connection, volume).await
}

/// The same for reading only.
///
/// # Errors
/// As `mount`.
pub async fn mount_read_only(connection: &Connection, volume: &Volume) -> Result<PathBuf, UdisksError> {
    mount_with(READ_OPTIONS, connection, volume).await
}

async fn mount_with(mode: &'static str, connection: &Connection, volume: &Volume) -> Result<PathBuf, UdisksError> {
    let mut options = quiet();
    options.insert("options", mode.into());
    let reply = call(connection, volume, "Mount", &options, MOUNT_PATIENCE).await?;
    let path: String = reply.body().deserialize().map_err(UdisksError::of)?;
    Ok(PathBuf::from(path))
}

/// Where the volume is mounted now, according to UDisks2.
///
/// # Errors
/// `Gone` when there is no such object any more.
pub async fn mount_points(connection: &Connection, volume: &Volume) -> Result<Vec<PathBuf>, UdisksError> {
    let proxy = filesystem(connection, volume).await?;
    let inner = proxy.inner();
    let read = timeout(LOOK_PATIENCE, inner.get_property::<Vec<Vec<u8>>>("MountPoints"));
    let points = read.await.map_err(|_| UdisksError::TimedOut(LOOK_PATIENCE))?.map_err(UdisksError::of)?;
    Ok(points.into_iter().filter_map(from_bytes).collect())
}

/// Unmounts the volume.
///
/// # Errors
/// `Busy` is worth another try; `NotMounted` means that somebody else unmounted it first.
pub async fn unmount(connection: &Connection, volume: &Volume) -> Result<(), UdisksError> {
    call(connection, volume, "Unmount", &quiet(), UNMOUNT_PATIENCE).await?;
    Ok(())
}

/// Switches the volume's drive off; the disk is then gone until it is attached again.
///
/// # Errors
/// `Gone` for a volume without a drive.
pub async fn power_off(connection: &Connection, volume: &Volume) -> Result<(), UdisksError> {
    let drive = volume.drive.clone().ok_or(UdisksError::Gone)?;
    let build = DriveProxy::builder(connection).path(drive).cache_properties(CacheProperties::No).build();
    let proxy = build.await.map_err(UdisksError::of)?;
    let answer = timeout(POWER_PATIENCE, proxy.inner().call_method("PowerOff", &(quiet(),))).await;
    answer.map_err(|_| UdisksError::TimedOut(POWER_PATIENCE))?.map_err(UdisksError::of)?;
    Ok(())
}

/// Bypasses the crate's typed call, which replaces UDisks2's explanation by a fixed sentence.
async fn call(
    connection: &Connection,
    volume: &Volume,
    method: &str,
    options: &HashMap<&str, Variant<'_>>,
    patience: Duration,
) -> Result<zbus::Message, UdisksError> {
    let proxy = filesystem(connection, volume).await?;
    let answer = timeout(patience, proxy.inner().call_method(method, &(options,))).await;
    answer.map_err(|_| UdisksError::TimedOut(patience))?.map_err(UdisksError::of)
}

async fn filesystem<'a>(connection: &Connection, volume: &Volume) -> Result<FilesystemProxy<'a>, UdisksError> {
    let build =
        FilesystemProxy::builder(connection).path(volume.object.clone()).cache_properties(CacheProperties::No).build();
    build.await.map_err(UdisksError::of)
}

/// Nobody is at the server to answer a password dialogue.
fn quiet() -> HashMap<&'static str, Variant<'static>> {
    udisks2::standard_options(true)
}
