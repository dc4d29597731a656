//! Switches the disk off after a good copy, where that is wanted and takes nothing else away. The disk may be pulled by then, so
//! nothing here can spoil the run.

use super::steps::Run;
use crate::disks::{Volume, volume, watch};
use crate::model::{Notice, Warning};

impl Run {
    pub(super) async fn power_off(&mut self) {
        let Some(chosen) = self.volume.clone().filter(|_| self.order.config.power_off) else { return };
        match self.try_power_off(&chosen).await {
            Ok(()) => self.ports.teller.notice(Notice::PoweredOff { device: chosen.device.display().to_string() }),
            Err(cause) => self.warn(Warning::PowerOffFailed { cause }),
        }
    }

    async fn try_power_off(&self, chosen: &Volume) -> Result<(), String> {
        if !chosen.can_power_off {
            return Err(format!("{}: CanPowerOff=false", chosen.device.display()));
        }
        let volumes = watch::volumes(&self.ports.connection).await.map_err(|error| error.to_string())?;
        if let Some(device) = in_use(chosen, &volumes) {
            return Err(device);
        }
        volume::power_off(&self.ports.connection, chosen).await.map_err(|error| error.to_string())
    }
}

/// Another volume that would lose its power while it is mounted.
fn in_use(chosen: &Volume, volumes: &[Volume]) -> Option<String> {
    let mut others = volumes.iter().filter(|other| chosen.shares_power_with(other) && !other.mount_points.is_empty());
    others.next().map(|other| other.device.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use zbus::OwnedObjectPath;

    #[test]
    fn what_is_mounted_behind_the_same_plug_keeps_its_power() {
        let drive = |path: &str| Some(OwnedObjectPath::try_from(path).unwrap());
        let dock = |path: &str| Volume { drive: drive(path), sibling: "dock".into(), ..Volume::sample("A") };
        let mounted = |volume: Volume| Volume { mount_points: vec!["/mnt".into()], ..volume };
        let elsewhere = Volume { sibling: String::new(), ..dock("/c") };
        assert_eq!(in_use(&dock("/a"), &[dock("/a"), dock("/b"), mounted(elsewhere)]), None);
        assert_eq!(in_use(&dock("/a"), &[dock("/a"), mounted(dock("/b"))]), Some("/dev/sdz1".to_owned()));
    }
}
