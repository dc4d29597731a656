//! What is remembered of disks and source from one run to the next, and when: a disk at its first use, the source once
//! it was found fit, and either anew when somebody says so.

use std::path::Path;

use super::Controller;
use super::attachments::AttachmentState;
use super::call::Reply;
use super::store_writer::AfterSave;
use crate::copy::{Remembered, identify};
use crate::disks::Volume;
use asbackup_api::{DiskId, Fault, Notice};
use asbackup_config::IdentityPolicy;

impl Controller {
    /// What a run is to hold against what it finds. An agreement is still to be read.
    pub(super) fn remembered(&self, disk: &DiskId) -> Remembered {
        let source = self.saved_state.source(&self.config.source);
        // In another directory of the disk, nothing is an older copy yet.
        let elsewhere = self.saved_state.destination(disk).is_some_and(|before| before != self.config.destination);
        let last = self.run_index.last_success(disk).filter(|_| !elsewhere);
        Remembered {
            disk: self.saved_state.disk(disk).cloned(),
            source: source.map(str::to_owned),
            copied: last.map(|record| record.started_at),
            agreed: None,
        }
    }

    /// The active run has mounted its disk: its first use, unless it is known.
    pub(super) fn remember_disk(&mut self) {
        let Some(volume) = self.run.as_ref().and_then(|run| run.volume.clone()) else { return };
        let wanted = self.config.disk_identity != IdentityPolicy::Off;
        if !wanted || self.saved_state.disk(&volume.id).is_some() {
            return;
        }
        // A disk that is being pulled shows a size that it never had; the next use is the first then.
        if volume.identity_now() != volume.identity() {
            return;
        }
        self.saved_state.set_disk(&volume.id, volume.identity());
        let notice = Notice::DiskRemembered { disk: volume.id.to_string(), label: volume.name() };
        self.save_state(AfterSave::Log(notice));
    }

    /// There is a good copy on the disk now, below `destination`.
    pub(super) fn remember_copy(&mut self, disk: &DiskId, destination: &Path) {
        self.store.end_agreement(disk.clone());
        if self.saved_state.destination(disk) != Some(destination) {
            self.saved_state.set_destination(disk, destination);
            self.save_state(AfterSave::Nothing);
        }
    }

    /// The active run found its source fit, on this file system.
    pub(super) fn remember_source(&mut self, file_system: String) {
        let Some(path) = self.run.as_ref().map(|run| run.source.clone()) else { return };
        if self.saved_state.source(&path) == Some(&file_system) {
            return;
        }
        let shown = path.display().to_string();
        self.log_notice(Notice::SourceRemembered { path: shown, file_system: file_system.clone() });
        self.saved_state.set_source(&path, file_system);
        self.save_state(AfterSave::Nothing);
    }

    /// Accepts a known disk as it is attached now, and answers when that is saved.
    pub(super) fn trust_disk(&mut self, disk: &str, reply: Reply<()>) {
        match self.chosen(disk) {
            Ok((disk, volume)) => {
                self.saved_state.set_disk(&volume.id, volume.identity());
                self.save_state(AfterSave::DiskTrusted { disk, label: volume.name(), reply });
            }
            Err(fault) => drop(reply.send(Err(fault))),
        }
    }

    /// A disk that was refused for what it was before gets its copy.
    pub(super) fn on_disk_trusted(&mut self, disk: &DiskId, label: String, reply: Reply<()>) {
        self.log_disk_notice(disk, &Notice::DiskTrusted { disk: disk.to_string(), label });
        let refused = matches!(self.run_index.last_fault(disk), Some(Fault::ChangedDisk { .. }));
        let has_run = self.run.as_ref().is_some_and(|run| run.begun.disk == *disk);
        if refused && !has_run {
            let due = AttachmentState::Due { resumes: false };
            self.attachments.of(disk).for_each(|attachment| attachment.state = due);
        }
        let _ = reply.send(Ok(()));
    }

    fn chosen(&self, disk: &str) -> Result<(DiskId, Volume), Fault> {
        let disk = self.resolve_disk(disk)?;
        let volume = identify::choose(&disk, &self.attachments.volumes())?.clone();
        Ok((disk, volume))
    }

    /// Saves all that is remembered, and goes on with `then`.
    pub(super) fn save_state(&self, then: AfterSave) {
        self.store.save(self.saved_state.clone(), then);
    }
}
