//! Why a disk could not be mounted: UDisks2's words, and what the machine says besides, which explains it better where there is
//! anything.

use std::io;

use super::mount_trouble::of_mount;
use super::stages::Run;
use crate::blocking::{GLANCE, blocking};
use crate::disks::udisks::UdisksError;
use crate::disks::{Volume, members, stale_mount};
use crate::model::{Fault, MountTrouble};

/// More would not fit into a message.
const HOLDERS: usize = 5;

impl Run {
    /// The fault behind a mount that was refused.
    pub(super) async fn refused(&self, chosen: &Volume, error: UdisksError) -> Fault {
        if matches!(error, UdisksError::Busy(_) | UdisksError::Refused(_)) {
            let (volume, why) = (chosen.clone(), of_mount(&error));
            let look = blocking::<_, io::Error>(GLANCE, move || Ok(behind_refusal(&volume, why)));
            if let Ok(Some(fault)) = look.await {
                return fault;
            }
        }
        refused(chosen, &error)
    }
}

/// What explains it better than the words of who refused to mount, if anything does. Blocks.
fn behind_refusal(chosen: &Volume, why: MountTrouble) -> Option<Fault> {
    let disk = chosen.name();
    // A file system that makes no sense to the kernel has come further than its UUID.
    let is_open = matches!(why, MountTrouble::Unknown | MountTrouble::Busy);
    if let Some(holders) = is_open.then(|| stale_mount::blockers(chosen, HOLDERS)).flatten() {
        let found = !holders.is_empty();
        return Some(Fault::OldMountHeld { disk, found, holders: holders.join(", ") });
    }
    let count = members::count(chosen).filter(|count| *count > 1)?;
    let (file_system, devices) = (chosen.id_type.clone(), chosen.device.display().to_string());
    Some(Fault::DiskOfSeveral { disk, file_system, devices, count })
}

fn mount_failed(chosen: &Volume, error: &UdisksError) -> Fault {
    let (device, why) = (chosen.device.display().to_string(), of_mount(error));
    Fault::MountFailed { device, why, cause: error.to_string() }
}

fn refused(chosen: &Volume, error: &UdisksError) -> Fault {
    match error {
        UdisksError::WriteProtected => Fault::WriteProtected { device: chosen.device.display().to_string() },
        UdisksError::ServiceLost(_) => Fault::DiskServiceFailed { cause: error.to_string() },
        UdisksError::Gone => Fault::DiskAbsent { disk: chosen.id.to_string() },
        other => mount_failed(chosen, other),
    }
}
