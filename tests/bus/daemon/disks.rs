//! Which disks are noticed, and how often: signals of UDisks2 in every order, its restarts, and its floods.

use std::time::Duration;

use asbackup_api::bus::Error;
use asbackup_testing::fakes::udisks::{BLOCK, Behaviour, FILESYSTEM, FakeDisk, values};
use asbackup_testing::harness::daemon::Daemon;
use asbackup_testing::harness::{Harness, first, second, stranger, third};
use asbackup_testing::until;

/// Plugs a disk in that is due after all that came before it, waits for the end of its run and gives the disks of all runs.
/// So no test has to wait for something not to happen.
async fn runs_until(harness: &Harness, daemon: &Daemon, witness: &FakeDisk) -> Vec<String> {
    harness.udisks.plug(witness).await;
    daemon.until("the witness' run", |recorded| recorded.finished.iter().any(|run| run.disk == witness.uuid)).await;
    daemon.recorded().started.into_iter().map(|run| run.disk).collect()
}

#[tokio::test]
async fn a_disk_that_appears_bit_by_bit_gets_exactly_one_run() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug_bit_by_bit(&first()).await;
    let started = daemon.started(1).await;
    assert_eq!((started.disk, started.trigger.as_str()), (first().uuid, "plugged"));
    daemon.finished(1).await;
    assert_eq!(runs_until(&harness, &daemon, &second()).await, [first().uuid, second().uuid]);
}

#[tokio::test]
async fn a_disk_without_partitions_and_one_present_at_start_are_copied_to() {
    let harness = Harness::new().await;
    harness.udisks.plug(&FakeDisk { partition: false, ..first() }).await;
    let daemon = harness.daemon().await;
    assert_eq!(daemon.finished(1).await.disk, first().uuid);
}

#[tokio::test]
async fn a_disk_replugged_at_once_gets_exactly_one_run() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    harness.udisks.unplug(&first()).await;
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    assert_eq!(runs_until(&harness, &daemon, &second()).await, [first().uuid, second().uuid]);
}

#[tokio::test]
async fn a_disk_that_is_plugged_in_again_gets_a_second_run() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    harness.udisks.unplug(&first()).await;
    daemon.until_logged("was unplugged").await;
    harness.udisks.plug(&first()).await;
    assert_eq!(daemon.finished(2).await.disk, first().uuid);
}

#[tokio::test]
async fn an_unknown_disk_is_listed_and_left_alone() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&stranger()).await;
    assert_eq!(runs_until(&harness, &daemon, &first()).await, [first().uuid]);
    let disks = daemon.client.list_disks().await.unwrap();
    let listed = disks.iter().find(|disk| disk["uuid"].downcast_ref::<String>().unwrap() == stranger().uuid);
    assert!(!listed.unwrap()["known"].downcast_ref::<bool>().unwrap());
    assert!(!harness.udisks.calls().iter().any(|call| call.path == stranger().path()));
}

#[tokio::test]
async fn unusable_disks_end_their_run_before_they_are_touched() {
    let unfit = [
        (FakeDisk { file_system: "iso9660".to_owned(), ..first() }, "UnsupportedFileSystem", "iso9660"),
        (FakeDisk { read_only: true, ..first() }, "MountFailed", "write-protect"),
    ];
    for (disk, error, words) in unfit {
        let harness = Harness::new().await;
        let daemon = harness.daemon().await;
        harness.udisks.plug(&disk).await;
        let finished = daemon.finished(1).await;
        assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", error));
        assert!(finished.message.contains(words), "{}", finished.message);
        assert_eq!(harness.udisks.called(), Vec::<String>::new());
        assert_eq!(harness.markers(), Vec::<String>::new());
        // The witness shows that it is reported once, not again and again.
        assert_eq!(runs_until(&harness, &daemon, &second()).await, [disk.uuid, second().uuid]);
    }
}

#[tokio::test]
async fn a_hidden_disk_is_left_alone_and_the_answer_to_a_call_says_why() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let hidden = FakeDisk { ignored: true, ..first() };
    harness.udisks.plug(&hidden).await;
    assert_eq!(runs_until(&harness, &daemon, &second()).await, [second().uuid]);
    let refused = daemon.client.start(&hidden.uuid).await.unwrap_err();
    assert!(matches!(&refused, Error::WrongDisk(text) if text.contains("UDISKS_IGNORE")), "{refused:?}");
}

#[tokio::test]
async fn of_two_disks_with_one_uuid_neither_is_touched_with_one_report() {
    let harness = Harness::new().await;
    let clone = FakeDisk { name: "asbackuptest9".to_owned(), serial: "CL0N3".to_owned(), ..first() };
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    harness.udisks.plug(&clone).await;
    let finished = daemon.finished(1).await;
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", "WrongDisk"));
    assert!(finished.message.contains("/dev/asbackuptest1, /dev/asbackuptest9"), "{}", finished.message);
    assert_eq!(runs_until(&harness, &daemon, &second()).await, [first().uuid, second().uuid]);
    assert!(harness.udisks.calls().iter().all(|call| call.path == second().path()));
    // As the message advises: one is unplugged, the right one is plugged in anew.
    harness.udisks.unplug(&clone).await;
    harness.udisks.unplug(&first()).await;
    daemon.until("both gone", |_| daemon.log().matches("was unplugged").count() == 2).await;
    harness.udisks.plug(&first()).await;
    assert_eq!(daemon.finished(3).await.error, "MountFailed");
}

#[tokio::test]
async fn udisks_may_come_later_than_the_daemon() {
    let mut harness = Harness::new().await;
    harness.udisks.vanish().await;
    harness.udisks.plug(&first()).await;
    let daemon = harness.daemon().await;
    assert!(daemon.log().contains("UDisks2"), "{}", daemon.log());
    assert_eq!(daemon.client.state().await.unwrap(), "idle");
    harness.udisks.come_back().await;
    assert_eq!(daemon.finished(1).await.disk, first().uuid);
}

#[tokio::test]
async fn udisks_is_listened_to_as_soon_as_it_is_back() {
    let mut harness = Harness::new().await;
    harness.udisks.on_call("GetManagedObjects", Behaviour::fails("Failed", "not yet"));
    let daemon = harness.daemon().await;
    // By now the daemon would wait for four seconds before it asks again.
    until("three questions", || harness.udisks.asked() >= 3).await;
    harness.udisks.vanish().await;
    harness.udisks.on_call("GetManagedObjects", Behaviour::Works);
    let back = std::time::Instant::now();
    harness.udisks.come_back().await;
    daemon.until_logged("is back").await;
    assert!(back.elapsed() < Duration::from_secs(3), "{:?}", back.elapsed());
}

#[tokio::test]
async fn a_restart_of_udisks_repeats_no_disk_and_misses_none() {
    let mut harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    harness.udisks.vanish().await;
    daemon.until_logged("UDisks2").await;
    harness.udisks.come_back().await;
    assert_eq!(runs_until(&harness, &daemon, &second()).await, [first().uuid, second().uuid]);
    harness.udisks.vanish().await;
    // Without a service nobody hears of these two.
    harness.udisks.unplug(&second()).await;
    harness.udisks.plug(&third()).await;
    harness.udisks.come_back().await;
    assert_eq!(daemon.finished(3).await.disk, third().uuid);
    assert_eq!(daemon.recorded().started.len(), 3);
}

#[tokio::test]
async fn a_flood_of_signals_makes_the_daemon_neither_deaf_nor_blind() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&stranger()).await;
    harness.udisks.on_call("GetManagedObjects", Behaviour::Late(Duration::from_millis(500)));
    let asked = harness.udisks.asked();
    harness.udisks.plug(&first()).await;
    until("the next question", || harness.udisks.asked() > asked).await;
    for size in 0..500u64 {
        harness.udisks.set(&stranger().path(), BLOCK, values([("Size", (size + 1).into())])).await;
        harness.udisks.set(&stranger().path(), FILESYSTEM, values([("Size", size.into())])).await;
    }
    let answer = tokio::time::timeout(Duration::from_secs(2), daemon.client.state()).await;
    assert_eq!(answer.expect("an answer").unwrap(), "idle");
    assert_eq!(daemon.finished(1).await.disk, first().uuid);
    assert!(harness.udisks.asked() < asked + 50, "not a question a signal");
}

#[tokio::test]
async fn a_disk_that_is_pulled_in_the_middle_ends_the_run_and_may_come_again() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    harness.udisks.unplug(&first()).await;
    let finished = daemon.finished(1).await;
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", "DiskRemoved"));
    assert_eq!(daemon.client.safe_to_remove().await.unwrap(), Vec::<String>::new());
    harness.udisks.plug(&first()).await;
    assert_eq!(daemon.started(2).await.trigger, "plugged");
}
