//! What must hold after every fault.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use asbackup_api::Outcome;
use asbackup_testing::testbed::compare::{Fidelity, assert_same};
use asbackup_testing::testbed::config::{DESTINATION, DISK_LOCK, SOURCE_LOCK};
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::{PATIENCE, wait_for};

use crate::world::World;

/// The source, and all places where something could land that belongs on the disk.
pub struct Before {
    source: BTreeMap<PathBuf, Entry>,
    outside: BTreeMap<PathBuf, Entry>,
}

/// The time of the last change of anything: it can't be set back.
type Entry = (u64, u32, u64, i64, i64);

impl Before {
    pub fn look(world: &World) -> Self {
        Self { source: source(world), outside: outside(world) }
    }

    /// The source never changed, nothing outside of the disk changed, and no process, mount or lock is left.
    pub fn holds(&self, world: &World) {
        assert_eq!(source(world), self.source, "the source has changed");
        assert_eq!(outside(world), self.outside, "something landed beside the disk");
        assert_eq!(world.mounts(), Vec::<String>::new(), "still mounted");
        assert_eq!(world.frozen(), Vec::<PathBuf>::new(), "still frozen");
        // A process that has been killed takes a moment to die.
        wait_for("rsync to be gone", PATIENCE, || world.rsyncs().is_empty().then_some(()));
        let lock = world.config.source_lock();
        assert!(!lock.exists(), "{} is left", lock.display());
        assert_eq!(world.marks(), Vec::<PathBuf>::new(), "the daemon still takes a mount for its own");
    }
}

/// The newest run's record is true. An unplugged disk is checked when it is back.
pub fn is_recorded(world: &World, daemon: &Daemon) {
    assert_eq!(daemon.unfinished(), 0, "a run without an end");
    let Some(last) = daemon.history().pop() else { return };
    if last.outcome != Outcome::Success {
        let cancelled = last.outcome == Outcome::Cancelled;
        assert!(cancelled || last.fault.is_some(), "no reason is recorded: {last:?}");
        return;
    }
    let mounted = world.disk.mount_read_only(&world.testbed);
    let target = mounted.path(DESTINATION);
    assert_same(&world.source.top, &target, Fidelity::Full);
    assert!(!target.join(DISK_LOCK).exists(), "the lock on the disk is left");
}

fn source(world: &World) -> BTreeMap<PathBuf, Entry> {
    let mut found = walk(&world.source.top);
    // The lock file comes into it and goes again.
    found.remove(&world.source.top);
    found.remove(&world.source.path(SOURCE_LOCK));
    found
}

fn outside(world: &World) -> BTreeMap<PathBuf, Entry> {
    let mut found = BTreeMap::new();
    for directory in ["/media", "/mnt"] {
        found.extend(walk(&world.testbed.path(directory)));
    }
    // What is in the place of the snapshots is looked at by itself.
    let is_place = |path: &Path| path.iter().any(|name| name == ".asbackup");
    found.retain(|path, _| !path.starts_with(&world.source.top) && !is_place(path));
    // UDisks2 makes its directories there, and takes them away.
    found.retain(|path, _| fs::symlink_metadata(path).is_ok_and(|meta| !meta.is_dir()));
    found
}

fn walk(top: &Path) -> BTreeMap<PathBuf, Entry> {
    let mut found = BTreeMap::new();
    let mut open = vec![top.to_owned()];
    while let Some(path) = open.pop() {
        let meta = fs::symlink_metadata(&path).expect("lstat");
        if meta.is_dir() {
            open.extend(fs::read_dir(&path).expect("a directory").map(|entry| entry.expect("an entry").path()));
        }
        found.insert(path, (meta.ino(), meta.mode(), meta.size(), meta.ctime(), meta.ctime_nsec()));
    }
    found
}
