//! Switches the disk off after a good copy, where that is wanted and takes nothing else away. The disk may be pulled by then, so
//! nothing here can spoil the run.

use std::io;

use super::stages::Run;
use crate::blocking::{GLANCE, blocking};
use crate::disks::device_blockers::DiskParts;
use crate::disks::{Volume, monitor, udisks};
use crate::model::{Notice, Warning};

impl Run {
    pub(super) async fn power_off(&mut self) {
        let Some(chosen) = self.volume.clone().filter(|_| self.spec.config.power_off) else { return };
        match self.try_power_off(&chosen).await {
            Ok(()) => self.context.events.notice(Notice::PoweredOff { device: chosen.device.display().to_string() }),
            Err(cause) => self.warn(Warning::PowerOffFailed { cause }),
        }
    }

    async fn try_power_off(&self, chosen: &Volume) -> Result<(), String> {
        if !chosen.can_power_off {
            return Err(format!("{}: CanPowerOff=false", chosen.device.display()));
        }
        let connection = &self.context.connection;
        let others = monitor::sharing_power(connection, chosen).await.map_err(|error| error.to_string())?;
        let look = move || Ok::<_, io::Error>(in_use(&others));
        if let Some(user) = blocking(GLANCE, look).await.map_err(|error| error.to_string())? {
            return Err(user);
        }
        udisks::power_off(connection, chosen).await.map_err(|error| error.to_string())
    }
}

/// What uses one of them, mounted or not. UDisks2's word counts as well as the kernel's. Blocks.
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
    fn what_is_mounted_behind_the_same_plug_keeps_its_power() {
        let mounted = Volume { mount_points: vec!["/mnt".into()], ..Volume::sample("B") };
        assert_eq!(in_use(&[Volume::sample("A")]), None);
        assert_eq!(in_use(&[Volume::sample("A"), mounted]), Some("/dev/sdz1: /mnt".to_owned()));
    }
}
