//! A daemon that is killed again and again while it sends: no mail is lost, and at most one is repeated each time.

use std::collections::HashMap;
use std::path::Path;

use asbackup_mail::outbox::{Envelope, Outbox};
use asbackup_testing::harness::Harness;
use asbackup_testing::until;
use zbus::fdo::DBusProxy;

use super::post::{plain, until_sent};

const MAILS: u64 = 1000;
const KILLS: usize = 50;

fn fill(outbox: &Path) {
    let outbox = Outbox::open(outbox.to_owned()).unwrap();
    for number in 1..=MAILS {
        let envelope = Envelope {
            run: 0,
            subject: format!("Mail {number}"),
            from: "backup@example.com".to_owned(),
            to: vec!["admin@example.com".to_owned()],
            // Not old enough to be given up.
            queued_at: u64::MAX / 4 + number,
            without_logs: None,
        };
        let message = format!(
            "Subject: {number}\r\nMessage-ID: <{number}@test>\r\nDate: Mon, 23 Nov 2026 14:05:00 +0000\r\n\r\nx\r\n"
        );
        outbox.store(&number.to_string(), &envelope, message.as_bytes()).unwrap();
    }
}

/// The next daemon would be refused as long as the bus believes the one before to be there.
async fn until_gone(harness: &Harness) {
    let bus = harness.bus.connect().await;
    let names = DBusProxy::new(&bus).await.unwrap();
    while names.name_has_owner(asbackup_testing::recorder::NAME.try_into().unwrap()).await.unwrap() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn mail_survives_fifty_kills_while_a_thousand_are_being_sent() {
    let (_room, sink, harness) = plain().await;
    fill(&harness.path("state/outbox"));
    for _ in 0..KILLS {
        let before = sink.count();
        let mut daemon = harness.launch().await;
        let some = before + fastrand::usize(1..12);
        until("some mails", || sink.count() >= some).await;
        tokio::time::sleep(std::time::Duration::from_micros(fastrand::u64(..5000))).await;
        daemon.kill().await;
        until_gone(&harness).await;
    }
    assert!(sink.count() < MAILS as usize, "there was something to do up to the last kill");
    let _daemon = harness.daemon().await;
    until_sent(&harness).await;
    let mut times: HashMap<String, usize> = HashMap::new();
    for mail in sink.all() {
        *times.entry(mail.subject()).or_default() += 1;
    }
    assert_eq!(times.len(), MAILS as usize, "none is lost");
    let repeated: usize = times.values().map(|count| count - 1).sum();
    assert!(repeated <= KILLS, "{repeated} were repeated");
    assert!(times.values().all(|count| *count <= 1 + KILLS));
}
