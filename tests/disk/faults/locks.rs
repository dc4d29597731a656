//! Lock files that somebody holds, that can't be made or removed, that are empty, stale or gone.

use std::fs::{self, File};
use std::process::Command;

use asbackup_testing::run;
use asbackup_testing::testbed::config::{DISK_LOCK, SOURCE_LOCK};
use asbackup_testing::testbed::scene::{Immutable, Scene, assert_aborted, assert_success, warnings};
use rustix::fs::FlockOperation;

use super::{aborts_with, assert_warned, succeeds_with_warning};

fn flocked(path: &std::path::Path) -> File {
    let file = File::create(path).expect("a lock file");
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).expect("a lock");
    file
}

// Fehler: "Skript gestartet, doch es wurde bereits ein Lockfile gefunden."

/// While the daemon waits for Veeam the disk is not mounted yet, so that somebody can take the lock there.
#[tokio::test]
async fn a_lock_that_somebody_holds_on_the_disk_aborts_and_stays() {
    let mut scene = Scene::new();
    let veeam = scene.config.veeam_directory.join("nightly.lock");
    fs::write(&veeam, "x").expect("a lock");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    daemon.in_state("waiting-for-veeam").await;
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted)).expect("the destination");
    let lock = flocked(&scene.copy(&mounted).join(DISK_LOCK));
    fs::remove_file(veeam).expect("Veeam's end");
    assert_aborted(&daemon.finished(1).await, "LockFailed");
    assert!(scene.testbed.mounts_of(&scene.disk.device()).is_empty());
    let copy = scene.copy(&mounted);
    assert!(copy.join(DISK_LOCK).exists(), "it is not ours to remove");
    assert!(!copy.join("config").exists(), "nothing was copied");
    scene.assert_no_lock_in_source();
    drop(lock);
    mounted.done();
}

#[tokio::test]
async fn a_lock_that_somebody_holds_in_the_source_aborts_and_stays() {
    let mut scene = Scene::new();
    let lock = flocked(&scene.config.source_lock());
    let (_daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "LockFailed");
    scene.assert_unmounted();
    assert!(scene.config.source_lock().exists(), "it is not ours to remove");
    drop(lock);
}

// Fehler: "Lockfiles können nicht erstellt werden."

#[tokio::test]
async fn a_lock_that_cannot_be_made_on_the_disk_aborts() {
    let mut scene = Scene::new();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted).join(DISK_LOCK)).expect("a directory in its place");
    mounted.done();
    aborts_with(&mut scene, "LockFailed").await;
}

#[tokio::test]
async fn a_lock_that_cannot_be_made_in_the_source_aborts() {
    let mut scene = Scene::new();
    let source = Immutable::new(&scene.source.top);
    aborts_with(&mut scene, "LockFailed").await;
    drop(source);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_link_in_the_place_of_the_lock_is_not_followed() {
    let mut scene = Scene::new();
    let victim = scene.testbed.directory().join("victim");
    fs::write(&victim, "precious").expect("a file");
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted)).expect("the destination");
    std::os::unix::fs::symlink(&victim, scene.copy(&mounted).join(DISK_LOCK)).expect("a link");
    mounted.done();
    aborts_with(&mut scene, "LockFailed").await;
    assert_eq!(fs::read(victim).expect("it"), b"precious");
}

// Fehler: "Lockfiles können nicht mehr gelöscht werden."

#[tokio::test]
async fn a_lock_that_cannot_be_removed_from_the_source_aborts() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let source = Immutable::new(&scene.source.top);
    held.release();
    assert_aborted(&daemon.finished(1).await, "UnlockFailed");
    scene.assert_unmounted();
    drop(source);
}

#[tokio::test]
async fn a_lock_that_cannot_be_removed_from_the_disk_aborts() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let lock = scene.mounted_copy().join(DISK_LOCK);
    run(Command::new("chattr").arg("+i").arg(lock));
    held.release();
    assert_aborted(&daemon.finished(1).await, "UnlockFailed");
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
}

// Warnung: "Ein Lockfile ist vorhanden, doch es ist leer."

#[tokio::test]
async fn an_empty_lock_on_the_disk_is_warned_about() {
    let mut scene = Scene::new();
    scene.leave_lock_on_disk("");
    succeeds_with_warning(&mut scene, "empty-lock").await;
}

#[tokio::test]
async fn an_empty_lock_in_the_source_is_warned_about() {
    let mut scene = Scene::new();
    scene.source.file(SOURCE_LOCK, "");
    succeeds_with_warning(&mut scene, "empty-lock").await;
}

#[tokio::test]
async fn a_stale_lock_on_the_disk_is_warned_about() {
    let mut scene = Scene::new();
    scene.leave_lock_on_disk("pid 4711 on atlantis\n");
    succeeds_with_warning(&mut scene, "stale-lock").await;
}

// Warnung: "Lockfiles zum löschen exitieren nicht mehr."

#[tokio::test]
async fn locks_that_have_vanished_are_warned_about() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    fs::remove_file(scene.mounted_copy().join(DISK_LOCK)).expect("the lock on the disk");
    fs::remove_file(scene.config.source_lock()).expect("the lock in the source");
    held.release();
    assert_success(&daemon.finished(1).await);
    assert_warned(&daemon, "lock-vanished").await;
    let vanished = warnings(&daemon);
    let count = vanished.iter().filter(|kind| *kind == "lock-vanished").count();
    assert_eq!(count, 2);
    scene.assert_left_clean();
}
