//! Steps 8 and 9: reads the free space, unmounts the disk, and proves that it is safe to remove.

use std::io;
use std::path::Path;
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use rustix::fs::{Mode, OFlags};
use tokio::time::timeout;

use super::context::Job;
use super::disk_watch::unless_hung;
use super::identify::Identified;
use super::mount::Mount;
use super::mounted_disk::MountedDisk;
use crate::disks::Volume;
use crate::disks::mount_blockers::{MountedPlace, blockers};
use crate::disks::probe;
use crate::disks::released::{self, Proof};
use crate::disks::superblock::Superblock;
use crate::disks::udisks::{self, UdisksError};
use asbackup_api::{Fault, Notice, Step, Warning};
use asbackup_system::blocking::{GLANCE, blocking};

/// Somebody who only looks at the disk is gone within two minutes; others are named.
const BUSY_PAUSE: Duration = Duration::from_secs(2);
const BUSY_PAUSES: usize = 60;
/// UDisks2 itself unmounts a disk that has been pulled.
const CLEANUP: Duration = Duration::from_secs(30);
const SYNC: Duration = Duration::from_secs(10 * 60);
const NAMED: usize = 5;

/// What the walk back has to know of the walk forward.
#[derive(Debug, Clone, Copy)]
pub struct DiskState {
    pub removed: bool,
    pub hung: bool,
    /// All that was written is on the medium.
    pub all_written: bool,
}

/// Step 8. `copied`: the copy is complete. If the figures can't be read, the copy is good all the same.
pub async fn free_space(job: &mut Job, disk: &MountedDisk, copied: bool) {
    job.begin(Step::FreeSpace);
    let Ok(space) = disk.space().await else { return };
    job.note_space(space);
    job.notice(Notice::StepFreeSpace { free: space.free, size: space.size });
    let threshold = job.spec.config.free_space_threshold;
    // The warning says that the copy had room; after a failure the fault says more.
    if copied && space.free < threshold {
        job.warn(Warning::LowSpace { free: space.free, threshold });
    }
}

/// Step 9. First closes every descriptor on the disk. Returns whether the disk is safe to remove.
///
/// # Errors
/// The disk can't be unmounted, or is not proven to be free.
pub async fn unmount(job: &mut Job, identified: &Identified, mount: Mount, state: DiskState) -> Result<bool, Fault> {
    job.begin(Step::Unmount);
    let Mount { point, disk } = mount;
    let superblock = disk.map(|disk| disk.mounted.superblock).unwrap_or_default();
    let volume = &identified.volume;
    if state.removed {
        clean_up_removed(job, volume).await;
        return Ok(false);
    }
    if state.hung {
        return Ok(false);
    }
    let unmounting = Unmounting { job, identified, place: MountedPlace { mount_point: point, superblock }, state };
    let proof = unmounting.run().await?;
    job.notice(Notice::StepUnmount { device: volume.device.display().to_string() });
    match proof {
        Proof::Released => Ok(true),
        Proof::Open(devices) => {
            job.warn(Warning::StillOpen { devices: devices.join(", ") });
            Ok(false)
        }
    }
}

async fn clean_up_removed(job: &Job, volume: &Volume) {
    let _ = timeout(CLEANUP, udisks::unmount(&job.connection, volume)).await;
    job.markers.clear(&volume.id);
}

struct Unmounting<'a> {
    job: &'a Job,
    identified: &'a Identified,
    place: MountedPlace,
    state: DiskState,
}

impl Unmounting<'_> {
    /// A disk that hangs, before or meanwhile, is not accessed.
    async fn run(&self) -> Result<Proof, Fault> {
        let (volume, patience) = (&self.identified.volume, self.job.spec.config.disk_patience);
        if !probe::responds(volume, patience).await {
            return Err(Fault::DiskSilent);
        }
        unless_hung(volume, patience, self.unmount_and_prove()).await.unwrap_or(Err(Fault::DiskSilent))
    }

    async fn unmount_and_prove(&self) -> Result<Proof, Fault> {
        let volume = &self.identified.volume;
        match self.ask_to_unmount().await {
            Ok(()) | Err(UdisksError::NotMounted | UdisksError::Gone) => {}
            Err(_) if self.identified.is_being_removed().await => {
                clean_up_removed(self.job, volume).await;
                return Err(Fault::DiskRemoved);
            }
            Err(error) => return Err(self.failure(&error).await),
        }
        self.job.markers.clear(&volume.id);
        self.prove_released().await
    }

    async fn ask_to_unmount(&self) -> Result<(), UdisksError> {
        let pauses = ConstantBuilder::default().with_delay(BUSY_PAUSE).with_max_times(BUSY_PAUSES);
        (|| udisks::unmount(&self.job.connection, &self.identified.volume))
            .retry(pauses)
            // A UDisks2 that was restarted does not know what became of the call before.
            .when(|error| matches!(error, UdisksError::Busy(_) | UdisksError::ServiceLost(_)))
            .await
    }

    async fn prove_released(&self) -> Result<Proof, Fault> {
        let volume = &self.identified.volume;
        let error = match released::proven(volume).await {
            Ok(proof) => return Ok(proof),
            Err(error) => error,
        };
        let (device, cause) = (volume.device.display().to_string(), error.to_string());
        if error.kind() == io::ErrorKind::ResourceBusy {
            return Err(Fault::NotReleased { device, cause });
        }
        if self.identified.is_being_removed().await {
            return Err(Fault::DiskRemoved);
        }
        Err(Fault::NotFlushed { device, cause })
    }

    /// What can't be unmounted is at least written to the disk.
    async fn failure(&self, error: &UdisksError) -> Fault {
        let place = self.place.clone();
        let found = blocking::<_, io::Error>(GLANCE, move || Ok(blockers(&place, NAMED)));
        let holders = found.await.unwrap_or_default().join(", ");
        let MountedPlace { mount_point, superblock } = self.place.clone();
        let flushed = blocking::<_, io::Error>(SYNC, move || flush(&mount_point, superblock));
        let synced = flushed.await.is_ok() && self.state.all_written;
        let mount_point = self.place.mount_point.display().to_string();
        Fault::UnmountFailed { mount_point, holders, synced, cause: error.to_string() }
    }
}

/// Flushes this file system alone: another one that hangs would hold up the call, and its errors are not this disk's.
fn flush(mount_point: &Path, superblock: Superblock) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let top = rustix::fs::open(mount_point, flags, Mode::empty())?;
    if !Superblock::of_file(&top)?.is(&superblock) {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(rustix::fs::syncfs(top)?)
}
