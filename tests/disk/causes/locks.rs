//! Lock files that can't be made or deleted: on which side, and why.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use asbackup_testing::run;
use asbackup_testing::testbed::config::{DISK_LOCK, SOURCE_LOCK};
use asbackup_testing::testbed::disk::FileSystem;
use asbackup_testing::testbed::scene::{Immutable, Scene};
use asbackup_testing::testbed::tree::Tree;
use serde_json::Value;

use super::{aborted, prepare, told};

#[track_caller]
fn assert_told(fault: &Value, kind: &str, place: &str, why: &str) {
    let found = (&fault["kind"], &fault["place"], &fault["why"]);
    assert_eq!(found, (&kind.into(), &place.into(), &why.into()), "{fault}");
    let name = if place == "disk" { DISK_LOCK } else { SOURCE_LOCK };
    assert!(fault["path"].as_str().expect("a path").ends_with(name), "{fault}");
}

/// A source of its own file system, in memory; gives its path as the test reaches it.
fn source_with(scene: &mut Scene, options: &str) -> PathBuf {
    scene.config.set("Backup", "backup-source", "/mnt/source");
    scene.testbed.run(&["mkdir", "/mnt/source"]);
    scene.testbed.run(&["mount", "-t", "tmpfs", "-o", options, "testbed", "/mnt/source"]);
    let source = scene.testbed.path("/mnt/source");
    Tree::new(source.clone()).file("job.vbm", "x");
    source
}

fn fill(directory: &Path) {
    for (size, name) in [(64 << 10, "large"), (1, "small")] {
        let full =
            (0..).find(|number| fs::write(directory.join(format!("{name}-{number}")), vec![b'x'; size]).is_err());
        assert!(full.is_some());
    }
}

#[tokio::test]
async fn a_lock_for_which_the_source_has_no_room_says_so_and_leaves_nothing() {
    let mut scene = Scene::new();
    let source = source_with(&mut scene, "size=256k");
    fill(&source);
    let fault = aborted(&mut scene).await;
    assert_told(&fault, "lock-failed", "source", "no-room");
    assert!(!source.join(SOURCE_LOCK).exists(), "an empty one is left");
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_lock_for_which_the_source_has_no_inode_says_so() {
    let mut scene = Scene::new();
    let source = source_with(&mut scene, "nr_inodes=8");
    assert!((0..).any(|number| fs::write(source.join(number.to_string()), "").is_err()));
    assert_told(&aborted(&mut scene).await, "lock-failed", "source", "no-inodes");
}

#[tokio::test]
async fn a_lock_in_a_source_that_can_only_be_read_says_so() {
    let mut scene = Scene::new();
    source_with(&mut scene, "size=1m");
    scene.testbed.run(&["mount", "-o", "remount,ro", "/mnt/source"]);
    assert_told(&aborted(&mut scene).await, "lock-failed", "source", "mounted-read-only");
}

#[tokio::test]
async fn a_lock_in_a_source_that_must_not_change_says_so() {
    let mut scene = Scene::new();
    let source = Immutable::new(&scene.source.top);
    assert_told(&aborted(&mut scene).await, "lock-failed", "source", "immutable");
    drop(source);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_lock_whose_name_is_too_long_says_so() {
    let mut scene = Scene::new();
    let long = "l".repeat(300);
    scene.config.set("Backup", "source-lockfile-path", &format!("{long}{SOURCE_LOCK}"));
    assert_told(&aborted(&mut scene).await, "lock-failed", "source", "name-too-long");
}

#[tokio::test]
async fn a_lock_in_the_source_that_must_not_be_deleted_says_so() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let source = Immutable::new(&scene.source.top);
    held.release();
    let finished = daemon.finished(1).await;
    assert_told(&told(&daemon, &finished), "unlock-failed", "source", "immutable");
    scene.assert_unmounted();
    drop(source);
}

#[tokio::test]
async fn a_lock_for_which_a_full_disk_has_no_room_says_so_and_leaves_nothing() {
    let mut scene = Scene::with_size(32 << 20);
    scene.source.file("job.vbm", "x");
    prepare(&scene, fill);
    assert_told(&aborted(&mut scene).await, "lock-failed", "disk", "no-room");
    scene.assert_left_clean();
}

/// Not even the directory can be made that it should be in.
#[tokio::test]
async fn a_lock_for_which_the_disk_has_no_inode_says_so() {
    let mut scene = Scene::with_size(32 << 20);
    scene.source.file("job.vbm", "x");
    let mut mkfs = Command::new("/usr/sbin/mkfs.ext4");
    mkfs.args(["-q", "-F", "-N", "32", "-L", "OFFSITE", "-U", &scene.disk.uuid]);
    run(mkfs.arg(scene.disk.image()));
    let mounted = scene.disk.mount_writable(&scene.testbed);
    assert!((0..100).any(|number| fs::write(mounted.path(number.to_string()), "").is_err()));
    mounted.done();
    assert_told(&aborted(&mut scene).await, "lock-failed", "disk", "no-inodes");
}

#[tokio::test]
async fn a_lock_in_a_snapshot_on_the_disk_says_so() {
    let mut scene = Scene::with(FileSystem::Btrfs);
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let copy = scene.copy(&mounted);
    run(Command::new("btrfs").args(["-q", "subvolume", "create"]).arg(&copy));
    run(Command::new("btrfs").args(["property", "set", "-ts"]).arg(&copy).args(["ro", "true"]));
    mounted.done();
    assert_told(&aborted(&mut scene).await, "lock-failed", "disk", "read-only-subvolume");
}

#[tokio::test]
async fn a_lock_in_a_target_that_must_not_change_says_so() {
    let mut scene = Scene::new();
    prepare(&scene, |copy| drop(run(Command::new("chattr").arg("+i").arg(copy))));
    assert_told(&aborted(&mut scene).await, "lock-failed", "disk", "immutable");
}

#[tokio::test]
async fn a_lock_on_the_disk_that_must_not_be_deleted_says_so() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    run(Command::new("chattr").arg("+i").arg(scene.mounted_copy().join(DISK_LOCK)));
    held.release();
    let finished = daemon.finished(1).await;
    assert_told(&told(&daemon, &finished), "unlock-failed", "disk", "immutable");
    scene.assert_unmounted();
}
