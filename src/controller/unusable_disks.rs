//! Disks that are there and can't be used: which known disk each of them is. What carries the marks of one is that; what comes behind
//! the drive of one seems to be, as long as the disk itself is nowhere else.

use super::Controller;
use crate::disks::{Hindrance, Volume};
use crate::model::DiskId;

impl Controller {
    /// The picture without what is nobody's business.
    pub(super) fn identify_unusable(&mut self, picture: Vec<Volume>) -> Vec<Volume> {
        let is_hindered = |volume: &Volume| volume.hindrance.is_some();
        let (hindered, mut there): (Vec<_>, Vec<_>) = picture.into_iter().partition(is_hindered);
        self.attachments.hindered = hindered.clone();
        for volume in hindered {
            let Some(known) = self.identify_hindered(volume) else { continue };
            if !there.iter().any(|other| other.id == known.id) {
                there.push(known);
            }
        }
        there
    }

    /// The disks of the config are others now.
    pub(super) fn reidentify_unusable(&mut self) {
        let usable = self.attachments.volumes().into_iter().filter(|volume| volume.hindrance.is_none());
        let picture =
            usable.chain(std::mem::take(&mut self.attachments.hindered)).filter(|volume| !volume.has_gone()).collect();
        let known = self.identify_unusable(picture);
        self.update_disks(known);
    }

    fn identify_hindered(&self, volume: Volume) -> Option<Volume> {
        let hindrance = volume.hindrance.clone()?;
        if let Some(id) = hindrance.marks.iter().find(|id| self.is_known(id)).cloned() {
            return Some(self.named_as(volume, id, hindrance));
        }
        let ids = self.config.disks.iter().map(|disk| &disk.id);
        let is_likely = |id: &&DiskId| self.saved_state.disk(id).is_some_and(|known| volume.identity().may_hold(known));
        let mut likely = ids.filter(is_likely);
        let id = likely.next()?.clone();
        // Several disks behind one drive, as in a dock that tells its own number for each: which of them it is nobody knows.
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
