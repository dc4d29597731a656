//! Mails that wait: for a server that is away, over a restart, and not for ever.

use asbackup_testing::harness::{first, second};

use super::contents::rsync_writes;
use super::post::{failed, plain, run_once, run_while, spooled, trouble, until_sent, until_waiting};

#[tokio::test]
async fn mail_waits_for_a_server_that_is_down_through_run_and_restart() {
    let (_room, mut sink, harness) = plain().await;
    sink.stop();
    let mut daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let trouble = trouble(&daemon).await;
    assert!(trouble.contains("can't be sent at the moment (mail server localhost"), "{trouble}");
    until_waiting(&daemon, 2).await;
    let status = daemon.client.status().await.unwrap();
    assert!(status.contains("2 mails are waiting to be sent") && status.contains(&trouble), "{status}");
    daemon.stop().await;
    assert_eq!(spooled(&harness).len(), 2);
    harness.udisks.unplug(&first()).await;

    let next = harness.daemon().await;
    until_waiting(&next, 2).await;
    sink.restart();
    let subjects: Vec<String> = sink.received(2).await.iter().map(|mail| mail.subject()).collect();
    assert!(subjects[0].starts_with("Copy started") && subjects[1].starts_with("FAILURE"), "{subjects:?}");
    until_sent(&harness).await;
    until_waiting(&next, 0).await;
    assert_eq!(next.client.outbox_error().await.unwrap(), "");
    assert_eq!(sink.count(), 2);
}

#[tokio::test]
async fn mail_trouble_is_reported_once_while_it_stays_the_same() {
    let (_room, mut sink, harness) = plain().await;
    sink.stop();
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    trouble(&daemon).await;
    harness.udisks.plug(&second()).await;
    daemon.finished(2).await;
    until_waiting(&daemon, 4).await;
    assert_eq!(daemon.log().matches("can't be sent at the moment").count(), 1, "{}", daemon.log());
}

#[tokio::test]
async fn mail_that_is_too_old_is_put_aside_with_an_error() {
    let (_room, mut sink, harness) = plain().await;
    sink.stop();
    let mut daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    until_waiting(&daemon, 2).await;
    daemon.stop().await;
    harness.udisks.unplug(&first()).await;
    let oldest = spooled(&harness).remove(0);
    // Its name begins with its time.
    let name = oldest.file_name().unwrap().to_str().unwrap();
    let (queued_at, rest) = name.split_once('-').unwrap();
    let long_ago = queued_at.parse::<u64>().unwrap() - 6 * 24 * 3600 * 1_000_000;
    std::fs::rename(&oldest, oldest.with_file_name(format!("{long_ago:016}-{rest}"))).unwrap();
    let daemon = harness.daemon().await;
    daemon.until_logged("was given up").await;
    asbackup_testing::until("one in failed/", || failed(&harness).len() == 1 && spooled(&harness).len() == 1).await;
    until_waiting(&daemon, 1).await;
}

#[tokio::test]
async fn mail_beyond_the_limit_comes_without_logs() {
    let (_room, mut sink, mut harness) = plain().await;
    sink.stop();
    harness.settings.set("Mail", "outbox-limit-mb", "1").set("Mail", "compress-above-kb", "2000");
    let daemon = harness.daemon().await;
    run_while(&harness, &daemon, || rsync_writes(&harness, 26_000)).await;
    until_waiting(&daemon, 2).await;
    harness.udisks.unplug(&first()).await;
    harness.udisks.plug(&second()).await;
    daemon.finished(2).await;
    until_waiting(&daemon, 4).await;
    assert!(daemon.log().contains("further mails come without their logs"), "{}", daemon.log());
    sink.restart();
    let last = sink.received(4).await.pop().unwrap();
    assert_eq!(last.attachments(), []);
    assert!(last.body().contains("because too many mails are waiting"), "{}", last.body());
}

#[tokio::test]
async fn mail_in_a_damaged_file_stands_in_nobodys_way() {
    let (_room, sink, harness) = plain().await;
    let outbox = harness.path("state/outbox");
    std::fs::create_dir_all(&outbox).unwrap();
    std::fs::write(outbox.join("0000000000000001-torn.mail"), "{\"run\":1,").unwrap();
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    sink.received(2).await;
    assert_eq!(failed(&harness).len(), 1);
}
