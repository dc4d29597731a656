//! `--json`: the names and values of the contract.

use std::sync::Arc;

use serde_json::json;

use crate::called::{ENGLISH, call};
use crate::rig::{Rig, UUID};
use crate::samples::{NOON, copying, runs};

#[tokio::test]
async fn bus_json_has_the_names_and_values_of_the_bus() {
    let rig = Rig::with(copying(), Arc::new(|newest| runs().into_iter().take(newest).collect())).await;
    let address = rig.bus.address();

    let status = call(address, ENGLISH, &["status", "--json"]).await.json();
    assert_eq!(status["State"], "copying");
    assert_eq!((&status["Run"], &status["Progress"]), (&json!(17), &json!(0.42)));
    assert_eq!(status["LastError"], json!(["", ""]));
    assert_eq!(status["VeeamLocks"], json!([["Mail", "waiting", NOON]]));
    let xml = include_str!("../../dbus/de.example.Backup.xml");
    assert_eq!(status.as_object().unwrap().len(), xml.matches("<property ").count());

    let disks = call(address, ENGLISH, &["disks", "--json"]).await.json();
    assert_eq!(disks[0]["uuid"], UUID);
    assert_eq!(disks[0]["recipients"], json!(["office@example.de"]));
    assert_eq!((&disks[0]["known"], &disks[0]["last-success"]), (&json!(true), &json!(NOON)));

    let runs = call(address, ENGLISH, &["history", "-n", "2", "--json"]).await.json();
    assert_eq!(runs.as_array().unwrap().len(), 2);
    assert_eq!((&runs[1]["result"], &runs[1]["error"]), (&json!("aborted"), &json!("DiskRemoved")));
}
