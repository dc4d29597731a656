//! A real disk whose run ended before it was mounted.

use asbackup_testing::recorder::Recorded;
use asbackup_testing::testbed::loop_device::is_free;
use asbackup_testing::testbed::scene::{Scene, assert_aborted};

#[tokio::test]
async fn a_disk_that_was_never_mounted_may_be_unplugged() {
    let mut scene = Scene::new();
    scene.config.set("Backup", "wait-for-veeam-minutes", "0");
    std::fs::write(scene.config.veeam_directory.join("Nightly"), "job").expect("a lock file of Veeam");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    assert_aborted(&daemon.finished(1).await, "VeeamBusy");
    let may_go =
        |recorded: &Recorded| recorded.sentences.last()?.contains("the disk is safe to remove now").then_some(());
    daemon.wait_for("that the disk may go", may_go).await;
    assert_eq!(daemon.safe_to_remove().await, [scene.disk.uuid.clone()]);
    assert!(is_free(&scene.disk.device()));
}
