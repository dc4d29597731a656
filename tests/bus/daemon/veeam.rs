//! Who goes first: jobs of Veeam, by lock file or by call, and the copy.

use std::fs;
use std::os::unix::fs::{chown, lchown, symlink};
use std::time::{Duration, Instant};

use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::harness::daemon::{Daemon, refused};
use asbackup_testing::harness::{Harness, first, second};
use asbackup_testing::until;

/// Job and state.
async fn jobs(daemon: &Daemon) -> Vec<(String, String)> {
    let locks = daemon.client.veeam_locks().await.unwrap();
    locks.into_iter().map(|(job, state, _)| (job, state)).collect()
}

fn held(job: &str) -> Vec<(String, String)> {
    vec![(job.to_owned(), "held".to_owned())]
}

fn waiting(job: &str) -> Vec<(String, String)> {
    vec![(job.to_owned(), "waiting".to_owned())]
}

#[tokio::test]
async fn a_lock_file_holds_the_copy_back_until_it_is_removed() {
    let harness = Harness::new().await;
    fs::write(harness.veeam_lock("Nightly.lock"), "job").unwrap();
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.in_state("waiting-for-veeam").await;
    assert_eq!(jobs(&daemon).await, held("Nightly"));
    daemon.until_logged("Nightly").await;
    let status = daemon.client.status().await.unwrap();
    assert!(status.contains("(jobs: Nightly)"), "{status}");
    assert_eq!(harness.calls("Mount"), 0);
    let removed = Instant::now();
    fs::remove_file(harness.veeam_lock("Nightly.lock")).unwrap();
    harness.until_called("Mount", 1).await;
    // Without the kernel's word, it would look again after half a minute.
    assert!(removed.elapsed() < Duration::from_secs(10), "{:?}", removed.elapsed());
    daemon.finished(1).await;
    assert_eq!(jobs(&daemon).await, []);
}

#[tokio::test]
async fn lock_files_come_and_go_while_nothing_runs() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    for (name, job) in [("Nightly.lock", "Nightly"), ("Weekly", "Weekly")] {
        fs::write(harness.veeam_lock(name), "job").unwrap();
        daemon.until("the lock", |recorded| recorded.has_lock(job, "held")).await;
        assert_eq!(jobs(&daemon).await, held(job));
        fs::remove_file(harness.veeam_lock(name)).unwrap();
        daemon.until("no lock", |recorded| !recorded.has_lock(job, "held")).await;
    }
}

#[tokio::test]
async fn an_empty_lock_file_counts_and_is_warned_about() {
    let harness = Harness::new().await;
    fs::write(harness.veeam_lock("Nightly"), "").unwrap();
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.until("a warning", |recorded| recorded.list("Warnings").iter().any(|text| text.contains("Nightly"))).await;
    assert_eq!(harness.calls("Mount"), 0);
    fs::remove_file(harness.veeam_lock("Nightly")).unwrap();
    daemon.finished(1).await;
    assert_eq!(daemon.client.warnings().await.unwrap(), Vec::<String>::new());
    assert!(daemon.client.last_warnings().await.unwrap()[0].contains("Nightly"));
}

#[tokio::test]
async fn a_job_that_takes_too_long_ends_the_run() {
    let mut harness = Harness::new().await;
    harness.settings.set("Backup", "wait-for-veeam-minutes", "0");
    fs::write(harness.veeam_lock("Nightly"), "job").unwrap();
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    let finished = daemon.finished(1).await;
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", "VeeamBusy"));
    assert!(finished.message.contains("Nightly"), "{}", finished.message);
    assert_eq!(harness.calls("Mount"), 0);
    fs::remove_file(harness.veeam_lock("Nightly")).unwrap();
    daemon.client.start("").await.unwrap();
    assert_eq!(daemon.finished(2).await.error, "MountFailed", "with nobody to wait for it goes on at once");
}

#[tokio::test]
async fn a_run_that_waits_for_veeam_can_be_cancelled() {
    let harness = Harness::new().await;
    fs::write(harness.veeam_lock("Nightly"), "job").unwrap();
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.until_logged("Nightly").await;
    daemon.client.cancel().await.unwrap();
    assert_eq!(daemon.finished(1).await.result, "cancelled");
    assert_eq!(harness.udisks.called(), Vec::<String>::new());
}

#[tokio::test]
async fn a_lock_directory_that_cannot_be_read_ends_the_run_in_plain_words() {
    let harness = Harness::new().await;
    fs::remove_dir(harness.path("veeam")).unwrap();
    fs::write(harness.path("veeam"), "in the way").unwrap();
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    let finished = daemon.finished(1).await;
    assert_eq!(finished.error, "VeeamBusy");
    assert!(finished.message.contains(harness.path("veeam").to_str().unwrap()), "{}", finished.message);
    assert_eq!(refused(daemon.client.veeam_lock("Nightly").await).0, "LockFailed");
}

#[tokio::test]
async fn a_job_holds_its_lock_until_it_unlocks() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let (name, message) = refused(daemon.client.veeam_unlock("Nightly").await);
    assert_eq!(name, "NotLocked");
    assert!(message.contains("Nightly"), "{message}");
    for _ in 0..2 {
        assert_eq!(daemon.client.veeam_lock("Nightly").await.unwrap(), "held", "asked again, it is renewed");
    }
    assert_eq!(jobs(&daemon).await, held("Nightly"));
    assert!(harness.veeam_lock("Nightly.lock").exists());
    harness.udisks.plug(&first()).await;
    daemon.in_state("waiting-for-veeam").await;
    assert_eq!(daemon.client.veeam_lock("Nightly").await.unwrap(), "held", "the copy is not past its gate");
    daemon.client.veeam_unlock("Nightly").await.unwrap();
    daemon.finished(1).await;
    assert_eq!(fs::read_dir(harness.path("veeam")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_job_that_comes_during_a_copy_goes_before_the_next_disk() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    harness.udisks.plug(&second()).await;
    daemon.until("the queue", |recorded| recorded.list("Queue").contains(&second().uuid)).await;
    for _ in 0..2 {
        assert_eq!(daemon.client.veeam_lock("Nightly").await.unwrap(), "waiting");
    }
    assert_eq!(jobs(&daemon).await, waiting("Nightly"));
    assert!(!harness.veeam_lock("Nightly.lock").exists());
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    daemon.started(2).await;
    assert_eq!(jobs(&daemon).await, held("Nightly"));
    daemon.until_logged("Nightly").await;
    assert!(harness.udisks.calls().iter().all(|call| call.path == first().path()));
    daemon.client.veeam_unlock("Nightly").await.unwrap();
    assert_eq!(daemon.finished(2).await.disk, second().uuid);
}

#[tokio::test]
async fn a_job_that_waits_may_give_up() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    daemon.client.veeam_lock("Nightly").await.unwrap();
    daemon.client.veeam_unlock("Nightly").await.unwrap();
    assert_eq!(jobs(&daemon).await, []);
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    assert_eq!(jobs(&daemon).await, []);
}

#[tokio::test]
async fn names_that_cannot_be_file_names_are_refused() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let long = "x".repeat(241);
    for job in ["", ".", "..", ".hidden", "../../etc/passwd", "a/b", "a\nb", &long] {
        assert_eq!(refused(daemon.client.veeam_lock(job).await).0, "InvalidJob", "{job:?}");
        assert_eq!(refused(daemon.client.veeam_unlock(job).await).0, "InvalidJob", "{job:?}");
    }
    assert_eq!(daemon.client.veeam_lock("Tägliche Sicherung %1 *").await.unwrap(), "held");
    assert_eq!(fs::read_dir(harness.path("veeam")).unwrap().count(), 1);
}

#[tokio::test]
async fn a_job_that_holds_a_lock_is_never_overtaken_by_a_copy() {
    let harness = Harness::new().await;
    harness.udisks.on_call("Mount", Behaviour::Hangs);
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    harness.until_called("Mount", 1).await;
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    for nth in 2..60 {
        let mounts = harness.calls("Mount");
        let (start, lock) = tokio::join!(daemon.client.start(""), daemon.client.veeam_lock("Nightly"));
        start.unwrap();
        match lock.unwrap().as_str() {
            "held" => {
                daemon.wait_for("the run to wait", |_| daemon.log().contains("Nightly").then_some(())).await;
                // Long enough for a copy that does not wait.
                let mounted =
                    tokio::time::timeout(Duration::from_millis(20), harness.until_called("Mount", mounts + 1));
                assert!(mounted.await.is_err(), "run {nth} began while Nightly held its lock");
            }
            _ => until("the copy", || harness.calls("Mount") > mounts).await,
        }
        daemon.client.cancel().await.unwrap();
        daemon.finished(nth).await;
        daemon.client.veeam_unlock("Nightly").await.unwrap();
    }
}

#[tokio::test]
async fn a_lock_file_made_in_mid_copy_is_warned_about_and_never_called_held() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    fs::write(harness.veeam_lock("Nightly"), "job").unwrap();
    daemon.until("a warning", |recorded| recorded.list("Warnings").iter().any(|text| text.contains("Nightly"))).await;
    assert_eq!(jobs(&daemon).await, waiting("Nightly"));
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    assert_eq!(jobs(&daemon).await, held("Nightly"));
    let warned = daemon.client.last_warnings().await.unwrap();
    assert!(warned[0].contains("“Nightly” started during the copy"), "{warned:?}");
}

/// The parent of the lock directory is somebody's, who may ask for an unlock as Veeam's user may.
#[tokio::test]
async fn a_lock_directory_swapped_for_a_link_touches_nothing_elsewhere() {
    const SOMEBODY: u32 = 4711;
    let harness = Harness::new().await;
    let (parent, precious) = (harness.path("theirs"), harness.path("precious"));
    let locks = parent.join("veeam");
    for directory in [&parent, &locks, &precious] {
        fs::create_dir(directory).unwrap();
    }
    for directory in [&parent, &locks] {
        chown(directory, Some(SOMEBODY), Some(SOMEBODY)).unwrap();
    }
    fs::write(precious.join("Nightly"), "root's own").unwrap();
    let settings = harness.settings.text().replace(harness.path("veeam").to_str().unwrap(), locks.to_str().unwrap());
    harness.write_config_text(&settings);
    let daemon = harness.launch_with("").await;
    daemon.ready().await;
    assert_eq!(daemon.client.veeam_lock("Nightly").await.unwrap(), "held");
    daemon.client.veeam_unlock("Nightly").await.unwrap();
    fs::rename(&locks, parent.join("aside")).unwrap();
    symlink(&precious, &locks).unwrap();
    lchown(&locks, Some(SOMEBODY), Some(SOMEBODY)).unwrap();
    let (error, words) = refused(daemon.client.veeam_unlock("Nightly").await);
    assert_eq!(fs::read_to_string(precious.join("Nightly")).unwrap(), "root's own");
    assert!(error == "UnsafePath" && words.contains(locks.to_str().unwrap()), "{error}: {words}");
    assert_eq!(refused(daemon.client.veeam_lock("Weekly").await).0, "UnsafePath");
    assert_eq!(fs::read_dir(&precious).unwrap().count(), 1);
    // Nobody knows whether a job writes, so nothing is copied.
    harness.udisks.plug(&first()).await;
    assert_eq!(daemon.finished(1).await.error, "UnsafePath");
    assert_eq!(harness.calls("Mount"), 0);
}
