//! What is in the mails of a run, read by a parser that is not ours.

use std::fs::OpenOptions;
use std::io::Write;

use asbackup_testing::fakes::udisks::FakeDisk;
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::smtp_sink::Received;

use super::post::{plain, run_while, until_sent};

fn assert_proper(mail: &Received) {
    assert_eq!(mail.parsed["defects"], serde_json::json!([]), "{}", mail.raw);
    assert!(mail.parsed["ascii"].as_bool().unwrap(), "{}", mail.raw);
    assert!(mail.parsed["longest_line"].as_u64().unwrap() <= 998, "{}", mail.raw);
    assert_eq!(mail.header("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(mail.header("MIME-Version").unwrap(), "1.0");
    let age = now() - mail.parsed["date"].as_f64().unwrap();
    assert!((-2.0..120.0).contains(&age), "{age}");
    let id = mail.header("Message-ID").unwrap();
    assert!(id.starts_with('<') && id.ends_with('>') && id.matches('@').count() == 1, "{id}");
    let from = mail.header("From").unwrap();
    assert!(from.contains("Sicherung Müller, Köln") && from.contains("<backup@example.com>"), "{from}");
    assert_eq!(mail.header("To").unwrap(), "admin@example.com, office@example.com");
    assert_eq!(mail.header("Cc").unwrap(), "archive@example.com");
    assert_eq!(mail.envelope["from"], "backup@example.com");
    assert_eq!(mail.to(), ["admin@example.com", "office@example.com", "archive@example.com"]);
    assert!(mail.parsed["body_type"].as_str().unwrap().starts_with("text/plain; charset=\"utf-8\""));
}

fn now() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64()
}

#[tokio::test]
async fn mail_begins_and_ends_a_run_in_one_thread() {
    let (_room, sink, mut harness) = plain().await;
    harness.settings.set("General", "language", "de");
    let daemon = harness.daemon().await;
    let disk = FakeDisk { label: "Größe „1“ 🗄".to_owned(), ..first() };
    harness.udisks.plug(&disk).await;
    daemon.finished(1).await;
    let mails = sink.received(2).await;
    mails.iter().for_each(assert_proper);
    let [begun, ended] = mails.try_into().unwrap();

    assert_eq!(begun.subject(), "Kopie begonnen: Platte „Größe „1“ 🗄“ – BITTE STECKEN LASSEN");
    assert!(begun.body().contains("bis eine zweite Mail sagt"), "{}", begun.body());
    assert_eq!(begun.attachments(), []);
    assert_eq!(begun.header("In-Reply-To"), None);

    assert_eq!(ended.subject(), "FEHLER: Platte „Größe „1“ 🗄“ – BITTE STECKEN LASSEN");
    let body = ended.body();
    for words in [
        "in Schritt 3 von 9 fehlgeschlagen (Einhängen)",
        "Was ist geschehen: ",
        "Was ist jetzt zu tun: ",
        "Lauf 1, Platte ",
    ] {
        assert!(body.contains(words), "{words} in {body}");
    }
    let first_id = begun.header("Message-ID").unwrap();
    assert_eq!(ended.header("In-Reply-To").unwrap(), first_id);
    assert_eq!(ended.header("References").unwrap(), first_id);
    assert_ne!(ended.header("Message-ID").unwrap(), first_id);
}

/// Lines of a run before this one, whose times are later: the clock was set back.
fn leave_old_logs(harness: &Harness) {
    std::fs::write(harness.path("rsync.log"), "2199/01/01 00:00:00 [1] an older run\n").unwrap();
    std::fs::write(harness.path("asbackup.log"), "2199-01-01 00:00:00 info  an older run\n").unwrap();
}

/// What rsync writes in this run.
pub fn rsync_writes(harness: &Harness, lines: usize) -> String {
    let mut text = String::new();
    for line in 0..lines {
        text.push_str(&format!("2001/01/01 00:00:00 [2] >f+++++++++ Straße/{line:08}\n"));
    }
    let mut log = OpenOptions::new().append(true).create(true).open(harness.path("rsync.log")).unwrap();
    log.write_all(text.as_bytes()).unwrap();
    text
}

#[tokio::test]
async fn mail_has_this_runs_part_of_both_logs_though_the_clock_was_set_back() {
    let (_room, sink, harness) = plain().await;
    leave_old_logs(&harness);
    let daemon = harness.daemon().await;
    let rsync = run_while(&harness, &daemon, || rsync_writes(&harness, 20)).await;
    let ended = sink.received(2).await.pop().unwrap();
    let attachments = ended.attachments();
    let names: Vec<&str> = attachments.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["asbackup.log", "rsync.log"]);
    assert_eq!(attachments[1].1, rsync);
    let general = &attachments[0].1;
    assert!(daemon.text_log().contains(general.as_str()) && !general.contains("an older run"), "{general}");
    for words in ["Run 1 ", "could not be opened (mounted)", "failed"] {
        assert!(general.contains(words), "{words} in {general}");
    }
    assert!(general.lines().next().unwrap().contains("Run 1 "), "{general}");
}

#[tokio::test]
async fn mail_compresses_large_logs_and_cuts_huge_ones() {
    let (_room, sink, mut harness) = plain().await;
    harness.settings.set("Mail", "compress-above-kb", "2").set("Mail", "attachment-limit-kb", "40");
    leave_old_logs(&harness);
    let daemon = harness.daemon().await;
    let rsync = run_while(&harness, &daemon, || rsync_writes(&harness, 2000)).await;
    let ended = sink.received(2).await.pop().unwrap();
    assert_eq!(ended.parsed["attachments"][1]["type"], "application/gzip");
    let (name, content) = ended.attachments().remove(1);
    assert_eq!((name.as_str(), content == rsync), ("rsync.log.gz", true));

    let rsync = run_while(&harness, &daemon, || rsync_writes(&harness, 200_000)).await;
    let ended = sink.received(4).await.pop().unwrap();
    let (name, content) = ended.attachments().remove(1);
    assert_eq!(name, "rsync.log.gz");
    assert!(ended.raw.len() < 100_000, "{}", ended.raw.len());
    let (head, tail) = content.split_once("\n[… ").unwrap();
    assert!(rsync.starts_with(head) && rsync.ends_with(tail.split_once("…]\n\n").unwrap().1));
    let told = format!("rsync.log.gz (shortened in the middle; complete in {})", harness.path("rsync.log").display());
    assert!(ended.body().contains(&told), "{}", ended.body());
}

/// logrotate takes both logs, in one of its ways.
fn rotate(harness: &Harness, way: &str) {
    let logs = ["asbackup.log", "rsync.log"].map(|name| harness.path(name).display().to_string()).join(" ");
    let text = format!("{logs} {{\nrotate 9\n{}\n}}\n", way.replace(';', "\n"));
    let (config, state) = (harness.path("logrotate.conf"), harness.path("logrotate.state"));
    std::fs::write(&config, text).unwrap();
    let mut command = std::process::Command::new("/usr/sbin/logrotate");
    let output = command.args(["--force", "--state"]).arg(state).arg(config).output().expect("logrotate");
    assert!(output.status.success(), "{way}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn mail_has_the_logs_of_a_run_despite_rotation_and_a_killed_daemon() {
    for way in ["create", "copytruncate", "create;compress", "create;dateext;dateformat -%Y%m%d-%s;compress"] {
        let (_room, sink, harness) = plain().await;
        leave_old_logs(&harness);
        let mut daemon = harness.daemon().await;
        harness.hang_in_mount(&daemon, &first()).await;
        sink.received(1).await;
        // Else the next daemon would send it once more.
        until_sent(&harness).await;
        let before = rsync_writes(&harness, 3);
        rotate(&harness, way);
        let between = rsync_writes(&harness, 4);
        daemon.kill().await;
        if !way.contains("dateext") {
            // Twice in one second it would find its own name taken.
            rotate(&harness, way);
        }
        harness.udisks.unplug(&first()).await;
        let _next = harness.daemon().await;
        let ended = sink.received(2).await.pop().unwrap();
        let attachments = ended.attachments();
        let [(_, general), (_, rsync)] = attachments.as_slice() else { panic!("{way}: {}", ended.body()) };
        assert_eq!(*rsync, before + &between, "{way}");
        assert!(general.lines().next().unwrap().contains("Run 1 "), "{way}: {general}");
        assert!(general.contains("was interrupted") && !general.contains("an older run"), "{way}: {general}");
    }
}

#[tokio::test]
async fn mail_says_that_the_beginning_of_a_log_is_gone() {
    let (_room, sink, harness) = plain().await;
    leave_old_logs(&harness);
    let daemon = harness.daemon().await;
    run_while(&harness, &daemon, || {
        rsync_writes(&harness, 3);
        std::fs::remove_file(harness.path("rsync.log")).unwrap();
        std::fs::write(harness.path("rsync.log"), "what came then\n").unwrap();
    })
    .await;
    let ended = sink.received(2).await.pop().unwrap();
    assert_eq!(ended.attachments()[1].1, "what came then\n");
    let told = format!("the beginning of the run is no longer in {}", harness.path("rsync.log").display());
    assert!(ended.body().contains(&told), "{}", ended.body());
}
