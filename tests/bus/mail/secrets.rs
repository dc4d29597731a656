//! An eavesdropper on the wire never sees a password in clear.

use std::sync::{Arc, Mutex};

use asbackup_testing::certificates::Certificates;
use asbackup_testing::smtp_sink::SmtpSink;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::post::{harness_with, run_once, trouble, until_sent};

const PASSWORD: &str = "correct-horse-battery";
/// The name, a zero, and so on, as PLAIN and LOGIN write them.
const ENCODED: [&str; 3] =
    ["Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5", "AGF0bGFudGlzAGNvcnJlY3QtaG9yc2UtYmF0dGVyeQ", "YXRsYW50aXM"];

type Heard = Arc<Mutex<Vec<u8>>>;

fn assert_no_secret(text: &str) {
    for secret in [PASSWORD].iter().chain(&ENCODED) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

fn text(heard: &Heard) -> String {
    String::from_utf8_lossy(&heard.lock().unwrap()).into_owned()
}

/// Passes everything on to `port` and keeps it.
async fn listen_in(port: u16) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let kept = heard.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
            tokio::spawn(pass_on(from_client, to_server, kept.clone()));
            tokio::spawn(pass_on(from_server, to_client, kept.clone()));
        }
    });
    (own, heard)
}

async fn pass_on(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, heard: Heard) {
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        heard.lock().unwrap().extend(&bytes[..read]);
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

#[tokio::test]
async fn mail_over_starttls_shows_no_password_to_an_eavesdropper() {
    let room = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(room.path(), "localhost");
    let login = ["atlantis", PASSWORD];
    let setup = json!({ "mode": "starttls", "cert": certificates.cert, "key": certificates.key, "login": login });
    let sink = SmtpSink::start(room.path(), &setup);
    let (port, heard) = listen_in(sink.port).await;
    let mut harness = harness_with(port).await;
    harness.settings.set("Mail", "username", "atlantis").set("Mail", "password", PASSWORD);
    harness.settings.set("Mail", "ca-file-path", certificates.ca.to_str().unwrap());
    harness.settings.set("Debug", "debug", "true");
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let mails = sink.received(2).await;
    until_sent(&harness).await;
    let heard = text(&heard);
    assert!(heard.contains("STARTTLS"), "{heard}");
    assert_no_secret(&heard);
    assert!(!heard.contains("Message-ID"), "the mails are encrypted, too");
    assert_no_secret(&daemon.log());
    assert_no_secret(&daemon.text_log());
    for mail in mails {
        assert_no_secret(&mail.raw);
        mail.attachments().iter().for_each(|(_, content)| assert_no_secret(content));
    }
}

/// A server that asks for a login in clear, and repeats whatever it is told.
async fn tempter() -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let kept = heard.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(tempt(client, kept.clone()));
        }
    });
    (port, heard)
}

async fn tempt(client: TcpStream, heard: Heard) {
    let (reader, mut writer) = client.into_split();
    let mut lines = BufReader::new(reader).lines();
    let _ = writer.write_all(b"220 tempter\r\n").await;
    while let Ok(Some(line)) = lines.next_line().await {
        heard.lock().unwrap().extend(line.bytes().chain(*b"\n"));
        let answer = match line.starts_with("EHLO") {
            true => "250-tempter\r\n250 AUTH PLAIN LOGIN\r\n".to_owned(),
            false => format!("500 {line}\r\n"),
        };
        if writer.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn mail_gives_no_password_to_a_server_that_does_not_encrypt() {
    for encryption in ["auto", "starttls"] {
        let (port, heard) = tempter().await;
        let mut harness = harness_with(port).await;
        harness.settings.set("Mail", "username", "atlantis").set("Mail", "password", PASSWORD);
        harness.settings.set("Mail", "encryption", encryption);
        let daemon = harness.daemon().await;
        run_once(&harness, &daemon).await;
        let trouble = trouble(&daemon).await;
        assert!(trouble.contains("does not offer encryption"), "{trouble}");
        let heard = text(&heard);
        assert!(heard.contains("EHLO") && !heard.contains("AUTH") && !heard.contains("MAIL"), "{heard}");
        assert_no_secret(&heard);
        assert_no_secret(&daemon.log());
    }
}

#[tokio::test]
async fn mail_refuses_a_config_that_would_send_a_password_in_clear() {
    let (port, _heard) = tempter().await;
    let mut harness = harness_with(port).await;
    let daemon = harness.daemon().await;
    harness.settings.set("Mail", "username", "atlantis").set("Mail", "password", PASSWORD);
    harness.settings.set("Mail", "encryption", "none");
    harness.write_config();
    let (name, message) = asbackup_testing::harness::daemon::refused(daemon.client.reload().await);
    assert_eq!(name, "ConfigRefused");
    assert!(message.contains("[Mail] encryption"), "{message}");
    assert_no_secret(&message);
}

#[tokio::test]
async fn mail_tells_a_refused_login_without_the_password() {
    let room = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(room.path(), "localhost");
    let login = ["atlantis", "another"];
    let setup = json!({ "mode": "starttls", "cert": certificates.cert, "key": certificates.key, "login": login });
    let sink = SmtpSink::start(room.path(), &setup);
    let mut harness = harness_with(sink.port).await;
    harness.settings.set("Mail", "username", "atlantis").set("Mail", "password", PASSWORD);
    harness.settings.set("Mail", "ca-file-path", certificates.ca.to_str().unwrap());
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let trouble = trouble(&daemon).await;
    assert!(trouble.contains("refused the login"), "{trouble}");
    assert_no_secret(&trouble);
    assert_no_secret(&daemon.log());
    // The mails wait for a config with the right one.
    harness.settings.set("Mail", "password", "another");
    harness.write_config();
    daemon.client.reload().await.unwrap();
    sink.received(2).await;
}
