//! What a new picture of the plugged disks means: who has come, who has gone, and whose run that ends.

use std::time::Instant;

use log::Level;

use super::Controller;
use crate::copy::StopReason;
use crate::disks::device_blockers::DiskParts;
use crate::disks::{DiskEvent, Volume, host_disks, mount_table};
use crate::logging::{self, Scope};
use crate::model::{DiskId, Notice};
use crate::systemd;

impl Controller {
    /// One line of the logs about a disk that no run is on.
    pub(super) fn note_disk(&self, disk: &DiskId, notice: &Notice) {
        let scope = Scope { disk: disk.to_string(), ..Scope::default() };
        logging::tell(Level::Info, &self.texts, notice, &scope);
    }

    /// A new picture of what is plugged in.
    pub(super) async fn on_disk_event(&mut self, sighting: DiskEvent) {
        match sighting {
            DiskEvent::VolumesChanged(volumes) => {
                if std::mem::take(&mut self.service_lost) {
                    self.note(Notice::DiskServiceBack);
                }
                let known = self.identify_unusable(volumes);
                self.update_disks(known);
            }
            DiskEvent::ServiceLost { cause } => {
                self.service_lost = true;
                log::debug!("UDisks2: {cause}");
                self.tell(Level::Warn, &Notice::DiskServiceLost);
            }
            DiskEvent::UnformattedChanged(disks) => {
                self.attachments.unformatted = disks;
                return;
            }
            DiskEvent::MountsChanged => return self.on_mount_change(),
        }
        if !std::mem::replace(&mut self.ready, true) {
            systemd::ready();
        }
    }

    /// Somebody may have mounted a disk that was called safe, or unmounted it again.
    fn on_mount_change(&mut self) {
        self.source_watch.on_mount_change();
        self.refresh_mounts();
        self.prove_released();
    }

    /// Which disks are mounted at this moment, by the kernel's word; UDisks2's comes later, if it lives.
    pub(super) fn refresh_mounts(&mut self) {
        match mount_table::entries() {
            Ok(entries) => {
                let table: Vec<_> = entries.collect();
                self.attachments.note_mounts(|volume| {
                    let parts = DiskParts::of(volume);
                    table.iter().any(|entry| parts.is_mounted(entry))
                });
            }
            Err(error) => log::debug!("the mount table: {error}"),
        }
    }

    pub(super) fn update_disks(&mut self, volumes: Vec<Volume>) {
        self.repository = host_disks::HostDisks::of_path(&self.config.source);
        let difference = self.attachments.update(volumes, Instant::now());
        for volume in difference.gone {
            self.on_detached(&volume);
        }
        for volume in difference.appeared {
            self.on_attached(&volume);
        }
        self.prove_released();
    }

    /// What the kernel has no more has gone, whatever UDisks2 says or does not say.
    pub(super) fn check_for_removals(&mut self) {
        let (gone, there): (Vec<_>, Vec<_>) = self.attachments.volumes().into_iter().partition(Volume::has_gone);
        if !gone.is_empty() {
            self.update_disks(there);
        }
    }

    fn on_detached(&mut self, volume: &Volume) {
        if let Some(run) = &self.run {
            let ours = run.volume.as_ref().is_some_and(|own| own.is_same_attachment(volume));
            // While UDisks2 restarts its picture may be empty; the kernel knows better.
            if ours && !volume.is_still_there() {
                run.cancel.cancel(StopReason::DiskRemoved);
            }
        }
        if self.is_known(&volume.id) && !volume.is_guess() {
            let notice = Notice::DiskGone { disk: volume.id.to_string(), label: volume.name() };
            self.note_disk(&volume.id, &notice);
        }
    }

    fn on_attached(&mut self, volume: &Volume) {
        if !self.is_known(&volume.id) {
            return;
        }
        let (disk, label, device) = (volume.id.to_string(), volume.name(), volume.device.display().to_string());
        // What only seems to be the disk is told of by its run.
        if !volume.is_guess() {
            self.note_disk(&volume.id, &Notice::DiskAppeared { disk: disk.clone(), label: label.clone(), device });
        }
        let past = self.past_of(volume);
        if past.served {
            self.note_disk(&volume.id, &Notice::DiskDone { disk, label });
        }
        // While UDisks2 restarts, a disk can leave its picture and come back in mid-copy.
        let is_on =
            self.run.as_ref().and_then(|run| run.volume.as_ref()).is_some_and(|own| own.is_same_attachment(volume));
        for attachment in
            self.attachments.of(&volume.id).filter(|attachment| attachment.volume.is_same_attachment(volume))
        {
            attachment.served = past.served || is_on;
            attachment.interrupted = past.interrupted;
            attachment.awaits_source = past.awaits_source;
        }
    }

    pub(super) fn is_known(&self, disk: &DiskId) -> bool {
        self.config.disks.iter().any(|known| known.id == *disk)
    }
}
