//! What people find in the text log, on standard error, and in the debug output.

use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::recorder::Recorded;

/// The lines of one level, without date, time and level.
fn lines<'a>(log: &'a str, level: &str) -> Vec<&'a str> {
    let text_of = |line: &'a str| {
        let (found, text) = line.splitn(3, ' ').nth(2)?.split_once(' ')?;
        (found == level).then(|| text.trim_start())
    };
    log.lines().filter_map(text_of).collect()
}

#[tokio::test]
async fn the_text_log_has_a_line_for_each_step_and_one_error_for_an_abort() {
    let harness = Harness::new().await;
    let mut daemon = harness.daemon().await;
    std::fs::write(harness.veeam_lock("Nightly"), "job").unwrap();
    harness.udisks.on_call("Mount", Behaviour::Works);
    harness.udisks.plug(&first()).await;
    daemon.until_logged("Nightly").await;
    std::fs::remove_file(harness.veeam_lock("Nightly")).unwrap();
    let finished = daemon.finished(1).await;
    daemon.stop().await;
    let log = daemon.text_log();
    let infos = lines(&log, "info");
    for words in [
        "was plugged in",
        "Run 1",
        "Step 1",
        "Step 2 (wait for Veeam): ",
        "Nightly",
        "Run 1 to the disk",
        "is shutting down",
    ] {
        assert!(infos.iter().any(|line| line.contains(words)), "{words} in {log}");
    }
    assert_eq!(infos.iter().filter(|line| line.contains("Step 2")).count(), 2, "waiting, and clear: {log}");
    let errors = lines(&log, "error");
    assert_eq!(errors, [finished.message.as_str()]);
    // What needs no text log has the same.
    assert_eq!(lines(&daemon.log(), "error"), errors);
}

#[tokio::test]
async fn the_lines_of_the_newest_run_are_on_the_bus_as_they_are_in_the_log() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    assert!(daemon.client.run_log().await.unwrap().is_empty(), "no run yet");
    harness.udisks.plug(&first()).await;
    let failed = daemon.finished(1).await;
    let told = daemon.client.run_log().await.unwrap();
    assert!(told[0].2.starts_with("Run 1"), "{told:#?}");
    let errors: Vec<&str> = told.iter().filter(|line| line.1 == "error").map(|line| line.2.as_str()).collect();
    assert_eq!(errors, [failed.message.as_str()]);
    assert!(told.windows(2).all(|pair| pair[0].0 <= pair[1].0), "oldest first: {told:#?}");
    let log = daemon.text_log();
    assert!(told.iter().all(|(_, _, text)| log.lines().any(|line| line.ends_with(text.as_str()))), "{told:#?}\n{log}");
    // The last line of a run is published, too, though it comes after the end.
    let heard = |recorded: &Recorded| recorded.properties.get("RunLog").cloned();
    assert_eq!(Vec::<(u64, String, String)>::try_from(daemon.wait_for("RunLog", heard).await).unwrap(), told);
    daemon.client.start("").await.unwrap();
    daemon.finished(2).await;
    let told = daemon.client.run_log().await.unwrap();
    assert!(told[0].2.starts_with("Run 2"), "the log of the run before is over: {told:#?}");
}

#[tokio::test]
async fn a_cancelled_run_is_no_error() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    let log = daemon.text_log();
    assert_eq!(lines(&log, "error"), Vec::<&str>::new());
    assert!(lines(&log, "info").iter().any(|line| line.contains("cancelled")), "{log}");
}

#[tokio::test]
async fn a_text_log_that_cannot_be_written_is_reported_once_and_stops_nothing() {
    let mut harness = Harness::new().await;
    std::fs::write(harness.path("in-the-way"), "").unwrap();
    let path = harness.path("in-the-way/asbackup.log").display().to_string();
    harness.settings.set("Backup", "log-file-path", &path);
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    assert_eq!(daemon.finished(1).await.error, "MountFailed");
    let log = daemon.log();
    let told = format!("The text log {path} cannot be written");
    assert_eq!(lines(&log, "warn").iter().filter(|line| line.contains(&told)).count(), 1, "{log}");
}

#[tokio::test]
async fn debug_shows_environment_and_settings_without_secrets() {
    let mut harness = Harness::new().await;
    harness.settings.set("Debug", "debug", "true");
    harness.settings.set("Mail", "password", "hunter3");
    harness.settings.set("Mail", "username", "atlantis");
    let daemon = harness.daemon().await;
    let log = daemon.log();
    let debug = lines(&log, "debug");
    for line in [
        "environment SMTP_PASSWORD=***",
        "environment WATCHDOG_USEC=1000000",
        "config [Mail] username = atlantis",
        "config [Mail] password = ********",
        "config [VEEAM] wait-for-backup-minutes = 480",
    ] {
        assert!(debug.contains(&line), "{line} in {log}");
    }
    assert!(!log.contains("hunter2") && !log.contains("hunter3"), "{log}");
    assert!(!daemon.text_log().contains("environment"), "the text log is for people");
    harness.settings.set("Debug", "debug", "false");
    harness.write_config();
    daemon.client.reload().await.unwrap();
    let before = lines(&daemon.log(), "debug").len();
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    assert_eq!(lines(&daemon.log(), "debug").len(), before);
}

#[tokio::test]
async fn without_debug_nothing_of_the_environment_is_logged() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    assert!(!daemon.log().contains("environment") && !daemon.log().contains(" debug "), "{}", daemon.log());
}
