//! Files as they are, wherever the tests run: nothing is known, and nothing need be shared.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::cell::{Cell, RefCell};
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use asbackup_transfer::{Amount, Cause, Landed, Listener, Quiet, Side, Stamp};
use common::{MEBIBYTE, Pair, assert_same, hidden, noise, patch, write};
use tempfile::TempDir;

struct Scene {
    _directory: TempDir,
    source: PathBuf,
    target: PathBuf,
    pair: Pair,
}

impl Scene {
    fn new() -> Self {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("room");
        let (source, target) = (directory.path().join("source"), directory.path().join("target"));
        fs::create_dir(&source).and_then(|()| fs::create_dir(&target)).expect("directories");
        let pair = Pair::open(&source, &target);
        Self { _directory: directory, source, target, pair }
    }
}

#[derive(Default)]
struct Heard {
    moved: Cell<Amount>,
    landed: RefCell<Vec<(PathBuf, Amount, usize)>>,
    /// Says stop when asked for the so-manieth time.
    stop_at: Option<u32>,
    asked: Cell<u32>,
}

impl Listener for Heard {
    fn stop(&self) -> bool {
        self.asked.set(self.asked.get() + 1);
        self.stop_at.is_some_and(|at| self.asked.get() >= at)
    }

    fn moved(&self, _path: &Path, more: Amount) {
        let mut sum = self.moved.get();
        sum += more;
        self.moved.set(sum);
    }

    fn landed(&self, file: &Landed<'_>) {
        let source = file.segments.iter().map(|segment| segment.length).sum::<u64>();
        assert_eq!(source, file.amount.written + file.amount.resumed);
        self.landed.borrow_mut().push((file.path.to_owned(), file.amount, file.segments.len()));
    }
}

#[test]
fn files_of_all_lengths_arrive_with_contents_and_time() {
    let scene = Scene::new();
    let block = 256 << 10;
    let lengths = [0, 1, 4095, 4096, 4097, block - 1, block, block + 1, 1 << 20, (1 << 20) + 1, 3 * block + 5, 5 << 20];
    let names: Vec<String> = lengths.iter().map(|length| format!("below/of/{length}")).collect();
    for (name, length) in names.iter().zip(lengths) {
        write(&scene.source.join(name), length as u64, length);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let heard = Heard::default();
    let summary = scene.pair.transfer(&names, &heard).expect("no trouble");
    assert_same(&scene.source, &scene.target, &names);
    let total: usize = lengths.iter().sum();
    assert_eq!((summary.files, summary.skipped.len()), (lengths.len() as u64, 0));
    assert_eq!((summary.amount.total(), heard.moved.get()), (total as u64, summary.amount));
    assert_eq!(heard.landed.borrow().len(), lengths.len());
}

#[test]
fn hashes_of_segments_are_those_of_the_source() {
    struct Check(Vec<u8>);
    impl Listener for Check {
        fn landed(&self, file: &Landed<'_>) {
            assert_eq!(file.segments.len(), 9);
            for segment in file.segments {
                let at = usize::try_from(segment.offset).expect("small");
                let bytes = &self.0[at..at + usize::try_from(segment.length).expect("small")];
                assert_eq!(*blake3::hash(bytes).as_bytes(), segment.hash, "at {at}");
            }
        }
    }
    let scene = Scene::new();
    let length = (2 << 20) + 77;
    write(&scene.source.join("file"), 1, length);
    scene.pair.transfer(&["file"], &Check(noise(1, length))).expect("no trouble");
}

#[test]
fn holes_stay_holes() {
    let scene = Scene::new();
    let path = scene.source.join("file");
    write(&path, 1, 4096);
    fs::File::options().write(true).open(&path).and_then(|file| file.set_len(64 * MEBIBYTE)).expect("a hole");
    patch(&path, 32 * MEBIBYTE, &noise(2, 100_000));
    let summary = scene.pair.transfer(&["file"], &Quiet).expect("no trouble");
    assert_same(&scene.source, &scene.target, &["file"]);
    assert!(summary.amount.written < MEBIBYTE, "{:?}", summary.amount);
    let blocks = fs::metadata(scene.target.join("file")).expect("the file").blocks();
    assert!(blocks * 512 < MEBIBYTE, "{blocks} blocks");
}

#[test]
fn a_new_version_replaces_the_old_one_whole() {
    let scene = Scene::new();
    write(&scene.target.join("file"), 9, 3 << 20);
    write(&scene.source.join("file"), 1, 2 << 20);
    let before = fs::metadata(scene.target.join("file")).expect("the old one").ino();
    scene.pair.transfer(&["file"], &Quiet).expect("no trouble");
    assert_same(&scene.source, &scene.target, &["file"]);
    assert_ne!(fs::metadata(scene.target.join("file")).expect("the new one").ino(), before);
}

#[test]
fn links_lead_nowhere_on_either_side() {
    let scene = Scene::new();
    write(&scene.source.join("good"), 1, 100);
    write(&scene.source.join("real/file"), 2, 100);
    symlink("good", scene.source.join("link")).expect("a link");
    symlink("real", scene.source.join("way")).expect("a link");
    let elsewhere = tempfile::tempdir().expect("elsewhere");
    symlink(elsewhere.path(), scene.target.join("real")).expect("a link");
    let paths = ["link", "way/file", "real/file", "../source/good", "good"];
    let summary = scene.pair.transfer(&paths, &Quiet).expect("goes on");
    let sides: Vec<_> = summary.skipped.iter().map(|error| (error.path.to_str().expect("text"), error.side)).collect();
    let source = |path| (path, Side::Source);
    assert_eq!(sides, [source("link"), source("way/file"), ("real/file", Side::Target), source("../source/good")]);
    assert_eq!((summary.files, fs::read_dir(elsewhere.path()).expect("it").count()), (1, 0));
}

#[test]
fn a_pipe_in_the_place_of_a_file_holds_nobody_up() {
    let scene = Scene::new();
    common::run(std::process::Command::new("mkfifo").arg(scene.source.join("pipe")));
    let summary = scene.pair.transfer(&["pipe", "gone"], &Quiet).expect("goes on");
    assert_eq!(summary.skipped[0].cause, Cause::NotRegular);
    assert!(matches!(summary.skipped[1].cause, Cause::Refused(_)), "{}", summary.skipped[1]);
}

/// Cut at each point where it can be stopped: the old version is there, and what was flushed is not written again.
#[test]
fn a_stopped_transfer_keeps_the_old_version_and_is_resumed() {
    let mut resumed = 0;
    for stop_at in 1..14 {
        let scene = Scene::new();
        write(&scene.source.join("file"), 1, 3 << 20);
        write(&scene.target.join("file"), 9, 4096);
        let heard = Heard { stop_at: Some(stop_at), ..Heard::default() };
        let error = scene.pair.transfer(&["file"], &heard).expect_err("stopped");
        assert_eq!((error.cause, error.ends_all()), (Cause::Stopped, true));
        assert_eq!(fs::read(scene.target.join("file")).expect("the old one"), noise(9, 4096));
        let summary = scene.pair.transfer(&["file"], &Heard::default()).expect("no trouble");
        assert_same(&scene.source, &scene.target, &["file"]);
        resumed += summary.amount.resumed;
    }
    assert!(resumed >= 8 * MEBIBYTE, "{resumed} bytes");
}

#[test]
fn a_half_of_another_version_is_not_resumed() {
    let scene = Scene::new();
    write(&scene.source.join("file"), 1, 3 << 20);
    let heard = Heard { stop_at: Some(12), ..Heard::default() };
    scene.pair.transfer(&["file"], &heard).expect_err("stopped");
    assert_eq!(hidden(&scene.target).len(), 2);
    patch(&scene.source.join("file"), 10, b"other");
    let summary = scene.pair.transfer(&["file"], &Quiet).expect("no trouble");
    assert_same(&scene.source, &scene.target, &["file"]);
    assert_eq!(summary.amount.resumed, 0);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_skipped() {
    struct Writes(PathBuf);
    impl Listener for Writes {
        fn moved(&self, _path: &Path, _more: Amount) {
            patch(&self.0, 0, b"x");
        }
    }
    let scene = Scene::new();
    write(&scene.source.join("file"), 1, 3 << 20);
    write(&scene.source.join("next"), 2, 100);
    write(&scene.target.join("file"), 9, 4096);
    let changing = Writes(scene.source.join("file"));
    let summary = scene.pair.transfer(&["file", "next"], &changing).expect("goes on");
    assert_eq!(summary.skipped.iter().map(|error| error.cause).collect::<Vec<_>>(), [Cause::Changed]);
    assert_eq!(fs::read(scene.target.join("file")).expect("the old one"), noise(9, 4096));
    assert_same(&scene.source, &scene.target, &["next"]);
}

#[test]
fn a_stamp_is_that_of_the_file() {
    let scene = Scene::new();
    write(&scene.source.join("file"), 1, 10);
    let file = fs::File::open(scene.source.join("file")).expect("a file");
    let (stamp, stat) = (Stamp::of(&file).expect("a stamp"), file.metadata().expect("its metadata"));
    assert_eq!((stamp.inode, stamp.size), (stat.ino(), 10));
    assert_eq!((stamp.modified.seconds, i64::from(stamp.modified.nanoseconds)), (stat.mtime(), stat.mtime_nsec()));
    assert_eq!((stamp.changed.seconds, i64::from(stamp.changed.nanoseconds)), (stat.ctime(), stat.ctime_nsec()));
}
