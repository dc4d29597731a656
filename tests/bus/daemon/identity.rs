//! Disks that are recognised by more than their UUID: serial numbers, which loop devices have none of.

use asbackup_api::bus::Error;
use asbackup_testing::fakes::udisks::FakeDisk;
use asbackup_testing::harness::daemon::refused;
use asbackup_testing::harness::{Harness, first};

/// The same UUID behind another drive.
fn other_drive() -> FakeDisk {
    FakeDisk { serial: "0TH3R".to_owned(), ..first() }
}

/// A harness in which `first()` is trusted and has gone again. No disk can be mounted there, so its runs end at that.
async fn harness_with(policy: &str) -> (Harness, asbackup_testing::harness::daemon::Daemon) {
    let mut harness = Harness::new().await;
    harness.settings.set("Safety", "disk-identity", policy);
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    daemon.client.trust_disk(&first().uuid).await.unwrap();
    daemon.until_logged("was accepted as it is now").await;
    harness.udisks.unplug(&first()).await;
    daemon.until_logged("was unplugged").await;
    (harness, daemon)
}

#[tokio::test]
async fn a_known_uuid_on_another_drive_is_refused_until_it_is_trusted() {
    let (harness, daemon) = harness_with("refuse").await;
    harness.udisks.plug(&other_drive()).await;
    let finished = daemon.finished(2).await;
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", "WrongDisk"));
    for words in ["serial number", "another enclosure", "asbackup disks trust"] {
        assert!(finished.message.contains(words), "{words} in {}", finished.message);
    }
    assert_eq!(harness.calls("Mount"), 1, "only before it was trusted");
    daemon.client.trust_disk("").await.unwrap();
    assert_eq!(daemon.finished(3).await.error, "MountFailed");
    assert_eq!(harness.calls("Mount"), 2);
}

#[tokio::test]
async fn a_known_uuid_behind_another_drive_is_warned_about_by_default() {
    let (harness, daemon) = harness_with("warn").await;
    harness.udisks.plug(&other_drive()).await;
    assert_eq!(daemon.finished(2).await.error, "MountFailed");
    let warnings = daemon.client.last_warnings().await.unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("serial number"), "{warnings:?}");
    harness.udisks.unplug(&other_drive()).await;
    daemon.until("it to be gone", |_| daemon.log().matches("was unplugged").count() == 2).await;
    harness.udisks.plug(&first()).await;
    daemon.finished(3).await;
    assert!(daemon.client.last_warnings().await.unwrap().is_empty(), "the trusted one is back");
}

#[tokio::test]
async fn a_locked_disk_on_a_known_drive_is_reported_as_what_it_seems_to_be() {
    let (harness, daemon) = harness_with("warn").await;
    let locked = FakeDisk {
        uuid: "99bc3e64-ccf3-416f-a968-2349a332a975".to_owned(),
        file_system: "crypto_LUKS".to_owned(),
        usage: "crypto".to_owned(),
        label: String::new(),
        ..first()
    };
    // Other people's drives are not reported.
    let other = FakeDisk { name: "asbackuptest9".to_owned(), serial: "0TH3R".to_owned(), ..locked.clone() };
    harness.udisks.plug(&other).await;
    harness.udisks.plug(&locked).await;
    let finished = daemon.finished(2).await;
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", "UnsupportedFileSystem"));
    for words in ["/dev/asbackuptest1", "seems to be the disk", "encrypted and locked", "starts automatically"] {
        assert!(finished.message.contains(words), "{words} in {}", finished.message);
    }
    let (name, message) = refused(daemon.client.start("").await);
    assert_eq!((name.as_str(), &message), ("UnsupportedFileSystem", &finished.message));
    // Its contents become known.
    harness.udisks.plug(&FakeDisk { name: "asbackuptest8".to_owned(), partition: false, ..first() }).await;
    assert_eq!(daemon.finished(3).await.error, "MountFailed", "there are no real disks in this harness");
}

#[tokio::test]
async fn an_enclosure_without_its_disk_is_reported() {
    let (harness, daemon) = harness_with("warn").await;
    let nothing = String::new;
    let name = "asbackuptest9".to_owned();
    let empty = FakeDisk { name, size: 0, uuid: nothing(), usage: nothing(), label: nothing(), ..first() };
    harness.udisks.plug(&empty).await;
    let finished = daemon.finished(2).await;
    assert_eq!(finished.error, "UnsupportedFileSystem");
    assert!(finished.message.contains("it contains no disk"), "{}", finished.message);
}

/// With them anybody could make a disk look like a known one.
#[tokio::test]
async fn what_identifies_a_disk_is_told_to_nobody() {
    let mut harness = Harness::new().await;
    harness.settings.set("Debug", "debug", "true");
    let daemon = harness.daemon().await;
    for disk in [first(), other_drive()] {
        harness.udisks.plug(&disk).await;
        daemon.finished(if disk.serial == "F4K3" { 1 } else { 2 }).await;
        daemon.client.trust_disk(&disk.uuid).await.unwrap();
        let rows = daemon.client.list_disks().await.unwrap();
        let told = [format!("{rows:?}"), format!("{:?}", daemon.recorded()), daemon.log(), daemon.text_log()];
        let written = ["run/status.txt", "state/history.jsonl"].map(|file| read(&harness, file));
        for text in told.iter().chain(&written) {
            assert!(!text.contains("F4K3") && !text.contains("0TH3R"), "{text}");
        }
        assert!(read(&harness, "state/remembered.json").contains(&disk.serial), "it is recognised by it");
        harness.udisks.unplug(&disk).await;
        daemon.until_logged("was unplugged").await;
    }
}

fn read(harness: &Harness, file: &str) -> String {
    std::fs::read_to_string(harness.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[tokio::test]
async fn only_a_known_disk_that_is_there_can_be_trusted() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    for (uuid, error) in [
        ("", "DiskAbsent"),
        (first().uuid.as_str(), "DiskAbsent"),
        ("DEAD-BEEF", "UnknownDisk"),
        ("../../etc/shadow", "UnknownDisk"),
        ("a\nb\u{1b}[2J", "UnknownDisk"),
        (&"A".repeat(10_000), "UnknownDisk"),
        (&"A".repeat(100_000), "org.freedesktop.DBus.Error.InvalidArgs"),
    ] {
        let (name, message) = refused(daemon.client.trust_disk(uuid).await);
        assert_eq!(name, error, "{message}");
        assert!(message.len() < 1000 && !message.contains(char::is_control), "{message:?}");
    }
    let clone = FakeDisk { name: "asbackuptest9".to_owned(), ..other_drive() };
    harness.udisks.plug(&first()).await;
    harness.udisks.plug(&clone).await;
    daemon.finished(1).await;
    let answer = daemon.client.trust_disk(&first().uuid).await;
    assert!(matches!(answer, Err(Error::WrongDisk(_))), "{answer:?}");
}
