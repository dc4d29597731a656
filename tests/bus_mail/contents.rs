//! What is in the mails of a run, read by a parser that is not ours.

use crate::fake_udisks::FakeDisk;
use crate::house::{House, first};
use crate::mail_servers::Received;
use crate::post::{plain, run_once};

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
async fn bus_mail_begins_and_ends_a_run_in_one_thread() {
    let (_room, sink, mut house) = plain().await;
    house.settings.set("General", "language", "de");
    let daemon = house.daemon().await;
    let disk = FakeDisk { label: "Größe „1“ 🗄".to_owned(), ..first() };
    house.udisks.plug(&disk).await;
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
    for words in ["bei Schritt 3 von 9 (Einhängen)", "Was ist geschehen: ", "Was ist jetzt zu tun: ", "Lauf 1, Platte "]
    {
        assert!(body.contains(words), "{words} in {body}");
    }
    let first_id = begun.header("Message-ID").unwrap();
    assert_eq!(ended.header("In-Reply-To").unwrap(), first_id);
    assert_eq!(ended.header("References").unwrap(), first_id);
    assert_ne!(ended.header("Message-ID").unwrap(), first_id);
}

/// Lines of a run before, and of this one.
fn leave_logs(house: &House, lines: usize) -> String {
    let old = "2001/01/01 00:00:00 [1] an older run\n";
    let mut new = String::new();
    for line in 0..lines {
        new.push_str(&format!("2199/01/01 00:00:00 [2] >f+++++++++ Straße/{line:08}\n"));
    }
    std::fs::write(house.path("rsync.log"), format!("{old}{new}")).unwrap();
    new
}

#[tokio::test]
async fn bus_mail_has_this_runs_part_of_both_logs() {
    let (_room, sink, house) = plain().await;
    let rsync = leave_logs(&house, 20);
    let older = "2001-01-01 00:00:00 info  an older run\n";
    std::fs::write(house.path("asbackup.log"), older).unwrap();
    let daemon = house.daemon().await;
    run_once(&house, &daemon).await;
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
}

#[tokio::test]
async fn bus_mail_compresses_large_logs_and_cuts_huge_ones() {
    let (_room, sink, mut house) = plain().await;
    house.settings.set("Mail", "compress-above-kb", "2").set("Mail", "attachment-limit-kb", "40");
    let rsync = leave_logs(&house, 2000);
    let daemon = house.daemon().await;
    run_once(&house, &daemon).await;
    let ended = sink.received(2).await.pop().unwrap();
    assert_eq!(ended.parsed["attachments"][1]["type"], "application/gzip");
    let (name, content) = ended.attachments().remove(1);
    assert_eq!((name.as_str(), content == rsync), ("rsync.log.gz", true));

    let rsync = leave_logs(&house, 200_000);
    daemon.client.start("").await.unwrap();
    daemon.finished(2).await;
    let ended = sink.received(4).await.pop().unwrap();
    let (name, content) = ended.attachments().remove(1);
    assert_eq!(name, "rsync.log.gz");
    assert!(ended.raw.len() < 100_000, "{}", ended.raw.len());
    let (head, tail) = content.split_once("\n[… ").unwrap();
    assert!(rsync.starts_with(head) && rsync.ends_with(tail.split_once("…]\n\n").unwrap().1));
    let told = format!("rsync.log.gz (cut in the middle; whole in {})", house.path("rsync.log").display());
    assert!(ended.body().contains(&told), "{}", ended.body());
}
