//! Step 1: finds the wanted disk among the attached volumes, and checks that it may be used and is the same one as
//! before.

use std::time::Duration;

use backon::Retryable;
use tokio::time::{sleep, timeout};

use super::context::{Job, service_retry};
use crate::copy::cancel::RunError;
use crate::disks::host_disks::HostDisks;
use crate::disks::released::{self, Proof};
use crate::disks::{FileSystem, Hindrance, Volume, monitor};
use asbackup_api::{DiskId, Fault, Notice, Step, Warning};
use asbackup_config::IdentityPolicy;
use asbackup_system::blocking::{GLANCE, blocking};

const REMOVAL_PAUSE: Duration = Duration::from_millis(100);
const REMOVAL_LOOKS: usize = 15;
/// udev looks into a disk that could not be mounted.
const MOMENT: Duration = Duration::from_secs(1);

/// The one volume with this UUID that may be copied to. Also used before a call to `Start` is answered.
///
/// # Errors
/// Not attached, attached twice, hidden by the administrator, or of a kind unfit for a backup.
pub fn choose<'a>(disk: &DiskId, volumes: &'a [Volume]) -> Result<&'a Volume, Fault> {
    let candidates: Vec<&Volume> = volumes.iter().filter(|volume| volume.id == *disk).collect();
    let volume = match candidates[..] {
        [] => return Err(Fault::DiskAbsent { disk: disk.to_string() }),
        [only] => only,
        [first, ..] if are_members(&candidates) => {
            return Err(Fault::DiskOfSeveral {
                disk: first.name(),
                file_system: first.id_type.clone(),
                devices: devices(&candidates),
                count: candidates.len() as u64,
            });
        }
        _ => return Err(Fault::DuplicateDisk { disk: disk.to_string(), devices: devices(&candidates) }),
    };
    if volume.system {
        return Err(Fault::OwnDisk { disk: volume.name(), repository: false });
    }
    if volume.ignored {
        return Err(Fault::DiskIgnored { disk: volume.name() });
    }
    if let Some(hindrance) = &volume.hindrance {
        return Err(unusable(volume, hindrance));
    }
    if volume.file_system() == FileSystem::Unsupported {
        return Err(Fault::UnsupportedFileSystem { disk: volume.name(), file_system: volume.id_type.clone() });
    }
    if volume.read_only {
        return Err(Fault::WriteProtected { device: volume.device.display().to_string() });
    }
    Ok(volume)
}

fn unusable(volume: &Volume, hindrance: &Hindrance) -> Fault {
    Fault::DiskUnusable {
        disk: volume.name(),
        device: volume.device.display().to_string(),
        why: hindrance.why,
        likely: hindrance.likely,
        cause: hindrance.cause.clone(),
    }
}

/// The wanted disk, if it is attached but can't be used.
pub fn find_unusable<'a>(disk: &DiskId, volumes: &'a [Volume]) -> Option<&'a Volume> {
    volumes.iter().find(|volume| volume.id == *disk && volume.hindrance.is_some())
}

/// Whether they are parts of one file system; clones of one disk are the same part.
fn are_members(volumes: &[&Volume]) -> bool {
    let mut members: Vec<&str> = volumes.iter().map(|volume| volume.member.as_str()).collect();
    members.sort_unstable();
    members.dedup();
    members.len() == volumes.len() && members.iter().all(|member| !member.is_empty())
}

fn devices(volumes: &[&Volume]) -> String {
    let names: Vec<String> = volumes.iter().map(|volume| volume.device.display().to_string()).collect();
    names.join(", ")
}

/// Step 1 is done: this is the disk.
pub struct Identified {
    /// The volume to copy to.
    pub volume: Volume,
}

/// Step 1.
///
/// # Errors
/// The disk must not be copied to, or the run is to end.
pub async fn identify(job: &mut Job) -> Result<Identified, RunError> {
    job.begin(Step::IdentifyDisk);
    let volume = choose(&job.spec.disk, &job.spec.volumes)?.clone();
    confirm_attached(job, &volume).await?;
    refuse_source_disk(job, &volume).await?;
    compare_identity(job, &volume)?;
    job.notice(Notice::StepIdentifyDisk {
        device: volume.device.display().to_string(),
        label: volume.name(),
        file_system: volume.id_type.clone(),
    });
    Ok(Identified { volume })
}

impl Identified {
    /// Whether the kernel has lost the disk.
    pub fn is_removed(&self) -> bool {
        self.volume.has_gone()
    }

    /// The same, with patience: a pulled disk returns errors a moment before the kernel takes it off its list.
    pub async fn is_being_removed(&self) -> bool {
        for _ in 0..REMOVAL_LOOKS {
            if self.is_removed() {
                return true;
            }
            sleep(REMOVAL_PAUSE).await;
        }
        false
    }

    /// The walk back if nothing was mounted: whether the disk is safe to remove, so that people know at once. What
    /// can't be proven in a moment is found out later.
    pub async fn is_free(&self, job: &Job) -> bool {
        if job.markers.is_set(&self.volume.id) {
            return false;
        }
        matches!(timeout(MOMENT, released::proven(&self.volume)).await, Ok(Ok(Proof::Released)))
    }
}

/// Object paths and device names are reused for other disks, and another disk with this UUID may have been attached, so
/// UDisks2 is asked again at the last moment.
///
/// # Errors
/// It is another disk, or gone.
pub async fn confirm_attached(job: &mut Job, volume: &Volume) -> Result<(), RunError> {
    let ask = (|| monitor::volumes(&job.connection)).retry(service_retry());
    let volumes = tokio::select! {
        biased;
        reason = job.cancel.requested() => return Err(RunError::Stopped(reason)),
        answer = ask => answer.map_err(|error| Fault::DiskServiceFailed { cause: error.to_string() })?,
    };
    if !choose(&job.spec.disk, &volumes)?.is_same_attachment(volume) {
        return Err(Fault::DiskAbsent { disk: job.spec.disk.to_string() }.into());
    }
    Ok(())
}

/// A copy on the disk that also holds the original would be lost with it.
async fn refuse_source_disk(job: &Job, volume: &Volume) -> Result<(), Fault> {
    let (source, device) = (job.spec.config.source.clone(), volume.device.clone());
    // Whether the source exists is checked in step 5, which can explain it better.
    let same =
        blocking::<_, std::io::Error>(GLANCE, move || Ok(HostDisks::of_path(&source.canonicalize()?).hold(&device)));
    match same.await {
        Ok(true) => Err(Fault::OwnDisk { disk: volume.name(), repository: true }),
        _ => Ok(()),
    }
}

/// A UUID can be cloned, so the device is compared with what it reported at first. Another enclosure explains another
/// serial number, but not another size.
fn compare_identity(job: &Job, volume: &Volume) -> Result<(), Fault> {
    let policy = job.spec.config.disk_identity;
    let now = volume.identity_now();
    let before = job.spec.remembered.disk.as_ref();
    let Some(before) = before.filter(|before| **before != now && policy != IdentityPolicy::Off) else { return Ok(()) };
    let (disk, same_size) = (volume.id.to_string(), before.has_same_size(&now));
    if policy == IdentityPolicy::Refuse || !same_size {
        return Err(Fault::ChangedDisk { disk, same_size });
    }
    job.warn(Warning::ChangedDisk { disk });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use asbackup_api::Unusable;

    fn chosen(volumes: &[Volume]) -> Result<(), &'static str> {
        choose(&DiskId::new("b78e-6cc4"), volumes).map(drop).map_err(|fault| fault.name())
    }

    #[test]
    fn the_one_disk_with_the_uuid_is_chosen() {
        assert_eq!(chosen(&[Volume::sample("other"), Volume::sample("B78E-6CC4")]), Ok(()));
    }

    #[test]
    fn an_absent_disk_and_a_clone_are_refused() {
        assert_eq!(chosen(&[Volume::sample("other")]), Err("DiskAbsent"));
        assert_eq!(chosen(&[Volume::sample("B78E-6CC4"), Volume::sample("b78e-6cc4")]), Err("WrongDisk"));
    }

    #[test]
    fn parts_of_one_file_system_are_no_clones() {
        let part = |member: &str| Volume { member: member.into(), ..Volume::sample("B78E-6CC4") };
        assert_eq!(chosen(&[part("a"), part("b")]), Err("UnsupportedFileSystem"));
        assert_eq!(chosen(&[part("a"), part("a")]), Err("WrongDisk"));
        assert_eq!(chosen(&[part(""), part("b")]), Err("WrongDisk"));
    }

    #[test]
    fn unfit_disks_are_refused_with_their_reason() {
        let unfit = |change: &dyn Fn(&mut Volume)| {
            let mut volume = Volume::sample("b78e-6cc4");
            change(&mut volume);
            chosen(&[volume])
        };
        assert_eq!(unfit(&|volume| volume.ignored = true), Err("WrongDisk"));
        let locked = Hindrance { why: Unusable::Locked, marks: vec![], likely: false, cause: String::new() };
        assert_eq!(unfit(&|volume| volume.hindrance = Some(locked.clone())), Err("UnsupportedFileSystem"));
        assert_eq!(unfit(&|volume| volume.system = true), Err("WrongDisk"));
        assert_eq!(unfit(&|volume| volume.id_type = "iso9660".into()), Err("UnsupportedFileSystem"));
        assert_eq!(unfit(&|volume| volume.read_only = true), Err("MountFailed"));
    }
}
