//! Steps 3, 8 and 9: mounts the disk, looks at its free space at the end, unmounts it and proves that it may be pulled.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use rustix::fs::{Mode, OFlags};
use tokio::time::timeout;

use super::stages::{Run, is_lost, return_of_service};
use crate::blocking::{GLANCE, blocking};
use crate::copy::cancel::RunError;
use crate::copy::event::Event;
use crate::disks::Volume;
use crate::disks::mount_blockers::{MountedPlace, blockers};
use crate::disks::mounted::{Mounted, MountedError, Space, Writability};
use crate::disks::read_only;
use crate::disks::released::{self, Proof};
use crate::disks::superblock::Superblock;
use crate::disks::udisks::{self, UdisksError};
use crate::model::{Fault, Notice, ReadOnly, Step, Warning};

/// Somebody who only looked at the disk is gone within two minutes; whoever works on it is named.
const BUSY_PAUSE: Duration = Duration::from_secs(2);
const BUSY_PAUSES: usize = 60;
/// A mount takes a fraction of a second, unless the file system has to be mended first.
const MOUNT_GRACE: Duration = Duration::from_millis(500);
/// udev looks into a disk that could not be mounted.
const MOMENT: Duration = Duration::from_secs(1);
/// A disk that has been pulled is unmounted by UDisks2 itself.
const CLEANUP: Duration = Duration::from_secs(30);
const SYNC: Duration = Duration::from_secs(10 * 60);
const HOLDERS: usize = 5;

impl Run {
    /// Step 3.
    pub(super) async fn mount(&mut self) -> Result<(), RunError> {
        self.begin(Step::Mount);
        let chosen = self.chosen()?;
        self.is_this_disk(&chosen).await?;
        self.hear_disk(&chosen).await?;
        let left_over = self.markers.is_set(&chosen.id);
        self.markers.set(&chosen.id).map_err(|error| Fault::Internal { cause: error.to_string() })?;
        let may_be_ours = AtomicBool::new(left_over);
        let mount_point = match self.ask_to_mount(&chosen, &may_be_ours).await? {
            Ok(mount_point) => mount_point,
            Err(UdisksError::AlreadyMounted) => self.own_mount(&chosen, may_be_ours.into_inner()).await?,
            Err(error) => {
                self.forget_unless_late(&chosen, &error);
                return Err(self.refused(&chosen, error).await.into());
            }
        };
        self.mount_point = Some(mount_point.clone());
        let mounted = blocking(GLANCE, {
            let mount_point = mount_point.clone();
            let chosen = chosen.clone();
            move || Mounted::open(&mount_point, &chosen).map_err(Unproven::from)
        });
        let mounted = match mounted.await {
            Ok(mounted) => mounted,
            Err(Unproven::Mount(MountedError::ReadOnly(written))) => {
                return Err(read_only(chosen, written).await.into());
            }
            Err(error) => return Err(error.into_fault(&mount_point).into()),
        };
        let mount = mounted.id;
        self.mounted = Some(mounted);
        self.context.events.notice(Notice::StepMount { mount_point: mount_point.display().to_string() });
        self.take_history().await;
        self.listener = Some(self.listen(&chosen, mount));
        self.context.cancel.check()
    }

    /// A stop waits a moment for UDisks2's answer, so that what was mounted is undone by this run. A mount that comes later still
    /// is found by its marker and undone then.
    async fn ask_to_mount(
        &mut self,
        chosen: &Volume,
        may_be_ours: &AtomicBool,
    ) -> Result<Result<PathBuf, UdisksError>, RunError> {
        let connection = self.context.connection.clone();
        let mut stop = self.context.cancel.clone();
        let is_asked = AtomicBool::new(false);
        // Our own proof that a disk is free, and udev's look into it, hold the device for a moment.
        let is_passing = |error: &UdisksError| {
            // A UDisks2 that ended may have mounted before it did.
            may_be_ours.fetch_or(is_lost(error), Ordering::Relaxed);
            is_asked.store(false, Ordering::Relaxed);
            matches!(error, UdisksError::Busy(_)) || is_lost(error)
        };
        let ask = || {
            is_asked.store(true, Ordering::Relaxed);
            udisks::mount(&connection, chosen)
        };
        let mount = ask.retry(return_of_service()).when(is_passing);
        let mut mount = std::pin::pin!(mount);
        let reason = tokio::select! {
            biased;
            answer = &mut mount => return Ok(answer),
            reason = stop.requested() => reason,
        };
        match timeout(MOUNT_GRACE, mount).await {
            Ok(Ok(mount_point)) => self.mount_point = Some(mount_point),
            Ok(Err(error)) => self.forget_unless_late(chosen, &error),
            // In the pause after a refusal no mount is under way.
            Err(_) if !is_asked.load(Ordering::Relaxed) && !may_be_ours.load(Ordering::Relaxed) => {
                self.markers.clear(&chosen.id)
            }
            Err(_) => {}
        }
        Err(RunError::Stopped(reason))
    }

    /// A mount from a run of ours that was killed, or from a UDisks2 that could not answer any more, is used; any other is
    /// somebody else's business.
    async fn own_mount(&mut self, chosen: &Volume, is_ours: bool) -> Result<PathBuf, Fault> {
        let points = udisks::mount_points(&self.context.connection, chosen).await.unwrap_or_default();
        let point = points.into_iter().next().unwrap_or_default();
        let shown = point.display().to_string();
        if !is_ours {
            self.markers.clear(&chosen.id);
            return Err(Fault::AlreadyMounted { mount_point: shown });
        }
        self.warn(Warning::LeftoverMount { mount_point: shown });
        Ok(point)
    }

    fn forget_unless_late(&self, chosen: &Volume, error: &UdisksError) {
        if !matches!(error, UdisksError::TimedOut(_) | UdisksError::ServiceLost(_)) {
            self.markers.clear(&chosen.id);
        }
    }

    /// Step 8. A number that can't be read is no reason to abort a good copy.
    pub(super) async fn free_space(&mut self) {
        self.begin(Step::FreeSpace);
        let Ok(space) = self.space().await else { return };
        self.remember_space(space);
        self.context.events.notice(Notice::StepFreeSpace { free: space.free, size: space.size });
        let threshold = self.spec.config.free_space_threshold;
        // Whatever failed has words of its own; these say that the copy found room.
        if self.copied && space.free < threshold {
            self.warn(Warning::LowSpace { free: space.free, threshold });
        }
    }

    pub(super) fn remember_space(&mut self, space: Space) {
        self.totals.free_bytes = space.free;
        self.totals.size_bytes = space.size;
        self.context.events.send(Event::FreeBytes(space.free));
    }

    pub(super) async fn space(&self) -> io::Result<Space> {
        let Some(mounted) = &self.mounted else { return Err(io::ErrorKind::NotFound.into()) };
        let top = mounted.try_clone_top()?;
        blocking(GLANCE, move || Space::of(&top)).await
    }

    /// Step 9. Gives up every descriptor on the disk first. Tells whether the disk may be pulled.
    pub(super) async fn unmount(&mut self) -> Result<bool, Fault> {
        self.begin(Step::Unmount);
        self.target = None;
        self.listener = None;
        let superblock = self.mounted.take().map(|mounted| mounted.superblock).unwrap_or_default();
        let chosen = self.chosen()?;
        if self.removed {
            self.clear_up_removed(&chosen).await;
            return Ok(false);
        }
        if self.silent {
            return Ok(false);
        }
        let proof = self.unmount_heard(&chosen, superblock).await?;
        self.context.events.notice(Notice::StepUnmount { device: chosen.device.display().to_string() });
        match proof {
            Proof::Released => Ok(true),
            Proof::Open(devices) => {
                self.warn(Warning::StillOpen { devices: devices.join(", ") });
                Ok(false)
            }
        }
    }

    pub(super) async fn let_go(&self, chosen: &Volume, superblock: Superblock) -> Result<Proof, Fault> {
        match self.ask_to_unmount(chosen).await {
            Ok(()) | Err(UdisksError::NotMounted | UdisksError::Gone) => {}
            Err(_) if self.loses_disk().await => {
                self.clear_up_removed(chosen).await;
                return Err(Fault::DiskRemoved);
            }
            Err(error) => return Err(self.unmount_failed(&error, superblock).await),
        }
        self.markers.clear(&chosen.id);
        self.prove_released(chosen).await
    }

    async fn clear_up_removed(&self, chosen: &Volume) {
        let _ = timeout(CLEANUP, udisks::unmount(&self.context.connection, chosen)).await;
        self.markers.clear(&chosen.id);
    }

    async fn ask_to_unmount(&self, chosen: &Volume) -> Result<(), UdisksError> {
        let pauses = ConstantBuilder::default().with_delay(BUSY_PAUSE).with_max_times(BUSY_PAUSES);
        (|| udisks::unmount(&self.context.connection, chosen))
            .retry(pauses)
            // A UDisks2 that was restarted does not know what became of the call to the one before.
            .when(|error| matches!(error, UdisksError::Busy(_) | UdisksError::ServiceLost(_)))
            .await
    }

    /// Whether a disk that this run has not mounted may be pulled, so that people are told so at once. Where that can't be proven
    /// in a moment it is found out later.
    pub(super) async fn is_free(&self) -> bool {
        let Some(chosen) = self.volume.as_ref().filter(|chosen| !self.silent && !self.markers.is_set(&chosen.id))
        else {
            return false;
        };
        matches!(timeout(MOMENT, released::proven(chosen)).await, Ok(Ok(Proof::Released)))
    }

    async fn prove_released(&self, chosen: &Volume) -> Result<Proof, Fault> {
        let error = match released::proven(chosen).await {
            Ok(proof) => return Ok(proof),
            Err(error) => error,
        };
        let (device, cause) = (chosen.device.display().to_string(), error.to_string());
        if error.kind() == io::ErrorKind::ResourceBusy {
            return Err(Fault::NotReleased { device, cause });
        }
        if self.loses_disk().await {
            return Err(Fault::DiskRemoved);
        }
        Err(Fault::NotFlushed { device, cause })
    }

    /// The requirement's remedy: what can't be unmounted is at least written to the disk.
    async fn unmount_failed(&self, error: &UdisksError, superblock: Superblock) -> Fault {
        let mount_point = self.mount_point.clone().unwrap_or_default();
        let place = MountedPlace { mount_point: mount_point.clone(), superblock };
        let found = blocking::<_, io::Error>(GLANCE, move || Ok(blockers(&place, HOLDERS)));
        let holders = found.await.unwrap_or_default().join(", ");
        let flushed = blocking::<_, io::Error>(SYNC, {
            let mount_point = mount_point.clone();
            move || flush(&mount_point, superblock)
        });
        let synced = flushed.await.is_ok() && !self.unproven;
        let mount_point = mount_point.display().to_string();
        Fault::UnmountFailed { mount_point, holders, synced, cause: error.to_string() }
    }
}

/// Of this file system alone: another one that hangs would keep it waiting, and its errors would be nobody's.
fn flush(mount_point: &Path, superblock: Superblock) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let top = rustix::fs::open(mount_point, flags, Mode::empty())?;
    if !Superblock::of_file(&top)?.is(&superblock) {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(rustix::fs::syncfs(top)?)
}

async fn read_only(chosen: Volume, written: Writability) -> Fault {
    let device = chosen.device.display().to_string();
    let asked = move || Ok((read_only::is_write_protected(&chosen), read_only::reason(&chosen, written)));
    match blocking::<_, io::Error>(GLANCE, asked).await.unwrap_or((false, ReadOnly::Unknown)) {
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
    fn into_fault(self, mount_point: &std::path::Path) -> Fault {
        let mount_point = mount_point.display().to_string();
        match self {
            Self::Mount(MountedError::Unsafe(missing)) => Fault::UnsafeMount { mount_point, missing },
            Self::Mount(error) => Fault::TargetRefused { path: mount_point, cause: error.to_string() },
            Self::Io(error) => Fault::TargetRefused { path: mount_point, cause: error.to_string() },
        }
    }
}
