//! `watch` and `start --watch`: they follow a run to its end, and their exit code is how it ended.

use asbackup_api::State;
use asbackup_testing::harness::service::{BusService, UUID, finish, finished, soon};
use asbackup_testing::harness::{Harness, broken, first};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use super::called::{ENGLISH, GERMAN, call, command, ended, on_terminal};
use super::samples::copying;

/// Starts to follow, and reads along.
fn watching(address: &str, arguments: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command(address, ENGLISH, arguments).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    soon(lines.next_line()).await.unwrap().expect("another line")
}

#[tokio::test]
async fn watch_tells_each_tenth_of_a_running_copy_until_it_is_done() {
    let service = BusService::with(copying(), std::sync::Arc::new(|_| Vec::new())).await;
    let (child, mut lines) = watching(service.bus.address(), &["watch"]);
    assert!(line(&mut lines).await.contains("42 %"));
    service.status.send_modify(|status| status.progress = 0.43);
    service.status.send_modify(|status| status.progress = 0.75);
    let next = line(&mut lines).await;
    assert!(next.contains("75 %") && next.contains("leave it plugged in"), "{next}");
    service.status.send_modify(|status| status.state = State::Unmounting);
    assert!(line(&mut lines).await.contains("is being unmounted"));
    service.status.send_modify(|status| finish(status, 17));
    service.signals.send(finished(17)).unwrap();
    service.status.send_modify(|status| status.safe_to_remove = vec![UUID.to_owned()]);
    assert!(line(&mut lines).await.ends_with("the disk is safe to remove now."));
    assert_eq!(ended(child).await.code, Some(0));
}

#[tokio::test]
async fn watch_says_once_that_a_resumed_copy_can_be_over_sooner_than_it_seems() {
    let resumed = asbackup_api::Status { bytes_resumed: 300_000_000_000, ..copying() };
    let service = BusService::with(resumed, std::sync::Arc::new(|_| Vec::new())).await;
    let (child, mut lines) = watching(service.bus.address(), &["watch"]);
    let hint = line(&mut lines).await;
    assert!(hint.contains("much sooner") && hint.contains("300 GB"), "{hint}");
    assert!(line(&mut lines).await.contains("42 %"));
    service.status.send_modify(|status| status.progress = 0.75);
    assert!(line(&mut lines).await.contains("75 %"), "said once");
    service.status.send_modify(|status| finish(status, 17));
    service.signals.send(finished(17)).unwrap();
    assert_eq!(ended(child).await.code, Some(0));
}

#[tokio::test]
async fn watch_on_a_terminal_is_a_bar_that_shows_foreign_names_harmlessly() {
    let service = BusService::with(copying(), std::sync::Arc::new(|_| Vec::new())).await;
    let mut child = on_terminal(service.bus.address(), "watch").spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut shown = Vec::new();
    soon(async {
        while !String::from_utf8_lossy(&shown).contains("42 %  110 MB/s  420 GB of 1 TB") {
            assert_ne!(output.read_buf(&mut shown).await.unwrap(), 0, "{}", String::from_utf8_lossy(&shown));
        }
    })
    .await;
    service.status.send_modify(|status| {
        finish(status, 17);
        status.safe_to_remove = vec![UUID.to_owned()];
    });
    service.signals.send(finished(17)).unwrap();
    soon(output.read_to_end(&mut shown)).await.unwrap();
    assert_eq!(ended(child).await.code, Some(0));
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.contains('█') && shown.contains("the disk is safe to remove now."), "{shown:?}");
    assert!(shown.contains(r"GO\u{1b}[2J\nLD\u{202e}💾.vbk") && !shown.contains("\u{1b}[2J"), "{shown:?}");
}

#[tokio::test]
async fn watch_in_json_is_all_properties_in_each_line() {
    let service = BusService::with(copying(), std::sync::Arc::new(|_| Vec::new())).await;
    let (child, mut lines) = watching(service.bus.address(), &["watch", "--json"]);
    let now: Value = serde_json::from_str(&line(&mut lines).await).unwrap();
    assert_eq!((&now["State"], &now["Progress"]), (&"copying".into(), &0.42.into()));
    service.status.send_modify(|status| status.progress = 0.43);
    let next: Value = serde_json::from_str(&line(&mut lines).await).unwrap();
    assert_eq!((&next["Progress"], &next["Run"]), (&0.43.into(), &17.into()));
    service.status.send_modify(|status| {
        finish(status, 17);
        status.safe_to_remove = vec![UUID.to_owned()];
    });
    service.signals.send(finished(17)).unwrap();
    let mut last = Value::Null;
    while let Some(line) = soon(lines.next_line()).await.unwrap() {
        last = serde_json::from_str(&line).unwrap();
    }
    assert_eq!((&last["State"], &last["LastResult"]), (&"idle".into(), &"success".into()));
    assert_eq!(ended(child).await.code, Some(0));
}

#[tokio::test]
async fn start_watch_ends_as_the_run_ends() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.on_call("Mount", broken());
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    let said = call(harness.bus.address(), GERMAN, &["start", &first().uuid, "--watch"]).await;
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("ist am") && said.out.contains("wrong fs type"), "{said:?}");
}

#[tokio::test]
async fn a_cancelled_run_and_a_daemon_that_goes_away_have_codes_of_their_own() {
    let harness = Harness::new().await;
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let (child, mut lines) = watching(harness.bus.address(), &["watch"]);
    assert!(line(&mut lines).await.contains("“GOLD” is being opened"));
    call(harness.bus.address(), ENGLISH, &["cancel"]).await;
    assert_eq!(ended(child).await.code, Some(6));

    harness.hang_in_mount(&daemon, &asbackup_testing::harness::second()).await;
    let (child, mut lines) = watching(harness.bus.address(), &["watch"]);
    assert!(line(&mut lines).await.contains("“SILVER”"));
    daemon.kill().await;
    ended(child).await.assert_complained(4, "asbackup status");
}
