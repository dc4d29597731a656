//! What a server may object to: an attachment, a character, our name, our ways to log in. The mail arrives or says why not.

use asbackup_mail::outbox::{Envelope, Outbox};
use asbackup_testing::certificates::Certificates;
use asbackup_testing::harness::{self, Harness};
use asbackup_testing::smtp_sink::SmtpSink;
use serde_json::json;

use super::post::{failed, harness_with, plain, run_once, spooled, trouble, until_sent};

async fn with(setup: &serde_json::Value) -> (tempfile::TempDir, SmtpSink, Harness) {
    let room = tempfile::tempdir().unwrap();
    let sink = SmtpSink::start(room.path(), setup);
    let harness = harness_with(sink.port).await;
    (room, sink, harness)
}

#[tokio::test]
async fn mail_refused_for_its_attachments_comes_without_them_and_says_so() {
    for (code, words) in [("552", "5.3.4 message too big"), ("554", "5.7.1 attachments like these are not allowed")] {
        let (_room, sink, mut harness) = plain().await;
        harness.settings.set("General", "language", "de");
        sink.behave(&json!({ "large": format!("{code} {words}") }));
        let daemon = harness.daemon().await;
        run_once(&harness, &daemon).await;
        let ended = sink.received(2).await.pop().unwrap();
        assert_eq!(ended.to(), ["admin@example.com", "office@example.com", "archive@example.com"]);
        assert!(ended.attachments().is_empty(), "{}", ended.raw);
        assert!(ended.body().contains("weil der Mailserver die Mail damit nicht angenommen hat"), "{}", ended.body());
        assert!(ended.header("In-Reply-To").is_some(), "the same mail otherwise");
        until_sent(&harness).await;
        daemon.until_logged("mit ihren Anhängen nicht angenommen").await;
        assert!(daemon.log().contains(words), "{}", daemon.log());
        assert_eq!(failed(&harness), Vec::<std::path::PathBuf>::new());
    }
}

#[tokio::test]
async fn mail_names_domains_as_the_server_understands_them() {
    let recipients = "admin@müller.example, jörg@example.com, \"Schmidt, Eva\" <eva@example.com>";
    for utf8 in [false, true] {
        let (_room, sink, mut harness) = with(&json!({ "mode": "plain", "utf8": utf8 })).await;
        harness.settings.set("Mail", "to-mail-addresses-sysop", recipients).set("Mail", "cc", "");
        let daemon = harness.daemon().await;
        run_once(&harness, &daemon).await;
        let mail = sink.received(2).await.remove(0);
        match utf8 {
            true => assert_eq!(mail.to()[..3], ["admin@müller.example", "jörg@example.com", "eva@example.com"]),
            false => {
                assert_eq!(mail.to()[..2], ["admin@xn--mller-kva.example", "eva@example.com"]);
                daemon.until_logged("jörg@example.com").await;
                daemon.until_logged("SMTPUTF8").await;
            }
        }
        let to = mail.raw.lines().find(|line| line.starts_with("To: ")).unwrap().to_owned();
        assert!(to.is_ascii() && to.contains("xn--mller-kva"), "{to}");
        until_sent(&harness).await;
    }
}

#[tokio::test]
async fn mail_lines_that_are_or_begin_with_a_dot_arrive_as_they_are() {
    let (_room, sink, harness) = plain().await;
    let outbox = Outbox::open(harness.path("state/outbox")).unwrap();
    let envelope = Envelope {
        run: 0,
        subject: "Dots".to_owned(),
        from: "backup@example.com".to_owned(),
        to: vec!["admin@example.com".to_owned()],
        queued_at: u64::MAX / 4,
        without_logs: None,
    };
    let body = format!(".\r\n..\r\n.one\r\n{}.\r\n\r\n.\r\nend\r\n", "x".repeat(900));
    let message =
        format!("Subject: Dots\r\nMessage-ID: <1@test>\r\nDate: Mon, 23 Nov 2026 14:05:00 +0000\r\n\r\n{body}");
    outbox.store("1", &envelope, message.as_bytes()).unwrap();
    let _daemon = harness.daemon().await;
    let mail = sink.received(1).await.pop().unwrap();
    until_sent(&harness).await;
    assert_eq!(mail.body().replace("\r\n", "\n").trim_end(), body.replace("\r\n", "\n").trim_end());
    assert_eq!(sink.count(), 1, "what is behind a dot is no command");
}

#[tokio::test]
async fn mail_is_repeated_only_for_the_recipient_who_may_still_get_it() {
    let (_room, sink, harness) = plain().await;
    sink.behave(
        &json!({ "refuse": { "office@example.com": "550 5.1.1 nobody", "archive@example.com": "451 4.2.1 later" } }),
    );
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let mails = sink.received(2).await;
    assert!(mails.iter().all(|mail| mail.to() == ["admin@example.com"]), "{mails:#?}");
    assert!(trouble(&daemon).await.contains("4.2.1 later"));
    daemon.until_logged("5.1.1 nobody").await;
    assert_eq!(spooled(&harness).len(), 2, "each waits for the one who does not get it yet");
    sink.behave(&json!({}));
    let late = sink.received(4).await.split_off(2);
    assert!(late.iter().all(|mail| mail.to() == ["archive@example.com"]), "{late:#?}");
    until_sent(&harness).await;
    assert_eq!((sink.count(), failed(&harness).len()), (4, 0));
}

#[tokio::test]
async fn mail_goes_to_recipients_of_a_disk_with_names_and_umlauts() {
    let (_room, sink, mut harness) = plain().await;
    let list = format!("{}, \"Müller, Jörg\" <joerg@example.com>, Büro <office@müller.example>", harness::first().uuid);
    harness.settings.set("Backup", "filesystem-ids-and-notification-mail-addresses", &list);
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let mail = sink.received(2).await.pop().unwrap();
    let expected = ["admin@example.com", "joerg@example.com", "office@xn--mller-kva.example", "archive@example.com"];
    assert_eq!(mail.to(), expected);
}

#[tokio::test]
async fn mail_says_what_to_do_when_our_name_is_refused_and_greets_as_it_is_told() {
    let (_room, sink, mut harness) = with(&json!({ "mode": "plain", "hello": "504 5.5.2 need a full name" })).await;
    harness.settings.set("Mail", "helo-name", "nas");
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let trouble = trouble(&daemon).await;
    assert!(
        trouble.contains("does not accept the name with which this computer introduces itself, “nas”"),
        "{trouble}"
    );
    daemon.until_logged("as “helo-name”").await;
    harness.settings.set("Mail", "helo-name", "nas.example.com");
    harness.write_config();
    daemon.client.reload().await.unwrap();
    assert_eq!(sink.received(2).await[0].envelope["hello"], "nas.example.com");
}

#[tokio::test]
async fn mail_names_the_logins_that_a_server_offers_instead_of_ours() {
    let room = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(room.path(), "localhost");
    let setup = json!({
        "mode": "starttls", "cert": certificates.cert, "key": certificates.key,
        "login": ["atlantis", "hunter2"], "mechanisms": ["CRAM-MD5"],
    });
    let sink = SmtpSink::start(room.path(), &setup);
    let mut harness = harness_with(sink.port).await;
    harness.settings.set("Mail", "ca-file-path", certificates.ca.to_str().unwrap());
    harness.settings.set("Mail", "username", "atlantis").set("Mail", "password", "hunter2");
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let trouble = trouble(&daemon).await;
    assert!(trouble.contains("offers no login method that the service supports"), "{trouble}");
    assert!(trouble.contains("offered: CRAM-MD5; supported: PLAIN, LOGIN"), "{trouble}");
    assert_eq!(sink.count(), 0);
}
