//! `ListDisks` and `ListRuns`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use asbackup_api::bus::{Error, Row, json};
use asbackup_api::{
    AttachmentId, Contents, Disk, DiskId, Fault, Outcome, RunRecord, RunWarning, Status, Step, Totals, Trigger,
    UnformattedDisk, Warning,
};
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::service::{BusService, UUID};
use serde_json::json;

fn keys_in_contract(method: &str) -> BTreeSet<String> {
    let xml = include_str!("../../../dbus/de.example.Backup.xml");
    let start = format!("\n      {method}:\n");
    let comment = xml.split_once(&start).unwrap().1;
    let comment = comment.split_once("-->").unwrap().0;
    let keys = comment.split_once("always present:").unwrap().1;
    let mut words = keys.split_whitespace().peekable();
    let mut found = BTreeSet::new();
    while let Some(word) = words.next() {
        if matches!(words.peek(), Some(&("s" | "t" | "b" | "as" | "(sa{sv})" | "a(sa{sv})"))) {
            found.insert(word.to_owned());
        }
    }
    found
}

fn keys(row: &Row) -> BTreeSet<String> {
    row.keys().cloned().collect()
}

#[tokio::test]
async fn a_listed_disk_has_every_key_of_the_contract() {
    let status = Status {
        disks: vec![Disk {
            uuid: UUID.to_owned(),
            known: true,
            label: "OFF\u{1b}SITE".to_owned(),
            recipients: vec!["a@example.de".to_owned()],
            size: 5,
            ..Disk::default()
        }],
        ..Status::default()
    };
    let service = BusService::with(status, Arc::new(|_| Vec::new())).await;
    let disks = service.client_as(NOBODY).await.list_disks().await.unwrap();
    assert_eq!(disks.len(), 1);
    assert_eq!(keys(&disks[0]), keys_in_contract("ListDisks"));
    let text = |key: &str| disks[0][key].downcast_ref::<String>().unwrap();
    assert_eq!(text("uuid"), UUID);
    assert_eq!(text("label"), "OFF\\u{1b}SITE");
    assert_eq!(disks[0]["size"].downcast_ref::<u64>().unwrap(), 5);
}

#[tokio::test]
async fn a_disk_without_a_file_system_has_every_key_of_the_contract() {
    let disk = UnformattedDisk {
        device: "/dev/sdb".to_owned(),
        size: 5,
        vendor: "WD".to_owned(),
        model: "Ele\u{1b}ments".to_owned(),
        contents: Contents::NotEmpty,
    };
    let status = Status { unformatted: vec![disk], ..Status::default() };
    let service = BusService::with(status, Arc::new(|_| Vec::new())).await;
    let disks = service.client_as(NOBODY).await.list_unformatted_disks().await.unwrap();
    assert_eq!(disks.len(), 1);
    assert_eq!(keys(&disks[0]), keys_in_contract("ListUnformattedDisks"));
    let text = |key: &str| disks[0][key].downcast_ref::<String>().unwrap();
    assert_eq!((text("model"), text("contents")), ("Ele\\u{1b}ments".to_owned(), "not-empty".to_owned()));
}

fn record(run: u64) -> RunRecord {
    RunRecord {
        run,
        disk: DiskId::new(UUID),
        label: "OFFSITE1".to_owned(),
        trigger: Trigger::Plugged,
        attachment: AttachmentId { boot_id: String::new(), diskseq: None },
        started_at: 1,
        finished_at: 2,
        outcome: Outcome::Aborted,
        step: Step::Copy,
        fault: Some(Fault::DiskRemoved),
        warnings: vec![RunWarning::Copy(Warning::EmptyLock { path: "/lock".to_owned() })],
        totals: Totals::default(),
        safe_to_remove: false,
        logs: Vec::new(),
    }
}

#[tokio::test]
async fn listed_runs_have_every_key_of_the_contract_and_are_at_most_a_thousand() {
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&asked);
    let history = move |newest: usize| {
        seen.store(newest, Ordering::SeqCst);
        (1..=newest as u64).rev().map(record).collect()
    };
    let service = BusService::with(Status::default(), Arc::new(history)).await;
    let client = service.client_as(NOBODY).await;
    let runs = client.list_runs(2).await.unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(keys(&runs[0]), keys_in_contract("ListRuns"));
    assert_eq!(runs[0]["run"].downcast_ref::<u64>().unwrap(), 2);
    let text = |key: &str| runs[0][key].downcast_ref::<String>().unwrap();
    assert_eq!(text("error"), "DiskRemoved");
    assert_eq!(json(&runs[0]["message-facts"]), json!(["fault-disk-removed", { "plug": "gone" }]));
    let about = json!([["warning-empty-lock", { "path": "/lock", "plug": "gone" }]]);
    assert_eq!(json(&runs[0]["warning-facts"]), about);
    assert_eq!(text("result"), "aborted");
    assert_eq!(client.list_runs(u32::MAX).await.unwrap().len(), 1000);
    assert_eq!(asked.load(Ordering::SeqCst), 1000);
}

#[tokio::test]
async fn a_history_that_cannot_be_read_keeps_nobody_waiting() {
    let (_open, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let history = move |_| {
        let _ = gate.lock().unwrap().recv();
        Vec::new()
    };
    let service = BusService::with(Status::default(), Arc::new(history)).await;
    let client = service.client().await;
    let begun = Instant::now();
    let (first, second) = tokio::join!(client.list_runs(1), client.list_runs(1));
    for answer in [first, second] {
        assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
    drop(_open);
}
