//! What a daemon knows of the runs of those before it, and of disks that stayed plugged in meanwhile.

use std::fs;

use asbackup_testing::fakes::udisks::FakeDisk;
use asbackup_testing::harness::{Harness, first, second};

/// A disk that the kernel has a sequence number for: that of any block device of this machine, which is only ever read.
fn numbered(disk: FakeDisk) -> FakeDisk {
    let number = numbers().first().copied().expect("a block device with a sequence number");
    FakeDisk { device_number: number, ..disk }
}

fn numbers() -> Vec<u64> {
    let devices = fs::read_dir("/sys/dev/block").expect("sysfs");
    let has_medium =
        |device: &fs::DirEntry| fs::read_to_string(device.path().join("size")).is_ok_and(|size| size.trim() != "0");
    let names = devices.flatten().filter(|device| device.path().join("diskseq").exists()).filter(has_medium);
    let mut names: Vec<String> = names.map(|device| device.file_name().to_string_lossy().into_owned()).collect();
    // Loop devices get a new one whenever another test uses them.
    names.sort_by_key(|name| name.starts_with("7:"));
    let number = |name: &String| {
        let (major, minor) = name.split_once(':')?;
        Some(rustix::fs::makedev(major.parse().ok()?, minor.parse().ok()?))
    };
    names.iter().filter_map(number).collect()
}

#[tokio::test]
async fn a_disk_replugged_while_its_run_is_being_cancelled_gets_a_new_run() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &numbered(first())).await;
    harness.udisks.unplug(&first()).await;
    daemon.until_logged("was unplugged").await;
    // Without a number it is another plug-in than the one before.
    harness.udisks.plug(&first()).await;
    daemon.until("the new plug-in", |_| daemon.log().matches("1) was plugged in.").count() == 2).await;
    daemon.client.cancel().await.unwrap();
    assert_eq!(daemon.finished(1).await.result, "cancelled");
    assert_eq!(daemon.started(2).await.trigger, "plugged");
}

#[tokio::test]
async fn a_killed_daemons_run_is_recorded_and_resumed() {
    let harness = Harness::new().await;
    let disk = numbered(first());
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &disk).await;
    daemon.kill().await;
    assert_eq!(daemon.ended().len(), 0);
    let next = harness.daemon().await;
    assert_eq!(next.client.last_error().await.unwrap().0, "Interrupted");
    assert_eq!(next.client.last_result().await.unwrap(), "aborted");
    let interrupted = next.ended().remove(0);
    assert_eq!(interrupted["run"], 1);
    assert_eq!(interrupted["fault"]["kind"], "interrupted");
    assert_eq!(next.log().matches(" error ").count(), 1, "{}", next.log());
    let started = next.started(1).await;
    assert_eq!((started.run, started.disk, started.trigger.as_str()), (2, disk.uuid, "resumed"));
}

#[tokio::test]
async fn without_a_sequence_number_a_killed_run_begins_anew_as_for_a_fresh_disk() {
    let harness = Harness::new().await;
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    daemon.kill().await;
    let next = harness.daemon().await;
    let started = next.started(1).await;
    assert_eq!((started.run, started.trigger.as_str()), (2, "plugged"));
}

#[tokio::test]
async fn a_run_interrupted_by_a_stop_is_resumed_by_the_next_daemon() {
    let harness = Harness::new().await;
    let disk = numbered(first());
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &disk).await;
    daemon.stop().await;
    let next = harness.daemon().await;
    assert_eq!(next.started(1).await.trigger, "resumed");
}

#[tokio::test]
async fn a_disk_interrupted_three_times_is_left_alone() {
    let harness = Harness::new().await;
    let disk = numbered(first());
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &disk).await;
    for run in 2..=3 {
        daemon.kill().await;
        daemon = harness.daemon().await;
        assert_eq!(daemon.started(1).await.run, run);
        harness.until_called("Mount", run as usize).await;
    }
    daemon.kill().await;
    let next = harness.daemon().await;
    harness.udisks.plug(&second()).await;
    assert_eq!(next.started(1).await.disk, second().uuid);
}

#[tokio::test]
async fn a_disk_that_has_had_its_run_gets_no_second_one_from_the_next_daemon() {
    let harness = Harness::new().await;
    let disk = numbered(first());
    let mut daemon = harness.daemon().await;
    harness.udisks.plug(&disk).await;
    daemon.finished(1).await;
    daemon.stop().await;
    let next = harness.daemon().await;
    next.until_logged("already been copied to").await;
    harness.udisks.plug(&second()).await;
    next.finished(1).await;
    assert_eq!(next.recorded().started[0].disk, second().uuid);
    assert_eq!(next.client.start(&disk.uuid).await.unwrap(), 3, "unless somebody asks for it");
}

#[tokio::test]
async fn a_torn_history_is_reported_and_survived() {
    let harness = Harness::new().await;
    fs::write(harness.path("state/history.jsonl"), "{\"ended\":{\"run\":7,\"di").unwrap();
    let daemon = harness.daemon().await;
    let is_told = |line: &str| line.contains(" warn ") && line.contains("history.jsonl");
    assert!(daemon.log().lines().any(is_told), "{}", daemon.log());
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    assert_eq!(daemon.client.list_runs(9).await.unwrap().len(), 1);
}
