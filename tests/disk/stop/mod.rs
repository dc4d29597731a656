//! Interrupted runs: cancelled, stopped, pulled, killed.

use asbackup_api::Outcome;
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::processes::{self, Stage};
use asbackup_testing::testbed::scene::{Scene, assert_success};
use asbackup_testing::{PATIENCE, wait_for};
use rustix::process::Signal;

mod killed;
mod pulled;

fn heavy_scene() -> Scene {
    let scene = Scene::new();
    scene.source.heavy();
    scene
}

/// rsync's unfinished files are named `.name.XXXXXX`; the source has no hidden file. What is to be resumed lies in a
/// directory of its own, see `resume.rs`.
fn assert_no_unfinished_file(scene: &Scene) {
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let mut open = vec![scene.copy(&mounted)];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).expect("a directory").flatten() {
            let name = entry.file_name();
            if name == ".asbackup-partial" {
                continue;
            }
            assert!(!name.to_string_lossy().starts_with('.'), "{name:?} is left");
            if entry.file_type().expect("its type").is_dir() {
                open.push(entry.path());
            }
        }
    }
}

fn assert_no_rsync(daemon: u32) {
    for stage in [Stage::DryRun, Stage::Copy] {
        assert!(processes::rsyncs(daemon, stage).is_empty(), "rsync runs on");
    }
}

#[tokio::test]
async fn a_cancelled_copy_is_left_clean_and_can_be_started_again() {
    let mut scene = heavy_scene();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    daemon.cancel().await.expect("a run is on");
    held.release();
    let finished = daemon.finished(1).await;
    assert_eq!(finished.result, "cancelled", "{finished:?}");
    assert_eq!(daemon.property::<String>("LastResult").await, "cancelled");
    assert_eq!(daemon.record().outcome, Outcome::Cancelled);
    assert_no_rsync(daemon.pid());
    scene.assert_left_clean();
    assert_no_unfinished_file(&scene);
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;

    daemon.start_run(&scene.disk.uuid).await.expect("a run");
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn a_run_cancelled_in_its_dry_run_is_left_clean() {
    let mut scene = heavy_scene();
    scene.source.many(20_000);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let held = daemon.held_in(Stage::DryRun).await;
    daemon.cancel().await.expect("a run is on");
    held.release();
    assert_eq!(daemon.finished(1).await.result, "cancelled");
    assert_no_rsync(daemon.pid());
    scene.assert_left_clean();
}

/// The cancel meets the run in its mount, as a rule; what UDisks2 mounts meanwhile is this run's to undo.
#[tokio::test]
async fn a_run_cancelled_in_its_first_moments_leaves_nothing_to_clear_up() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.start_run("").await.expect("a run");
    daemon.cancel().await.expect("a run is on");
    assert_eq!(daemon.finished(2).await.result, "cancelled");
    // On a loaded machine the mount may come after the run's end; then the daemon clears it up.
    let device = scene.disk.disk_device();
    wait_for("the disk to be unmounted", PATIENCE, || scene.testbed.mounts_of(device).is_empty().then_some(()));
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_cancel_without_a_run_is_refused() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    let refused = daemon.cancel().await.expect_err("no run is on");
    assert_eq!(refused.name, "NotRunning");
}

#[tokio::test]
async fn a_second_start_in_mid_copy_is_refused_as_busy() {
    let mut scene = heavy_scene();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let refused = daemon.start_run("").await.expect_err("a run is on");
    assert_eq!(refused.name, "Busy");
    held.release();
    assert_success(&daemon.finished(1).await);
}

#[tokio::test]
async fn a_stop_in_mid_copy_is_clean_and_the_copy_is_resumed_at_the_next_start() {
    let mut scene = heavy_scene();
    let mut daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    daemon.signal(Signal::TERM);
    daemon
        .wait_for("STOPPING=1", |recorded| recorded.notified.iter().find(|line| *line == "STOPPING=1").cloned())
        .await;
    held.release();
    let status = daemon.exit().await;
    assert!(status.success(), "{status}");
    let record = daemon.record();
    assert_eq!(record.outcome, Outcome::Aborted);
    let fault = record.fault.expect("the reason");
    assert!(fault.is_interruption(), "{fault:?}");
    scene.assert_left_clean();
    assert_no_unfinished_file(&scene);

    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    assert_eq!(daemon.started(1).await.trigger, "resumed");
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
}
