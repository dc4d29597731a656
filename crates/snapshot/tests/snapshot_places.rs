//! Where snapshots live, and where they are refused to, on real file systems.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use asbackup_snapshot::{Place, Refusal, Snapshot, Unusable, Wanted};
use common::*;

fn refusal(source: &Source, wanted: Wanted<'_>) -> Refusal {
    source.try_place(wanted).expect_err("a place that is none").why
}

#[test]
fn the_place_is_at_the_top_of_the_mount_or_in_its_trash() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else {
        return;
    };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let place = source.place();
        let path = disks.path(disk).join(".asbackup");
        assert_eq!((mode(&path), place.within_source()), (0o700, None), "{disk}");
        assert!(place.path().ends_with(format!("{disk}/.asbackup")), "{place:?}");
        place.can_clone().unwrap();
        source.place();
        let top = Source::open(&disks.path(disk));
        let place = top.place();
        let path = disks.path(disk).join(".Trash-0/asbackup");
        assert_eq!((mode(&path), place.within_source()), (0o700, Some(Path::new(".Trash-0/asbackup"))), "{disk}");
        place.can_clone().unwrap();
    }
}

fn found(source: &Source, wanted: Wanted<'_>) -> Result<Option<PathBuf>, Unusable> {
    let place = Place::find(source.file.as_fd(), wanted)?;
    Ok(place.map(|place| place.path().to_owned()))
}

#[test]
fn only_a_place_that_was_prepared_is_found_and_nothing_is_made() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else { return };
    let (source, top) = (Source::on(&disks, "xfs"), Source::open(&disks.path("xfs")));
    let path = disks.path("xfs").join(".asbackup");
    let names = || names_in(&disks.path("xfs"));
    assert_eq!((found(&source, Wanted::Default), found(&top, Wanted::Default)), (Ok(None), Ok(None)));
    assert_eq!(Place::probe(source.file.as_fd(), Wanted::Default), Ok(()));
    assert_eq!(found(&source, Wanted::Directory(Path::new("/nowhere/at/all"))), Ok(None));
    assert_eq!(names(), ["source"]);
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o770)).unwrap();
    fs::write(path.join("theirs"), "x").unwrap();
    assert_eq!(found(&source, Wanted::Default), Ok(None), "of somebody else, and nothing of ours is in it");
    assert_eq!(names_in(&path), ["theirs"]);
    fs::remove_dir_all(&path).unwrap();

    let place = source.place();
    assert_eq!(found(&source, Wanted::Default).unwrap().as_deref(), Some(place.path()));
    assert_eq!(found(&top, Wanted::Default), Ok(None));
    Snapshot::create(&place, "1").unwrap();
    let again = Place::find(source.file.as_fd(), Wanted::Default).unwrap().unwrap();
    assert_eq!(again.keep_only(&[], &GO_ON).unwrap().directories, 1);
    assert_eq!(left_in(&place), [""; 0]);
    std::os::unix::fs::chown(&path, Some(1000), None).unwrap();
    assert_eq!(found(&source, Wanted::Default).unwrap_err().why, Refusal::NotPrivate);
    assert_eq!(Place::probe(source.file.as_fd(), Wanted::Default).unwrap_err().why, Refusal::NotPrivate);
    fs::remove_dir(path.join(".removed")).unwrap();
    std::os::unix::fs::chown(&path, Some(0), None).unwrap();
    assert_eq!(found(&source, Wanted::Default), Ok(None), "a crash came before it was done");
    top.place();
    assert!(found(&top, Wanted::Default).unwrap().is_some());
}

#[test]
fn a_bind_mount_is_a_top_of_its_own() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else {
        return;
    };
    disks.directory("xfs", "repository/below");
    disks.run(&["mkdir", "/mnt/bound"]);
    disks.run(&["mount", "--bind", "/mnt/xfs/repository", "/mnt/bound"]);
    let top = Source::open(&disks.path("bound"));
    let place = top.place();
    assert_eq!(place.within_source(), Some(Path::new(".Trash-0/asbackup")));
    top.write("large", 1, 2 << 20);
    top.freeze(&place, "1", &["large"]);
    let below = Source::open(&disks.path("bound").join("below"));
    assert_eq!(below.place().within_source(), None);
    assert!(disks.path("xfs").join("repository/.asbackup").is_dir(), "at the top of the bind mount");
}

#[test]
fn files_of_subvolumes_share_blocks_with_a_place_outside_of_them() {
    let Some(disks) = disks(&[("btrfs", BTRFS, 400)]) else {
        return;
    };
    disks.run(&["btrfs", "--quiet", "subvolume", "create", "/mnt/btrfs/outer"]);
    disks.run(&["btrfs", "--quiet", "subvolume", "create", "/mnt/btrfs/outer/inner"]);
    let nested = Source::open(&disks.path("btrfs").join("outer/inner"));
    nested.write("large", 1, 2 << 20);
    let place = nested.place();
    assert!(place.path().ends_with("btrfs/.asbackup"), "the subvolume is no mount: {place:?}");
    nested.freeze(&place, "1", &["large"]);
    assert_same_bytes(&nested.path.join("large"), &shown(&place, "1/large"));
    disks.run(&["sh", "-c", "mkdir /mnt/outer && mount -o subvol=outer $(findmnt -no SOURCE /mnt/btrfs) /mnt/outer"]);
    let mounted = Source::open(&disks.path("outer"));
    let place = mounted.place();
    assert_eq!(place.within_source(), Some(Path::new(".Trash-0/asbackup")));
    mounted.freeze(&place, "1", &["inner/large"]);
}

fn assert_same_bytes(one: &Path, other: &Path) {
    assert!(fs::read(one).unwrap() == fs::read(other).unwrap(), "{} and {}", one.display(), other.display());
}

#[test]
fn what_is_no_directory_of_ours_is_refused_and_left_alone() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else {
        return;
    };
    let source = Source::on(&disks, "xfs");
    let elsewhere = disks.directory("xfs", "elsewhere");
    let path = disks.path("xfs").join(".asbackup");
    let with = |make: &dyn Fn(), wanted: Refusal| {
        make();
        assert_eq!(refusal(&source, Wanted::Default), wanted);
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir_all(&path);
    };
    let directory = |mode: u32, owner: u32| {
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        std::os::unix::fs::chown(&path, Some(owner), None).unwrap();
    };
    with(&|| fs::write(&path, "a file").unwrap(), Refusal::NotADirectory);
    with(&|| symlink(&elsewhere, &path).unwrap(), Refusal::Link);
    with(&|| symlink("nowhere", &path).unwrap(), Refusal::Link);
    with(&|| directory(0o700, 1000), Refusal::NotPrivate);
    with(&|| directory(0o770, 0), Refusal::NotPrivate);
    with(&|| directory(0o707, 0), Refusal::NotPrivate);
    let foreign = || {
        directory(0o755, 0);
        fs::write(path.join("manifest"), "theirs").unwrap();
    };
    with(&foreign, Refusal::Foreign);
    let marked_by_a_link = || {
        directory(0o700, 0);
        symlink("/etc/hostname", path.join(".asbackup-snapshots")).unwrap();
    };
    with(&marked_by_a_link, Refusal::Foreign);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    directory(0o755, 0);
    source.place();
    assert_eq!(mode(&path), 0o700, "an empty one of ours is closed");
    disks.run(&["mount", "-t", "tmpfs", "over", "/mnt/xfs/.asbackup"]);
    assert_eq!(refusal(&source, Wanted::Default), Refusal::OtherMount);
    disks.run(&["umount", "/mnt/xfs/.asbackup"]);
    let top = Source::open(&disks.path("xfs"));
    symlink(&elsewhere, disks.path("xfs").join(".Trash-0")).unwrap();
    assert_eq!(refusal(&top, Wanted::Default), Refusal::Link);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

/// Who owns the top of the file system puts links to other directories of ours in the place's place.
#[test]
fn links_swapped_in_while_a_place_is_made_lead_nowhere() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else { return };
    let top = disks.path("xfs");
    let outside = disks.directory("xfs", "outside");
    let sources = [Source::on(&disks, "xfs"), Source::open(&top)];
    let stop = AtomicBool::new(false);
    let made = thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                for name in [".asbackup", ".Trash-0", ".Trash-0/asbackup"] {
                    let _ = fs::rename(top.join(name), top.join("aside"));
                    let _ = symlink(&outside, top.join(name));
                    thread::sleep(Duration::from_micros(100));
                    let _ = fs::remove_file(top.join(name));
                    let _ = fs::rename(top.join("aside"), top.join(name));
                }
            }
        });
        let places = (0..2000).filter_map(|round| sources[round % 2].try_place(Wanted::Default).ok()).count();
        stop.store(true, Ordering::Relaxed);
        places
    });
    assert!(made > 0, "never was a place in its place");
    assert_eq!((names_in(&outside), mode(&outside)), (Vec::new(), 0o755));
}

#[test]
fn a_source_in_the_place_is_refused() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else {
        return;
    };
    let source = Source::open(&disks.directory("xfs", ".asbackup/backups"));
    assert_eq!(refusal(&source, Wanted::Default), Refusal::HoldsSource);
    let source = Source::open(&disks.path("xfs").join(".asbackup"));
    assert_eq!(refusal(&source, Wanted::Default), Refusal::HoldsSource);
}

#[test]
fn file_systems_that_share_no_blocks_say_so() {
    let wanted = [("ext4", EXT4, 64), ("without", XFS_WITHOUT, 400)];
    let Some(disks) = disks(&wanted) else { return };
    disks.run(&["sh", "-c", "mkdir /mnt/memory && mount -t tmpfs memory /mnt/memory"]);
    for disk in ["ext4", "without", "memory"] {
        let source = Source::on(&disks, disk);
        assert_eq!(refusal(&source, Wanted::Default), Refusal::NotSupported, "{disk}");
        let mut left = names_in(&disks.path(disk));
        left.retain(|name| name != "lost+found");
        assert_eq!(left, ["source"], "{disk}: nothing is made where it is of no use");
        let ours = disks.directory(disk, ".asbackup");
        File::create(ours.join(".asbackup-snapshots")).unwrap();
        fs::create_dir(ours.join(".removed")).unwrap();
        assert_eq!(source.place().can_clone().unwrap_err().why, Refusal::NotSupported, "{disk}");
    }
}

#[test]
fn a_read_only_or_full_file_system_says_so() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else {
        return;
    };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let place = source.place();
        let remount = |how: &str| disks.run(&["mount", "-o", &format!("remount,{how}"), &format!("/mnt/{disk}")]);
        let filler = disks.path(disk).join("filler");
        fill(&filler);
        assert_eq!(place.can_clone().unwrap_err().why, Refusal::NoRoom, "{disk}");
        fs::remove_file(&filler).unwrap();
        remount("ro");
        assert_eq!(place.can_clone().unwrap_err().why, Refusal::ReadOnly, "{disk}");
        assert_eq!(Snapshot::create(&place, "1").unwrap_err().why, Refusal::ReadOnly, "{disk}");
        assert_eq!(refusal(&Source::open(&disks.path(disk)), Wanted::Default), Refusal::ReadOnly, "{disk}");
        remount("rw");
        place.can_clone().unwrap();
    }
}

#[test]
fn a_given_directory_lies_on_the_mount_of_the_source() {
    if is_outside(&[("xfs", XFS, 400), ("other", XFS, 400)], "a_given_directory_lies_on_the_mount_of_the_source") {
        return;
    }
    let source = Source::open(&made("/mnt/xfs/a/source"));
    let given = |path: &str| refusal(&source, Wanted::Directory(Path::new(path)));
    assert_eq!(given("/mnt/other/new"), Refusal::OtherFileSystem);
    assert!(!Path::new("/mnt/other/new").exists());
    made("/mnt/other/there");
    assert_eq!(given("/mnt/other/there"), Refusal::OtherFileSystem);
    run(std::process::Command::new("sh").args(["-c", "mkdir /mnt/bound && mount --bind /mnt/xfs /mnt/bound"]));
    assert_eq!(given("/mnt/bound/new"), Refusal::OtherMount);
    assert_eq!(given("mnt/xfs/new"), Refusal::NotAbsolute);
    assert_eq!(given("/mnt/xfs/a/../new"), Refusal::NotAbsolute);
    assert_eq!(given("/"), Refusal::NotAbsolute);
    symlink("/mnt/xfs/a", "/mnt/xfs/link").unwrap();
    assert_eq!(given("/mnt/xfs/link"), Refusal::Link);
    assert_eq!(given("/mnt/xfs/link/new"), Refusal::Link);
    assert_eq!(given("/mnt/xfs/a"), Refusal::HoldsSource);
    assert_eq!(given("/mnt/xfs/a/source"), Refusal::HoldsSource);
    assert!(matches!(given("/mnt/xfs/b/new"), Refusal::Kernel(_)), "only the last part is made");
    fs::write(made("/mnt/xfs/full").join("theirs"), "").unwrap();
    assert_eq!(given("/mnt/xfs/full"), Refusal::Foreign);
    for (path, within) in [("/mnt/xfs/new", None), ("/mnt/xfs/a/source/x", Some("x")), ("/mnt/xfs/a/y", None)] {
        let place = source.try_place(Wanted::Directory(Path::new(path))).unwrap();
        assert_eq!((place.within_source(), mode(Path::new(path))), (within.map(Path::new), 0o700));
        place.can_clone().unwrap();
    }
    made("/mnt/xfs/a/source/deep");
    let place = source.try_place(Wanted::Directory(Path::new("/mnt/xfs/a/source/deep/er"))).unwrap();
    assert_eq!(place.within_source(), Some(Path::new("deep/er")));
}

fn made(path: &str) -> PathBuf {
    fs::create_dir_all(path).unwrap();
    PathBuf::from(path)
}
