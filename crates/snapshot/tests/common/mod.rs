//! What the tests share: a source on a real file system, and what is asked of a snapshot.

#![allow(dead_code, unused_imports)]

#[path = "../../../transfer/tests/common/disks.rs"]
mod disks;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use asbackup_snapshot::{Changed, Place, Report, Snapshot, Stamps, Unusable, Wanted};

pub use disks::*;
use rustix::fs::FallocateFlags;

pub const XFS_WITHOUT: &[&str] = &["mkfs.xfs", "-q", "-K", "-m", "reflink=0"];
pub static GO_ON: AtomicBool = AtomicBool::new(false);

/// A directory to be frozen.
pub struct Source {
    pub path: PathBuf,
    pub file: File,
}

impl Source {
    pub fn open(path: &Path) -> Self {
        Self { path: path.to_owned(), file: File::open(path).expect("a source") }
    }

    /// An empty directory on a file system.
    pub fn on(disks: &Disks, disk: &str) -> Self {
        Self::open(&disks.directory(disk, "source"))
    }

    pub fn write(&self, name: impl AsRef<Path>, seed: u64, length: usize) -> PathBuf {
        let path = self.path.join(name);
        write(&path, seed, length);
        path
    }

    pub fn place(&self) -> Place {
        self.try_place(Wanted::Default).expect("a place")
    }

    pub fn try_place(&self, wanted: Wanted<'_>) -> Result<Place, Unusable> {
        Place::prepare(self.file.as_fd(), wanted)
    }

    pub fn stamps<P: AsRef<Path>>(&self, names: &[P]) -> Stamps {
        let names = names.iter().map(|name| name.as_ref().to_owned());
        Stamps::take(self.file.as_fd(), names, &GO_ON).expect("stamps")
    }

    pub fn changed(&self, stamps: &Stamps) -> Vec<Changed> {
        stamps.changed(self.file.as_fd(), &GO_ON).expect("a look")
    }

    pub fn freeze_into(&self, snapshot: &Snapshot, stamps: &Stamps) -> Report {
        snapshot.freeze(self.file.as_fd(), stamps.entries(), &GO_ON)
    }

    /// Clones, and demands that all went well.
    pub fn freeze<P: AsRef<Path>>(&self, place: &Place, name: &str, names: &[P]) -> (Snapshot, Stamps, Report) {
        let stamps = self.stamps(names);
        let snapshot = Snapshot::create(place, name).expect("a snapshot");
        let report = self.freeze_into(&snapshot, &stamps);
        assert!(report.is_whole(), "{report:?}");
        assert_eq!(self.changed(&stamps), []);
        (snapshot, stamps, report)
    }
}

/// The path of a snapshot as the test sees it; that of the place is the one within the namespace.
pub fn shown(place: &Place, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", place.directory().as_raw_fd())).join(name)
}

/// Runs a test of this program again where the file systems are below /mnt, and demands that it passes. `false` in there.
pub fn is_outside(wanted: &[disks::Wanted], test: &str) -> bool {
    if std::env::var_os("SNAPSHOT_INSIDE").is_some() {
        return false;
    }
    if let Some(disks) = disks(wanted) {
        let mut command = disks.command(std::env::current_exe().expect("this program"));
        run(command.env("SNAPSHOT_INSIDE", "1").args(["--exact", test, "--nocapture"]));
    }
    true
}

pub fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What is in the place besides what belongs to it.
pub fn left_in(place: &Place) -> Vec<String> {
    let mut names = names_in(&shown(place, "."));
    names.retain(|name| name != ".asbackup-snapshots" && name != ".removed");
    names.extend(names_in(&shown(place, ".removed")));
    names
}

/// Waits for what the kernel does in the background; fails after a minute.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not within a minute: {what}");
}

/// Makes a file that takes all room, to the last block that is given.
pub fn fill(path: &Path) {
    let file = File::create(path).expect("a file");
    let (mut at, mut length) = (0, 64 * MEBIBYTE);
    while length >= 4096 {
        match rustix::fs::fallocate(&file, FallocateFlags::empty(), at, length) {
            Ok(()) => at += length,
            Err(_) => length /= 2,
        }
    }
    rustix::fs::fsync(&file).expect("a sound disk");
}

pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it").mode() & 0o7777
}

pub fn in_words(disks: &Disks, path: &Path) -> String {
    disks.inside(path).display().to_string()
}

pub fn os(name: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(name)
}

pub fn seed(variable: &str) -> u64 {
    std::env::var(variable).map_or(1, |seed| seed.parse().expect("a number"))
}
