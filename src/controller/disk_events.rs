//! What a new list of disks means: which were attached, which were detached, and whose run that ends.

use std::time::Instant;

use log::Level;

use super::Controller;
use super::attachments::{Attachment, AttachmentState};
use crate::copy::StopReason;
use crate::disks::device_blockers::DiskParts;
use crate::disks::{DiskEvent, Volume, host_disks, mount_table};
use asbackup_api::{DiskId, Notice};
use asbackup_system::systemd;

impl Controller {
    pub(super) fn on_disk_event(&mut self, event: DiskEvent) {
        match event {
            DiskEvent::VolumesChanged(volumes) => {
                if std::mem::take(&mut self.service.disks_lost) {
                    self.log_notice(Notice::DiskServiceBack);
                }
                let known = self.identify_unusable(volumes);
                self.update_disks(known);
            }
            DiskEvent::ServiceLost { cause } => {
                self.service.disks_lost = true;
                log::debug!("UDisks2: {cause}");
                self.log(Level::Warn, &Notice::DiskServiceLost);
            }
            DiskEvent::UnformattedChanged(disks) => {
                self.attachments.unformatted = disks;
                return;
            }
            DiskEvent::MountsChanged => return self.on_mount_change(),
        }
        if !std::mem::replace(&mut self.service.ready, true) {
            systemd::ready();
        }
    }

    /// Somebody may have mounted a released disk, or unmounted it again.
    fn on_mount_change(&mut self) {
        self.source_watch.on_mount_change();
        self.probe_snapshots();
        self.refresh_mounts();
        self.clean_up_disks();
    }

    /// Asks the kernel which disks are mounted now; UDisks2 says so later, if it lives.
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
        let changes = self.attachments.update(volumes, Instant::now());
        for volume in changes.gone {
            self.on_detached(&volume);
        }
        for volume in changes.appeared {
            self.on_attached(&volume);
        }
        self.clean_up_disks();
    }

    /// A disk that the kernel no longer has is gone, whatever UDisks2 says.
    pub(super) fn check_for_removals(&mut self) {
        let (gone, there): (Vec<_>, Vec<_>) = self.attachments.volumes().into_iter().partition(Volume::has_gone);
        if !gone.is_empty() {
            self.update_disks(there);
        }
    }

    fn on_detached(&mut self, volume: &Volume) {
        if let Some(run) = &self.run {
            let ours = run.volume.as_ref().is_some_and(|own| own.is_same_attachment(volume));
            // UDisks2's list may be empty while it restarts; the kernel knows better.
            if ours && !volume.is_still_there() {
                run.cancel.cancel(StopReason::DiskRemoved);
            }
        }
        if self.is_known(&volume.id) && !volume.is_guess() {
            let notice = Notice::DiskGone { disk: volume.id.to_string(), label: volume.name() };
            self.log_disk_notice(&volume.id, &notice);
        }
    }

    fn on_attached(&mut self, volume: &Volume) {
        if !self.is_known(&volume.id) {
            return;
        }
        let (disk, label, device) = (volume.id.to_string(), volume.name(), volume.device.display().to_string());
        // A disk that is only guessed is reported by its run.
        if !volume.is_guess() {
            self.log_disk_notice(
                &volume.id,
                &Notice::DiskAppeared { disk: disk.clone(), label: label.clone(), device },
            );
        }
        let past = self.state_when_attached(volume);
        if !matches!(past, AttachmentState::Due { .. }) {
            self.log_disk_notice(&volume.id, &Notice::DiskDone { disk, label });
        }
        // While UDisks2 restarts, a disk can leave its list and come back in mid-copy.
        let run = self.run.as_ref().filter(|run| !run.is_starting());
        let is_on = run.and_then(|run| run.volume.as_ref()).is_some_and(|own| own.is_same_attachment(volume));
        let state = if is_on { AttachmentState::Running } else { past };
        let same = |attachment: &&mut Attachment| attachment.volume.is_same_attachment(volume);
        self.attachments.of(&volume.id).filter(same).for_each(|attachment| attachment.state = state);
    }

    pub(super) fn is_known(&self, disk: &DiskId) -> bool {
        self.config.disks.iter().any(|known| known.id == *disk)
    }
}
