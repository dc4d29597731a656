//! The usual beginning of a disk test (a testbed, a disk, a config, a source) and the usual assertions at its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Testbed;
use super::compare::{Fidelity, assert_same};
use super::config::{ConfigText, DESTINATION, DISK_LOCK};
use super::daemon::Daemon;
use super::disk::{Disk, FileSystem, Layout};
use super::private_mount::{MOUNTED_AT, PrivateMount};
use super::processes::Held;
use super::tree::Tree;
use crate::PATIENCE;
use crate::recorder::RunFinished;

/// A testbed with one disk, and all that a daemon needs to copy to it.
pub struct Scene {
    /// Where everything happens. Dropped first, since it may have the disk mounted.
    pub testbed: Testbed,
    /// The disk that the config names.
    pub disk: Disk,
    /// What a daemon is started with.
    pub config: ConfigText,
    /// What is copied.
    pub source: Tree,
}

impl Scene {
    /// One unplugged ext4 disk that the config names, and a small source.
    pub fn new() -> Self {
        Self::with(FileSystem::Ext4)
    }

    /// The same with another file system.
    pub fn with(file_system: FileSystem) -> Self {
        let testbed = Testbed::new();
        let disk = Disk::make(&testbed, file_system, "OFFSITE");
        let scene = Self::of(testbed, disk);
        scene.source.simple(50);
        scene
    }

    /// Any testbed and disk, and an empty source.
    pub fn of(testbed: Testbed, disk: Disk) -> Self {
        let config = ConfigText::new(&testbed, &[&disk]);
        let source = Tree::new(config.source.clone());
        Self { testbed, disk, config, source }
    }

    /// Starts the daemon and waits for READY=1.
    pub async fn daemon(&self) -> Daemon {
        Daemon::start(&self.testbed, &self.config).await
    }

    /// Starts the daemon, plugs the disk in and waits for the end of the run.
    pub async fn run_once(&mut self) -> (Daemon, RunFinished) {
        let daemon = self.daemon().await;
        self.disk.plug();
        let finished = daemon.finished(1).await;
        (daemon, finished)
    }

    /// Each file of the copy with its path on the disk and its length in bytes, sorted.
    pub fn listing(&self) -> Vec<(PathBuf, u64)> {
        let mounted = self.disk.mount_read_only(&self.testbed);
        let (mut found, mut open) = (Vec::new(), vec![self.copy(&mounted)]);
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(&directory).expect("a directory").flatten() {
                let stat = entry.metadata().expect("its data");
                if stat.is_dir() {
                    open.push(entry.path());
                } else {
                    found.push((entry.path().strip_prefix(mounted.top()).expect("below").to_owned(), stat.len()));
                }
            }
        }
        found.sort();
        found
    }

    /// Where the copy lies on the mounted disk.
    pub fn copy(&self, mounted: &PrivateMount) -> PathBuf {
        mounted.path(DESTINATION)
    }

    /// Asserts that the copy on the disk equals the source, by our own comparison and by rsync's.
    pub fn assert_copied(&self, fidelity: Fidelity) {
        let mounted = self.disk.mount_read_only(&self.testbed);
        assert_same(&self.source.top, &self.copy(&mounted), fidelity);
        if fidelity == Fidelity::Full {
            self.assert_rsync_finds_nothing(&mounted);
        }
    }

    fn assert_rsync_finds_nothing(&self, mounted: &PrivateMount) {
        let mut rsync = mounted.command("rsync");
        rsync.args(["-naHAXi", "--numeric-ids", "--delete", "--checksum", "-@-1"]);
        // xfs shows its ACLs a second time as attributes; a filter of one's own takes the place of rsync's, which is the first one.
        rsync.args(["--filter=-x system.*", "--filter=-x trusted.SGI_ACL_*"]);
        rsync.arg(format!("{}/", self.source.top.display()));
        rsync.arg(format!("{MOUNTED_AT}/{DESTINATION}/"));
        let found = crate::run(&mut rsync);
        // The top directory has another time: the lock files were in it.
        let found: Vec<_> = found.lines().filter(|line| *line != ".d..t...... ./").collect();
        assert!(found.is_empty(), "rsync would still change {found:#?}");
    }

    /// Asserts what must hold after every run, however it ended: the disk is not mounted and nobody uses it, and there is no lock
    /// file on either side.
    pub fn assert_left_clean(&self) {
        self.assert_unmounted();
        self.assert_no_lock_in_source();
        let mounted = self.disk.mount_read_only(&self.testbed);
        let lock = self.copy(&mounted).join(DISK_LOCK);
        assert!(!lock.exists(), "{} is still on the disk", lock.display());
    }

    /// Asserts that the source has no lock file.
    pub fn assert_no_lock_in_source(&self) {
        let lock = self.config.source_lock();
        assert!(!lock.exists(), "{} is still there", lock.display());
    }

    /// Asserts that the disk is not mounted and nobody uses it.
    pub fn assert_unmounted(&self) {
        let mounts = self.testbed.mounts_of(self.disk.disk_device());
        assert!(mounts.is_empty(), "still mounted: {mounts:?}");
        self.disk.assert_free();
    }

    /// An ext4 disk of `size` bytes, and an empty source.
    pub fn with_size(size: u64) -> Self {
        let testbed = Testbed::new();
        let ext4 = FileSystem::Ext4;
        let disk = Disk::make_sized(&testbed, ext4, Layout::Whole, "OFFSITE", size);
        Self::of(testbed, disk)
    }

    /// Makes a second disk, after the first one in the config.
    pub fn second_disk(&mut self) -> Disk {
        let second = Disk::make(&self.testbed, FileSystem::Ext4, "SECOND");
        let both = format!("{},{}", self.disk.uuid, second.uuid);
        let key = "filesystem-ids-and-notification-mail-addresses";
        self.config.set("Backup", key, &both);
        second
    }

    /// Plugs the disk in and holds rsync in the middle of copying to it.
    pub async fn plug_and_hold(&mut self, daemon: &Daemon) -> Held {
        self.disk.plug();
        let held = daemon.held_in_mid_copy().await;
        assert_eq!(daemon.state().await, "copying");
        held
    }

    /// Takes another source, in memory, with so many files that the dry run can be held. Returns its path inside the testbed.
    pub fn source_of_many_files(&mut self) -> &'static str {
        const SOURCE: &str = "/mnt/source";
        self.config.set("Backup", "backup-source", SOURCE);
        Tree::new(self.testbed.path(SOURCE)).many(20_000);
        SOURCE
    }

    /// Puts a file in the place of the daemon's lock file on the disk.
    pub fn leave_lock_on_disk(&self, contents: &str) {
        let mounted = self.disk.mount_writable(&self.testbed);
        std::fs::create_dir_all(self.copy(&mounted)).expect("the destination");
        std::fs::write(self.copy(&mounted).join(DISK_LOCK), contents).expect("a lock file");
    }

    /// The copy on the disk that the daemon has mounted now, as the test reaches it.
    pub fn mounted_copy(&self) -> PathBuf {
        let mounts = self.testbed.mounts_of(self.disk.disk_device());
        let line = mounts.first().expect("the disk is mounted");
        let point = line.split(' ').nth(4).expect("the mount point");
        self.testbed.path(point).join(DESTINATION)
    }
}

/// Asserts that a run was aborted by this error, with a message for people.
pub fn assert_aborted(finished: &RunFinished, error: &str) {
    assert_eq!(finished.result, "aborted", "{finished:?}");
    assert_eq!(finished.error, error, "{finished:?}");
    assert_sentence(&finished.message);
}

/// Asserts that a run was a success.
pub fn assert_success(finished: &RunFinished) {
    let result = (finished.result.as_str(), finished.error.as_str());
    assert_eq!(result, ("success", ""), "{finished:?}");
}

/// Asserts that a text can be read: it is not empty, and no placeholder is left open.
pub fn assert_sentence(text: &str) {
    assert!(text.len() > 20 && text.contains(' '), "not a text: {text:?}");
    assert!(!text.contains(['{', '}']), "an open placeholder: {text:?}");
}

/// Starts a run until the daemon answers something else than that the disk is absent or a run is on, and returns the error's
/// name: of the refused call, or of the run that was started and aborted.
pub async fn refusal(daemon: &Daemon, uuid: &str) -> String {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let finished_before = daemon.recorded().finished.len();
        match daemon.start_run(uuid).await {
            Ok(_) => {
                let finished = daemon.finished(finished_before + 1).await;
                assert_aborted(&finished, &finished.error);
                return finished.error;
            }
            Err(refused) if !["DiskAbsent", "Busy"].contains(&refused.name.as_str()) => {
                assert_sentence(&refused.message);
                return refused.name;
            }
            Err(refused) => {
                assert!(tokio::time::Instant::now() < deadline, "still {}: {}", refused.name, refused.message)
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The warnings of the newest run, by their names in the history, such as `stale-lock`.
pub fn warnings(daemon: &Daemon) -> Vec<String> {
    let kind = |warning| {
        let value = serde_json::to_value(warning).expect("plain data");
        value["kind"].as_str().expect("its kind").to_owned()
    };
    daemon.record().warnings.iter().map(kind).collect()
}

/// Keeps even root from changing or removing a file or directory, until this is dropped.
pub struct Immutable {
    path: PathBuf,
}

impl Immutable {
    /// Needs a file system with attributes, such as ext4.
    pub fn new(path: &Path) -> Self {
        crate::run(Command::new("chattr").arg("+i").arg(path));
        let path = path.to_owned();
        Self { path }
    }
}

impl Drop for Immutable {
    fn drop(&mut self) {
        let _ = Command::new("chattr").arg("-i").arg(&self.path).status();
    }
}
