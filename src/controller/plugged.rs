//! Which disks are plugged in, and which of them is due. Pure: pictures and times in, decisions out.

use std::time::{Duration, Instant};

use crate::config::{Config, KnownDisk};
use crate::disks::Volume;
use crate::model::DiskId;

/// A new partition table makes its volumes come, go and come again within half a second.
const SETTLE: Duration = Duration::from_secs(1);

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
        difference.gone = before.into_iter().map(|plugin| plugin.volume).collect();
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

    /// Known disks that still wait for their copy, in config order. Those that the administrator hides from UDisks2 do not.
    pub fn waiting(&self, config: &Config) -> Vec<DiskId> {
        let waits = |plugin: &Plugin| !plugin.served && !plugin.volume.ignored;
        let is_waiting = |id: &DiskId| self.plugins.iter().any(|plugin| plugin.volume.id == *id && waits(plugin));
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

    pub fn safe(&self, config: &Config) -> Vec<String> {
        let is_known = |plugin: &&Plugin| config.disks.iter().any(|disk| disk.id == plugin.volume.id);
        let safe = self.plugins.iter().filter(|plugin| plugin.safe).filter(is_known);
        safe.map(|plugin| plugin.volume.id.to_string()).collect()
    }

    /// The disk whose turn it is.
    pub fn due(&self, config: &Config, now: Instant) -> Due {
        let mut later = None;
        for disk in self.waiting(config) {
            let mut plugins = self.plugins.iter().filter(|plugin| plugin.volume.id == disk);
            if plugins.clone().any(|plugin| plugin.tidying) {
                continue;
            }
            let ready = plugins.clone().map(|plugin| plugin.since + SETTLE).max();
            match ready {
                Some(ready) if ready > now => later = later.into_iter().chain([ready]).min(),
                _ => return Due::Now { interrupted: plugins.any(|plugin| plugin.interrupted), disk },
            }
        }
        later.map_or(Due::Nothing, Due::At)
    }
}

impl Plugin {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(uuid: &str, diskseq: u64) -> Volume {
        Volume { diskseq: Some(diskseq), ..Volume::sample(uuid) }
    }

    fn config(disks: &[&str]) -> Config {
        let disks = disks.iter().map(|id| KnownDisk { id: DiskId::new(id), recipients: vec![] }).collect();
        Config { disks, ..Config::default() }
    }

    fn due_now(disk: &str) -> Due {
        Due::Now { disk: DiskId::new(disk), interrupted: false }
    }

    #[test]
    fn a_disk_is_due_once_it_has_settled() {
        let (start, config) = (Instant::now(), config(&["A"]));
        let mut plugged = Plugged::default();
        let difference = plugged.update(vec![volume("A", 1)], start);
        assert_eq!(difference.appeared.len(), 1);
        assert_eq!(plugged.due(&config, start), Due::At(start + SETTLE));
        assert_eq!(plugged.due(&config, start + SETTLE), due_now("A"));
    }

    #[test]
    fn our_own_unmount_makes_nothing_due_again_but_a_new_plug_in_does() {
        let (start, config) = (Instant::now(), config(&["A"]));
        let mut plugged = Plugged::default();
        plugged.update(vec![volume("A", 1)], start);
        plugged.of(&DiskId::new("A")).for_each(|plugin| plugin.served = true);
        let mut mounted = volume("A", 1);
        mounted.mount_points.push("/mnt".into());
        for picture in [mounted, volume("A", 1)] {
            assert!(plugged.update(vec![picture], start).appeared.is_empty());
            assert_eq!(plugged.due(&config, start + SETTLE), Due::Nothing);
        }
        let difference = plugged.update(vec![volume("A", 2)], start);
        assert_eq!((difference.appeared.len(), difference.gone.len()), (1, 1));
        assert_eq!(plugged.due(&config, start + SETTLE), due_now("A"));
    }

    #[test]
    fn the_config_sets_the_order_and_unknown_disks_are_left_alone() {
        let (start, config) = (Instant::now(), config(&["B", "A", "C"]));
        let mut plugged = Plugged::default();
        plugged.update(vec![volume("X", 1), volume("A", 2), volume("B", 3)], start);
        assert_eq!(plugged.first_present(&config), Some(DiskId::new("B")));
        assert_eq!(plugged.waiting(&config), [DiskId::new("B"), DiskId::new("A")]);
        assert_eq!(plugged.due(&config, start + SETTLE), due_now("B"));
    }

    #[test]
    fn a_disk_that_waits_for_its_source_is_due_when_that_has_come() {
        let (start, config) = (Instant::now(), config(&["A"]));
        let mut plugged = Plugged::default();
        plugged.update(vec![volume("A", 1), volume("X", 2)], start);
        plugged.of(&DiskId::new("X")).for_each(|plugin| plugin.awaits_source = true);
        assert!(!plugged.awaits_source(&config), "nobody knows it");
        plugged.of(&DiskId::new("A")).for_each(|plugin| (plugin.served, plugin.awaits_source) = (true, true));
        assert_eq!(plugged.due(&config, start + SETTLE), Due::Nothing);
        assert!(plugged.awaits_source(&config) && plugged.take_up_awaiting(&config, |_| true));
        assert_eq!(plugged.due(&config, start + SETTLE), due_now("A"));
        assert!(!plugged.take_up_awaiting(&config, |_| true));
        plugged.of(&DiskId::new("A")).for_each(|plugin| (plugin.served, plugin.awaits_source) = (true, true));
        assert!(!plugged.take_up_awaiting(&config, |_| false), "it was pulled");
        assert_eq!(plugged.due(&config, start + SETTLE), Due::Nothing);
    }

    #[test]
    fn what_is_mounted_again_is_not_safe_any_more() {
        let (start, config) = (Instant::now(), config(&["A"]));
        let mut plugged = Plugged::default();
        plugged.update(vec![volume("A", 1)], start);
        plugged.of(&DiskId::new("A")).for_each(|plugin| plugin.safe = true);
        assert_eq!(plugged.safe(&config), ["A"]);
        let mut mounted = volume("A", 1);
        mounted.mount_points.push("/mnt".into());
        plugged.update(vec![mounted], start);
        assert!(plugged.safe(&config).is_empty());
    }

    #[test]
    fn what_the_mount_table_has_is_not_safe_until_it_is_proven_anew() {
        let (start, config) = (Instant::now(), config(&["A"]));
        let mut plugged = Plugged::default();
        plugged.update(vec![volume("A", 1)], start);
        plugged.of(&DiskId::new("A")).for_each(|plugin| (plugin.served, plugin.safe) = (true, true));
        plugged.note_mounts(|_| false);
        assert_eq!(plugged.safe(&config), ["A"]);
        plugged.note_mounts(|volume| volume.id == DiskId::new("A"));
        assert!(plugged.safe(&config).is_empty());
        plugged.note_mounts(|_| false);
        assert!(plugged.safe(&config).is_empty());
        assert!(plugged.plugins().iter().all(|plugin| !plugin.in_use));
    }

    #[test]
    fn a_disk_that_the_administrator_hides_is_left_alone() {
        let (start, config) = (Instant::now(), config(&["A"]));
        let mut plugged = Plugged::default();
        plugged.update(vec![Volume { ignored: true, ..volume("A", 1) }], start);
        assert_eq!(plugged.due(&config, start + SETTLE), Due::Nothing);
    }

    #[test]
    fn a_disk_that_is_being_tidied_lets_others_go_first() {
        let (start, config) = (Instant::now(), config(&["A", "B"]));
        let mut plugged = Plugged::default();
        plugged.update(vec![volume("A", 1), volume("B", 2)], start);
        plugged.of(&DiskId::new("A")).for_each(|plugin| plugin.tidying = true);
        assert_eq!(plugged.due(&config, start + SETTLE), due_now("B"));
    }
}
