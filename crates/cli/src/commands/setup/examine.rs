//! Examines a disk that is to be added: mounts it read-only through UDisks2 unless it is mounted, and always leaves it as it was. A
//! signal that arrives meanwhile takes effect afterwards.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use asbackup::copy::cancel::{RunError, StopReason};
use asbackup::copy::preview::{ForeignFiles, foreign_files};
use asbackup::copy::{CancelToken, identify};
use asbackup::disks::mount_markers::MountMarkers;
use asbackup::disks::udisks::{self, UdisksError};
use asbackup::disks::{Volume, monitor};
use asbackup_api::{DiskId, Fault};
use asbackup_config::Config;
use asbackup_system::bus_socket;
use backon::{ConstantBuilder, Retryable};
use zbus::Connection;

use super::signals::DeferredSignals;
use crate::commands::ui::Ui;

/// Where markers tell the service what to unmount if we are killed.
const RUNTIME: &str = "/run/asbackup";
/// udev probes a disk for a moment after it was attached or unmounted.
const RETRY_DELAY: Duration = Duration::from_millis(500);
const MOUNT_RETRIES: usize = 20;
const ABSENT_RETRIES: usize = 6;

/// The disk and its foreign files.
///
/// # Errors
/// Why the disk can't be examined, in words.
pub async fn examine(disk: &DiskId, config: &Config, ui: &Ui) -> Result<(Volume, ForeignFiles), String> {
    let (handle, cancel) = CancelToken::new();
    let _deferred = DeferredSignals::begin(move || handle.cancel(StopReason::Cancelled));
    let words = |error: &dyn std::fmt::Display| ui.texts.cause(&error.to_string());
    let connection = bus_socket::connect().await.map_err(|error| words(&error))?;
    let volume = attached(disk, &connection).await.map_err(|fault| fault_text(&fault, ui))?;
    let foreign = list_foreign_files(&connection, &volume, config, cancel).await.map_err(|error| words(&error))?;
    match foreign {
        Ok(foreign) => Ok((volume, foreign)),
        Err(RunError::Fault(fault)) => Err(fault_text(&fault, ui)),
        Err(RunError::Stopped(_)) => Err(String::new()),
    }
}

/// Lists the foreign files where the disk is mounted, or mounts it for that.
async fn list_foreign_files(
    connection: &Connection,
    volume: &Volume,
    config: &Config,
    cancel: CancelToken,
) -> Result<Result<ForeignFiles, RunError>, UdisksError> {
    if let Some(mount_point) = volume.mount_points.first() {
        return Ok(foreign_files(config, volume, mount_point, cancel).await);
    }
    let mount_point = mount(connection, volume).await?;
    let foreign = foreign_files(config, volume, &mount_point, cancel).await;
    unmount(connection, volume).await?;
    Ok(foreign)
}

/// Retries, because a disk disappears for a moment when its partition table is read again.
async fn attached(disk: &DiskId, connection: &Connection) -> Result<Volume, Fault> {
    let choose = || async {
        let no_answer = |error: zbus::Error| Fault::DiskServiceFailed { cause: error.to_string() };
        let volumes = monitor::volumes(connection).await.map_err(no_answer)?;
        identify::choose(disk, &volumes).cloned()
    };
    choose.retry(retries(ABSENT_RETRIES)).when(|fault| matches!(fault, Fault::DiskAbsent { .. })).await
}

/// Sets a marker first, as the service does for its own mounts, so that it cleans up if we are killed.
async fn mount(connection: &Connection, volume: &Volume) -> Result<PathBuf, UdisksError> {
    // Callers who may not set markers may not mount either.
    let _ = markers().set(&volume.id);
    let mount = || udisks::mount_read_only(connection, volume);
    let mounted = mount.retry(retries(MOUNT_RETRIES)).when(is_passing).await;
    if mounted.is_err() {
        markers().clear(&volume.id);
    }
    mounted
}

async fn unmount(connection: &Connection, volume: &Volume) -> Result<(), UdisksError> {
    let unmount = || udisks::unmount(connection, volume);
    match unmount.retry(retries(MOUNT_RETRIES)).when(is_passing).await {
        Ok(()) | Err(UdisksError::NotMounted | UdisksError::Gone) => {
            markers().clear(&volume.id);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn is_passing(error: &UdisksError) -> bool {
    matches!(error, UdisksError::Busy(_) | UdisksError::ServiceLost(_))
}

fn retries(count: usize) -> ConstantBuilder {
    ConstantBuilder::default().with_delay(RETRY_DELAY).with_max_times(count)
}

fn markers() -> MountMarkers {
    let runtime = env::var_os("RUNTIME_DIRECTORY").map_or_else(|| PathBuf::from(RUNTIME), PathBuf::from);
    MountMarkers::new(Path::new(&runtime))
}

/// What happened, as part of one of our sentences.
fn fault_text(fault: &Fault, ui: &Ui) -> String {
    ui.texts.message(fault).what.trim_end_matches('.').to_owned()
}
