//! When a run begins, and when none does. That nothing happens is shown by something that happens later: a second
//! known disk is plugged in, and its run must be the next one.

use std::fs;
use std::process::Command;

use asbackup_testing::run;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::loop_device::is_free;
use asbackup_testing::testbed::scene::{Scene, assert_success, refusal};

/// Plugs `second` in and asserts that the `count`th run of this daemon is its run.
async fn next_run_is_of(daemon: &Daemon, second: &mut Disk, count: usize) {
    second.plug();
    let finished = daemon.finished(count).await;
    assert_eq!(finished.disk, second.uuid, "a run that nobody wanted");
    assert_success(&finished);
    assert_eq!(daemon.recorded().started.len(), count);
}

#[tokio::test]
async fn a_disk_that_was_there_before_the_daemon_is_copied_to() {
    let mut scene = Scene::new();
    scene.disk.plug();
    scene.testbed.settle();
    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    assert_eq!(daemon.started(1).await.trigger, "plugged");
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_disk_is_copied_to_once_per_plug_in() {
    let mut scene = Scene::new();
    let mut second = scene.second_disk();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let device = scene.disk.device().display().to_string();
    scene.testbed.run(&["udevadm", "trigger", "--action=change", &device]);
    scene.testbed.settle();
    next_run_is_of(&daemon, &mut second, 2).await;

    scene.disk.unplug();
    scene.disk.plug();
    let finished = daemon.finished(3).await;
    assert_eq!(finished.disk, scene.disk.uuid, "a new plug-in is a new run");
    assert_success(&finished);
}

#[tokio::test]
async fn a_finished_disk_is_not_copied_to_again_after_a_restart() {
    let mut scene = Scene::new();
    let mut second = scene.second_disk();
    let (mut daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.stop().await;
    let daemon = scene.daemon().await;
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
    next_run_is_of(&daemon, &mut second, 1).await;
}

#[tokio::test]
async fn a_disk_that_was_taken_out_while_the_daemon_was_down_is_copied_to_again() {
    let mut scene = Scene::new();
    let (mut daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.stop().await;
    scene.disk.unplug();
    scene.disk.plug();
    scene.testbed.settle();
    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
}

#[tokio::test]
async fn an_unknown_disk_is_left_alone_and_offered() {
    let mut scene = Scene::new();
    let mut unknown = Disk::make(&scene.testbed, FileSystem::Ext4, "UNKNOWN");
    let daemon = scene.daemon().await;
    unknown.plug();
    scene.testbed.settle();
    scene.disk.plug();
    let finished = daemon.finished(1).await;
    assert_eq!(finished.disk, scene.disk.uuid);
    assert!(is_free(&unknown.device()));
    let disks: Vec<std::collections::HashMap<String, zbus::OwnedVariant>> =
        daemon.call("ListDisks", &()).await.expect("the disks");
    let text = |value: &zbus::OwnedVariant| String::try_from(value.clone()).expect("a string");
    let uuids: Vec<_> = disks.iter().map(|disk| text(&disk["uuid"])).collect();
    assert!(uuids.contains(&unknown.uuid), "{uuids:?}");
    assert!(uuids.contains(&scene.disk.uuid), "{uuids:?}");
}

#[tokio::test]
async fn a_second_known_disk_waits_in_the_queue() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let mut second = scene.second_disk();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    second.plug();
    let uuid = second.uuid.clone();
    daemon
        .wait_for("the second disk in the queue", |recorded| {
            let queue = recorded.properties.get("Queue")?.clone();
            let queue = Vec::<String>::try_from(queue).expect("strings");
            (queue == [uuid.clone()]).then_some(())
        })
        .await;
    held.release();
    let finished = daemon.finished(1).await;
    assert_eq!(finished.disk, scene.disk.uuid);
    assert_success(&finished);
    let finished = daemon.finished(2).await;
    assert_eq!(finished.disk, second.uuid);
    assert_success(&finished);
    assert!(daemon.queue().await.is_empty());
    daemon.until_safe_to_remove(&[&scene.disk.uuid, &second.uuid]).await;
}

#[tokio::test]
async fn a_start_without_a_uuid_takes_the_first_disk_in_config_order() {
    let mut scene = Scene::new();
    let mut second = scene.second_disk();
    let daemon = scene.daemon().await;
    second.plug();
    assert_success(&daemon.finished(1).await);
    scene.disk.plug();
    assert_success(&daemon.finished(2).await);
    let run = daemon.start_run("").await.expect("a run");
    let started = daemon.started(3).await;
    assert_eq!((started.run, started.trigger.as_str()), (run, "called"));
    assert_eq!(started.disk, scene.disk.uuid);
    assert_success(&daemon.finished(3).await);
}

#[tokio::test]
async fn udisks_that_starts_late_is_waited_for() {
    let testbed = Testbed::without_udisks();
    let disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
    let mut scene = Scene::of(testbed, disk);
    scene.source.simple(10);
    let daemon = Daemon::launch(&scene.testbed, &scene.config).await;
    scene.disk.plug();
    scene.testbed.settle();
    scene.testbed.start_udisks();
    assert_success(&daemon.finished(1).await);
    daemon.ready().await;
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_restart_of_udisks_neither_loses_nor_repeats_a_disk() {
    let mut scene = Scene::new();
    let mut second = scene.second_disk();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.testbed.kill_udisks();
    second.plug();
    scene.testbed.settle();
    scene.testbed.start_udisks();
    let finished = daemon.finished(2).await;
    assert_eq!(finished.disk, second.uuid);
    assert_success(&finished);
    second.unplug();
    next_run_is_of(&daemon, &mut second, 3).await;
}

#[tokio::test]
async fn a_restart_of_udisks_in_mid_copy_does_not_end_the_copy() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    scene.testbed.kill_udisks();
    scene.testbed.start_udisks();
    held.release();
    assert_success(&daemon.finished(1).await);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_disk_formatted_while_it_is_plugged_in_is_copied_to_once() {
    let mut scene = Scene::new();
    let mut second = scene.second_disk();
    let zeros = vec![0; 1 << 20];
    let image = fs::File::options().write(true).open(scene.disk.image());
    std::os::unix::fs::FileExt::write_all_at(&image.expect("the image"), &zeros, 0).expect("wiped");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    scene.testbed.settle();
    run(Command::new("/usr/sbin/mkfs.ext4").args(["-q", "-F", "-U", &scene.disk.uuid]).arg(scene.disk.device()));
    let finished = daemon.finished(1).await;
    assert_eq!(finished.disk, scene.disk.uuid);
    assert_success(&finished);
    next_run_is_of(&daemon, &mut second, 2).await;
}

#[tokio::test]
async fn two_disks_with_one_uuid_are_both_refused() {
    let mut scene = Scene::new();
    let mut clone = scene.disk.clone_as("CLONE");
    scene.disk.plug();
    clone.plug();
    scene.disk.wait_until_listed(&scene.testbed);
    clone.wait_until_listed(&scene.testbed);
    let daemon = scene.daemon().await;
    assert_eq!(refusal(&daemon, &scene.disk.uuid).await, "WrongDisk");
    scene.disk.assert_free();
    clone.assert_free();
    scene.assert_no_lock_in_source();
}

#[tokio::test]
async fn a_disk_that_the_administrator_hides_from_udisks_is_left_alone() {
    let mut scene = Scene::new();
    let rule = format!("ENV{{ID_FS_UUID}}==\"{}\", ENV{{UDISKS_IGNORE}}=\"1\"\n", scene.disk.uuid);
    let path = scene.testbed.path("/etc/udev/rules.d/99-hands-off.rules");
    fs::write(path, rule).expect("a rule");
    scene.testbed.run(&["udevadm", "control", "--reload"]);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    scene.testbed.settle();
    assert_eq!(refusal(&daemon, &scene.disk.uuid).await, "WrongDisk");
    scene.assert_unmounted();
}
