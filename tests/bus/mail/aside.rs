//! The process that speaks with the mail server: absent, killed at the worst moment, out of memory, or silent for ever.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;

use asbackup_testing::smtp_sink::{Received, SmtpSink};
use asbackup_testing::until;
use serde_json::json;

use super::post::{harness_with, plain, run_once, spooled, trouble, until_sent, until_waiting};

fn id(mail: &Received) -> String {
    mail.header("Message-ID").expect("an id")
}

#[tokio::test]
async fn mail_waits_and_says_what_to_do_while_no_sender_is_there() {
    let (_room, sink, mut harness) = plain().await;
    harness.settings.set("General", "language", "de");
    harness.sockets.close();
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    let trouble = trouble(&daemon).await;
    daemon.until_logged("systemctl enable --now asbackup-mail.socket").await;
    assert!(trouble.contains("Teil des Sicherungsdienstes, der mit anderen Rechnern spricht"), "{trouble}");
    until_waiting(&daemon, 2).await;
    harness.open_sockets();
    assert_eq!(sink.received(2).await.len(), 2);
    until_sent(&harness).await;
}

#[tokio::test]
async fn mail_whose_sender_is_killed_late_is_repeated_once_under_the_same_id() {
    let (_room, sink, harness) = plain().await;
    // The first mail is kept and never answered.
    sink.behave(&json!({ "mute": 1 }));
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    until("a mail that is not answered", || sink.hangs()).await;
    harness.sockets.kill();
    let trouble = trouble(&daemon).await;
    assert!(trouble.contains("ended without an answer"), "{trouble}");
    until_sent(&harness).await;
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for mail in sink.received(3).await {
        *times.entry(id(&mail)).or_default() += 1;
    }
    let mut times: Vec<usize> = times.into_values().collect();
    times.sort_unstable();
    assert_eq!(times, [1, 2]);
}

#[tokio::test]
async fn mail_whose_sender_gets_no_memory_or_never_answers_waits_and_comes_once() {
    let nothing = ["prlimit", "--as=6000000"];
    let silence = ["sh", "-c", "exec sleep 600"];
    for (words, told) in [(&nothing[..], "ended without an answer"), (&silence[..], "no answer within 11 s")] {
        let (_room, sink, mut harness) = plain().await;
        harness.settings.set("Mail", "timeout-seconds", "1");
        harness.sockets.through(words);
        let daemon = harness.daemon().await;
        run_once(&harness, &daemon).await;
        let trouble = trouble(&daemon).await;
        assert!(trouble.contains(told), "{trouble}");
        until("both mails of the run", || spooled(&harness).len() == 2).await;
        assert_eq!(sink.count(), 0);
        harness.sockets.through(&[]);
        let mails = sink.received(2).await;
        assert_ne!(id(&mails[0]), id(&mails[1]));
        until_sent(&harness).await;
    }
}

/// The service itself has no network under systemd.
#[tokio::test]
async fn mail_is_sent_by_a_process_of_its_own_that_ends_with_its_conversation() {
    let (_room, sink, harness) = plain().await;
    sink.behave(&json!({ "hang": true }));
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    until("a mail on its way", || sink.hangs()).await;
    let [sender] = harness.sockets.processes()[..] else { panic!("{:?}", harness.sockets.processes()) };
    assert_ne!(sender, daemon.pid());
    let command = fs::read_to_string(format!("/proc/{sender}/cmdline")).unwrap();
    assert!(command.contains("asbackup-net\0mail"), "{command}");
    let open = |pid: u32| fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    let links = |pid: u32| open(pid).filter_map(|entry| fs::read_link(entry.path()).ok()).collect::<Vec<_>>();
    let tcp = fs::read_to_string(format!("/proc/{}/net/tcp", daemon.pid())).unwrap();
    let internet = |pid: u32| {
        let inode = |link: &std::path::PathBuf| {
            link.to_str().and_then(|link| link.strip_prefix("socket:[")?.strip_suffix(']')).map(str::to_owned)
        };
        let inodes: Vec<String> = links(pid).iter().filter_map(inode).collect();
        tcp.lines()
            .filter(|line| line.split_whitespace().nth(9).is_some_and(|of| inodes.iter().any(|i| i == of)))
            .count()
    };
    assert_eq!((internet(daemon.pid()), internet(sender)), (0, 1));
    harness.sockets.kill();
    sink.behave(&json!({}));
    sink.received(2).await;
    until("the end of all senders", || harness.sockets.processes().is_empty()).await;
}

#[tokio::test]
async fn mail_goes_to_the_next_address_when_one_keeps_silent() {
    let room = tempfile::tempdir().unwrap();
    let sink = SmtpSink::start(room.path(), &json!({ "mode": "plain", "host": "127.0.0.3" }));
    let _silent = TcpListener::bind(("127.0.0.2", sink.port)).unwrap();
    let mut harness = harness_with(sink.port).await;
    let hosts = room.path().join("hosts");
    fs::write(&hosts, "127.0.0.2 mail.test\n127.0.0.3 mail.test\n127.0.0.1 localhost\n").unwrap();
    harness.settings.set("Mail", "server", "mail.test").set("Mail", "encryption", "none");
    harness.settings.set("Mail", "timeout-seconds", "4");
    let own_hosts = format!("mount --bind {} /etc/hosts && exec \"$0\" \"$@\"", hosts.display());
    harness.sockets.through(&["unshare", "--mount", "sh", "-c", &own_hosts]);
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    sink.received(2).await;
}
