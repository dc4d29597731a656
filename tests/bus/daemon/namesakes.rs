//! Jobs whose names could be taken for one another, and names that two use at a time.

use asbackup_testing::harness::daemon::{Daemon, proxy, refused};
use asbackup_testing::harness::{Harness, first};

/// Who holds a lock or waits for one, as the bus shows it.
async fn jobs(daemon: &Daemon) -> Vec<(String, String)> {
    let locks = daemon.client.veeam_locks().await.unwrap();
    locks.into_iter().map(|(job, state, _)| (job, state)).collect()
}

fn count(daemon: &Daemon, words: &str) -> usize {
    daemon.log().lines().filter(|line| line.contains(words)).count()
}

#[tokio::test]
async fn an_unlock_that_is_spelled_nearly_as_a_lock_names_it_and_leaves_it() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    for (locked, unlocked) in [("Job A", "job a"), ("T\u{e4}glich", "Ta\u{308}glich"), ("Ends", "Ends ")] {
        daemon.client.veeam_lock(locked).await.unwrap();
        let (name, message) = refused(daemon.client.veeam_unlock(unlocked).await);
        assert_eq!(name, "LockMisspelt");
        let said = format!("The Veeam job “{unlocked}” has no lock, but “{locked}” has one.");
        assert!(message.starts_with(&said), "{message}");
        assert_eq!(count(&daemon, &format!("The Veeam job “{unlocked}” was to be unlocked")), 1, "{}", daemon.log());
        assert_eq!(jobs(&daemon).await, [(locked.to_owned(), "held".to_owned())], "it stays");
        daemon.client.veeam_unlock(locked).await.unwrap();
        assert_eq!(refused(daemon.client.veeam_unlock(unlocked).await).0, "NotLocked", "and then there is none");
    }
}

#[tokio::test]
async fn two_names_that_look_like_one_are_two_locks_and_a_warning() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    for job in ["Job A", "Job A", "job a", "Job B"] {
        assert_eq!(daemon.client.veeam_lock(job).await.unwrap(), "held");
    }
    let told = "“job a” asks for a lock while “Job A” holds one";
    assert_eq!((count(&daemon, told), count(&daemon, "asks for a lock while")), (1, 1), "{}", daemon.log());
    daemon.client.veeam_unlock("job a").await.unwrap();
    let left: Vec<String> = jobs(&daemon).await.into_iter().map(|(job, _)| job).collect();
    assert_eq!(left, ["Job A", "Job B"]);
}

#[tokio::test]
async fn one_name_that_two_scripts_wait_for_is_reported() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let (one, other) = (harness.bus.connect().await, harness.bus.connect().await);
    let told = "Two scripts are waiting at the same time for the lock of the Veeam job “Nightly”";
    for _ in 0..2 {
        assert_eq!(proxy(&one).await.veeam_lock("Nightly").await.unwrap(), "waiting");
        assert_eq!(count(&daemon, told), 0, "one that asks again is one: {}", daemon.log());
    }
    assert_eq!(proxy(&other).await.veeam_lock("Nightly").await.unwrap(), "waiting");
    assert_eq!(count(&daemon, told), 1, "{}", daemon.log());
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    daemon.until_logged("The Veeam job “Nightly” may write").await;
    daemon.client.veeam_unlock("Nightly").await.unwrap();
    daemon.until_logged("One unlock released the lock of the Veeam job “Nightly”, after 2 requests").await;
}

#[tokio::test]
async fn a_lock_requested_twice_is_not_released_silently() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    for times in [1, 3] {
        for _ in 0..times {
            daemon.client.veeam_lock("Nightly").await.unwrap();
        }
        daemon.client.veeam_unlock("Nightly").await.unwrap();
        assert_eq!(jobs(&daemon).await, []);
    }
    let told =
        daemon.log().lines().filter(|line| line.contains("One unlock released")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("after 3 requests"), "{told:?}");
}
