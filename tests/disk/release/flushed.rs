//! A disk counts as written only when everything has reached it.

use std::time::{Duration, Instant};

use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::disk::Disk;
use asbackup_testing::testbed::frozen::Frozen;
use asbackup_testing::testbed::played::{MOUNT_POINT, Played};
use asbackup_testing::testbed::processes::{Stage, rsyncs};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};
use asbackup_testing::{PATIENCE, wait_for};
use rustix::process::Signal;
use serde_json::Value;

/// Ends the run with a disk that UDisks2 does not unmount, after `late` has been written to it.
async fn not_unmounted_after(played: &Played, late: &[u8]) -> Value {
    played.udisks.on_call("Unmount", Behaviour::Waits);
    let daemon = played.run_until_unmount(&played.mount(MOUNT_POINT)).await;
    std::fs::write(played.scene.testbed.path(MOUNT_POINT).join("late"), late).expect("room in memory");
    played.udisks.on_call("Unmount", Behaviour::fails("Failed", "somebody objects"));
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "UnmountFailed");
    serde_json::to_value(daemon.record().fault).expect("plain data")
}

/// ext4 gives a new file its blocks half a minute later, unless it is asked to.
#[tokio::test]
async fn what_was_written_last_is_on_a_disk_that_cannot_be_unmounted() {
    let played = Played::new().await;
    let mark = b"written when the copy was over already".repeat(100);
    let fault = not_unmounted_after(&played, &mark).await;
    assert_eq!(fault["synced"], true, "{fault}");
    let image = std::fs::read(played.scene.disk.image()).expect("the image");
    // A block begins with it.
    assert!(image.chunks(1024).any(|block| block.starts_with(&mark[..64])), "it is still in memory alone");
    played.unmount();
}

#[tokio::test]
async fn a_busy_disk_that_cannot_take_everything_is_not_called_written() {
    let testbed = Testbed::without_udisks();
    let disk = Disk::make_failing(&testbed, "FAILING", 32 << 20);
    let played = Played::of(testbed, disk).await;
    let fault = not_unmounted_after(&played, &vec![0xa5; 64 << 20]).await;
    assert_eq!(fault["synced"], false, "{fault}");
    played.unmount();
}

/// A copy that takes seven seconds to reach the disk must not be reported as done in one.
#[tokio::test]
async fn the_reported_time_ends_when_everything_is_on_the_disk() {
    const FLUSH: Duration = Duration::from_secs(6);
    let testbed = Testbed::new();
    let (store, disk) = Disk::make_freezable(&testbed, "OFFSITE");
    let mut scene = Scene::of(testbed, disk);
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let began = Instant::now();
    // Between the end of rsync and the flush the daemon stands still: rsync would wait for a medium that is held up, too, whenever
    // the kernel happens to write something back.
    daemon.signal(Signal::STOP);
    held.release();
    wait_for("the end of rsync", PATIENCE, || rsyncs(daemon.pid(), Stage::Copy).is_empty().then_some(()));
    std::fs::write(scene.testbed.path("/media/root/OFFSITE/late"), vec![0xa5; 16 << 20]).expect("room on the disk");
    let frozen = Frozen::new(&scene.testbed);
    daemon.signal(Signal::CONT);
    daemon.wait_for("the flush", |_| daemon.text_log().contains("is being written to the disk").then_some(())).await;
    // The flush itself takes this long; nothing is waited for.
    tokio::time::sleep(FLUSH).await;
    let took = began.elapsed().as_secs();
    drop(frozen);
    assert_success(&daemon.finished(1).await);
    let told = daemon.record().totals.copy_seconds;
    assert!(told >= took, "{told} s told, {took} s at least");
    let line = format!("copied in {told} s");
    assert!(daemon.text_log().contains(&line), "no {line:?}: {}", daemon.text_log());
    scene.disk.unplug();
    scene.testbed.unmount("/mnt/store");
    drop(store);
}
