//! Mails about locks of which Veeam knows nothing.

use std::fs::File;
use std::time::{Duration, SystemTime};

use asbackup_testing::harness::first;
use asbackup_testing::until;

use super::evidence::{Place, said};

const OLD: &str = "has been held for 3 hours";

/// Without an API, and a lock that is three hours old where two are allowed.
async fn place_with_an_old_lock() -> (Place, std::path::PathBuf) {
    let mut place = Place::new().await;
    place.harness.settings.set("VEEAM", "api-url", "").set("VEEAM", "lock-max-hours", "2");
    let lock = place.lock("Nightly");
    age(&lock);
    (place, lock)
}

fn age(lock: &std::path::Path) {
    let three_hours = Duration::from_secs(3 * 3600 + 60);
    File::options().write(true).open(lock).unwrap().set_modified(SystemTime::now() - three_hours).unwrap();
}

#[tokio::test]
async fn lock_that_is_too_old_is_mailed_once_even_across_a_restart() {
    let (place, lock) = place_with_an_old_lock().await;
    let mut daemon = place.harness.daemon().await;
    daemon.until_logged(OLD).await;
    let mail = place.sink.received(1).await.remove(0);
    assert_eq!(mail.subject(), "VEEAM: the lock of the job “Nightly” – PLEASE CHECK IN VEEAM");
    assert!(mail.body().contains(OLD) && mail.body().contains("veeam-unlock \"Nightly\""), "{}", mail.body());
    daemon.fed_watchdog(6).await;
    daemon.stop().await;
    let daemon = place.harness.daemon().await;
    daemon.fed_watchdog(6).await;
    assert_eq!(said(&daemon, OLD), 1, "the log of both: {}", daemon.log());
    assert_eq!(place.sink.count(), 1);
    assert!(lock.exists());
    // A lock that is made anew is another one.
    std::fs::remove_file(&lock).unwrap();
    place.lock("Nightly");
    age(&lock);
    until("a second mail", || place.sink.count() == 2).await;
}

#[tokio::test]
async fn lock_that_is_young_is_left_alone_and_so_is_every_one_by_default() {
    let (mut place, lock) = place_with_an_old_lock().await;
    place.harness.settings.set("VEEAM", "lock-max-hours", "4");
    let mut daemon = place.harness.daemon().await;
    daemon.fed_watchdog(4).await;
    daemon.stop().await;
    place.harness.settings.set("VEEAM", "lock-max-hours", "0");
    let daemon = place.harness.daemon().await;
    daemon.fed_watchdog(4).await;
    assert!(lock.exists() && place.sink.count() == 0 && said(&daemon, "hours") == 0, "{}", daemon.log());
}

#[tokio::test]
async fn job_that_waited_in_vain_is_mailed() {
    let mut place = Place::new().await;
    place.harness.settings.set("VEEAM", "api-url", "").set("VEEAM", "wait-for-backup-minutes", "0");
    let daemon = place.harness.daemon().await;
    place.harness.hang_in_mount(&daemon, &first()).await;
    assert_eq!(daemon.client.veeam_lock("Nightly").await.unwrap(), "waiting");
    // The first is about the run.
    let mail = place.sink.received(2).await.pop().unwrap();
    assert_eq!(mail.subject(), "VEEAM: the lock of the job “Nightly” – PLEASE CHECK IN VEEAM");
    assert!(mail.body().contains("waited less than a minute for the copy to end"), "{}", mail.body());
    assert_eq!(said(&daemon, "waited less than a minute"), 1);
}
