//! What is left when a transfer ends where it should not: killed, stopped, out of room, or with the power cut. Under each name there is
//! the old version or the new one, never a mixture, and the next run makes it whole.
//!
//! `TRANSFER_FAULTS` says how many moments are tried for each, 2 if not set.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::cell::Cell;
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use asbackup_transfer::{Amount, Cause, Known, Listener, Quiet, Side, Stamp};
use common::{Disks, EXT4, MEBIBYTE, Pair, XFS, assert_same, clone, disks, hidden, noise, patch, write};

const NAMES: [&str; 3] = ["1.vbk", "2.vbk", "3.vib"];

fn moments() -> u64 {
    std::env::var("TRANSFER_FAULTS").map_or(2, |count| count.parse().expect("a number in TRANSFER_FAULTS"))
}

/// A source of which the target has an older state, and the clones of that.
struct Scene {
    disks: Disks,
    source: PathBuf,
    target: PathBuf,
    bases: PathBuf,
    /// What the target had of each before.
    old: Vec<Option<Vec<u8>>>,
}

impl Scene {
    fn new(kind: &'static [&'static str], seed: u64) -> Option<Self> {
        let disks = disks(&[("source", XFS, 400), ("target", kind, 400)])?;
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        let bases = disks.directory("source", "bases");
        write(&source.join(NAMES[0]), seed, 6 << 20);
        clone(&source.join(NAMES[0]), &source.join(NAMES[1]));
        Pair::open(&source, &target).transfer(&NAMES[..2], &Quiet).expect("no trouble");
        NAMES[..2].iter().for_each(|name| clone(&source.join(name), &bases.join(name)));
        common::used(&target);
        for (number, name) in NAMES[..2].iter().enumerate() {
            let number = number as u64;
            patch(&source.join(name), number * MEBIBYTE + 777, &noise(seed + 90 + number, 3 << 20));
        }
        write(&source.join(NAMES[2]), seed + 5, 3 << 20);
        let old = NAMES.iter().map(|name| fs::read(target.join(name)).ok()).collect();
        Some(Self { disks, source, target, bases, old })
    }

    fn transfer(&self, listener: &dyn Listener) -> Result<asbackup_transfer::Summary, asbackup_transfer::Error> {
        let pair = Pair::open(&self.source, &self.target);
        let bases = File::open(&self.bases).expect("bases");
        let mut known = Known::new(pair.trees());
        for name in &NAMES[..2] {
            let noted = File::open(self.target.join(name)).ok().and_then(|file| Stamp::of(file).ok()).expect("a copy");
            let is_new = fs::read(self.target.join(name)).expect("it") == fs::read(self.source.join(name)).expect("it");
            if !is_new {
                known.add_base(bases.as_fd(), Path::new(name), noted).expect("both are there");
            }
        }
        pair.transfer_knowing(&NAMES, &mut known, listener)
    }

    /// Each name has one of its two versions.
    fn assert_no_mixture(&self) {
        for (name, old) in NAMES.iter().zip(&self.old) {
            let now = fs::read(self.target.join(name)).ok();
            let new = fs::read(self.source.join(name)).expect("the source");
            assert!(now == *old || now.as_ref() == Some(&new), "{name} is neither old nor new");
        }
    }

    fn assert_next_run_whole(&self) {
        let summary = self.transfer(&Quiet).expect("no trouble");
        assert_eq!((summary.skipped, summary.files), (Vec::new(), 3));
        assert_same(&self.source, &self.target, &NAMES);
    }
}

/// Does something when so many bytes have moved, as often as anything moves from then on.
struct At<'a> {
    bytes: u64,
    moved: Cell<u64>,
    what: &'a dyn Fn(),
    stop: bool,
}

impl<'a> At<'a> {
    fn new(bytes: u64, what: &'a dyn Fn()) -> Self {
        Self { bytes, moved: Cell::new(0), what, stop: false }
    }
}

impl Listener for At<'_> {
    fn stop(&self) -> bool {
        self.stop && self.moved.get() >= self.bytes
    }

    fn moved(&self, _path: &Path, more: Amount) {
        let before = self.moved.get();
        self.moved.set(before + more.total());
        if before < self.bytes && self.moved.get() >= self.bytes {
            (self.what)();
        }
    }
}

/// 15 MiB move in all, and not the last of them by itself.
fn moment(seed: u64) -> u64 {
    fastrand::Rng::with_seed(seed).u64(1..14 * MEBIBYTE)
}

#[test]
fn a_power_cut_leaves_old_or_new_versions() {
    for (kind, seed) in (0..moments()).flat_map(|seed| [(XFS, seed), (EXT4, seed)]) {
        let Some(scene) = Scene::new(kind, seed) else { return };
        // All that is not on the medium is lost, and no journal is written any more.
        let cut = || scene.disks.run(&["xfs_io", "-x", "-c", "shutdown", "/mnt/target"]);
        let error = scene.transfer(&At::new(moment(seed), &cut)).expect_err("the file system is dead");
        assert_eq!((error.side, error.ends_all()), (Side::Target, true), "seed {seed}: {error}");
        assert!(matches!(error.cause, Cause::Failing(_) | Cause::ReadOnly(_)), "seed {seed}: {error}");
        scene.disks.run(&["umount", "/mnt/target"]);
        let image = scene.disks.images.path().join("target");
        scene.disks.run(&["mount", "-o", "loop", image.to_str().expect("text"), "/mnt/target"]);
        scene.assert_no_mixture();
        scene.assert_next_run_whole();
    }
}

#[test]
fn a_stop_within_shared_and_written_ranges_leaves_old_or_new_versions() {
    for seed in 100..100 + moments() {
        let Some(scene) = Scene::new(XFS, seed) else { return };
        let stop = At { stop: true, ..At::new(moment(seed), &|| {}) };
        let error = scene.transfer(&stop).expect_err("it says stop");
        assert_eq!(error.cause, Cause::Stopped, "seed {seed}: {error}");
        scene.assert_no_mixture();
        scene.assert_next_run_whole();
    }
}

/// The room goes while the transfer is at work.
#[test]
fn a_full_disk_is_told_and_leaves_old_or_new_versions() {
    for (kind, seed) in (200..200 + moments()).flat_map(|seed| [(XFS, seed), (EXT4, seed)]) {
        let Some(scene) = Scene::new(kind, seed) else { return };
        let filler = scene.target.join("filler");
        fill(&filler, 4 * MEBIBYTE);
        let error = scene.transfer(&Quiet).expect_err("there is no room");
        assert_eq!((error.side, error.ends_all()), (Side::Target, true), "seed {seed}: {error}");
        assert!(matches!(error.cause, Cause::Full(_)), "seed {seed}: {error}");
        scene.assert_no_mixture();
        fs::remove_file(filler).expect("it");
        scene.assert_next_run_whole();
    }
}

/// All the room but so many bytes; what is kept for root is root's, too.
fn fill(path: &Path, left: u64) {
    let file = File::create(path).expect("a file");
    let stat = rustix::fs::fstatvfs(&file).expect("a file system");
    let free = (stat.f_bfree * stat.f_frsize).saturating_sub(left);
    let mode = rustix::fs::FallocateFlags::empty();
    // What the file system needs for itself is not known before.
    let fits = (0..64).find(|less| rustix::fs::fallocate(&file, mode, 0, free - less * MEBIBYTE).is_ok());
    assert!(fits.is_some(), "{free} bytes can't be had");
}

#[test]
fn a_killed_transfer_leaves_old_or_new_versions() {
    for seed in 300..300 + moments() {
        let Some(scene) = Scene::new(XFS, seed) else { return };
        let mut child = Command::new(std::env::current_exe().expect("this program"));
        child.args(["--exact", "copies_when_started_as_a_process_of_its_own", "--nocapture"]);
        child.env("TRANSFER_FROM", &scene.source).env("TRANSFER_TO", &scene.target);
        let mut child = child.stdout(Stdio::null()).spawn().expect("this program");
        wait_for_half(&scene.target);
        thread::sleep(Duration::from_micros(fastrand::Rng::with_seed(seed).u64(0..40_000)));
        child.kill().and_then(|()| child.wait()).expect("a child");
        scene.assert_no_mixture();
        scene.assert_next_run_whole();
    }
}

/// Until it has begun.
fn wait_for_half(target: &Path) {
    let began = Instant::now();
    while hidden(target).is_empty() {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is written");
        thread::yield_now();
    }
}

/// The one that is killed; by itself it does nothing.
#[test]
fn copies_when_started_as_a_process_of_its_own() {
    let (Some(from), Some(to)) = (std::env::var_os("TRANSFER_FROM"), std::env::var_os("TRANSFER_TO")) else { return };
    let pair = Pair::open(Path::new(&from), Path::new(&to));
    loop {
        pair.transfer(&NAMES, &Quiet).expect("no trouble");
    }
}
