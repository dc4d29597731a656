//! Why a disk could not be mounted, from the words of libmount and UDisks2. Pure; the rest of what failed is weighed in `cause`.

use crate::disks::udisks::UdisksError;
use crate::model::MountTrouble;

/// Why a disk could not be mounted: the number is lost on the way through libmount and UDisks2, so their words have to do.
pub fn of_mount(error: &UdisksError) -> MountTrouble {
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
