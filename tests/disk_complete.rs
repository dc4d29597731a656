//! What root does on the mounted disk while it is copied to: rsync goes on through what it has open, and says that all is well.
//! Tier `disk_`: as root, `cargo test --test 'disk_*'`. What the disk itself takes for one name is in disk_spelling.rs.

mod common;

use std::fs;

use common::compare::Fidelity;
use common::scene::{Scene, assert_aborted, assert_success};

#[tokio::test]
async fn a_directory_that_is_renamed_on_the_disk_in_mid_copy_is_no_success() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let copy = scene.mounted_copy();
    fs::rename(copy.join("heavy"), copy.join("elsewhere")).expect("renamed");
    held.release();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "CopyFailed");
    assert!(finished.message.contains("heavy/"), "{}", finished.message);
    scene.assert_left_clean();
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn what_is_deleted_on_the_disk_in_mid_copy_is_no_success() {
    let (mut scene, daemon) = copied().await;
    scene.source.heavy();
    scene.disk.unplug();
    let held = scene.plug_and_hold(&daemon).await;
    let victims = scene.source.top.join("deep");
    assert!(victims.is_dir(), "{}", victims.display());
    fs::remove_dir_all(scene.mounted_copy().join("deep")).expect("deleted");
    held.release();
    let finished = daemon.finished(2).await;
    assert_aborted(&finished, "CopyFailed");
    assert!(finished.message.contains("deep/"), "{}", finished.message);
}

#[tokio::test]
async fn what_changes_in_the_source_in_mid_copy_is_not_taken_for_missing() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    fs::create_dir(scene.source.top.join("come")).expect("a directory");
    fs::write(scene.source.top.join("come/new"), "come").expect("a file");
    fs::rename(scene.source.top.join("heavy/last"), scene.source.top.join("moved")).expect("renamed");
    held.release();
    assert_success(&daemon.finished(1).await);
    scene.assert_left_clean();
}

async fn copied() -> (Scene, common::daemon::Daemon) {
    let mut scene = Scene::new();
    scene.source.file("deep/er/file.vbk", "copied before");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    (scene, daemon)
}
