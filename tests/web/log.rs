//! The last lines of the log: live, harmless, and for machines, too.

use asbackup_api::{LogLine, Status};
use serde_json::json;

use crate::browser::{Browser, DESKTOP, Reader};
use crate::office::{self, Office};

fn with_line(level: &'static str, text: &str) -> Status {
    let mut status = office::copying(58);
    status.run_log.push(LogLine { at: office::now(), level: level.into(), text: text.to_owned() });
    status
}

#[tokio::test]
async fn lines_of_the_log_come_as_they_are_written() {
    let office = Office::with(office::ready(), "").await;
    let mut browser = Browser::start().await;
    browser.becomes(&DESKTOP).await;
    browser.open(&office.site.url()).await;
    assert_eq!(browser.text("#log").await, "", "no run, no log");
    browser.eval("window.notReloaded = true").await;
    office.is(office::copying(58));
    browser.until("document.querySelectorAll('.log li').length === 8").await;
    assert_eq!(browser.text("#h-log").await, "Protokoll des Laufs");
    assert!(browser.text(".log li:last-child").await.contains("Warnung:"));
    office.is(with_line("error", "Die Platte ist voll."));
    browser.until("document.querySelector('.log li:last-child bdi').textContent === 'Die Platte ist voll.'").await;
    assert!(browser.text(".log li.bad").await.contains("Fehler:"));
    assert_eq!(browser.eval("window.notReloaded").await, json!(true));
}

#[tokio::test]
async fn a_line_of_the_log_is_text_and_nothing_else() {
    let office = Office::with(with_line("info", "<b onclick=x>Büro</b>\u{1b}[2J\n💀"), "").await;
    let mut browser = Browser::start().await;
    browser.becomes(&Reader { languages: "en", ..DESKTOP }).await;
    browser.open(&office.site.url()).await;
    assert_eq!(browser.text("#h-log").await, "Log of the run");
    let last = browser.eval("document.querySelector('.log li:last-child bdi').textContent").await;
    assert_eq!(last, json!("<b onclick=x>Büro</b>\\u{1b}[2J\\n💀"));
    assert_eq!(browser.eval("document.querySelectorAll('.log b').length").await, json!(0));
}

#[tokio::test]
async fn machines_get_the_log_with_its_levels() {
    let office = Office::with(with_line("error", "Voll."), "").await;
    let answer = office.site.get("/api/status").await;
    let status: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let lines = status["run_log"].as_array().expect("a list");
    assert_eq!(lines.len(), 9);
    assert_eq!((&lines[8][1], &lines[8][2]), (&json!("error"), &json!("Voll.")));
    assert!(lines.windows(2).all(|pair| pair[0][0].as_u64() < pair[1][0].as_u64()), "oldest first");
}
