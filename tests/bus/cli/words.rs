//! What each command prints, word by word, in both languages; and that none of it controls the terminal.

use std::path::Path;
use std::sync::Arc;

use asbackup_api::Status;
use asbackup_testing::harness::service::BusService;

use super::called::{ENGLISH, GERMAN, Said, call, ended, on_terminal, on_terminal_of};
use super::samples::{copying, done, failed, idle, runs, unset};

async fn service(status: Status) -> BusService {
    BusService::with(status, Arc::new(|newest| runs().into_iter().take(newest).collect())).await
}

/// Holds `text` against the file of this name, or writes it there.
#[track_caller]
fn assert_words(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bus/cli/words").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory for the words");
        std::fs::write(&path, text).expect("the words");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name}; UPDATE=1 writes it anew");
}

/// Safe on any terminal: no escape sequences, no control characters, no hidden change of direction.
#[track_caller]
fn assert_harmless(said: &Said) {
    let harmful = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!said.out.contains(harmful) && !said.err.contains(harmful), "{said:?}");
}

async fn assert_said(status: Status, name: &str, arguments: &[&str]) {
    let service = service(status).await;
    for (language, directory) in [(ENGLISH, "en"), (GERMAN, "de")] {
        let said = call(service.bus.address(), language, arguments).await;
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
        assert_harmless(&said);
        assert_words(&format!("{directory}/{name}.txt"), &said.out);
    }
}

#[tokio::test]
async fn status_says_how_things_stand() {
    assert_said(unset(), "status-unset", &["status"]).await;
    assert_said(idle(), "status-idle", &["status"]).await;
    assert_said(copying(), "status-copying", &["status"]).await;
    assert_said(done(), "status-done", &["status"]).await;
    assert_said(failed(), "status-failed", &["status"]).await;
}

#[tokio::test]
async fn disks_lists_the_known_ones_and_says_how_others_are_added() {
    assert_said(done(), "disks", &["disks"]).await;
    assert_said(Status::default(), "disks-none", &["disks"]).await;
}

#[tokio::test]
async fn status_counts_the_locks_of_veeam_that_are_not_listed() {
    let service = service(Status { veeam_lock_count: 700, ..copying() }).await;
    let said = call(service.bus.address(), ENGLISH, &["status"]).await;
    assert!(said.out.contains("699 more locks are not listed here."), "{said:?}");
}

#[tokio::test]
async fn history_says_why_a_run_failed_in_the_readers_language() {
    let service = service(idle()).await;
    for (language, reason) in
        [(ENGLISH, "The disk was unplugged too early."), (GERMAN, "Die Platte wurde zu früh abgezogen.")]
    {
        let said = call(service.bus.address(), language, &["history"]).await;
        assert!(said.out.contains(reason) && !said.out.contains("DiskRemoved"), "{said:?}");
    }
}

#[tokio::test]
async fn history_is_a_table_of_the_newest_runs() {
    assert_said(idle(), "history", &["history"]).await;
    let service = service(idle()).await;
    let said = call(service.bus.address(), ENGLISH, &["history", "-n", "1", "--disk", "b78e-6cc4"]).await;
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines.len() == 2 && lines[1].starts_with("16 "), "{said:?}");
    let none = call(service.bus.address(), ENGLISH, &["history", "--disk", "COPPER"]).await;
    assert_eq!(none.out, "There is no such run yet.\n");
}

#[tokio::test]
async fn a_terminal_has_colours_and_still_no_foreign_escapes() {
    let service = service(copying()).await;
    let said = ended(on_terminal(service.bus.address(), "status").spawn().unwrap()).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("\u{1b}[36m"), "{said:?}");
    assert!(!said.out.contains("\u{1b}[2J") && said.out.contains(r"GO\u{1b}[2J\nLD\u{202e}💾"), "{said:?}");
}

/// What is read on a terminal that is so wide, without its colours and line ends.
async fn shown(columns: usize, service: &BusService, language: &str, arguments: &str) -> Vec<String> {
    let said = ended(on_terminal_of(columns, service.bus.address(), language, arguments).spawn().unwrap()).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    console::strip_ansi_codes(&said.out).lines().map(|line| line.trim_end().to_owned()).collect()
}

#[tokio::test]
async fn on_a_narrow_terminal_every_line_fits_and_no_word_is_torn() {
    let service = service(done()).await;
    for (language, label) in [(ENGLISH, "Disk:"), (GERMAN, "Platte:")] {
        for command in ["status", "disks", "history"] {
            let lines = shown(60, &service, language, command).await;
            // What is to be copied into config.ini stays whole.
            let torn = |line: &&String| console::measure_text_width(line) > 60 && !line.starts_with("    ");
            assert_eq!(lines.iter().find(torn), None, "{command}: {lines:#?}");
            let stacked = lines.iter().any(|line| line.starts_with(label));
            assert!(stacked || command == "status", "{command}: {lines:#?}");
        }
    }
    let wide = shown(200, &service, ENGLISH, "history").await;
    assert!(wide[0].starts_with("Run  "), "{wide:#?}");
}

#[tokio::test]
async fn a_terminal_without_unicode_is_given_ascii_in_every_language() {
    let service = service(copying()).await;
    for (language, words) in [("C", "is running"), ("de_DE", "laeuft")] {
        for command in ["status", "disks", "history"] {
            let text = shown(120, &service, language, command).await.join("\n");
            assert!(text.is_ascii(), "{command}: {text}");
            assert!(command != "status" || text.contains(words), "{text}");
        }
    }
    let said = call(service.bus.address(), "C", &["status"]).await;
    assert!(!said.out.is_ascii(), "a file gets all of it: {said:?}");
}

#[tokio::test]
async fn help_has_examples_and_every_exit_code() {
    let said = call("unix:path=/nowhere", ENGLISH, &["--help"]).await;
    assert!(said.code == Some(0) && said.out.contains("asbackup start --watch"), "{said:?}");
    for code in 0..=6 {
        assert!(said.out.contains(&format!("\n  {code}  ")), "{code} in {}", said.out);
    }
    assert_eq!(call("unix:path=/nowhere", ENGLISH, &["no-such-command"]).await.code, Some(2));
}
