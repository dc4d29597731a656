//! Step 1, beyond the UUID: whether the disk is the one that it was, and not the one that the source lies on.

use super::stages::Run;
use crate::blocking::{GLANCE, blocking};
use crate::config::IdentityPolicy;
use crate::disks::{Volume, host_disks};
use crate::model::{Fault, Warning};

impl Run {
    /// A copy on the disk that the original lies on would be lost with it.
    pub(super) async fn is_not_the_source(&self, chosen: &Volume) -> Result<(), Fault> {
        let (source, device) = (self.spec.config.source.clone(), chosen.device.clone());
        // Whether the source is there is asked later, and told better.
        let same = blocking::<_, std::io::Error>(GLANCE, move || {
            Ok(host_disks::HostDisks::of_path(&source.canonicalize()?).hold(&device))
        });
        match same.await {
            Ok(true) => Err(Fault::OwnDisk { disk: chosen.name(), repository: true }),
            _ => Ok(()),
        }
    }

    /// A UUID can be cloned; what the device says of itself is held against what it said at first. An enclosure can explain
    /// another serial number, but not another size.
    pub(super) fn recognise(&mut self, chosen: &Volume) -> Result<(), Fault> {
        let policy = self.spec.config.disk_identity;
        let now = chosen.identity_now();
        let known = self.spec.remembered.disk.clone().filter(|known| *known != now && policy != IdentityPolicy::Off);
        let Some(known) = known else { return Ok(()) };
        let (disk, same_size) = (chosen.id.to_string(), known.has_same_size(&now));
        if policy == IdentityPolicy::Refuse || !same_size {
            return Err(Fault::ChangedDisk { disk, same_size });
        }
        self.warn(Warning::ChangedDisk { disk });
        Ok(())
    }
}
