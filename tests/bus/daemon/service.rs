//! What the daemon exchanges with the service manager: readiness, status, watchdog, a clean end; and the queue of disks.

use std::time::Duration;

use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::harness::{Harness, first, second, third};
use rustix::process::Signal;

#[tokio::test]
async fn disks_plugged_in_together_are_copied_to_one_by_one_in_config_order() {
    let mut harness = Harness::new().await;
    harness.settings = harness.settings.clone().know(&[&second(), &third(), &first()]);
    harness.udisks.on_call("Mount", Behaviour::Late(Duration::from_millis(50)));
    let daemon = harness.daemon().await;
    for disk in [first(), second(), third()] {
        harness.udisks.plug(&disk).await;
    }
    daemon.finished(3).await;
    let recorded = daemon.recorded();
    let disks = |runs: Vec<String>| assert_eq!(runs, [second().uuid, third().uuid, first().uuid]);
    disks(recorded.started.into_iter().map(|run| run.disk).collect());
    disks(recorded.finished.into_iter().map(|run| run.disk).collect());
    assert_eq!(daemon.client.queue().await.unwrap(), Vec::<String>::new());
    assert_eq!(daemon.client.start("").await.unwrap(), 4);
    assert_eq!(daemon.started(4).await.disk, second().uuid, "the first of the config");
}

#[tokio::test]
async fn a_second_disk_waits_in_the_queue_and_leaves_it_when_it_is_pulled() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    for disk in [third(), second()] {
        harness.udisks.plug(&disk).await;
    }
    let queue = |disks: Vec<String>| {
        let wanted = zbus::OwnedVariant::try_from(zbus::Variant::from(disks)).unwrap();
        move |recorded: &asbackup_testing::recorder::Recorded| recorded.properties.get("Queue") == Some(&wanted)
    };
    daemon.until("both in the queue", queue(vec![second().uuid, third().uuid])).await;
    harness.udisks.unplug(&second()).await;
    daemon.until("one in the queue", queue(vec![third().uuid])).await;
    assert_eq!(daemon.recorded().started.len(), 1);
    daemon.client.cancel().await.unwrap();
    assert_eq!(daemon.started(2).await.disk, third().uuid);
}

#[tokio::test]
async fn the_watchdog_is_fed_twice_a_period_idle_and_in_a_run() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let fed = daemon.recorded().notifications("WATCHDOG=1");
    let begun = std::time::Instant::now();
    daemon.until("four more words", |recorded| recorded.notifications("WATCHDOG=1") >= fed + 4).await;
    let took = begun.elapsed();
    // The period is a second.
    assert!(took > Duration::from_millis(1400) && took < Duration::from_millis(3000), "{took:?}");
}

#[tokio::test]
async fn the_status_of_the_unit_is_the_status_on_the_bus() {
    let harness = Harness::new().await;
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    daemon.stop().await;
    let recorded = daemon.recorded();
    let told: Vec<&str> = recorded.notified.iter().filter_map(|line| line.strip_prefix("STATUS=")).collect();
    for sentence in &recorded.sentences {
        assert!(told.contains(&sentence.as_str()), "{sentence:?} in {told:#?}");
    }
    assert!(recorded.sentences.iter().any(|sentence| sentence.contains("was cancelled on request")), "{recorded:#?}");
    assert_eq!(daemon.status_file(), "The backup service is not running.\n", "the last words are no news any more");
}

#[tokio::test]
async fn sigterm_and_sigint_end_an_idle_daemon_at_once_and_cleanly() {
    for signal in [Signal::TERM, Signal::INT] {
        let harness = Harness::new().await;
        let mut daemon = harness.daemon().await;
        daemon.signal(signal);
        assert_eq!(daemon.exit().await.code(), Some(0));
        assert_eq!(daemon.recorded().notifications("STOPPING=1"), 1);
        assert!(daemon.recorded().started.is_empty());
        let next = harness.daemon().await;
        assert_eq!(next.client.state().await.unwrap(), "idle", "the name is free again");
    }
}

#[tokio::test]
async fn no_signal_of_a_run_comes_before_the_reply_to_start() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    for run in 2..20u64 {
        // Told and answered on one connection, in the order of the bus.
        let seen = daemon.client.start("").await.unwrap();
        assert_eq!(seen, run);
        assert_eq!(daemon.started(run as usize).await.run, run);
        let finished = daemon.finished(run as usize).await;
        assert_eq!((finished.run, finished.error.as_str()), (run, "MountFailed"));
    }
}
