//! Servers that talk without end, or show a certificate of their own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use asbackup_testing::certificates::{Certificates, self_signed};
use asbackup_testing::smtp_sink::SmtpSink;

use super::post::{harness_with, run_once, trouble};

/// A server that answers every client as it likes; ends with the test's process.
fn serve(listener: TcpListener, speak: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Clone + 'static) -> u16 {
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let speak = speak.clone();
            thread::spawn(move || speak(&mut stream.unwrap()));
        }
    });
    port
}

fn loopback() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// The peak of the process's memory in bytes.
fn largest(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn mail_server_that_never_ends_a_line_is_hung_up_on() {
    let port = serve(loopback(), |stream| {
        loop {
            stream.write_all(&[b'x'; 65536])?;
        }
    });
    let harness = harness_with(port).await;
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let trouble = trouble(&daemon).await;
    assert!(trouble.contains("line does not end"), "{trouble}");
    assert!(largest(daemon.pid()) < 100 << 20, "{} bytes", largest(daemon.pid()));
}

#[tokio::test]
async fn mail_server_that_never_ends_an_answer_is_hung_up_on() {
    let port = serve(loopback(), |stream| {
        stream.write_all(b"220 talker\r\n")?;
        stream.read_exact(&mut [0; 4])?;
        loop {
            stream.write_all(&b"250-and furthermore\r\n".repeat(1000))?;
        }
    });
    let harness = harness_with(port).await;
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let trouble = trouble(&daemon).await;
    assert!(trouble.contains("answer does not end"), "{trouble}");
    assert!(largest(daemon.pid()) < 100 << 20, "{} bytes", largest(daemon.pid()));
}

#[tokio::test]
async fn mail_trusts_a_self_signed_certificate_that_is_named_and_no_other() {
    for mode in ["tls", "starttls"] {
        let room = tempfile::tempdir().unwrap();
        let own = self_signed(room.path());
        let sink = SmtpSink::encrypted(room.path(), mode, &own);
        let mut harness = harness_with(sink.port).await;
        harness.settings.set("Mail", "encryption", mode).set("Mail", "ca-file-path", own.ca.to_str().unwrap());
        let daemon = harness.daemon().await;
        run_once(&harness, &daemon).await;
        assert_eq!(sink.received(2).await[0].envelope["tls"], true);

        let other = tempfile::tempdir().unwrap();
        let another = SmtpSink::encrypted(other.path(), mode, &Certificates::make(other.path(), "localhost"));
        let mut harness = harness_with(another.port).await;
        harness.settings.set("Mail", "encryption", mode).set("Mail", "ca-file-path", own.ca.to_str().unwrap());
        let daemon = harness.daemon().await;
        run_once(&harness, &daemon).await;
        let trouble = trouble(&daemon).await;
        assert!(trouble.contains("is not trusted"), "{trouble}");
        assert_eq!(another.count(), 0);
    }
}
