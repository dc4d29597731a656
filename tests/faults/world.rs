//! A testbed in which one case after the other is played, each from the same beginning.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use asbackup_testing::run;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::config::{ConfigText, DESTINATION};
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem, Layout};
use asbackup_testing::testbed::tree::Tree;
use fastrand::Rng;

use crate::plan::{Plan, Repository};

const SIZE: u64 = 96 << 20;
/// Of the file systems that can be frozen; XFS is not made smaller.
const REPOSITORY_SIZE: u64 = 400 << 20;
const REPOSITORIES: [(FileSystem, &str); 2] = [(FileSystem::Xfs, "/mnt/xfs"), (FileSystem::Btrfs, "/mnt/btrfs")];

pub struct World {
    // The order is that of the end: the disk must not go before the testbed that has it mounted.
    pub testbed: Testbed,
    pub disk: Disk,
    pub config: ConfigText,
    pub source: Tree,
    plain: PathBuf,
    _drives: Vec<Disk>,
    empty: PathBuf,
    older: PathBuf,
}

impl World {
    pub fn new() -> Self {
        let testbed = Testbed::new();
        let disk = Disk::make_sized(&testbed, FileSystem::Ext4, Layout::Whole, "OFFSITE", SIZE);
        let config = ConfigText::new(&testbed, &[&disk]);
        let plain = config.source.clone();
        let drives = REPOSITORIES.map(|(file_system, place)| drive(&testbed, file_system, place)).into();
        let aside = |name: &str| disk.image().with_extension(name);
        let (empty, older) = (aside("empty"), aside("older"));
        let world =
            Self { testbed, disk, config, source: Tree::new(plain.clone()), plain, _drives: drives, empty, older };
        copy(world.disk.image(), &world.empty);
        world.lay_older_copy();
        world
    }

    fn lay_older_copy(&self) {
        let tree = Tree::new(self.testbed.make_directory("older"));
        grow(&tree, &mut Rng::with_seed(0));
        for number in 0..6 {
            tree.file(format!("gone/{number}.vib"), "deleted in the source since");
        }
        let mounted = self.disk.mount_writable(&self.testbed);
        let target = mounted.path(DESTINATION);
        run(Command::new("cp").arg("-a").args([&tree.top, &target]));
        mounted.done();
        fs::remove_dir_all(tree.top).expect("just made");
        copy(self.disk.image(), &self.older);
    }

    /// Everything as before the first run, but for the disk's UUID, which stays.
    pub fn reset(&mut self, plan: &Plan) {
        self.clear("/run/asbackup");
        self.clear("/var/lib/asbackup");
        self.move_to(plan.repository);
        for entry in fs::read_dir(&self.source.top).expect("the source").flatten() {
            remove(&entry.path());
        }
        grow(&self.source, &mut plan.dice());
        let image = if plan.older { &self.older } else { &self.empty };
        copy(image, self.disk.image());
    }

    /// What is to be frozen has to be, or the run would say so.
    fn move_to(&mut self, repository: Repository) {
        let inside = match repository {
            Repository::Plain => None,
            Repository::Xfs => Some("/mnt/xfs/veeam"),
            Repository::Btrfs => Some("/mnt/btrfs/veeam"),
        };
        let seen = inside.map_or_else(|| self.plain.clone(), |inside| self.testbed.path(inside));
        let shown = inside.map_or_else(|| self.plain.display().to_string(), str::to_owned);
        self.config.set("Backup", "backup-source", &shown);
        self.config.set("Snapshot", "mode", if inside.is_some() { "require" } else { "off" });
        self.config.source.clone_from(&seen);
        self.source = Tree::new(seen);
    }

    /// What is frozen at the moment.
    pub fn frozen(&self) -> Vec<PathBuf> {
        let places = REPOSITORIES.map(|(_, place)| self.testbed.path(place).join(".asbackup"));
        let entries = places.into_iter().flat_map(|place| fs::read_dir(place).into_iter().flatten().flatten());
        let is_shown = |path: &PathBuf| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        entries.map(|entry| entry.path()).filter(is_shown).collect()
    }

    /// The mounts of the disk; the repositories stay mounted.
    pub fn mounts(&self) -> Vec<String> {
        let mut mounts = self.testbed.mounts_of_disks();
        mounts.retain(|line| REPOSITORIES.iter().all(|(_, place)| !line.contains(&format!(" {place} "))));
        mounts
    }

    /// Empties a directory of the testbed, as a reboot empties /run.
    pub fn clear(&self, directory: &str) {
        for entry in fs::read_dir(self.testbed.path(directory)).expect("a directory of the testbed").flatten() {
            remove(&entry.path());
        }
    }
}

fn drive(testbed: &Testbed, file_system: FileSystem, place: &str) -> Disk {
    let label = place.trim_start_matches("/mnt/");
    let mut drive = Disk::make_sized(testbed, file_system, Layout::Whole, label, REPOSITORY_SIZE);
    drive.plug();
    testbed.run(&["mkdir", place]);
    testbed.run(&["mount", &drive.device().display().to_string(), place]);
    drive
}

fn remove(path: &Path) {
    let kind = fs::symlink_metadata(path).expect("it is there").file_type();
    let removed = if kind.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.expect("a removal");
}

/// To a new file, since a device may still have the old one.
fn copy(from: &Path, to: &Path) {
    run(Command::new("cp").args(["--sparse=always", "--remove-destination"]).args([from, to]));
}

/// Enough for each step to take a moment, and a little of everything.
fn grow(tree: &Tree, dice: &mut Rng) {
    for number in 0..dice.usize(2..5) {
        tree.noise(format!("big/{number}.vbk"), dice.usize(1 << 20..5 << 20));
    }
    if dice.u8(..4) == 0 {
        // So large that what was copied of it is kept.
        tree.noise("big/large.vbk", 30 << 20);
    }
    for number in 0..dice.usize(20..80) {
        tree.file(format!("many/{}/{number}", number % 5), number.to_string());
    }
    tree.file("odd\nna me/\u{1b}[31m", "x");
    let first = tree.file("links/first", "one file with two names");
    fs::hard_link(first, tree.path("links/second")).expect("a hard link");
    symlink("first", tree.path("links/symbolic")).expect("a link");
}

/// What is looked at and mended between the steps of a case.
impl World {
    pub async fn start_daemon(&self) -> Daemon {
        Daemon::start(&self.testbed, &self.config).await
    }

    /// What the daemon has marked as its own mounts.
    pub fn marks(&self) -> Vec<PathBuf> {
        let marks = fs::read_dir(self.testbed.path("/run/asbackup/mounts"));
        marks.into_iter().flatten().flatten().map(|mark| mark.path()).collect()
    }

    /// Prints what a case that has failed left behind.
    pub fn print(&self) {
        self.testbed.print();
        eprintln!("---- marked as the daemon's own mounts: {:?}; rsync: {:?}", self.marks(), self.rsyncs());
    }

    pub fn mount_point(&self) -> Option<String> {
        Some(self.mounts().first()?.split(' ').nth(4)?.to_owned())
    }

    /// The processes of the testbed that are rsync.
    pub fn rsyncs(&self) -> Vec<String> {
        let processes = fs::read_dir(self.testbed.path("/proc")).expect("the testbed's own /proc").flatten();
        let is_rsync = |path: &PathBuf| fs::read_to_string(path.join("comm")).is_ok_and(|name| name.trim() == "rsync");
        processes.map(|entry| entry.path()).filter(is_rsync).map(|path| path.display().to_string()).collect()
    }

    /// What is gone after the power was: mounts, /run, and UDisks2 begins anew.
    pub fn reboot(&mut self, device: &Path) {
        while let Some(line) = self.testbed.mounts_of(device).first() {
            let point = line.split(' ').nth(4).expect("the mount point").to_owned();
            // UDisks2 may have been about to do the same when it was killed.
            let _ = self.testbed.command("umount").args(["--lazy", &point]).output();
        }
        self.clear("/run/asbackup");
        self.clear("/media");
        self.testbed.start_udisks();
    }

    pub fn remove_filler(&self) {
        let mounted = self.disk.mount_writable(&self.testbed);
        let _ = fs::remove_file(mounted.path("filler"));
        mounted.done();
    }
}
