//! A known file system that lies in something else: whether the disk is there and may be pulled is asked of the
//! physical disk, and of all that is built upon it. The container is a loop device over a partition, which every kernel
//! has; LUKS and LVM are tried in tests/vm.

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, warnings};
use asbackup_testing::testbed::stacked::Stacked;

/// The known disk is the stacked one, which is not plugged in yet.
fn scene() -> (Scene, Stacked) {
    let mut scene = Scene::new();
    let stacked = Stacked::make(&scene.testbed, "STACKED");
    scene.config.set("Backup", "filesystem-ids-and-notification-mail-addresses", &stacked.uuid);
    (scene, stacked)
}

/// Something else of the disk is mounted, until this is ended.
fn mount_other(testbed: &Testbed, stacked: &Stacked) {
    testbed.run(&["mkdir", "-p", "/mnt/other"]);
    testbed.run(&["mount", &stacked.other_partition().display().to_string(), "/mnt/other"]);
}

#[tokio::test]
async fn a_disk_is_not_released_while_another_partition_of_it_is_mounted() {
    let (scene, mut stacked) = scene();
    let daemon = scene.daemon().await;
    stacked.plug();
    mount_other(&scene.testbed, &stacked);
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "UnmountFailed");
    assert!(finished.message.contains("/mnt/other"), "{}", finished.message);
    assert!(daemon.safe_to_remove().await.is_empty());
    scene.testbed.unmount("/mnt/other");
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
}

#[tokio::test]
async fn a_disk_whose_container_is_open_gets_its_copy_and_is_not_called_safe() {
    let (scene, mut stacked) = scene();
    let daemon = scene.daemon().await;
    stacked.plug();
    assert_success(&daemon.finished(1).await);
    assert_eq!(warnings(&daemon), ["still-open"]);
    let told: Vec<String> = daemon.property("LastWarnings").await;
    assert!(told[0].contains(&stacked.container().display().to_string()), "{told:?}");
    assert!(daemon.safe_to_remove().await.is_empty());
    let status: String = daemon.property("Status").await;
    assert!(status.contains("not released yet"), "{status}");
}

#[tokio::test]
async fn a_pulled_disk_is_gone_though_its_container_stays_and_may_come_again() {
    let (scene, mut stacked) = scene();
    let daemon = scene.daemon().await;
    stacked.plug();
    assert_success(&daemon.finished(1).await);
    let left = stacked.pull();
    daemon.until_present(&stacked.uuid, false).await;
    stacked.plug();
    assert_success(&daemon.finished(2).await);
    drop(left);
}

#[tokio::test]
async fn a_disk_pulled_in_mid_copy_ends_the_run_though_its_container_stays() {
    let (scene, mut stacked) = scene();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    stacked.plug();
    let held = daemon.held_in_mid_copy().await;
    let left = stacked.pull();
    assert_aborted(&daemon.finished(1).await, "DiskRemoved");
    held.release();
    daemon.until_present(&stacked.uuid, false).await;
    drop(left);
}
