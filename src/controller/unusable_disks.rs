//! Finds out which known disk an unusable one is. A disk with a known disk's marks is that disk; one in a known disk's
//! drive probably is, unless the known disk is attached elsewhere.

use super::Controller;
use crate::disks::{Hindrance, Volume};
use asbackup_api::DiskId;

impl Controller {
    /// Leaves out unusable disks that are not known.
    pub(super) fn identify_unusable(&mut self, volumes: Vec<Volume>) -> Vec<Volume> {
        let is_unusable = |volume: &Volume| volume.hindrance.is_some();
        let (unusable, mut there): (Vec<_>, Vec<_>) = volumes.into_iter().partition(is_unusable);
        self.attachments.unusable = unusable.clone();
        for volume in unusable {
            let Some(known) = self.identify(volume) else { continue };
            if !there.iter().any(|other| other.id == known.id) {
                there.push(known);
            }
        }
        there
    }

    /// The config names other disks now.
    pub(super) fn reidentify_unusable(&mut self) {
        let usable = self.attachments.volumes().into_iter().filter(|volume| volume.hindrance.is_none());
        let volumes =
            usable.chain(std::mem::take(&mut self.attachments.unusable)).filter(|volume| !volume.has_gone()).collect();
        let known = self.identify_unusable(volumes);
        self.update_disks(known);
    }

    fn identify(&self, volume: Volume) -> Option<Volume> {
        let hindrance = volume.hindrance.clone()?;
        if let Some(id) = hindrance.marks.iter().find(|id| self.is_known(id)).cloned() {
            return Some(self.named_as(volume, id, hindrance));
        }
        let ids = self.config.disks.iter().map(|disk| &disk.id);
        let is_likely = |id: &&DiskId| self.saved_state.disk(id).is_some_and(|known| volume.identity().may_hold(known));
        let mut likely = ids.filter(is_likely);
        let id = likely.next()?.clone();
        // Several disks share one drive, as in a dock that reports its own serial number for each; nobody knows which
        // one it is.
        if likely.next().is_some() {
            return None;
        }
        Some(self.named_as(volume, id, Hindrance { likely: true, ..hindrance }))
    }

    fn named_as(&self, volume: Volume, id: DiskId, hindrance: Hindrance) -> Volume {
        let label = self.run_index.last_success(&id).map(|success| success.label.clone());
        Volume { label: label.unwrap_or(volume.label), id, hindrance: Some(hindrance), ..volume }
    }
}
