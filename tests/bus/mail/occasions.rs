//! Mails besides those of ordinary runs, and who gets which.

use std::time::{Duration, SystemTime};

use asbackup::store::history::History;
use asbackup_api::{AttachmentId, DiskId, Outcome, RunBegun, Trigger, micros};
use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::harness::daemon::{proxy, refused};
use asbackup_testing::harness::{Harness, first};

use super::post::{plain, run_once, until_sent};

#[tokio::test]
async fn mail_tells_of_a_run_that_a_killed_daemon_left_behind() {
    let (_room, sink, harness) = plain().await;
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    sink.received(1).await;
    daemon.kill().await;
    harness.udisks.unplug(&first()).await;
    let mut next = harness.daemon().await;
    let ended = sink.received(2).await.pop().unwrap();
    assert!(ended.subject().starts_with("FAILURE: disk “GOLD” – PLEASE LEAVE"), "{}", ended.subject());
    assert!(ended.body().contains("was interrupted"), "{}", ended.body());
    until_sent(&harness).await;
    next.stop().await;
    let _last = harness.daemon().await;
    assert_eq!(sink.count(), 2, "it was told already");
}

#[tokio::test]
async fn mail_tells_of_a_wait_for_veeam_that_timed_out() {
    let (_room, sink, mut harness) = plain().await;
    harness.settings.set("Backup", "wait-for-veeam-minutes", "0");
    std::fs::write(harness.veeam_lock("Nightly"), "x").unwrap();
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let ended = sink.received(2).await.pop().unwrap();
    assert!(ended.body().contains("in step 2 of 9") && ended.body().contains("Nightly"), "{}", ended.body());
}

#[tokio::test]
async fn mail_tells_of_a_config_that_was_refused() {
    let (_room, sink, mut harness) = plain().await;
    let daemon = harness.daemon().await;
    harness
        .settings
        .set("General", "language", "klingon")
        .set("Mail", "server", "mx example")
        .set("Mail", "cc", "a@@b");
    harness.settings.set("Mail", "password", "hun%ter4");
    harness.write_config();
    let (_, message) = refused(daemon.client.reload().await);
    let mail = sink.received(1).await.pop().unwrap();
    assert!(mail.subject().ends_with("PLEASE CORRECT"), "{}", mail.subject());
    for place in ["[General] language", "[Mail] server", "[Mail] cc", "[Mail] password"] {
        assert!(mail.body().contains(place) && message.contains(place), "{place} in {}", mail.body());
    }
    assert!(!mail.raw.contains("ter4"), "{}", mail.raw);
    assert_eq!(mail.to(), ["admin@example.com", "archive@example.com"], "it is about no disk");
}

#[tokio::test]
async fn mail_tells_that_a_job_got_no_lock_in_words_about_veeam() {
    let (_room, sink, harness) = plain().await;
    let daemon = harness.daemon().await;
    std::fs::remove_dir(harness.path("veeam")).unwrap();
    std::fs::write(harness.path("veeam"), "in the way").unwrap();
    let (name, message) = refused(daemon.client.veeam_lock("Nightly").await);
    assert_eq!(name, "LockFailed");
    let mail = sink.received(1).await.pop().unwrap();
    assert!(mail.subject().contains("“Nightly” got no lock"), "{}", mail.subject());
    for text in [mail.body().to_owned(), message, daemon.log()] {
        assert!(text.contains("Nightly") && text.contains(harness.path("veeam").to_str().unwrap()), "{text}");
        assert!(!text.contains("Unplug"), "it is about no disk: {text}");
    }
    assert_eq!(mail.to()[0], "admin@example.com");
}

#[tokio::test]
async fn mail_tells_of_an_unlock_that_missed_its_lock() {
    let (_room, sink, harness) = plain().await;
    let daemon = harness.daemon().await;
    daemon.client.veeam_lock("Nightly").await.unwrap();
    refused(daemon.client.veeam_unlock("nightly").await);
    let mail = sink.received(1).await.pop().unwrap();
    assert!(mail.subject().starts_with("VEEAM: the lock of the job “nightly”"), "{}", mail.subject());
    assert!(mail.body().contains("sudo veeam-unlock \"Nightly\""), "{}", mail.body());
}

#[tokio::test]
async fn mail_without_a_server_is_said_to_be_none() {
    let (_room, sink, mut harness) = plain().await;
    harness.settings.set("Mail", "server", "");
    let daemon = harness.daemon().await;
    let told = super::post::trouble(&daemon).await;
    assert_eq!(told, "Mails have recipients but no mail server, so no mail is sent.");
    assert!(daemon.client.status().await.unwrap().ends_with(&told));
    run_once(&harness, &daemon).await;
    assert_eq!(daemon.client.outbox_count().await.unwrap(), 0);
    harness.settings.set("Mail", "server", super::post::LOCAL);
    harness.write_config();
    daemon.client.reload().await.unwrap();
    assert_eq!(daemon.client.outbox_error().await.unwrap(), "", "{}", sink.count());
}

#[tokio::test]
async fn mail_of_one_kind_comes_a_few_times_and_then_as_a_count() {
    const REQUESTS: usize = 40;
    let (_room, sink, harness) = plain().await;
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    for nth in 0..REQUESTS {
        let caller = harness.bus.connect().await;
        proxy(&caller).await.veeam_lock(&format!("job {nth}")).await.unwrap();
        caller.close().await.unwrap();
    }
    daemon.until("all to have gone", |recorded| recorded.property("VeeamLockCount") == Some(0_u32)).await;
    until_sent(&harness).await;
    assert_eq!(sink.count(), 1 + 10, "the beginning, and some of those who have gone");
    daemon.stop().await;
    let _next = harness.daemon().await;
    until_sent(&harness).await;
    let told = sink.all();
    let sum = told.iter().find(|mail| mail.subject().starts_with("ONE CAUSE, 30 more mails")).expect("one more mail");
    assert!(sum.body().contains("10 mails about it were sent, and 30 more were held back"), "{}", sum.body());
}

#[tokio::test]
async fn mail_goes_where_a_new_config_says() {
    let (_room, sink, mut harness) = plain().await;
    let daemon = harness.daemon().await;
    harness.settings.set("Mail", "to-mail-addresses-sysop", "new@example.com").set("General", "language", "de");
    harness.write_config();
    daemon.client.reload().await.unwrap();
    run_once(&harness, &daemon).await;
    for mail in sink.received(2).await {
        assert_eq!(mail.to()[0], "new@example.com");
        assert!(mail.subject().contains("Platte"), "{}", mail.subject());
    }
}

#[tokio::test]
async fn mail_reaches_each_recipient_as_configured() {
    let (_room, sink, mut harness) = plain().await;
    let policy = "admin@example.com=problems, archive@example.com=none";
    harness.settings.set("Mail", "mail-policy", policy).set(
        "Mail",
        "to-mail-addresses-sysop",
        "admin@example.com, root",
    );
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let mails = sink.received(2).await;
    let local = mails[0].to().remove(0);
    assert!(local.starts_with("root@"), "{local}");
    assert_eq!(mails[0].to(), [local.as_str(), "office@example.com"], "no problem yet");
    assert_eq!(mails[1].to(), ["admin@example.com", &local, "office@example.com"]);
}

/// People are to be reminded after a week, and no disk was there for so many days.
fn last_plugged(harness: &mut Harness, days: u64) {
    harness.settings.set("Mail", "remind-after-days", "7");
    let micros = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as u64;
    let long_ago = micros - days * 24 * 3600 * 1_000_000;
    let memory = format!("{{\"last_plugged_at\":{long_ago},\"reminders\":0}}");
    std::fs::write(harness.path("state/last-plugged"), memory).unwrap();
}

#[tokio::test]
async fn mail_reminds_once_when_no_disk_came() {
    let (_room, sink, mut harness) = plain().await;
    last_plugged(&mut harness, 8);
    let mut daemon = harness.daemon().await;
    let mail = sink.received(1).await.pop().unwrap();
    assert_eq!(mail.subject(), "REMINDER: 8 days without a backup disk – PLEASE PLUG ONE IN");
    assert_eq!(mail.to(), ["admin@example.com", "office@example.com", "archive@example.com"]);
    until_sent(&harness).await;
    daemon.stop().await;
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let subjects: Vec<String> = sink.received(3).await.iter().map(|mail| mail.subject()).collect();
    assert_eq!(subjects.iter().filter(|subject| subject.starts_with("REMINDER")).count(), 1, "{subjects:?}");
}

#[tokio::test]
async fn mail_reminds_nobody_while_a_disk_is_plugged_in_since_before_the_start() {
    let (_room, sink, mut harness) = plain().await;
    last_plugged(&mut harness, 30);
    harness.udisks.plug(&first()).await;
    let daemon = harness.daemon().await;
    daemon.finished(1).await;
    let subjects: Vec<String> = sink.received(2).await.iter().map(|mail| mail.subject()).collect();
    assert!(!subjects.iter().any(|subject| subject.starts_with("REMINDER")), "{subjects:?}");
}

#[tokio::test]
async fn mail_reminds_nobody_soon_after_a_good_copy() {
    let (_room, sink, mut harness) = plain().await;
    last_plugged(&mut harness, 30);
    let yesterday = micros(SystemTime::now() - Duration::from_secs(24 * 3600));
    let begun = RunBegun {
        run: 1,
        disk: DiskId::new(&first().uuid),
        label: "GOLD".to_owned(),
        trigger: Trigger::Plugged,
        attachment: AttachmentId { boot_id: String::new(), diskseq: None },
        started_at: yesterday,
        logs: Vec::new(),
    };
    let mut history = History::open(&harness.path("state")).unwrap();
    history.end(&begun.ended(yesterday, Outcome::Success)).unwrap();
    let mut daemon = harness.daemon().await;
    harness.settings.set("General", "language", "klingon");
    harness.write_config();
    refused(daemon.client.reload().await);
    sink.received(1).await;
    until_sent(&harness).await;
    daemon.stop().await;
    let subjects: Vec<String> = sink.all().iter().map(|mail| mail.subject()).collect();
    assert!(subjects.len() == 1 && subjects[0].starts_with("Settings refused"), "{subjects:?}");
}

#[tokio::test]
async fn mail_without_a_server_is_neither_written_nor_sent_later() {
    let (_room, sink, mut harness) = plain().await;
    harness.settings.set("Mail", "server", "");
    let daemon = harness.daemon().await;
    harness.udisks.on_call("Mount", Behaviour::fails("Failed", "x"));
    run_once(&harness, &daemon).await;
    harness.settings.set("Mail", "server", "localhost");
    harness.write_config();
    daemon.client.reload().await.unwrap();
    daemon.client.start("").await.unwrap();
    daemon.finished(2).await;
    for mail in sink.received(2).await {
        assert!(mail.body().contains("run 2,"), "{}", mail.body());
    }
}
