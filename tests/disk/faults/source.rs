//! Sources that are missing, empty, go away or would delete too much.

use std::fs;

use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, refusal};

use super::assert_warned;

// What DESIGN adds to the lists.

#[tokio::test]
async fn files_that_vanish_from_the_source_in_mid_copy_are_warned_about() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    fs::remove_file(scene.source.path("heavy/last")).expect("a file not copied yet");
    held.release();
    assert_success(&daemon.finished(1).await);
    assert_warned(&daemon, "vanished-files").await;
    scene.assert_left_clean();
}

/// To rsync an unmounted source looks like files that have vanished.
#[tokio::test]
async fn a_source_that_goes_away_in_mid_copy_is_no_success() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let aside = scene.source.top.with_file_name("aside");
    fs::rename(&scene.source.top, &aside).expect("a source that went away");
    fs::create_dir(&scene.source.top).expect("another in its place");
    held.release();
    assert_aborted(&daemon.finished(1).await, "SourceUnavailable");
    fs::remove_dir(&scene.source.top).expect("the other one");
    fs::rename(aside, &scene.source.top).expect("and came back");
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_missing_source_deletes_nothing() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let aside = scene.source.top.with_file_name("aside");
    fs::rename(&scene.source.top, &aside).expect("a source that went away");
    let error = refusal(&daemon, &scene.disk.uuid).await;
    assert_eq!(error, "SourceUnavailable");
    fs::rename(aside, &scene.source.top).expect("and came back");
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn an_empty_source_deletes_nothing() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let aside = scene.source.top.with_file_name("aside");
    fs::rename(&scene.source.top, &aside).expect("a source that is not mounted");
    fs::create_dir(&scene.source.top).expect("its mount point");
    let error = refusal(&daemon, &scene.disk.uuid).await;
    assert_eq!(error, "SourceUnavailable");
    fs::remove_dir(&scene.source.top).expect("no lock left in it");
    fs::rename(aside, &scene.source.top).expect("mounted again");
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn too_many_deletions_abort_before_anything_changes() {
    let mut scene = Scene::new();
    scene.source.many(100);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    fs::remove_dir_all(scene.source.path("many")).expect("an accident");
    daemon.start_run("").await.expect("a run");
    assert_aborted(&daemon.finished(2).await, "TooManyDeletions");
    scene.assert_left_clean();
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let kept = fs::read_dir(scene.copy(&mounted).join("many/000")).expect("the copy");
    assert_eq!(kept.count(), 100);
}
