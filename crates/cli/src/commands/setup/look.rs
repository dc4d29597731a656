//! Looks into a disk that is to be added: mounts it read-only through UDisks2 unless it is mounted, and always leaves it as it was. A
//! signal that comes meanwhile takes effect after that.

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

use super::hidden::AtWork;
use crate::commands::ui::Ui;

/// Where markers say what the service must unmount if we are killed.
const RUNTIME: &str = "/run/asbackup";
/// udev probes a disk for a moment after it was attached or unmounted.
const PAUSE: Duration = Duration::from_millis(500);
const PAUSES: usize = 20;
const COMEBACKS: usize = 6;

pub enum Seen {
    Foreign(Box<Volume>, ForeignFiles),
    /// Why nothing could be seen.
    Nothing {
        cause: String,
    },
}

pub async fn look(disk: &DiskId, config: &Config, ui: &Ui) -> Seen {
    let (handle, cancel) = CancelToken::new();
    // If a signal came, it ends us once everything is as it was.
    let _at_work = AtWork::begin(move || handle.cancel(StopReason::Cancelled));
    match seen(disk, config, ui, cancel).await {
        Ok((volume, foreign)) => Seen::Foreign(Box::new(volume), foreign),
        Err(cause) => Seen::Nothing { cause },
    }
}

async fn seen(disk: &DiskId, config: &Config, ui: &Ui, cancel: CancelToken) -> Result<(Volume, ForeignFiles), String> {
    let said = |error: &dyn std::fmt::Display| ui.texts.cause(&error.to_string());
    let connection = bus_socket::connect().await.map_err(|error| said(&error))?;
    let volume = plugged_in(disk, &connection).await.map_err(|why| fault(&why, ui))?;
    let found = match volume.mount_points.first() {
        Some(place) => foreign_files(config, &volume, place, cancel).await,
        None => {
            let place = mount(&connection, &volume).await.map_err(|error| said(&error))?;
            let found = foreign_files(config, &volume, &place, cancel).await;
            unmount(&connection, &volume).await.map_err(|error| said(&error))?;
            found
        }
    };
    match found {
        Ok(foreign) => Ok((volume, foreign)),
        Err(RunError::Fault(why)) => Err(fault(&why, ui)),
        Err(RunError::Stopped(_)) => Err(String::new()),
    }
}

/// Retries, because a disk disappears for a moment when its partition table is read again.
async fn plugged_in(disk: &DiskId, connection: &Connection) -> Result<Volume, Fault> {
    let choose = || async {
        let unasked = |error: zbus::Error| Fault::DiskServiceFailed { cause: error.to_string() };
        let volumes = monitor::volumes(connection).await.map_err(unasked)?;
        identify::choose(disk, &volumes).cloned()
    };
    let pauses = ConstantBuilder::default().with_delay(PAUSE).with_max_times(COMEBACKS);
    choose.retry(pauses).when(|why| matches!(why, Fault::DiskAbsent { .. })).await
}

/// Sets a marker first, as the service does for its own mounts, so that it cleans up if we are killed.
async fn mount(connection: &Connection, volume: &Volume) -> Result<PathBuf, UdisksError> {
    // Callers who may not set markers may not mount either.
    let _ = ours().set(&volume.id);
    let mounted = (|| udisks::mount_read_only(connection, volume)).retry(pauses()).when(is_passing).await;
    if mounted.is_err() {
        ours().clear(&volume.id);
    }
    mounted
}

async fn unmount(connection: &Connection, volume: &Volume) -> Result<(), UdisksError> {
    match (|| udisks::unmount(connection, volume)).retry(pauses()).when(is_passing).await {
        Ok(()) | Err(UdisksError::NotMounted | UdisksError::Gone) => {
            ours().clear(&volume.id);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn is_passing(error: &UdisksError) -> bool {
    matches!(error, UdisksError::Busy(_) | UdisksError::ServiceLost(_))
}

fn pauses() -> ConstantBuilder {
    ConstantBuilder::default().with_delay(PAUSE).with_max_times(PAUSES)
}

fn ours() -> MountMarkers {
    let runtime = env::var_os("RUNTIME_DIRECTORY").map_or_else(|| PathBuf::from(RUNTIME), PathBuf::from);
    MountMarkers::new(Path::new(&runtime))
}

/// Why nothing was seen, as part of one of our sentences.
fn fault(fault: &Fault, ui: &Ui) -> String {
    ui.texts.message(fault).what.trim_end_matches('.').to_owned()
}
