//! The right disk: what identifies a disk besides its UUID, and two disks with one UUID. Loop devices have no
//! drive, so it is the size that tells disks apart here; serial numbers are tested in `tests/bus/daemon/identity.rs`.

use std::fs;

use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::config::DESTINATION;
use asbackup_testing::testbed::daemon::{Daemon, Refused};
use asbackup_testing::testbed::disk::{Disk, USUAL_SIZE};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, warnings};

/// The same contents on a larger disk, as after `dd`.
fn larger_clone(disk: &Disk) -> Disk {
    let clone = disk.clone_as("CLONE");
    let image = fs::File::options().write(true).open(clone.image()).expect("the image");
    image.set_len(USUAL_SIZE + (8 << 20)).expect("a larger one");
    clone
}

async fn trust(daemon: &Daemon, uuid: &str) -> Result<(), Refused> {
    daemon.call("TrustDisk", &(uuid,)).await
}

/// A disk that has had its copy once, with this policy, and its clone.
async fn scene_with_clone(policy: &str) -> (Scene, Daemon, Disk) {
    let mut scene = Scene::new();
    scene.config.set("Safety", "disk-identity", policy);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert!(warnings(&daemon).is_empty());
    scene.disk.unplug();
    let clone = larger_clone(&scene.disk);
    (scene, daemon, clone)
}

/// No enclosure changes the size, so this is no question of policy.
#[tokio::test]
async fn a_known_uuid_on_a_disk_of_another_size_is_refused_until_it_is_trusted() {
    let (scene, daemon, mut clone) = scene_with_clone("warn").await;
    clone.plug();
    let finished = daemon.finished(2).await;
    assert_aborted(&finished, "WrongDisk");
    let advice = format!("asbackup disks trust {}", scene.disk.uuid);
    assert!(finished.message.contains("different size") && finished.message.contains(&advice), "{}", finished.message);
    clone.assert_free();
    trust(&daemon, &scene.disk.uuid).await.expect("root may");
    assert_success(&daemon.finished(3).await);
    assert!(warnings(&daemon).is_empty());
}

#[tokio::test]
async fn a_replaced_disk_is_refused_untouched_until_it_is_trusted() {
    let (scene, mut daemon, mut clone) = scene_with_clone("refuse").await;
    clone.plug();
    let finished = daemon.finished(2).await;
    assert_aborted(&finished, "WrongDisk");
    assert!(finished.message.contains("asbackup disks trust"), "{}", finished.message);
    clone.assert_free();
    // What is remembered outlives the daemon.
    daemon.stop().await;
    let daemon = scene.daemon().await;
    daemon.start_run("").await.expect("a run");
    assert_aborted(&daemon.finished(1).await, "WrongDisk");
    assert_eq!(trust(&daemon, "11111111-2222-3333-4444-555555555555").await.expect_err("unknown").name, "UnknownDisk");
    trust(&daemon, &scene.disk.uuid).await.expect("root may");
    assert_success(&daemon.finished(2).await);
    assert_eq!(daemon.started(2).await.trigger, "plugged");
}

#[tokio::test]
async fn without_the_identity_check_nobody_looks_at_it() {
    let (_scene, daemon, mut clone) = scene_with_clone("off").await;
    clone.plug();
    assert_success(&daemon.finished(2).await);
    assert!(warnings(&daemon).is_empty());
}

/// When the run was begun, the disk was the only one.
#[tokio::test]
async fn a_clone_that_comes_before_the_mount_keeps_both_disks_untouched() {
    let mut scene = Scene::new();
    let mut clone = scene.disk.clone_as("CLONE");
    let lock = scene.config.veeam_directory.join("nightly.lock");
    fs::write(&lock, "x").expect("a lock");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    daemon.in_state("waiting-for-veeam").await;
    daemon.wait_for("that Veeam is waited for", |_| daemon.text_log().contains("nightly").then_some(())).await;
    clone.plug();
    clone.wait_until_listed(&scene.testbed);
    fs::remove_file(lock).expect("Veeam's end");
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "WrongDisk");
    for disk in [&scene.disk, &clone] {
        disk.assert_free();
        assert!(!disk.mount_read_only(&scene.testbed).path(DESTINATION).exists(), "nothing was made on it");
        assert!(finished.message.contains(&disk.device().display().to_string()), "{}", finished.message);
    }
    scene.assert_no_lock_in_source();
}

/// What is copied to already goes on; the clone has to wait for a person.
#[tokio::test]
async fn a_clone_that_comes_in_mid_copy_neither_disturbs_it_nor_is_touched() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let mut clone = scene.disk.clone_as("CLONE");
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    clone.plug();
    scene.testbed.settle();
    held.release();
    assert_success(&daemon.finished(1).await);
    assert_aborted(&daemon.finished(2).await, "WrongDisk");
    clone.assert_free();
    assert!(!clone.mount_read_only(&scene.testbed).path(DESTINATION).exists(), "nothing was made on it");
    clone.unplug();
    scene.assert_copied(Fidelity::Full);
}
