//! Step 1: which of the plugged-in volumes is the disk that is meant, and may it be used. Pure.

use crate::disks::{FileSystem, Volume};
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
        _ => return Err(Fault::DuplicateDisk { disk: disk.to_string(), devices: devices(&candidates) }),
    };
    if volume.ignored {
        return Err(Fault::DiskIgnored { disk: volume.name() });
    }
    if volume.file_system() == FileSystem::Unsupported {
        return Err(Fault::UnsupportedFileSystem { disk: volume.name(), file_system: volume.id_type.clone() });
    }
    if volume.read_only {
        return Err(Fault::WriteProtected { device: volume.device.display().to_string() });
    }
    Ok(volume)
}

fn devices(volumes: &[&Volume]) -> String {
    let names: Vec<String> = volumes.iter().map(|volume| volume.device.display().to_string()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn unfit_disks_are_refused_with_their_reason() {
        let unfit = |change: fn(&mut Volume)| {
            let mut volume = Volume::sample("b78e-6cc4");
            change(&mut volume);
            chosen(&[volume])
        };
        assert_eq!(unfit(|volume| volume.ignored = true), Err("WrongDisk"));
        assert_eq!(unfit(|volume| volume.id_type = "iso9660".into()), Err("UnsupportedFileSystem"));
        assert_eq!(unfit(|volume| volume.read_only = true), Err("MountFailed"));
    }
}
