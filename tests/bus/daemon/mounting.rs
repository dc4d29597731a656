//! Step 3 against a UDisks2 that refuses, hangs, is late, or has another disk at the same place.

use std::time::{Duration, Instant};

use asbackup_testing::fakes::udisks::{BLOCK, Behaviour, FILESYSTEM, values};
use asbackup_testing::harness::daemon::refused;
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::until;

/// What UDisks2 answers to `Mount`, the error that the caller gets, and words that must be in its message.
fn refusals() -> Vec<(Behaviour, &'static str, &'static str)> {
    let unknown = Behaviour::Fails {
        name: "org.freedesktop.DBus.Error.UnknownMethod".to_owned(),
        text: "No such interface “org.freedesktop.UDisks2.Filesystem” on object".to_owned(),
    };
    let damaged = "Error mounting /dev/x at /media/x: wrong fs type, bad option, bad superblock on /dev/x";
    let protected = "Error mounting /dev/x at /media/x: cannot mount /dev/x read-write, is write-protected";
    vec![
        (Behaviour::fails("AlreadyMounted", "Device is already mounted"), "MountFailed", "mounted"),
        (Behaviour::fails("OptionNotPermitted", "Mount option `noexec' is not allowed"), "MountFailed", "not allowed"),
        (Behaviour::fails("Failed", protected), "MountFailed", "write-protect"),
        (Behaviour::fails("Failed", damaged), "MountFailed", "wrong fs type"),
        (
            Behaviour::fails("NotAuthorizedCanObtain", "Not authorized to perform operation"),
            "MountFailed",
            "authorized",
        ),
        (Behaviour::fails("DeviceBusy", "The device is busy"), "MountFailed", "in use"),
        (Behaviour::fails("Failed", ""), "MountFailed", "Failed"),
        (unknown, "DiskAbsent", "plugged in"),
    ]
}

#[tokio::test]
async fn a_mount_that_udisks_refuses_aborts_the_run_with_its_reason() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.on_call("Mount", Behaviour::Hangs);
    for (nth, (answer, error, words)) in (1..).zip(refusals()) {
        harness.udisks.on_call("Mount", answer.clone());
        match nth {
            1 => harness.udisks.plug(&first()).await,
            _ => drop(daemon.client.start("").await.unwrap()),
        }
        let finished = daemon.finished(nth).await;
        assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", error), "{answer:?}");
        assert!(finished.message.contains(words), "{words} in {}", finished.message);
        let told = daemon.client.last_error().await.unwrap();
        assert_eq!(told, (error.to_owned(), finished.message.clone()));
        assert_eq!(harness.markers(), Vec::<String>::new(), "{answer:?}");
        let record = daemon.ended().pop().unwrap();
        assert_eq!((record["outcome"].as_str(), record["step"].as_str()), (Some("aborted"), Some("mount")));
        assert_eq!(daemon.client.state().await.unwrap(), "idle");
    }
    assert_eq!(daemon.ended().len(), refusals().len());
    assert_eq!(harness.calls("Unmount"), 0, "nothing of ours was mounted");
}

#[tokio::test]
async fn a_mount_is_requested_with_the_options_that_keep_the_host_safe() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    let calls = harness.udisks.calls();
    let options: &str = calls[0].options["options"].downcast_ref().unwrap();
    assert_eq!(options, "rw,nosuid,nodev,noexec,nosymfollow");
    assert!(calls[0].options["auth.no_user_interaction"].downcast_ref::<bool>().unwrap());
    assert!(!calls[0].options.contains_key("fstype"));
}

#[tokio::test]
async fn cancel_works_at_once_while_udisks_hangs_in_mount() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    assert!(daemon.client.status().await.unwrap().contains("leave it plugged in"));
    let asked = Instant::now();
    daemon.client.cancel().await.unwrap();
    let finished = daemon.finished(1).await;
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("cancelled", ""));
    assert_eq!(daemon.client.last_result().await.unwrap(), "cancelled");
    assert_eq!(refused(daemon.client.cancel().await).0, "NotRunning");
}

#[tokio::test]
async fn sigterm_ends_the_daemon_in_time_while_udisks_hangs_in_mount() {
    let harness = Harness::new().await;
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let asked = Instant::now();
    daemon.stop().await;
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    let finished = daemon.finished(1).await;
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", "Interrupted"));
    let recorded = daemon.recorded();
    assert_eq!(recorded.notifications("STOPPING=1"), 1);
    assert!(recorded.notified.iter().any(|line| line.starts_with("EXTEND_TIMEOUT_USEC=")), "{recorded:?}");
    assert_eq!(daemon.ended().len(), 1);
}

#[tokio::test]
async fn a_mount_that_comes_after_the_run_was_cancelled_is_undone() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.on_call("Mount", Behaviour::Late(Duration::from_secs(2)));
    harness.udisks.plug(&first()).await;
    harness.until_called("Mount", 1).await;
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    assert_eq!(harness.calls("Unmount"), 0);
    harness.until_called("Unmount", 1).await;
    until("the marker to go", || harness.markers().is_empty()).await;
    assert!(harness.udisks.calls().iter().all(|call| !call.options.contains_key("force")));
    daemon.until_logged("/nowhere/GOLD").await;
}

#[tokio::test]
async fn a_mount_that_comes_after_a_stop_is_undone_by_the_next_daemon() {
    let harness = Harness::new().await;
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    daemon.stop().await;
    assert_eq!(harness.markers().len(), 1);
    let mounted = vec![b"/nowhere/GOLD\0".to_vec()];
    harness.udisks.set(&first().path(), FILESYSTEM, values([("MountPoints", mounted.into())])).await;
    let next = harness.daemon().await;
    harness.until_called("Unmount", 1).await;
    next.until_logged("/nowhere/GOLD").await;
    // Then it gets the copy that was interrupted.
    next.started(1).await;
}

#[tokio::test]
async fn a_disk_that_somebody_else_has_mounted_stays_as_it_is() {
    let harness = Harness::new().await;
    let mounted = vec![b"/mnt/theirs\0".to_vec()];
    harness.udisks.plug(&first()).await;
    harness.udisks.set(&first().path(), FILESYSTEM, values([("MountPoints", mounted.into())])).await;
    harness.udisks.on_call("Mount", Behaviour::fails("AlreadyMounted", "Device is already mounted at `/mnt/theirs'."));
    let daemon = harness.daemon().await;
    let finished = daemon.finished(1).await;
    assert_eq!(finished.error, "MountFailed");
    assert!(finished.message.contains("/mnt/theirs"), "{}", finished.message);
    assert_eq!(harness.calls("Unmount"), 0);
}

#[tokio::test]
async fn another_disk_at_the_same_place_is_never_mounted() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    std::fs::write(harness.veeam_lock("nightly"), "job").unwrap();
    harness.udisks.plug(&first()).await;
    daemon.started(1).await;
    until("the run to wait", || daemon.log().contains("nightly")).await;
    // The signal of the change is lost; only a query shows it.
    harness.udisks.silently_set(&first().path(), BLOCK, values([("IdUUID", "DEAD-BEEF".into())]));
    std::fs::remove_file(harness.veeam_lock("nightly")).unwrap();
    let finished = daemon.finished(1).await;
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", "DiskAbsent"));
    assert_eq!(harness.calls("Mount"), 0);
}

#[tokio::test]
async fn a_mount_that_is_not_what_udisks_says_is_refused_and_given_back() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.on_call("Mount", Behaviour::Works);
    harness.udisks.plug(&first()).await;
    let finished = daemon.finished(1).await;
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", "TargetRefused"));
    assert!(finished.message.contains("/nowhere/GOLD"), "{}", finished.message);
    assert_eq!(harness.udisks.called(), ["Mount", "Unmount"]);
    assert_eq!(harness.markers(), Vec::<String>::new());
    // Nobody could prove that this disk is free.
    assert_eq!(daemon.client.safe_to_remove().await.unwrap(), Vec::<String>::new());
}
