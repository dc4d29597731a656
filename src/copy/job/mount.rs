//! Step 3: has UDisks2 mount the disk, and proves that what is mounted is this disk, writable, and with safe options.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::Retryable;
use tokio::time::timeout;

use super::context::{Job, internal, is_service_lost, service_retry};
use super::disk_watch::{DiskWatch, check_responds};
use super::health_watch::{HealthWatch, health_now};
use super::identify::{Identified, confirm_attached};
use super::mount_failure::mount_failure;
use super::mounted_disk::MountedDisk;
use crate::copy::cancel::RunError;
use crate::disks::Volume;
use crate::disks::mounted::{Mounted, MountedError, Writability};
use crate::disks::read_only;
use crate::disks::udisks::{self, UdisksError};
use asbackup_api::{Fault, Notice, ReadOnly, Step, Warning};
use asbackup_system::blocking::{GLANCE, blocking};

/// A mount takes a fraction of a second, unless the file system has to be repaired first.
const MOUNT_GRACE: Duration = Duration::from_millis(500);

/// UDisks2 has mounted the disk; that has to be undone whether or not the disk passes its checks.
pub struct Mount {
    pub point: PathBuf,
    pub disk: Option<MountedDisk>,
}

/// Step 3. `slot` holds what has to be undone, also after an error.
///
/// # Errors
/// The disk can't be mounted or must not be used as it is mounted, or the run is to end.
pub async fn mount<'a>(
    job: &mut Job,
    identified: &Identified,
    slot: &'a mut Option<Mount>,
) -> Result<&'a MountedDisk, RunError> {
    job.begin(Step::Mount);
    let volume = &identified.volume;
    confirm_attached(job, volume).await?;
    check_responds(job, volume).await?;
    let is_left_over = job.markers.is_set(&volume.id);
    job.markers.set(&volume.id).map_err(|error| internal(&error))?;
    let may_be_ours = AtomicBool::new(is_left_over);
    let point = match ask_to_mount(job, volume, &may_be_ours, slot).await? {
        Ok(point) => point,
        Err(UdisksError::AlreadyMounted) => reuse_own_mount(job, volume, may_be_ours.into_inner()).await?,
        Err(error) => {
            clear_marker_unless_late(job, volume, &error);
            return Err(mount_failure(volume, error).await.into());
        }
    };
    let mount = slot.insert(Mount { point, disk: None });
    let mounted = open(volume, &mount.point).await?;
    job.notice(Notice::StepMount { mount_point: mount.point.display().to_string() });
    let disk = mount.disk.insert(watched(job, volume, mounted).await);
    job.cancel.check()?;
    Ok(disk)
}

async fn open(volume: &Volume, point: &Path) -> Result<Mounted, Fault> {
    let (at, expected) = (point.to_owned(), volume.clone());
    let opened = blocking(GLANCE, move || Mounted::open(&at, &expected).map_err(Unproven::from)).await;
    match opened {
        Ok(mounted) => Ok(mounted),
        Err(Unproven::Mount(MountedError::ReadOnly(written))) => Err(mounted_read_only(volume.clone(), written).await),
        Err(error) => Err(error.into_fault(point)),
    }
}

async fn watched(job: &Job, volume: &Volume, mounted: Mounted) -> MountedDisk {
    let health = health_now(volume).await;
    if health.errors > 0 {
        job.warn(Warning::FileSystemErrors { cause: health.cause.clone() });
    }
    let watch = HealthWatch { volume: volume.clone(), mount: mounted.id, errors: health.errors };
    let watch = DiskWatch::start(watch, job.spec.config.disk_patience, job.cancel.handle());
    MountedDisk { volume: volume.clone(), mounted, health, _watch: watch }
}

/// A run that is to end waits a moment for UDisks2's answer, so that it can undo the mount itself. A later mount is
/// found by its marker and undone then.
async fn ask_to_mount(
    job: &mut Job,
    volume: &Volume,
    may_be_ours: &AtomicBool,
    slot: &mut Option<Mount>,
) -> Result<Result<PathBuf, UdisksError>, RunError> {
    let connection = job.connection.clone();
    let is_asked = AtomicBool::new(false);
    // Our own check that a disk is released, and udev's probing, hold the device for a moment.
    let is_passing = |error: &UdisksError| {
        // UDisks2 may have mounted the disk before it ended.
        may_be_ours.fetch_or(is_service_lost(error), Ordering::Relaxed);
        is_asked.store(false, Ordering::Relaxed);
        matches!(error, UdisksError::Busy(_)) || is_service_lost(error)
    };
    let ask = || {
        is_asked.store(true, Ordering::Relaxed);
        udisks::mount(&connection, volume)
    };
    let mount = ask.retry(service_retry()).when(is_passing);
    let mut mount = std::pin::pin!(mount);
    let reason = tokio::select! {
        biased;
        answer = &mut mount => return Ok(answer),
        reason = job.cancel.requested() => reason,
    };
    match timeout(MOUNT_GRACE, mount).await {
        Ok(Ok(point)) => *slot = Some(Mount { point, disk: None }),
        Ok(Err(error)) => clear_marker_unless_late(job, volume, &error),
        // During the pause after a refusal no mount is under way.
        Err(_) if !is_asked.load(Ordering::Relaxed) && !may_be_ours.load(Ordering::Relaxed) => {
            job.markers.clear(&volume.id);
        }
        Err(_) => {}
    }
    Err(RunError::Stopped(reason))
}

/// A mount left by a run of ours that was killed, or by a UDisks2 that could not answer any more, is used; any other
/// belongs to somebody else.
async fn reuse_own_mount(job: &Job, volume: &Volume, is_ours: bool) -> Result<PathBuf, Fault> {
    let points = udisks::mount_points(&job.connection, volume).await.unwrap_or_default();
    let point = points.into_iter().next().unwrap_or_default();
    let mount_point = point.display().to_string();
    if !is_ours {
        job.markers.clear(&volume.id);
        return Err(Fault::AlreadyMounted { mount_point });
    }
    job.warn(Warning::LeftoverMount { mount_point });
    Ok(point)
}

/// A mount may still follow if UDisks2 has not answered.
fn clear_marker_unless_late(job: &Job, volume: &Volume, error: &UdisksError) {
    if !matches!(error, UdisksError::TimedOut(_) | UdisksError::ServiceLost(_)) {
        job.markers.clear(&volume.id);
    }
}

async fn mounted_read_only(volume: Volume, written: Writability) -> Fault {
    let device = volume.device.display().to_string();
    let ask = move || Ok((read_only::is_write_protected(&volume), read_only::reason(&volume, written)));
    match blocking::<_, io::Error>(GLANCE, ask).await.unwrap_or((false, ReadOnly::Unknown)) {
        (true, _) => Fault::WriteProtected { device },
        (false, why) => Fault::MountedReadOnly { device, why },
    }
}

/// Why a mount is not what it should be.
enum Unproven {
    Mount(MountedError),
    Io(io::Error),
}

impl From<MountedError> for Unproven {
    fn from(error: MountedError) -> Self {
        Self::Mount(error)
    }
}

impl From<io::Error> for Unproven {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Unproven {
    fn into_fault(self, mount_point: &Path) -> Fault {
        let mount_point = mount_point.display().to_string();
        match self {
            Self::Mount(MountedError::Unsafe(missing)) => Fault::UnsafeMount { mount_point, missing },
            Self::Mount(error) => Fault::TargetRefused { path: mount_point, cause: error.to_string() },
            Self::Io(error) => Fault::TargetRefused { path: mount_point, cause: error.to_string() },
        }
    }
}
