//! Servers of every kind, and what each of them may do wrong.

use asbackup_testing::certificates::Certificates;
use asbackup_testing::harness::{Harness, second};
use asbackup_testing::smtp_sink::SmtpSink;
use serde_json::json;

use super::post::{failed, harness_with, plain, run_once, spooled, trouble, until_sent, until_waiting};

fn room() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

async fn trusting(sink: &SmtpSink, certificates: &Certificates) -> Harness {
    let mut harness = harness_with(sink.port).await;
    harness.settings.set("Mail", "ca-file-path", certificates.ca.to_str().unwrap());
    harness
}

#[tokio::test]
async fn mail_goes_over_starttls_with_either_login_mechanism() {
    for mechanism in ["PLAIN", "LOGIN"] {
        let room = room();
        let certificates = Certificates::make(room.path(), "localhost");
        let setup = json!({
            "mode": "starttls", "cert": certificates.cert, "key": certificates.key,
            "login": ["atlantis", "hunter2 %ü"], "mechanisms": [mechanism],
        });
        let sink = SmtpSink::start(room.path(), &setup);
        let mut harness = trusting(&sink, &certificates).await;
        harness.settings.set("Mail", "username", "atlantis").set("Mail", "password", "hunter2 %%ü");
        let daemon = harness.daemon().await;
        run_once(&harness, &daemon).await;
        for mail in sink.received(2).await {
            assert_eq!((&mail.envelope["tls"], &mail.envelope["login"]), (&json!(true), &json!(true)), "{mechanism}");
        }
        until_sent(&harness).await;
    }
}

#[tokio::test]
async fn mail_takes_the_password_from_systemds_credential() {
    let room = room();
    let certificates = Certificates::make(room.path(), "localhost");
    let login = ["atlantis", "from a credential"];
    let setup = json!({ "mode": "starttls", "cert": certificates.cert, "key": certificates.key, "login": login });
    let sink = SmtpSink::start(room.path(), &setup);
    let mut harness = trusting(&sink, &certificates).await;
    harness.settings.set("Mail", "username", "atlantis");
    std::fs::create_dir(harness.path("credentials")).unwrap();
    std::fs::write(harness.path("credentials/mail-password"), "from a credential\n").unwrap();
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    assert_eq!(sink.received(2).await[0].envelope["login"], true);
}

#[tokio::test]
async fn mail_goes_over_tls_from_the_first_byte() {
    let room = room();
    let certificates = Certificates::make(room.path(), "localhost");
    let sink = SmtpSink::encrypted(room.path(), "tls", &certificates);
    let mut harness = trusting(&sink, &certificates).await;
    harness.settings.set("Mail", "encryption", "tls");
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    assert_eq!(sink.received(2).await[1].envelope["tls"], true);
}

#[tokio::test]
async fn mail_greets_with_a_name_and_not_with_an_address() {
    let (_room, sink, harness) = plain().await;
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let hello = sink.received(2).await[0].envelope["hello"].as_str().unwrap().to_owned();
    assert!(!hello.is_empty() && !hello.contains('['), "{hello}");
}

#[tokio::test]
async fn mail_is_not_given_to_a_server_with_a_wrong_certificate() {
    let room = room();
    let other_name = Certificates::make(room.path(), "elsewhere.example");
    let unknown = Certificates::make(room.path(), "localhost");
    for (mode, server, trusted) in [("tls", &other_name, &other_name), ("starttls", &unknown, &other_name)] {
        let place = self::room();
        let sink = SmtpSink::encrypted(place.path(), mode, server);
        let mut harness = trusting(&sink, trusted).await;
        harness.settings.set("Mail", "encryption", mode);
        let daemon = harness.daemon().await;
        run_once(&harness, &daemon).await;
        let trouble = trouble(&daemon).await;
        assert!(trouble.contains("certificate of the mail server localhost is not trusted"), "{trouble}");
        assert!(daemon.client.status().await.unwrap().contains(&trouble));
        until_waiting(&daemon, 2).await;
        assert_eq!((sink.count(), spooled(&harness).len()), (0, 2));
        assert!(daemon.log().contains("is not trusted"), "{}", daemon.log());
    }
}

#[tokio::test]
async fn mail_reaches_all_but_the_one_recipient_that_is_refused() {
    let (_room, sink, harness) = plain().await;
    sink.behave(&json!({ "refuse": { "office@example.com": "550 5.1.1 nobody of that name" } }));
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    for mail in sink.received(2).await {
        assert_eq!(mail.to(), ["admin@example.com", "archive@example.com"]);
    }
    until_sent(&harness).await;
    let refused = |text: &str| text.contains("office@example.com") && text.contains("nobody of that name");
    daemon
        .until("the refusal in LastWarnings", |recorded| {
            let warnings = recorded.properties.get("LastWarnings").cloned();
            warnings
                .and_then(|list| Vec::<String>::try_from(list).ok())
                .is_some_and(|list| list.iter().any(|w| refused(w)))
        })
        .await;
    assert!(daemon.log().lines().any(|line| line.contains(" warn ") && refused(line)), "{}", daemon.log());
    let runs = daemon.client.list_runs(1).await.unwrap();
    let warnings = Vec::<String>::try_from(runs[0]["warnings"].clone()).unwrap();
    assert!(warnings.iter().any(|warning| refused(warning)), "{warnings:?}");
    assert_eq!(failed(&harness), Vec::<std::path::PathBuf>::new());
}

#[tokio::test]
async fn mail_that_is_refused_for_now_comes_once_and_only_to_those_who_lack_it() {
    let (_room, sink, harness) = plain().await;
    sink.behave(&json!({ "data": ["451 4.7.1 greylisted", "451 4.7.1 greylisted"] }));
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let mut subjects: Vec<String> = sink.received(2).await.iter().map(|mail| mail.subject()).collect();
    subjects.sort();
    assert_eq!(subjects.len(), 2);
    assert_ne!(subjects[0], subjects[1]);
    until_sent(&harness).await;
    until_waiting(&daemon, 0).await;

    sink.behave(&json!({ "refuse": { "admin@example.com": "450 4.2.0 mailbox busy" } }));
    harness.udisks.plug(&second()).await;
    daemon.finished(2).await;
    sink.received(4).await;
    assert_eq!(spooled(&harness).len(), 2, "for the sysop alone");
    sink.behave(&json!({}));
    let late = sink.received(6).await.split_off(4);
    assert!(late.iter().all(|mail| mail.to() == ["admin@example.com"]), "{late:#?}");
}

#[tokio::test]
async fn mail_that_is_refused_for_good_is_put_aside_with_an_error() {
    let (_room, sink, harness) = plain().await;
    sink.behave(&json!({ "data": ["554 5.7.1 spam", "554 5.7.1 spam", "554 5.7.1 spam"] }));
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    until_sent(&harness).await;
    daemon.until_logged("was given up").await;
    let told = |line: &&str| line.contains(" error ") && line.contains("5.7.1 spam");
    asbackup_testing::until("two errors", || daemon.log().lines().filter(told).count() == 2).await;
    assert_eq!((failed(&harness).len(), sink.count()), (2, 0));
    until_waiting(&daemon, 0).await;
}

#[tokio::test]
async fn mail_to_a_server_that_hangs_delays_no_run_and_comes_later() {
    let (_room, sink, mut harness) = plain().await;
    harness.settings.set("Mail", "timeout-seconds", "2");
    sink.behave(&json!({ "hang": true }));
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    asbackup_testing::until("a hanging mail", || sink.hangs()).await;
    harness.udisks.plug(&second()).await;
    daemon.finished(2).await;
    let trouble = trouble(&daemon).await;
    assert!(trouble.contains("no answer within 2 s"), "{trouble}");
    sink.behave(&json!({}));
    sink.received(4).await;
    until_sent(&harness).await;
    daemon
        .until("no trouble any more", |recorded| {
            recorded.properties.get("OutboxError") == Some(&zbus::Str::from("").into())
        })
        .await;
}
