//! Disks that no run is on: what a killed daemon left mounted is unmounted, and each disk that has had its run is
//! proven released, so that it is safe to remove.

use log::Level;

use super::Controller;
use super::attachments::{Attachment, Cleanup, Release};
use super::cleanup::{CleanedUp, CleanupWork};
use crate::disks::mount_markers::MountMarkers;
use asbackup_api::Warning;

impl Controller {
    /// Begins the work on every known disk that needs it.
    pub(super) fn clean_up_disks(&mut self) {
        if self.run.is_some() || self.service.stopping {
            return;
        }
        let markers = MountMarkers::new(&self.runtime);
        for disk in &self.config.disks {
            for attachment in self.attachments.of(&disk.id) {
                let mounted = !attachment.volume.mount_points.is_empty();
                let left_over = mounted && markers.is_set(&disk.id);
                let unproven = !mounted && attachment.state.is_unproven();
                if (left_over || unproven) && begins(attachment) {
                    let work = CleanupWork {
                        connection: self.outputs.connection.clone(),
                        volume: attachment.volume.clone(),
                        runtime: self.runtime.clone(),
                        left_over,
                    };
                    let cleaned_up = self.senders.cleaned_up.clone();
                    tokio::spawn(async move { cleaned_up.send(work.run().await) });
                }
            }
        }
    }

    pub(super) fn on_cleaned_up(&mut self, done: CleanedUp) {
        if let Some(mount_point) = done.unmounted {
            self.log(Level::Warn, &Warning::LeftoverMount { mount_point });
        }
        // Somebody may have mounted it between the proof and now.
        self.refresh_mounts();
        let mut repeats = false;
        // A run that has begun meanwhile has the last word.
        let has_run = self.run.as_ref().is_some_and(|run| run.begun.disk == done.volume.id);
        let same = |attachment: &&mut Attachment| attachment.volume.is_same_attachment(&done.volume);
        for attachment in self.attachments.of(&done.volume.id).filter(same) {
            repeats |= std::mem::replace(&mut attachment.cleanup, Cleanup::None) == Cleanup::Repeat;
            let unproven = attachment.state.is_unproven() && attachment.volume.mount_points.is_empty();
            if done.is_released && unproven && !has_run {
                attachment.state.release_mut().into_iter().for_each(|release| *release = Release::Released);
            }
        }
        if repeats {
            self.clean_up_disks();
        }
    }
}

/// Whether the work begins now; work that is under way is repeated afterwards.
fn begins(attachment: &mut Attachment) -> bool {
    let begins = attachment.cleanup == Cleanup::None;
    attachment.cleanup = if begins { Cleanup::Running } else { Cleanup::Repeat };
    begins
}
