//! Why a disk could not be mounted: what the machine shows, if that explains the refusal, or else the messages of
//! libmount and UDisks2.

use std::io;

use crate::disks::udisks::UdisksError;
use crate::disks::{Volume, file_system_id, stale_mount};
use asbackup_api::{Fault, MountTrouble};
use asbackup_system::blocking::{GLANCE, blocking};

/// As many as fit a message.
const NAMED: usize = 5;

/// The fault behind a mount that was refused.
pub async fn mount_failure(volume: &Volume, error: UdisksError) -> Fault {
    if matches!(error, UdisksError::Busy(_) | UdisksError::Refused(_)) {
        let (volume, why) = (volume.clone(), mount_trouble(&error));
        let look = blocking::<_, io::Error>(GLANCE, move || Ok(explanation(&volume, why)));
        if let Ok(Some(fault)) = look.await {
            return fault;
        }
    }
    of_udisks(volume, &error)
}

/// What explains the refusal better than UDisks2's message, if anything does. Blocks.
fn explanation(volume: &Volume, why: MountTrouble) -> Option<Fault> {
    let disk = volume.name();
    // The kernel compares UUIDs before it looks at the rest of a file system, so a damaged one is not held elsewhere.
    let may_be_held = matches!(why, MountTrouble::Unknown | MountTrouble::Busy);
    if let Some(holders) = may_be_held.then(|| stale_mount::blockers(volume, NAMED)).flatten() {
        let found = !holders.is_empty();
        return Some(Fault::OldMountHeld { disk, found, holders: holders.join(", ") });
    }
    let count = file_system_id::member_count(volume).filter(|count| *count > 1)?;
    let (file_system, devices) = (volume.id_type.clone(), volume.device.display().to_string());
    Some(Fault::DiskOfSeveral { disk, file_system, devices, count })
}

fn of_udisks(volume: &Volume, error: &UdisksError) -> Fault {
    let device = volume.device.display().to_string();
    match error {
        UdisksError::WriteProtected => Fault::WriteProtected { device },
        UdisksError::ServiceLost(_) => Fault::DiskServiceFailed { cause: error.to_string() },
        UdisksError::Gone => Fault::DiskAbsent { disk: volume.id.to_string() },
        other => Fault::MountFailed { device, why: mount_trouble(other), cause: other.to_string() },
    }
}

/// libmount and UDisks2 lose the error number, so their messages have to do.
pub fn mount_trouble(error: &UdisksError) -> MountTrouble {
    const WORDS: [(&str, MountTrouble); 12] = [
        // EUCLEAN, EBADMSG and EIO, as libmount words them.
        ("Structure needs cleaning", MountTrouble::Damaged),
        ("Bad message", MountTrouble::Damaged),
        ("can't read superblock", MountTrouble::Damaged),
        ("Input/output error", MountTrouble::Damaged),
        ("unknown filesystem type", MountTrouble::NoDriver),
        ("No such device", MountTrouble::NoDriver),
        ("ot authorized", MountTrouble::NotPermitted),
        ("not allowed", MountTrouble::NotPermitted),
        ("ermission denied", MountTrouble::NotPermitted),
        ("peration not permitted", MountTrouble::NotPermitted),
        ("already mounted or mount point busy", MountTrouble::Busy),
        ("Device or resource busy", MountTrouble::Busy),
    ];
    match error {
        UdisksError::Busy(_) => MountTrouble::Busy,
        UdisksError::TimedOut(_) => MountTrouble::NoAnswer,
        UdisksError::Refused(text) => {
            WORDS.iter().find(|(words, _)| text.contains(words)).map_or(MountTrouble::Unknown, |(_, why)| *why)
        }
        _ => MountTrouble::Unknown,
    }
}
