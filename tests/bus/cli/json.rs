//! `--json`: the names and values of the contract.

use std::sync::Arc;

use asbackup_testing::harness::service::{BusService, UUID};
use serde_json::{Value, json};

use super::called::{ENGLISH, GERMAN, call};
use super::samples::{NOON, copying, failed, runs};

#[tokio::test]
async fn json_has_the_names_and_values_of_the_bus() {
    let service = BusService::with(copying(), Arc::new(|newest| runs().into_iter().take(newest).collect())).await;
    let address = service.bus.address();

    let status = call(address, ENGLISH, &["status", "--json"]).await.json();
    assert_eq!(status["State"], "copying");
    assert_eq!((&status["Run"], &status["Progress"]), (&json!(17), &json!(0.42)));
    assert_eq!(status["LastError"], json!(["", ""]));
    assert_eq!(status["VeeamLocks"], json!([["Mail", "waiting", NOON]]));
    let xml = include_str!("../../../dbus/de.example.Backup.xml");
    assert_eq!(status.as_object().unwrap().len(), xml.matches("<property ").count());

    let disks = call(address, ENGLISH, &["disks", "--json"]).await.json();
    assert_eq!(disks[0]["uuid"], UUID);
    assert_eq!(disks[0]["recipients"], json!(["office@example.de"]));
    assert_eq!((&disks[0]["known"], &disks[0]["last-success"]), (&json!(true), &json!(NOON)));

    let runs = call(address, ENGLISH, &["history", "-n", "2", "--json"]).await.json();
    assert_eq!(runs.as_array().unwrap().len(), 2);
    assert_eq!((&runs[1]["result"], &runs[1]["error"]), (&json!("aborted"), &json!("DiskRemoved")));
}

#[tokio::test]
async fn sentences_in_json_are_in_the_callers_language_with_what_they_are_about() {
    let service = BusService::with(failed(), Arc::new(|newest| runs().into_iter().take(newest).collect())).await;
    let address = service.bus.address();
    for (language, status_begins, room, removed) in [
        (ENGLISH, "The copy to", "There is not enough space on the disk", "The disk was unplugged too early."),
        (GERMAN, "Die Kopie auf", "Auf der Platte ist nicht genug Platz", "Die Platte wurde zu früh abgezogen."),
    ] {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let status = call(address, language, &["status", "--json"]).await.json();
        assert!(text(&status["Status"]).starts_with(status_begins), "{status}");
        assert!(text(&status["LastError"][1]).contains(room), "{status}");
        assert_eq!(status["LastErrorFacts"][0], "fault-no-space");
        assert_eq!(status["LastErrorFacts"][1]["missing"], json!(200_000_000_000_u64));
        let runs = call(address, language, &["history", "--json"]).await.json();
        assert!(text(&runs[1]["message"]).starts_with(removed), "{runs}");
        assert_eq!(runs[1]["message-facts"], json!(["fault-disk-removed", { "plug": "gone" }]));
    }
}
