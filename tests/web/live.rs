//! What readers get without asking again, with and without scripts.

use std::process::Stdio;

use serde_json::json;
use tokio::process::Command;

use crate::browser::{Browser, DESKTOP, Reader};
use crate::office::{self, Office};

#[tokio::test]
async fn the_bar_moves_without_a_reload() {
    let office = Office::with(office::copying(58), "").await;
    let mut browser = Browser::start().await;
    browser.becomes(&DESKTOP).await;
    browser.open(&office.site.url()).await;
    browser.eval("window.stays = document.querySelector('h1')").await;
    for percent in [61, 75, 99] {
        office.is(office::copying(percent));
        browser.until(&format!("document.querySelector('progress').value === {percent}")).await;
    }
    assert!(browser.text(".percent").await.contains("99 %"));
    let same = browser.eval("window.stays === document.querySelector('h1')").await;
    assert_eq!(same, json!(true), "what is read aloud was replaced by the same");
    assert_eq!(browser.eval("document.querySelector('#lost')").await, json!(null));
}

#[tokio::test]
async fn without_scripts_the_page_says_the_same_and_reloads_itself() {
    let office = Office::with(office::copying(58), "").await;
    let mut browser = Browser::start().await;
    browser.becomes(&Reader { scripts: false, ..DESKTOP }).await;
    browser.open(&office.site.url()).await;
    assert_eq!(browser.text("h1").await, "Kopie läuft");
    assert!(browser.text(".percent").await.contains("58 %"));
    office.is(office::copying(75));
    browser.until("document.querySelector('.percent')?.textContent.includes('75')").await;
}

/// Neither scripts nor style there.
#[tokio::test]
async fn a_text_browser_shows_the_page_and_no_lost_connection() {
    let office = Office::with(office::copying(58), "secret").await;
    let mut w3m = Command::new("w3m");
    w3m.args(["-dump", "-cols", "100", "-o", "accept_language=de"]).arg(office.site.url()).env("HOME", "/nonexistent");
    let shown = w3m.stdin(Stdio::null()).output().await.expect("w3m (tools/need web)");
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert!(shown.contains("Kopie läuft") && shown.contains("58 %"), "{shown}");
    assert!(!shown.contains("unterbrochen"), "{shown}");
}

#[tokio::test]
async fn a_page_that_is_gone_is_said_to_be() {
    let office = Office::new().await;
    let mut browser = Browser::start().await;
    browser.becomes(&DESKTOP).await;
    browser.open(&office.site.url()).await;
    browser.until("'live' in document.querySelector('main').dataset").await;
    drop(office.site);
    browser.until("document.querySelector('#lost')").await;
}
