//! Disks that can't be opened, or only for reading.

use std::fs;
use std::process::Command;

use crate::aborted;
use crate::common::disk::FileSystem;
use crate::common::run;
use crate::common::scene::{Scene, assert_aborted};

#[tokio::test]
async fn a_disk_that_windows_left_hibernated_is_told_as_such() {
    let mut scene = Scene::with(FileSystem::Ntfs);
    let look = scene.disk.prepare(&scene.bench);
    let mut header = vec![0; 4096];
    header[..4].copy_from_slice(b"hibr");
    fs::write(look.path("hiberfil.sys"), header).expect("what Windows leaves");
    look.done();
    let fault = aborted(&mut scene).await;
    assert_eq!((&fault["kind"], &fault["why"]), (&"mounted-read-only".into(), &"windows".into()), "{fault}");
}

#[tokio::test]
async fn an_ext4_that_is_marked_read_only_is_told_as_such() {
    let mut scene = Scene::new();
    run(Command::new("/usr/sbin/tune2fs").args(["-O", "read-only"]).arg(scene.disk.image()));
    let fault = aborted(&mut scene).await;
    assert_eq!((&fault["kind"], &fault["why"]), (&"mounted-read-only".into(), &"marked".into()), "{fault}");
}

#[tokio::test]
async fn a_journal_to_be_replayed_on_a_write_protected_disk_is_told_as_write_protection() {
    let mut scene = Scene::new();
    run(Command::new("/usr/sbin/debugfs").args(["-w", "-R", "feature +needs_recovery"]).arg(scene.disk.image()));
    let daemon = scene.daemon().await;
    scene.disk.plug_write_protected();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "MountFailed");
    assert!(finished.message.contains("write-protected"), "{}", finished.message);
    scene.assert_unmounted();
}

#[tokio::test]
async fn an_fstab_line_that_mounts_the_disk_read_only_is_named() {
    let mut scene = Scene::new();
    scene.bench.run(&["mkdir", "/mnt/by-fstab"]);
    let line = format!("UUID={} /mnt/by-fstab ext4 noauto,ro,nosuid,nodev,noexec,nosymfollow 0 0\n", scene.disk.uuid);
    fs::write(scene.bench.path("/etc/fstab"), line).expect("fstab");
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "MountFailed");
    let fault = serde_json::to_value(daemon.record().fault).expect("plain data");
    assert_eq!((&fault["kind"], &fault["why"]), (&"mounted-read-only".into(), &"settings".into()), "{fault}");
    assert!(finished.message.contains("/etc/fstab"), "{}", finished.message);
    scene.assert_unmounted();
}

/// As of a file system made by a newer system than this one; libmount says "wrong fs type, bad option, bad superblock" of it.
#[tokio::test]
async fn a_disk_with_features_of_tomorrow_is_not_called_damaged() {
    let mut scene = Scene::new();
    run(Command::new("/usr/sbin/debugfs").args(["-w", "-R", "feature FEATURE_I28"]).arg(scene.disk.image()));
    let fault = aborted(&mut scene).await;
    assert_eq!((&fault["kind"], &fault["why"]), (&"mount-failed".into(), &"unknown".into()), "{fault}");
}
