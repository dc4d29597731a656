//! What root does on the mounted disk while it is copied to: rsync goes on through what it has open, and reports that all
//! is well. What the disk itself takes for one name is in `spelling.rs`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};

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

/// As one that was replaced by a script; the dry runs are the real ones.
#[tokio::test]
async fn an_rsync_that_copies_nothing_is_no_success() {
    let (mut scene, daemon) = copied().await;
    let place = scene.testbed.make_directory("bin");
    let script = "#!/bin/sh\ncase \" $* \" in *' --dry-run '* | *' --version '*) exec /usr/bin/rsync \"$@\" ;; esac\n";
    fs::write(place.join("rsync"), script).expect("a script");
    fs::set_permissions(place.join("rsync"), Permissions::from_mode(0o755)).expect("a mode");
    scene.testbed.run(&["mount", "--bind", &place.display().to_string(), "/usr/local/bin"]);
    scene.source.file("deep/er/file.vbk", "changed since!");
    for count in 2..=3 {
        daemon.start_run("").await.expect("a run");
        let finished = daemon.finished(count).await;
        assert_aborted(&finished, "CopyFailed");
        assert!(finished.message.contains("deep/er/file.vbk"), "{}", finished.message);
    }
    scene.testbed.unmount("/usr/local/bin");
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(4).await);
    scene.assert_copied(Fidelity::Full);
    scene.disk.unplug();
}

/// The check after the copy can't look any more, but the copy was complete.
#[tokio::test]
async fn a_disk_unmounted_in_mid_copy_is_not_reported_as_nothing_copied() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    scene.testbed.run(&["sh", "-c", "umount -l /media/root/OFFSITE*"]);
    held.release();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "CopyFailed");
    assert!(!finished.message.contains("Nothing was copied"), "{}", finished.message);
    assert!(finished.message.contains("does not count as a backup"), "{}", finished.message);
}

async fn copied() -> (Scene, asbackup_testing::testbed::daemon::Daemon) {
    let mut scene = Scene::new();
    scene.source.file("deep/er/file.vbk", "copied before");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    (scene, daemon)
}
