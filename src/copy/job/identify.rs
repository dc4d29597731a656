//! Step 1: which of the plugged-in volumes is the disk that is meant, and may it be used. Pure.

use crate::disks::{FileSystem, Hindrance, Volume};
use crate::model::{DiskId, Fault};

/// The one volume with this UUID that may be copied to. Also asked before a call to `Start` is answered.
///
/// # Errors
/// Not plugged in, plugged in twice, to be left alone, or of a kind that is no good for a backup.
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

/// The disk that is meant, where it is there and can't be used.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unusable;

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
