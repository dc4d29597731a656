//! Whoever writes while files are frozen is noticed, or the clones are of one moment all the same.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::fs::{self, File, FileTimes};
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use asbackup_snapshot::{Change, Changed, Snapshot, Stamps};
use common::*;

const LARGE: usize = 2 << 20;

/// What somebody does to `file` or about it.
type Deed = (&'static str, Change, fn(&Path));

const DEEDS: [Deed; 13] = [
    ("writes and sets the time back", Change::Touched, |top| {
        let file = File::options().write(true).open(top.join("file")).unwrap();
        let time = file.metadata().unwrap().modified().unwrap();
        file.write_all_at(b"!", 5).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    }),
    ("writes", Change::Modified, |top| patch(&top.join("file"), 5, b"!")),
    ("writes what was there", Change::Modified, |top| patch(&top.join("file"), 0, &noise(1, 100))),
    ("appends", Change::Size, |top| patch(&top.join("file"), LARGE as u64, b"!")),
    ("cuts", Change::Size, |top| {
        File::options().write(true).open(top.join("file")).unwrap().set_len(5).unwrap();
    }),
    ("puts another one in its place", Change::Replaced, |top| {
        fs::write(top.join("new"), noise(1, LARGE)).unwrap();
        fs::rename(top.join("new"), top.join("file")).unwrap();
    }),
    ("deletes and makes anew", Change::Replaced, |top| {
        fs::remove_file(top.join("file")).unwrap();
        symlink("elsewhere", top.join("file")).unwrap();
    }),
    ("deletes", Change::Vanished, |top| fs::remove_file(top.join("file")).unwrap()),
    ("renames", Change::Vanished, |top| fs::rename(top.join("file"), top.join("other")).unwrap()),
    ("changes its mode", Change::Touched, |top| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o640);
        fs::set_permissions(top.join("file"), mode).unwrap();
    }),
    ("gives it another name", Change::Links, |top| fs::hard_link(top.join("file"), top.join("other")).unwrap()),
    ("renames it there and back", Change::Touched, |top| {
        fs::rename(top.join("file"), top.join("other")).unwrap();
        fs::rename(top.join("other"), top.join("file")).unwrap();
    }),
    ("sets an attribute", Change::Touched, |top| {
        let flags = rustix::fs::XattrFlags::empty();
        rustix::fs::setxattr(top.join("file"), "user.note", b"1", flags).unwrap();
    }),
];

#[test]
fn each_kind_of_writer_is_noticed() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for disk in ["xfs", "btrfs"] {
        for (what, change, deed) in DEEDS {
            let source = Source::on(&disks, disk);
            // In the same hundredth of a second as the stamps are taken.
            source.write("file", 1, LARGE);
            source.write("quiet", 2, LARGE);
            let stamps = source.stamps(&["file", "quiet"]);
            deed(&source.path);
            let wanted = [Changed { path: "file".into(), change }];
            assert_eq!(source.changed(&stamps), wanted, "{disk}: somebody {what}");
        }
    }
}

#[test]
fn directories_and_links_are_looked_at_too() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else { return };
    let source = Source::on(&disks, "xfs");
    source.write("below/file", 1, 10);
    symlink("one", source.path.join("link")).unwrap();
    let place = source.place();
    let stamps = source.stamps(&["below/", "link", "./", "never there", "link/under"]);
    drop(place);
    let vanished = ["never there", "link/under"].map(|path| Changed { path: path.into(), change: Change::Vanished });
    assert_eq!(source.changed(&stamps), vanished);
    source.write("below/new", 2, 10);
    fs::remove_file(source.path.join("link")).unwrap();
    symlink("two", source.path.join("link")).unwrap();
    let found: Vec<_> = source.changed(&stamps).into_iter().map(|changed| changed.path).collect();
    assert_eq!(found[..3], ["below/", "link", "./"].map(PathBuf::from));
}

#[test]
fn a_directory_that_is_moved_away_takes_its_files_along() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else { return };
    let source = Source::on(&disks, "xfs");
    source.write("a/file", 1, 10);
    source.write("b/file", 1, 10);
    let stamps = source.stamps(&["a/file", "b/file"]);
    fs::rename(source.path.join("a"), source.path.join("c")).unwrap();
    symlink("c", source.path.join("a")).unwrap();
    fs::rename(source.path.join("b"), source.path.join("d")).unwrap();
    source.write("b/file", 1, 10);
    let found: Vec<_> = source.changed(&stamps).into_iter().map(|changed| changed.change).collect();
    assert_eq!(found, [Change::Vanished, Change::Replaced]);
}

/// A process that has a file mapped and writes to it on command.
struct Mapping {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Mapping {
    fn of(path: &Path) -> Self {
        // Else what it prints waits for more.
        let mut command = Command::new("stdbuf");
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").args(["-oL", "xfs_io"]).arg(path);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut mapping = Self { child, input, output };
        mapping.input.write_all(b"mmap -rw 0 65536\n").unwrap();
        mapping
    }

    /// Returns when it is done.
    fn store(&mut self, byte: u8) {
        writeln!(self.input, "mwrite -S {byte} 4096 100\nmread -v 4096 4").unwrap();
        let wanted = format!(" {byte:02x} {byte:02x} ");
        let mut line = String::new();
        while !line.contains(&wanted) {
            line.clear();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "xfs_io has ended");
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_store_through_a_map_into_a_dirty_page_is_noticed() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        for length in [LARGE, 100_000] {
            let path = source.write("file", 1, length);
            let mut mapping = Mapping::of(&path);
            mapping.store(0x41);
            let stamps = source.stamps(&["file"]);
            assert_eq!(source.changed(&stamps), [], "{disk}");
            mapping.store(0x42);
            assert_eq!(source.changed(&stamps).len(), 1, "{disk}, {length} bytes: nobody noticed");
        }
    }
}

fn rounds() -> u64 {
    std::env::var("SNAPSHOT_ROUNDS").map_or(40, |rounds| rounds.parse().expect("a number"))
}

/// Writes the same number to both files, first to one, then to the other, and waits now and then.
fn count_up(files: &[File; 2], seed: u64, ends: &AtomicBool) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut number = 1_u64;
    while !ends.load(Ordering::Relaxed) {
        for file in files {
            let offset = random.u64(1..500) * 4096;
            file.write_all_at(&number.to_le_bytes(), 0).unwrap();
            file.write_all_at(&number.to_le_bytes(), offset).unwrap();
        }
        number += 1;
        if random.u8(..) < 100 {
            thread::sleep(Duration::from_micros(random.u64(0..40_000)));
        }
    }
}

fn number_in(path: &Path) -> u64 {
    let mut bytes = [0; 8];
    File::open(path).unwrap().read_exact_at(&mut bytes, 0).unwrap();
    u64::from_le_bytes(bytes)
}

/// If nothing is found changed, the clones are of one moment: the first file is at most one number ahead. And blocks say the
/// same as times.
#[test]
fn clones_under_a_writer_are_of_one_moment_or_not_proven() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 600)]) else { return };
    let seed = common::seed("SNAPSHOT_SEED");
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let files = ["a", "b"].map(|name| {
            let path = source.write(name, 1, LARGE);
            let file = File::options().write(true).open(path).unwrap();
            file.write_all_at(&[0; 8], 0).unwrap();
            file
        });
        let place = source.place();
        let (ends, proven, caught) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            scope.spawn(|| count_up(&files, seed, &ends));
            for round in 0..rounds() {
                let name = round.to_string();
                let stamps = source.stamps(&["a", "b"]);
                let snapshot = Snapshot::create(&place, &name).unwrap();
                let report = source.freeze_into(&snapshot, &stamps);
                assert!(report.is_whole(), "{report:?}");
                let diverged = snapshot.diverged(source.file.as_fd(), stamps.entries(), &GO_ON).unwrap();
                let changed = source.changed(&stamps);
                let [a, b] = ["a", "b"].map(|file| number_in(&shown(&place, &name).join(file)));
                if changed.is_empty() {
                    assert!(a == b || a == b + 1, "{disk}, round {round} of seed {seed}: {a} and {b} of one moment");
                    assert!(diverged.is_empty(), "{disk}, round {round} of seed {seed}: written, and no time changed");
                    proven.fetch_add(1, Ordering::Relaxed);
                } else {
                    caught.fetch_add(1, Ordering::Relaxed);
                }
                place.remove(&name, &GO_ON).unwrap();
            }
            ends.store(true, Ordering::Relaxed);
        });
        eprintln!("{disk}: {proven:?} of one moment, {caught:?} caught");
        assert!(caught.into_inner() > 0, "{disk}: the writer never met the freezing");
    }
}

#[test]
fn blocks_tell_of_a_write_that_left_no_time() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let path = source.write("file", 1, LARGE);
        source.write("quiet", 2, LARGE);
        let place = source.place();
        let stamps = Stamps::take(source.file.as_fd(), ["file", "quiet"].map(PathBuf::from), &GO_ON).unwrap();
        let snapshot = Snapshot::create(&place, "1").unwrap();
        assert!(snapshot.freeze(source.file.as_fd(), stamps.entries(), &GO_ON).is_whole());
        // Whoever can set the clock can leave any time; here, nobody asks for the times.
        patch(&path, 0, &noise(1, 10));
        let diverged = snapshot.diverged(source.file.as_fd(), stamps.entries(), &GO_ON).unwrap();
        assert_eq!(diverged, [PathBuf::from("file")], "{disk}");
    }
}
