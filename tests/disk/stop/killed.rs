//! Runs whose daemon or rsync is killed.

use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::processes::{self, Stage};
use asbackup_testing::testbed::scene::{assert_aborted, assert_success, warnings};
use rustix::process::Signal;

use super::{assert_no_unfinished_file, heavy_scene};

#[tokio::test]
async fn after_a_crash_in_mid_copy_the_next_start_cleans_up_and_copies_whole() {
    let mut scene = heavy_scene();
    let mut daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let rsyncs = processes::rsyncs(daemon.pid(), Stage::Copy);
    daemon.kill().await;
    for pid in &rsyncs {
        processes::signal(*pid, Signal::KILL);
    }
    processes::wait_until_gone("rsync", &rsyncs);
    held.release();
    assert!(!scene.testbed.mounts_of(&scene.disk.device()).is_empty());

    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    let warned = warnings(&daemon);
    assert!(warned.contains(&"stale-lock".to_owned()), "{warned:?}");
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
    assert_no_unfinished_file(&scene);
}

/// As the kernel does when memory is short.
#[tokio::test]
async fn a_copy_whose_rsync_is_killed_is_resumed_a_few_times_and_then_left() {
    const CUTS: usize = 3;
    let mut scene = heavy_scene();
    let daemon = scene.daemon().await;
    scene.disk.plug();
    for run in 1..=CUTS {
        let held = daemon.held_in_mid_copy().await;
        processes::rsyncs(daemon.pid(), Stage::Copy).iter().for_each(|pid| processes::signal(*pid, Signal::KILL));
        held.release();
        assert_aborted(&daemon.finished(run).await, "CopyFailed");
        assert_eq!(daemon.started(run).await.trigger, if run == 1 { "plugged" } else { "resumed" });
    }
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
    assert_eq!(daemon.recorded().started.len(), CUTS, "it is not tried for ever");
    scene.assert_left_clean();
    daemon.start_run("").await.expect("unless somebody asks for it");
    assert_success(&daemon.finished(CUTS + 1).await);
    scene.assert_copied(Fidelity::Full);
}

/// It is orphaned and holds the lock that keeps a second rsync away, so it is ended, however stuck.
#[tokio::test]
async fn an_rsync_that_outlives_a_crash_is_ended_before_the_copy_is_resumed() {
    let mut scene = heavy_scene();
    let mut daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    daemon.kill().await;

    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    held.release();
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);
}
