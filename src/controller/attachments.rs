//! Which disks are attached, and which of them is due. Pure: disk lists and times in, decisions out.

use std::time::{Duration, Instant};

use crate::disks::{Unformatted, Volume};
use asbackup_api::{DiskId, Unusable};
use asbackup_config::{Config, KnownDisk};

/// A new partition table makes its volumes come, go and come again within half a second.
const SETTLE: Duration = Duration::from_secs(1);
/// The system takes seconds to unlock what it unlocks by itself.
const UNLOCKING: Duration = Duration::from_secs(10);
/// A drive reports its disk once it has spun up.
const SPIN_UP: Duration = Duration::from_secs(15);

/// One disk from the moment it is attached until it is detached.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub volume: Volume,
    since: Instant,
    pub state: AttachmentState,
    pub cleanup: Cleanup,
}

/// How far the disk is with its copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentState {
    /// Waits for its copy.
    Due {
        /// The run before was interrupted.
        resumes: bool,
    },
    /// A run is on it.
    Running,
    /// The last run was refused for a source that may still come.
    AwaitingSource(Release),
    /// Had its copy, or is not tried again until it is attached anew.
    Done(Release),
}

/// Whether the disk is safe to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    Unproven,
    /// Mounted, as a whole or in part, when the mount table was last read.
    InUse,
    /// Proven unmounted, flushed and free.
    Released,
}

/// Work on a disk that no run is on: unmounting what a killed daemon left mounted, and proving the disk released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleanup {
    None,
    Running,
    /// Something happened that the work may have missed.
    Repeat,
}

/// All attachments.
#[derive(Debug, Default)]
pub struct Attachments {
    attached: Vec<Attachment>,
    /// Disks without a file system.
    pub unformatted: Vec<Unformatted>,
    /// Disks that can't be used, known or not.
    pub unusable: Vec<Volume>,
}

/// What a new list of disks changed.
#[derive(Debug, Default)]
pub struct Changes {
    pub appeared: Vec<Volume>,
    pub gone: Vec<Volume>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    Nothing,
    /// Check again then.
    At(Instant),
    Now {
        disk: DiskId,
        resumes: bool,
    },
}

impl Attachments {
    /// Takes a new list of disks. The same attachment keeps its state.
    pub fn update(&mut self, volumes: Vec<Volume>, now: Instant) -> Changes {
        let mut changes = Changes::default();
        let mut before = std::mem::take(&mut self.attached);
        for volume in volumes {
            let known = before.iter().position(|attachment| attachment.volume.is_same_attachment(&volume));
            let mut attachment = match known {
                Some(place) => before.swap_remove(place),
                None => {
                    changes.appeared.push(volume.clone());
                    Attachment::new(volume.clone(), now)
                }
            };
            attachment.replace_volume(volume);
            self.attached.push(attachment);
        }
        let stayed = |gone: &Volume| changes.appeared.iter().any(|volume| volume.is_same_medium(gone));
        changes.gone = before.into_iter().map(|attachment| attachment.volume).filter(|gone| !stayed(gone)).collect();
        changes
    }

    /// A mounted disk is not released; once unmounted it has to be proven anew.
    pub fn note_mounts(&mut self, is_mounted: impl Fn(&Volume) -> bool) {
        for attachment in &mut self.attached {
            if let Some(release) = attachment.state.release_mut() {
                *release = match (is_mounted(&attachment.volume), *release) {
                    (true, _) => Release::InUse,
                    (false, Release::InUse) => Release::Unproven,
                    (false, unchanged) => unchanged,
                };
            }
        }
    }

    pub fn volumes(&self) -> Vec<Volume> {
        self.attached.iter().map(|attachment| attachment.volume.clone()).collect()
    }

    pub fn has_any(&self) -> bool {
        !self.attached.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Attachment> {
        self.attached.iter()
    }

    pub fn of(&mut self, disk: &DiskId) -> impl Iterator<Item = &mut Attachment> {
        self.attached.iter_mut().filter(move |attachment| attachment.volume.id == *disk)
    }

    /// A run on the disk begins. `volumes`: what was attached when it was requested.
    pub fn begin_run(&mut self, disk: &DiskId, volumes: &[Volume]) {
        let were_there =
            |attachment: &&mut Attachment| volumes.iter().any(|v| v.is_same_attachment(&attachment.volume));
        self.of(disk).filter(were_there).for_each(|attachment| attachment.state = AttachmentState::Running);
    }

    /// The run on the disk is over. The caller then decides what that means for its own attachment.
    pub fn end_run(&mut self, disk: &DiskId) {
        let running = self.of(disk).filter(|attachment| attachment.state == AttachmentState::Running);
        running.for_each(|attachment| attachment.state = AttachmentState::Done(Release::Unproven));
    }

    /// The first known disk that is attached, in config order, copied to or not.
    pub fn first_present(&self, config: &Config) -> Option<DiskId> {
        self.present(config).into_iter().next()
    }

    /// All known disks that are attached, in config order.
    pub fn present(&self, config: &Config) -> Vec<DiskId> {
        let present = |disk: &&KnownDisk| self.attached.iter().any(|attachment| attachment.volume.id == disk.id);
        config.disks.iter().filter(present).map(|disk| disk.id.clone()).collect()
    }

    /// Known disks that wait for their copy, in config order.
    pub fn waiting(&self, config: &Config) -> Vec<DiskId> {
        let waits = |id: &DiskId| self.attached.iter().any(|attached| attached.volume.id == *id && attached.waits());
        config.disks.iter().map(|disk| disk.id.clone()).filter(waits).collect()
    }

    /// A known disk waits for the source.
    pub fn awaits_source(&self, config: &Config) -> bool {
        let is_known = |attached: &Attachment| config.disks.iter().any(|disk| disk.id == attached.volume.id);
        self.attached.iter().any(|attached| attached.awaits_source() && is_known(attached))
    }

    /// Makes due what waited for the source, unless it was detached a moment ago. Returns whether anything did.
    pub fn retry_awaiting_source(&mut self, config: &Config, is_there: impl Fn(&Volume) -> bool) -> bool {
        let waiting = self.attached.iter_mut().filter(|attached| attached.awaits_source());
        for attachment in waiting.filter(|attached| !is_there(&attached.volume)) {
            attachment.state = AttachmentState::Done(Release::Unproven);
        }
        let any = self.awaits_source(config);
        for attachment in self.attached.iter_mut().filter(|attached| attached.awaits_source()) {
            attachment.state = AttachmentState::Due { resumes: false };
        }
        any
    }

    /// Known disks that are safe to remove, in config order: everything that has this identifier is released.
    pub fn released(&self, config: &Config) -> Vec<String> {
        let is_released = |id: &&DiskId| {
            let mut same = self.attached.iter().filter(|attachment| attachment.volume.id == **id).peekable();
            same.peek().is_some() && same.all(|attachment| attachment.state.is_released())
        };
        let known = config.disks.iter().map(|disk| &disk.id);
        known.filter(is_released).map(DiskId::to_string).collect()
    }

    /// The disk whose turn it is.
    pub fn due(&self, config: &Config, now: Instant) -> Due {
        let mut later = None;
        for disk in self.waiting(config) {
            let mut same = self.attached.iter().filter(|attachment| attachment.volume.id == disk);
            if same.clone().any(|attachment| attachment.cleanup != Cleanup::None) {
                continue;
            }
            match same.clone().map(Attachment::settled_at).max() {
                Some(settled) if settled > now => later = later.into_iter().chain([settled]).min(),
                _ => return Due::Now { resumes: same.any(Attachment::resumes), disk },
            }
        }
        later.map_or(Due::Nothing, Due::At)
    }
}

impl AttachmentState {
    /// Proven released; it neither waits for a copy nor has one running.
    pub fn is_released(self) -> bool {
        matches!(self, Self::Done(Release::Released) | Self::AwaitingSource(Release::Released))
    }

    /// Has had its run, and is not yet proven safe to remove.
    pub fn is_unproven(self) -> bool {
        matches!(self, Self::Done(Release::Unproven) | Self::AwaitingSource(Release::Unproven))
    }

    /// None while a copy is due or running.
    pub fn release_mut(&mut self) -> Option<&mut Release> {
        match self {
            Self::Done(release) | Self::AwaitingSource(release) => Some(release),
            Self::Due { .. } | Self::Running => None,
        }
    }
}

impl Attachment {
    fn new(volume: Volume, now: Instant) -> Self {
        Self { volume, since: now, state: AttachmentState::Due { resumes: false }, cleanup: Cleanup::None }
    }

    fn replace_volume(&mut self, volume: Volume) {
        self.volume = volume;
        if self.state.is_released() && !self.volume.mount_points.is_empty() {
            self.state.release_mut().into_iter().for_each(|release| *release = Release::Unproven);
        }
    }

    fn settled_at(&self) -> Instant {
        self.since
            + match self.volume.hindrance.as_ref().map(|hindrance| hindrance.why) {
                Some(Unusable::Locked | Unusable::Container) => UNLOCKING,
                Some(Unusable::NoMedium) => SPIN_UP,
                Some(Unusable::Ambiguous | Unusable::OtherSectors | Unusable::Unreadable) | None => SETTLE,
            }
    }

    /// Disks that the administrator hides from UDisks2 never wait.
    fn waits(&self) -> bool {
        matches!(self.state, AttachmentState::Due { .. }) && !self.volume.ignored
    }

    fn resumes(&self) -> bool {
        self.state == AttachmentState::Due { resumes: true }
    }

    fn awaits_source(&self) -> bool {
        matches!(self.state, AttachmentState::AwaitingSource(_))
    }
}

#[cfg(test)]
#[path = "attachments_tests.rs"]
mod tests;
