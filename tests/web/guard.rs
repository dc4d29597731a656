//! What others may try on the page: foreign names, broken and endless requests.

use std::io::ErrorKind;

use asbackup_api::{LogLine, Outcome, Status, VeeamLock};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant, sleep, timeout};

use crate::browser::{Browser, DESKTOP};
use crate::office::{self, Office};

const EVIL: &str = "<img src=x onerror=\"document.title='taken'\">\u{1b}[31m</b>\u{1f480}&amp;\u{202e}";
/// With what can't be seen shown as an escape.
const HARMLESS: &str = "<img src=x onerror=\"document.title='taken'\">\\u{1b}[31m</b>\u{1f480}&amp;\\u{202e}";

#[tokio::test]
async fn names_made_of_html_are_text_and_nothing_else() {
    let mut status = office::copying(58);
    status.disks[0].label = EVIL.to_owned();
    status.current_file = EVIL.to_owned();
    status.warnings = vec![EVIL.to_owned()];
    status.warning_facts.clear();
    status.veeam_locks = vec![VeeamLock { job: EVIL.to_owned(), held: false, since: 1 }];
    let office = Office::with(status, "").await;
    let mut browser = Browser::start().await;
    browser.becomes(&DESKTOP).await;
    browser.open(&office.site.url()).await;
    for place in [".disk b", ".file bdi", ".note.wait bdi", "#disks th[scope=row] bdi"] {
        assert_eq!(browser.eval(&format!("document.querySelector({place:?}).textContent")).await, HARMLESS, "{place}");
    }
    browser.until("'live' in document.querySelector('main').dataset").await;
    assert_eq!(browser.eval("document.images.length").await, json!(0));
    assert_eq!(browser.eval("document.title").await, "Kopie läuft");
    let metrics = office.site.get("/metrics").await.body;
    assert!(metrics.contains(r#"label="<img src=x onerror=\"document"#), "{metrics}");
}

#[tokio::test]
async fn nothing_comes_from_elsewhere_and_all_of_it_is_small() {
    let longest = LogLine { at: office::now(), level: "error".into(), text: "n".repeat(600) };
    let status = Status { run_log: vec![longest; 20], ..office::ended(Outcome::Aborted, false) };
    let office = Office::with(status, "secret").await;
    let page = office.site.get("/").await;
    let head = page.head.to_lowercase();
    assert!(head.contains("content-security-policy: default-src 'none'; style-src 'self';"), "{head}");
    assert!(!head.contains("unsafe"), "{head}");
    for attribute in ["href=\"", "src=\"", "action=\""] {
        for target in page.body.split(attribute).skip(1) {
            assert!(!target.starts_with('/') && !target.starts_with("http"), "not relative: {}", &target[..40]);
        }
    }
    assert!(!page.body.contains(" style=") && !page.body.contains("<style"), "against the policy");
    let mut whole = page.body.len();
    for file in ["/style.css", "/live.js", "/icon.svg"] {
        let answer = office.site.get(file).await;
        assert_eq!(answer.code(), 200, "{file}");
        whole += answer.body.len();
    }
    println!("{whole} bytes");
    assert!((10_000..50_000).contains(&whole), "{whole} bytes");
}

#[tokio::test]
async fn broken_and_endless_requests_are_refused_and_slow_ones_are_cut_off() {
    let office = Office::new().await;
    let site = &office.site;
    for (request, code) in [
        ("nonsense\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n".to_owned(), 400),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(100_000)), 431),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(500)), 431),
    ] {
        let answer = site.send(request.as_bytes()).await;
        // A client that is disconnected while it still sends may miss the answer.
        let told = answer.code() == code || (answer.head.is_empty() && request.len() > 50_000);
        assert!(told, "{}: {}", &request[..20], answer.head);
    }
    assert_eq!(site.get("/../etc/passwd").await.code(), 404);
    assert_eq!(site.ask("DELETE", "/", "").await.code(), 405);
    assert_eq!(site.ask("POST", "/copy", "").await.code(), 404, "without a password there is no starting");
    assert_eq!(site.ask("POST", "/copy", "Content-Length: 9000000000\r\n").await.code(), 404, "no body is waited for");
    let begun = Instant::now();
    assert!(!site.send(b"GET / HTTP/1.1\r\nHost: ").await.head.contains("200"));
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(30), "a slow client was borne for {waited:?}");
    assert_eq!(site.get("/").await.code(), 200);
}

#[tokio::test]
async fn a_client_that_never_reads_is_disconnected() {
    let office = Office::new().await;
    // More answers than the system keeps for a reader.
    let mut deaf = TcpStream::connect(&office.site.address).await.expect("it listens");
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(4000);
    let asking = async {
        deaf.write_all(request.as_bytes()).await?;
        loop {
            sleep(Duration::from_secs(1)).await;
            deaf.write_all(b"G").await?;
        }
    };
    let hung_up: Result<std::io::Result<()>, _> = timeout(Duration::from_secs(90), asking).await;
    let error = hung_up.expect("it does not wait for ever").expect_err("it hangs up");
    assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
    assert_eq!(office.site.get("/").await.code(), 200);
}

#[tokio::test]
async fn machines_get_numbers() {
    let office = Office::with(office::copying(58), "").await;
    let status = office.site.get("/api/status").await;
    let status: serde_json::Value = serde_json::from_str(&status.body).expect("JSON");
    assert_eq!(status["available"], true);
    assert_eq!((&status["state"], &status["run"]), (&json!("copying"), &json!(42)));
    assert_eq!(status["disks"].as_array().map(Vec::len), Some(3));
    assert_eq!(status["runs"][0]["result"], "success");
    let metrics = office.site.get("/metrics").await;
    assert!(metrics.head.contains("text/plain; version=0.0.4"), "{}", metrics.head);
    for line in [
        "asbackup_up 1",
        "asbackup_state{state=\"copying\"} 1",
        "asbackup_outbox_mails 0",
        "asbackup_veeam_locks{state=\"held\"} 0",
        &format!("asbackup_disk_present{{disk=\"{}\",label=\"GOLD\"}} 1", office::GOLD),
        &format!("asbackup_disk_free_bytes{{disk=\"{}\",label=\"SILBER\"}} 580000000000", office::SILVER),
    ] {
        assert!(metrics.body.lines().any(|had| had == line), "no {line} in {}", metrics.body);
    }
    assert_eq!(office.site.get("/healthz").await.code(), 200);
}
