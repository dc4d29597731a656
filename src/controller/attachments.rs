//! Which disks are plugged in, and which of them is due. Pure: pictures and times in, decisions out.

use std::time::{Duration, Instant};

use crate::config::{Config, KnownDisk};
use crate::disks::{Unformatted, Volume};
use crate::model::{DiskId, Unusable};

/// A new partition table makes its volumes come, go and come again within half a second.
const SETTLE: Duration = Duration::from_secs(1);
/// What the system unlocks by itself takes some seconds for that.
const UNLOCKING: Duration = Duration::from_secs(10);
/// A drive tells of its disk when that turns.
const SPIN_UP: Duration = Duration::from_secs(15);

/// One medium in one plug-in.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub volume: Volume,
    since: Instant,
    /// Copied to already, or not to be tried again before it is plugged in anew.
    pub served: bool,
    /// The run before was cut off.
    pub interrupted: bool,
    /// The run before was refused for a source that may still come.
    pub awaits_source: bool,
    /// Being cleared up behind a killed daemon.
    pub releasing: bool,
    /// Something has happened since that began.
    pub release_again: bool,
    /// Mounted somewhere, as a whole or in part, when the mount table was last looked at.
    pub in_use: bool,
    /// Proven unmounted, flushed and free.
    pub safe: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Attachments {
    attached: Vec<Attachment>,
    /// What has no file system.
    pub unformatted: Vec<Unformatted>,
    /// What is there and can't be used, known or not.
    pub hindered: Vec<Volume>,
}

/// What a new picture changed.
#[derive(Debug, Default)]
pub struct Changes {
    pub appeared: Vec<Volume>,
    pub gone: Vec<Volume>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    Nothing,
    /// Ask again then.
    At(Instant),
    Now {
        disk: DiskId,
        interrupted: bool,
    },
}

impl Attachments {
    /// Takes a new picture. What is the same plug-in keeps its past.
    pub fn update(&mut self, volumes: Vec<Volume>, now: Instant) -> Changes {
        let mut difference = Changes::default();
        let mut before = std::mem::take(&mut self.attached);
        for volume in volumes {
            let known = before.iter().position(|attachment| attachment.volume.is_same_attachment(&volume));
            let mut attachment = match known {
                Some(place) => before.swap_remove(place),
                None => {
                    difference.appeared.push(volume.clone());
                    Attachment::new(volume.clone(), now)
                }
            };
            attachment.safe &= volume.mount_points.is_empty();
            attachment.volume = volume;
            self.attached.push(attachment);
        }
        let stayed = |gone: &Volume| difference.appeared.iter().any(|volume| volume.is_same_medium(gone));
        difference.gone = before.into_iter().map(|attachment| attachment.volume).filter(|gone| !stayed(gone)).collect();
        difference
    }

    /// What is mounted is not safe; what is so no more has to be proven anew. Only disks that have had their copy are looked at.
    pub fn note_mounts(&mut self, is_mounted: impl Fn(&Volume) -> bool) {
        for attachment in self.attached.iter_mut().filter(|attachment| attachment.served) {
            attachment.in_use = is_mounted(&attachment.volume);
            attachment.safe &= !attachment.in_use;
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

    /// The first known disk that is plugged in, in config order, copied to or not.
    pub fn first_present(&self, config: &Config) -> Option<DiskId> {
        self.present(config).into_iter().next()
    }

    /// All of them.
    pub fn present(&self, config: &Config) -> Vec<DiskId> {
        let present = |disk: &&KnownDisk| self.attached.iter().any(|attachment| attachment.volume.id == disk.id);
        config.disks.iter().filter(present).map(|disk| disk.id.clone()).collect()
    }

    /// Known disks that still wait for their copy, in config order.
    pub fn waiting(&self, config: &Config) -> Vec<DiskId> {
        let is_waiting =
            |id: &DiskId| self.attached.iter().any(|attachment| attachment.volume.id == *id && attachment.waits());
        config.disks.iter().map(|disk| disk.id.clone()).filter(is_waiting).collect()
    }

    pub fn awaits_source(&self, config: &Config) -> bool {
        let is_known = |attachment: &Attachment| config.disks.iter().any(|disk| disk.id == attachment.volume.id);
        self.attached.iter().any(|attachment| attachment.awaits_source && is_known(attachment))
    }

    /// What waited for the source is due, unless it has been pulled a moment ago. Whether anything did.
    pub fn retry_awaiting_source(&mut self, config: &Config, is_there: impl Fn(&Volume) -> bool) -> bool {
        for attachment in self.attached.iter_mut().filter(|attachment| attachment.awaits_source) {
            attachment.awaits_source = is_there(&attachment.volume);
        }
        let any = self.awaits_source(config);
        for attachment in self.attached.iter_mut().filter(|attachment| attachment.awaits_source) {
            (attachment.served, attachment.awaits_source) = (false, false);
        }
        any
    }

    /// Known disks that may be taken away, in config order: every one that has this identifier is proven safe, and none waits
    /// for its copy, since what waits may be mounted the next moment.
    pub fn safe(&self, config: &Config) -> Vec<String> {
        let is_safe = |id: &&DiskId| {
            let mut attachments = self.attached.iter().filter(|attachment| attachment.volume.id == **id).peekable();
            attachments.peek().is_some() && attachments.all(|attachment| attachment.safe && !attachment.waits())
        };
        let known = config.disks.iter().map(|disk| &disk.id);
        known.filter(is_safe).map(DiskId::to_string).collect()
    }

    /// The disk whose turn it is.
    pub fn due(&self, config: &Config, now: Instant) -> Due {
        let mut later = None;
        for disk in self.waiting(config) {
            let mut attachments = self.attached.iter().filter(|attachment| attachment.volume.id == disk);
            if attachments.clone().any(|attachment| attachment.releasing) {
                continue;
            }
            let ready = attachments.clone().map(Attachment::ready).max();
            match ready {
                Some(ready) if ready > now => later = later.into_iter().chain([ready]).min(),
                _ => return Due::Now { interrupted: attachments.any(|attachment| attachment.interrupted), disk },
            }
        }
        later.map_or(Due::Nothing, Due::At)
    }
}

impl Attachment {
    /// When it has next_due.
    fn ready(&self) -> Instant {
        self.since
            + match self.volume.hindrance.as_ref().map(|hindrance| hindrance.why) {
                Some(Unusable::Locked | Unusable::Container) => UNLOCKING,
                Some(Unusable::NoMedium) => SPIN_UP,
                Some(Unusable::Ambiguous | Unusable::OtherSectors | Unusable::Unreadable) | None => SETTLE,
            }
    }

    fn new(volume: Volume, now: Instant) -> Self {
        Self {
            volume,
            since: now,
            served: false,
            interrupted: false,
            awaits_source: false,
            releasing: false,
            release_again: false,
            in_use: false,
            safe: false,
        }
    }

    /// What the administrator hides from UDisks2 does not.
    fn waits(&self) -> bool {
        !self.served && !self.volume.ignored
    }
}

#[cfg(test)]
#[path = "attachments_tests.rs"]
mod tests;
