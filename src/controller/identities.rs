//! What is remembered of disks and source from one run to the next, and when: a disk at its first use, the source when it was
//! found fit, and either anew when somebody says so.

use std::path::Path;

use log::Level;

use super::Controller;
use crate::config::IdentityPolicy;
use crate::copy::{Remembered, identify};
use crate::disks::Volume;
use crate::model::{DiskId, Fault, Notice};

impl Controller {
    /// What a run is to hold against what it finds.
    pub(super) fn remembered(&self, disk: &DiskId, volume: Option<&Volume>) -> Remembered {
        let source = self.memory.source(&self.config.source);
        // In another directory of the disk, nothing is an older copy yet.
        let elsewhere = self.memory.destination(disk).is_some_and(|before| before != self.config.destination);
        let last = self.last_success.get(disk).filter(|_| !elsewhere);
        let copied = last.map(|record| record.started_at);
        let agreed = volume.and_then(|volume| self.memory.agreed(disk, &volume.identity_now()));
        Remembered { disk: self.memory.disk(disk).cloned(), source: source.map(str::to_owned), copied, agreed }
    }

    /// The disk of the run that is on has been mounted: its first use, unless it is known.
    pub(super) fn remember_disk(&mut self) {
        let Some(volume) = self.run.as_ref().and_then(|run| run.volume.clone()) else { return };
        let wanted = self.config.disk_identity != IdentityPolicy::Off;
        if !wanted || self.memory.disk(&volume.id).is_some() {
            return;
        }
        // One that is being pulled shows a size that it never had; the next use is the first then.
        if volume.identity_now() != volume.identity() {
            return;
        }
        self.store_disk(&volume);
        self.note(Notice::DiskRemembered { disk: volume.id.to_string(), label: volume.name() });
    }

    /// There is a good copy on it now, below `destination`.
    pub(super) fn remember_copy(&mut self, disk: &DiskId, destination: &Path) {
        self.memory.end_agreement(disk);
        if self.memory.destination(disk) == Some(destination) {
            return;
        }
        if let Err(lost) = self.memory.remember_destination(disk, destination) {
            self.tell(Level::Warn, &lost);
        }
    }

    /// The source of the run that is on was found fit, and lies on this file system.
    pub(super) fn remember_source(&mut self, file_system: String) {
        let Some(path) = self.run.as_ref().map(|run| run.source.clone()) else { return };
        if self.memory.source(&path) == Some(&file_system) {
            return;
        }
        self.note(Notice::SourceRemembered { path: shown(&path), file_system: file_system.clone() });
        if let Err(lost) = self.memory.remember_source(&path, file_system) {
            self.tell(Level::Warn, &lost);
        }
    }

    /// Accepts a known disk as it is plugged in now. One that was refused for what it was before gets its copy.
    pub(super) fn trust_disk(&mut self, disk: &str) -> Result<(), Fault> {
        let disk = self.resolve_disk(disk)?;
        let volume = identify::choose(&disk, &self.attachments.volumes())?.clone();
        self.store_disk(&volume);
        self.note_disk(&disk, &Notice::DiskTrusted { disk: volume.id.to_string(), label: volume.name() });
        let last = self.history.past().last_of(&disk).unwrap_or_default();
        let refused = last.is_some_and(|last| matches!(last.fault, Some(Fault::ChangedDisk { .. })));
        let is_on = self.run.as_ref().is_some_and(|run| run.begun.disk == disk);
        if refused && !is_on {
            self.attachments.of(&disk).for_each(|attachment| attachment.served = false);
        }
        Ok(())
    }

    /// At start, once.
    pub(super) fn report_lost_memory(&mut self) {
        if let Some(lost) = self.memory.damage() {
            self.tell(Level::Warn, &lost);
        }
    }

    fn store_disk(&mut self, volume: &Volume) {
        if let Err(lost) = self.memory.remember_disk(&volume.id, volume.identity()) {
            self.tell(Level::Warn, &lost);
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
