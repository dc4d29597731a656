//! What is removed is ours and all of it, whenever it is broken off; and what a snapshot costs is known.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use asbackup_snapshot::{Snapshot, Wanted};
use common::*;
use rustix::io::Errno;

/// A tree as rsync would leave it: links, directories, files.
fn grow(top: &Path, deep: usize) {
    let mut place = top.to_owned();
    for level in 0..deep {
        place.push("d");
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("file"), "x").unwrap();
        symlink("/etc", place.join("link")).unwrap();
        if level % 5 == 0 {
            (0..20).for_each(|number| fs::create_dir(place.join(number.to_string())).unwrap());
        }
    }
}

#[test]
fn everything_but_what_is_kept_goes_and_nothing_outside() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let outside = disks.directory(disk, "outside");
        write(&outside.join("file"), 1, 10);
        let place = source.place();
        for name in ["kept", "one", "two"] {
            Snapshot::create(&place, name).unwrap();
            grow(&shown(&place, name), 60);
            symlink(&outside, shown(&place, name).join("out")).unwrap();
        }
        symlink(&outside, shown(&place, "a link")).unwrap();
        fs::write(shown(&place, "a file"), "").unwrap();
        fs::create_dir(shown(&place, "n".repeat(255).as_str())).unwrap();
        assert_eq!(place.remove("two", &GO_ON).unwrap().left, []);
        assert_eq!(place.remove("two", &GO_ON).unwrap().files, 0, "gone already");
        let removal = place.keep_only(&["kept"], &GO_ON).unwrap();
        assert_eq!(removal.left, [], "{disk}");
        assert_eq!((removal.files, removal.directories), (60 * 2 + 1 + 2, 60 + 12 * 20 + 1 + 1), "{disk}");
        assert_eq!(left_in(&place), ["kept"], "{disk}");
        assert_eq!(names_in(&outside), ["file"]);
        assert!(place.remove("../source", &GO_ON).is_err() && place.remove(".removed", &GO_ON).is_err());
        assert_eq!(place.keep_only(&[], &GO_ON).unwrap().left, []);
        assert_eq!(left_in(&place), [""; 0], "{disk}");
    }
}

#[test]
fn what_is_mounted_in_a_snapshot_stays_and_is_named() {
    if is_outside(&[("xfs", XFS, 400)], "what_is_mounted_in_a_snapshot_stays_and_is_named") {
        return;
    }
    let [source, outside] = ["/mnt/xfs/source", "/mnt/xfs/outside"].map(Path::new);
    fs::create_dir(source).unwrap();
    write(&outside.join("deep/file"), 1, 10);
    let place = Source::open(source).place();
    Snapshot::create(&place, "1").unwrap();
    let mounts = ["mount", "third/mount"].map(|name| Path::new("/mnt/xfs/.asbackup/1").join(name));
    mounts.iter().for_each(|mount| fs::create_dir_all(mount).unwrap());
    fs::write("/mnt/xfs/.asbackup/1/third/file", "").unwrap();
    run(Command::new("mount").args(["--bind", "/mnt/xfs/outside"]).arg(&mounts[0]));
    run(Command::new("mount").args(["-t", "tmpfs", "foreign"]).arg(&mounts[1]));
    let removal = place.keep_only(&[], &GO_ON).unwrap();
    let named = |end: &str| removal.left.iter().any(|left| left.path.ends_with(end) && left.errno == Errno::BUSY);
    assert!(named("mount") && removal.files == 1, "{removal:?}");
    assert_eq!(names_in(&outside.join("deep")), ["file"]);
    run(Command::new("sh").args(["-c", "grep -o '/mnt/xfs/.asbackup[^ ]*' /proc/self/mounts | xargs -n 1 umount"]));
    assert_eq!(place.keep_only(&[], &GO_ON).unwrap().left, []);
    assert_eq!(left_in(&place), [""; 0]);
    assert_eq!(names_in(&outside.join("deep")), ["file"]);
}

#[test]
fn a_full_file_system_gets_its_room_back() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 256)]) else { return };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let place = source.place();
        Snapshot::create(&place, "1").unwrap();
        grow(&shown(&place, "1"), 20);
        fs::write(shown(&place, "1/d/d/large"), noise(1, 20 << 20)).unwrap();
        fill(&disks.path(disk).join("filler"));
        let before = place.room().unwrap();
        assert!(before.free_percent() < 5.0, "{disk}: {before:?}");
        let removal = place.remove("1", &GO_ON).unwrap();
        assert_eq!(removal.left, [], "{disk}");
        assert_eq!(left_in(&place), [""; 0], "{disk}");
        until("the room is free", || {
            rustix::fs::syncfs(&source.file).unwrap();
            place.room().unwrap().free >= before.free + (15 << 20)
        });
    }
}

#[test]
fn a_snapshot_costs_what_the_source_has_given_up_since() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    const MIB: usize = 1 << 20;
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        source.write("file", 1, 8 * MIB);
        source.write("below/other", 2, 4 * MIB);
        fs::hard_link(source.path.join("file"), source.path.join("name")).unwrap();
        let place = source.place();
        let (snapshot, ..) = source.freeze(&place, "1", &["file", "name", "below/other"]);
        let exclusive = || {
            rustix::fs::syncfs(&source.file).unwrap();
            snapshot.exclusive_bytes(&GO_ON).unwrap()
        };
        assert_eq!(exclusive(), 0, "{disk}");
        patch(&source.path.join("file"), MIB as u64, &noise(3, MIB));
        // btrfs gives an extent up as a whole, and the source still has parts of it.
        let least = if disk == "xfs" { MIB as u64 } else { 0 };
        let found = exclusive();
        assert!((least..2 * MIB as u64).contains(&found), "{disk}: {found}");
        fs::remove_file(source.path.join("below/other")).unwrap();
        until("the other one is the snapshot's alone", || exclusive() >= 4 * MIB as u64 + least);
        ["file", "name"].iter().for_each(|name| fs::remove_file(source.path.join(name)).unwrap());
        until("all is the snapshot's alone", || exclusive() == 12 * MIB as u64);
        assert!(snapshot.exclusive_bytes(&AtomicBool::new(true)).is_err());
        let before = place.room().unwrap().free;
        place.remove("1", &GO_ON).unwrap();
        until("the room is free", || {
            rustix::fs::syncfs(&source.file).unwrap();
            place.room().unwrap().free >= before + 10 * MIB as u64
        });
    }
}

/// The child of the next test: freezes and removes until it is killed.
fn freeze_for_ever(path: &Path) -> ! {
    let source = Source::open(path);
    let place = source.try_place(Wanted::Default).unwrap();
    let names: Vec<PathBuf> = (0..40).map(|number| PathBuf::from(format!("{}/{number}", number % 5))).collect();
    println!("\nready");
    loop {
        place.keep_only(&["kept"], &GO_ON).unwrap();
        for name in ["1", "2"] {
            source.freeze(&place, name, &names);
            grow(&shown(&place, name), 10);
        }
        place.remove("1", &GO_ON).unwrap();
    }
}

#[test]
fn after_a_kill_at_any_moment_nothing_is_left_that_cannot_be_removed() {
    if let Some(path) = std::env::var_os("SNAPSHOT_CHILD") {
        freeze_for_ever(Path::new(&path));
    }
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    let mut random = fastrand::Rng::with_seed(common::seed("SNAPSHOT_SEED"));
    let rounds: u64 = std::env::var("SNAPSHOT_KILLS").map_or(8, |kills| kills.parse().expect("a number"));
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let names: Vec<String> = (0..40).map(|number| format!("{}/{number}", number % 5)).collect();
        names.iter().for_each(|name| drop(source.write(name, 1, 1 << 20)));
        let place = source.place();
        source.freeze(&place, "kept", &names);
        let stamps = source.stamps(&names);
        for round in 0..rounds {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args([
                "--exact",
                "after_a_kill_at_any_moment_nothing_is_left_that_cannot_be_removed",
                "--nocapture",
            ]);
            let mut child = command.env("SNAPSHOT_CHILD", &source.path).stdout(Stdio::piped()).spawn().unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            assert!(lines.map_while(Result::ok).any(|line| line == "ready"), "the child has ended");
            thread::sleep(Duration::from_micros(random.u64(0..400_000)));
            child.kill().unwrap();
            child.wait().unwrap();
            let removal = source.place().keep_only(&["kept"], &GO_ON).unwrap();
            assert_eq!((removal.left, left_in(&place)), (vec![], vec!["kept".to_owned()]), "{disk}, round {round}");
        }
        assert_eq!(source.changed(&stamps), [], "{disk}");
        for name in &names {
            assert!(fs::read(shown(&place, "kept").join(name)).unwrap() == noise(1, 1 << 20), "{disk}: {name}");
        }
        assert_eq!(names_in(&source.path).len(), 5, "{disk}");
    }
}
