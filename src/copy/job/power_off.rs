//! Switches the disk off after a good copy, if that is configured and nothing else loses its power. The disk may be
//! pulled by then, so nothing here can spoil the run.

use std::io;

use super::context::Job;
use super::identify::Identified;
use crate::disks::device_blockers::DiskParts;
use crate::disks::{Volume, monitor, udisks};
use asbackup_api::{Notice, Warning};
use asbackup_system::blocking::{GLANCE, blocking};

pub async fn power_off(job: &Job, identified: &Identified) {
    if !job.spec.config.power_off {
        return;
    }
    let volume = &identified.volume;
    match try_power_off(job, volume).await {
        Ok(()) => job.notice(Notice::PoweredOff { device: volume.device.display().to_string() }),
        Err(cause) => job.warn(Warning::PowerOffFailed { cause }),
    }
}

async fn try_power_off(job: &Job, volume: &Volume) -> Result<(), String> {
    if !volume.can_power_off {
        return Err(format!("{}: CanPowerOff=false", volume.device.display()));
    }
    let others = monitor::sharing_power(&job.connection, volume).await.map_err(|error| error.to_string())?;
    let look = move || Ok::<_, io::Error>(in_use(&others));
    if let Some(user) = blocking(GLANCE, look).await.map_err(|error| error.to_string())? {
        return Err(user);
    }
    udisks::power_off(&job.connection, volume).await.map_err(|error| error.to_string())
}

/// What uses any of the volumes, mounted or not, according to UDisks2 or the kernel. Blocks.
fn in_use(volumes: &[Volume]) -> Option<String> {
    volumes.iter().find_map(|volume| {
        let device = volume.device.display();
        if let Some(point) = volume.mount_points.first() {
            return Some(format!("{device}: {}", point.display()));
        }
        Some(format!("{device}: {}", DiskParts::of(volume).blockers(1).pop()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mounted_disk_on_the_same_power_supply_keeps_its_power() {
        let mounted = Volume { mount_points: vec!["/mnt".into()], ..Volume::sample("B") };
        assert_eq!(in_use(&[Volume::sample("A")]), None);
        assert_eq!(in_use(&[Volume::sample("A"), mounted]), Some("/dev/sdz1: /mnt".to_owned()));
    }
}
