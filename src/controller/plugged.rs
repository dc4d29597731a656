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
pub struct Plugin {
    pub volume: Volume,
    since: Instant,
    /// Copied to already, or not to be tried again before it is plugged in anew.
    pub served: bool,
    /// The run before was cut off.
    pub interrupted: bool,
    /// The run before was refused for a source that may still come.
    pub awaits_source: bool,
    /// Being cleared up behind a killed daemon.
    pub tidying: bool,
    /// Something has happened since that began.
    pub tidy_again: bool,
    /// Mounted somewhere, as a whole or in part, when the mount table was last looked at.
    pub in_use: bool,
    /// Proven unmounted, flushed and free.
    pub safe: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Plugged {
    plugins: Vec<Plugin>,
    /// What has no file system.
    pub unformatted: Vec<Unformatted>,
    /// What is there and can't be used, known or not.
    pub hindered: Vec<Volume>,
}

/// What a new picture changed.
#[derive(Debug, Default)]
pub struct Difference {
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

impl Plugged {
    /// Takes a new picture. What is the same plug-in keeps its past.
    pub fn update(&mut self, volumes: Vec<Volume>, now: Instant) -> Difference {
        let mut difference = Difference::default();
        let mut before = std::mem::take(&mut self.plugins);
        for volume in volumes {
            let known = before.iter().position(|plugin| plugin.volume.is_same_plug(&volume));
            let mut plugin = match known {
                Some(place) => before.swap_remove(place),
                None => {
                    difference.appeared.push(volume.clone());
                    Plugin::new(volume.clone(), now)
                }
            };
            plugin.safe &= volume.mount_points.is_empty();
            plugin.volume = volume;
            self.plugins.push(plugin);
        }
        let stayed = |gone: &Volume| difference.appeared.iter().any(|volume| volume.is_same_medium(gone));
        difference.gone = before.into_iter().map(|plugin| plugin.volume).filter(|gone| !stayed(gone)).collect();
        difference
    }

    /// What is mounted is not safe; what is so no more has to be proven anew. Only disks that have had their copy are looked at.
    pub fn note_mounts(&mut self, is_mounted: impl Fn(&Volume) -> bool) {
        for plugin in self.plugins.iter_mut().filter(|plugin| plugin.served) {
            plugin.in_use = is_mounted(&plugin.volume);
            plugin.safe &= !plugin.in_use;
        }
    }

    pub fn volumes(&self) -> Vec<Volume> {
        self.plugins.iter().map(|plugin| plugin.volume.clone()).collect()
    }

    pub fn has_any(&self) -> bool {
        !self.plugins.is_empty()
    }

    pub fn plugins(&self) -> &[Plugin] {
        &self.plugins
    }

    pub fn of(&mut self, disk: &DiskId) -> impl Iterator<Item = &mut Plugin> {
        self.plugins.iter_mut().filter(move |plugin| plugin.volume.id == *disk)
    }

    /// The first known disk that is plugged in, in config order, copied to or not.
    pub fn first_present(&self, config: &Config) -> Option<DiskId> {
        self.present(config).into_iter().next()
    }

    /// All of them.
    pub fn present(&self, config: &Config) -> Vec<DiskId> {
        let present = |disk: &&KnownDisk| self.plugins.iter().any(|plugin| plugin.volume.id == disk.id);
        config.disks.iter().filter(present).map(|disk| disk.id.clone()).collect()
    }

    /// Known disks that still wait for their copy, in config order.
    pub fn waiting(&self, config: &Config) -> Vec<DiskId> {
        let is_waiting = |id: &DiskId| self.plugins.iter().any(|plugin| plugin.volume.id == *id && plugin.waits());
        config.disks.iter().map(|disk| disk.id.clone()).filter(is_waiting).collect()
    }

    pub fn awaits_source(&self, config: &Config) -> bool {
        let is_known = |plugin: &Plugin| config.disks.iter().any(|disk| disk.id == plugin.volume.id);
        self.plugins.iter().any(|plugin| plugin.awaits_source && is_known(plugin))
    }

    /// What waited for the source is due, unless it has been pulled a moment ago. Whether anything did.
    pub fn take_up_awaiting(&mut self, config: &Config, is_there: impl Fn(&Volume) -> bool) -> bool {
        for plugin in self.plugins.iter_mut().filter(|plugin| plugin.awaits_source) {
            plugin.awaits_source = is_there(&plugin.volume);
        }
        let any = self.awaits_source(config);
        for plugin in self.plugins.iter_mut().filter(|plugin| plugin.awaits_source) {
            (plugin.served, plugin.awaits_source) = (false, false);
        }
        any
    }

    /// Known disks that may be taken away, in config order: every one that has this identifier is proven safe, and none waits
    /// for its copy, since what waits may be mounted the next moment.
    pub fn safe(&self, config: &Config) -> Vec<String> {
        let is_safe = |id: &&DiskId| {
            let mut plugins = self.plugins.iter().filter(|plugin| plugin.volume.id == **id).peekable();
            plugins.peek().is_some() && plugins.all(|plugin| plugin.safe && !plugin.waits())
        };
        let known = config.disks.iter().map(|disk| &disk.id);
        known.filter(is_safe).map(DiskId::to_string).collect()
    }

    /// The disk whose turn it is.
    pub fn due(&self, config: &Config, now: Instant) -> Due {
        let mut later = None;
        for disk in self.waiting(config) {
            let mut plugins = self.plugins.iter().filter(|plugin| plugin.volume.id == disk);
            if plugins.clone().any(|plugin| plugin.tidying) {
                continue;
            }
            let ready = plugins.clone().map(Plugin::ready).max();
            match ready {
                Some(ready) if ready > now => later = later.into_iter().chain([ready]).min(),
                _ => return Due::Now { interrupted: plugins.any(|plugin| plugin.interrupted), disk },
            }
        }
        later.map_or(Due::Nothing, Due::At)
    }
}

impl Plugin {
    /// When it has settled.
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
            tidying: false,
            tidy_again: false,
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
#[path = "plugged_tests.rs"]
mod tests;
