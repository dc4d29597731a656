//! A new config while the daemon runs: whole or not at all.

use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::harness::daemon::{Daemon, refused};
use asbackup_testing::harness::{Harness, first, second, stranger};
use rustix::process::Signal;

async fn has_reloaded(daemon: &Daemon, times: usize) {
    // The end of a reload is another READY=1.
    daemon.until("the end of the reload", |recorded| recorded.notifications("READY=1") == 1 + times).await;
}

#[tokio::test]
async fn a_good_file_is_in_force_at_once() {
    let mut harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&stranger()).await;
    harness.settings = harness.settings.clone().know(&[&stranger()]);
    harness.write_config();
    daemon.client.reload().await.unwrap();
    assert_eq!(daemon.finished(1).await.disk, stranger().uuid, "it was there all the time");
    assert_eq!(refused(daemon.client.start(&first().uuid).await).0, "UnknownDisk");
    has_reloaded(&daemon, 1).await;
    let notified = daemon.recorded().notified;
    let reloading = notified.iter().position(|line| line == "RELOADING=1").unwrap();
    assert!(notified[reloading + 1..].iter().any(|line| line.starts_with("MONOTONIC_USEC=")), "{notified:?}");
}

#[tokio::test]
async fn a_faulty_file_is_refused_whole_and_the_old_one_stays_in_force() {
    let mut harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let good = harness.settings.clone();
    harness.settings.set("General", "language", "klingon");
    harness.settings.set("Backup", "wait-for-veeam-minutes", "soon");
    harness.settings.set("Mail", "password", "hun%ter4");
    harness.settings = harness.settings.clone().know(&[&stranger()]);
    harness.write_config();
    let (name, message) = refused(daemon.client.reload().await);
    assert_eq!(name, "ConfigRefused");
    for text in [message, daemon.client.config_error().await.unwrap(), daemon.client.status().await.unwrap()] {
        for word in ["klingon", "wait-for-veeam-minutes", "soon", "password"] {
            assert!(text.contains(word), "{word} in {text}");
        }
        assert!(!text.contains("hun%ter4"), "{text}");
    }
    assert_eq!(daemon.log().matches(" error ").count(), 3, "one line a fault: {}", daemon.log());
    has_reloaded(&daemon, 1).await;
    harness.udisks.plug(&stranger()).await;
    harness.udisks.plug(&first()).await;
    assert_eq!(daemon.finished(1).await.disk, first().uuid, "the old list of disks");

    harness.settings = good;
    harness.write_config();
    daemon.client.reload().await.unwrap();
    assert_eq!(daemon.client.config_error().await.unwrap(), "");
}

#[tokio::test]
async fn a_file_that_has_gone_is_refused_too() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    std::fs::remove_file(harness.config_path()).unwrap();
    let (name, message) = refused(daemon.client.reload().await);
    assert_eq!(name, "ConfigRefused");
    assert!(message.contains(harness.config_path().to_str().unwrap()), "{message}");
    assert_eq!(daemon.client.list_disks().await.unwrap().len(), 3);
}

#[tokio::test]
async fn sighup_reloads_good_and_faulty_files_and_the_language_with_them() {
    let mut harness = Harness::new().await;
    let daemon = harness.daemon().await;
    assert!(daemon.client.status().await.unwrap().starts_with("Ready"));
    harness.settings.set("General", "language", "de");
    harness.write_config();
    daemon.signal(Signal::HUP);
    has_reloaded(&daemon, 1).await;
    let german = |text: &String| text.starts_with("Bereit: Stecken Sie");
    daemon.until("the status in German", |recorded| recorded.sentences.last().is_some_and(german)).await;
    assert!(german(&daemon.client.status().await.unwrap()));
    daemon
        .until("STATUS= in German", |recorded| recorded.notified.iter().any(|line| line.starts_with("STATUS=Bereit")))
        .await;
    harness.write_config_text("[Backup\n");
    daemon.signal(Signal::HUP);
    has_reloaded(&daemon, 2).await;
    assert!(!daemon.client.config_error().await.unwrap().is_empty());
    assert!(refused(daemon.client.start("").await).1.contains("Sicherungsplatten"));
    harness.write_config();
    daemon.signal(Signal::HUP);
    has_reloaded(&daemon, 3).await;
    assert_eq!(daemon.client.config_error().await.unwrap(), "");
}

#[tokio::test]
async fn a_run_that_is_on_goes_on_when_its_disk_is_taken_out_of_the_config() {
    let mut harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&second()).await;
    daemon.finished(1).await;
    harness.hang_in_mount(&daemon, &first()).await;
    harness.settings = harness.settings.clone().know(&[&second()]);
    harness.write_config();
    daemon.client.reload().await.unwrap();
    assert_eq!(daemon.client.disk().await.unwrap(), first().uuid);
    assert_eq!(daemon.client.state().await.unwrap(), "mounting");
    daemon.client.cancel().await.unwrap();
    assert_eq!(daemon.finished(2).await.result, "cancelled");
    harness.udisks.on_call("Mount", Behaviour::Hangs);
    assert_eq!(daemon.client.start("").await.unwrap(), 3);
    assert_eq!(daemon.started(3).await.disk, second().uuid);
}

#[tokio::test]
async fn unknown_keys_are_reported_and_do_no_harm() {
    let mut harness = Harness::new().await;
    harness.settings.set("Backup", "backup-sorce", "/tmp");
    let daemon = harness.daemon().await;
    let warned = |text: &str| text.contains("backup-sorce") && text.contains("backup-source");
    assert!(daemon.log().lines().any(|line| line.contains(" warn ") && warned(line)), "{}", daemon.log());
    assert_eq!(daemon.client.config_error().await.unwrap(), "");
}
