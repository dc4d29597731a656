//! What callers may request, who may request it, and what readers see meanwhile.

use std::time::{Duration, Instant};

use asbackup_api::bus::{Action, BackupProxy, Error};
use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::daemon::{proxy, refused};
use asbackup_testing::harness::{Harness, first, second, stranger};
use asbackup_testing::recorder::Recorded;

const PROPERTIES: &[&str] = &[
    "BytesDone",
    "BytesPerSecond",
    "BytesResumed",
    "BytesTotal",
    "ConfigError",
    "ConfigErrorFacts",
    "CurrentFile",
    "Disk",
    "FreeBytes",
    "LastDisk",
    "LastError",
    "LastErrorFacts",
    "LastFinishedAt",
    "LastResult",
    "LastWarningFacts",
    "LastWarnings",
    "OutboxCount",
    "OutboxError",
    "OutboxErrorFacts",
    "Progress",
    "Queue",
    "Run",
    "RunLog",
    "SafeToRemove",
    "SecondsLeft",
    "SnapshotError",
    "SourceAsOf",
    "StartedAt",
    "State",
    "Status",
    "VeeamLockCount",
    "VeeamLocks",
    "Version",
    "WarningFacts",
    "Warnings",
    "WebAddress",
    "WebNames",
];

async fn call(client: &BackupProxy<'_>, action: Action) -> Result<(), Error> {
    match action {
        Action::Start => client.start("").await.map(drop),
        Action::Cancel => client.cancel().await,
        Action::Reload => client.reload().await,
        Action::VeeamLock => client.veeam_lock("job").await.map(drop),
        Action::VeeamUnlock => client.veeam_unlock("job").await,
        Action::StartAllowingDeletions => client.start_allowing_deletions("").await.map(drop),
        Action::TrustDisk => client.trust_disk("").await,
    }
}

#[tokio::test]
async fn start_says_why_it_is_refused() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&stranger()).await;
    for (uuid, error, words) in [
        ("", "DiskAbsent", first().uuid),
        ("DEAD-BEEF", "UnknownDisk", "DEAD-BEEF".to_owned()),
        ("rubbish", "UnknownDisk", "rubbish".to_owned()),
        (&second().uuid, "DiskAbsent", second().uuid),
    ] {
        let (name, message) = refused(daemon.client.start(uuid).await);
        assert_eq!(name, error, "{uuid:?}");
        assert!(message.contains(&words), "{message}");
    }
    assert_eq!(daemon.client.run().await.unwrap(), 0);
    assert!(daemon.recorded().started.is_empty());
}

#[tokio::test]
async fn start_copies_again_to_a_disk_that_has_had_its_copy() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    let upper = format!(" {} ", first().uuid.to_uppercase());
    assert_eq!(daemon.client.start(&upper).await.unwrap(), 2);
    let started = daemon.started(2).await;
    assert_eq!((started.disk, started.trigger.as_str()), (first().uuid, "called"));
    daemon.finished(2).await;
}

#[tokio::test]
async fn while_a_run_is_on_no_other_begins_and_readers_wait_for_nobody() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    for uuid in ["", &first().uuid] {
        let (name, message) = refused(daemon.client.start(uuid).await);
        assert_eq!(name, "Busy");
        assert!(message.contains("GOLD"), "{message}");
    }
    // A polkit that hangs keeps these calls open.
    let _polkit = FakePolkit::start(harness.bus.address(), Decision::Hang).await;
    let nobody = harness.bus.connect_as(NOBODY).await;
    for action in Action::ALL {
        let client = proxy(&nobody).await;
        tokio::spawn(async move { call(&client, action).await });
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..200 {
        let asked = Instant::now();
        assert_eq!(daemon.client.state().await.unwrap(), "mounting");
        slowest = slowest.max(asked.elapsed());
    }
    // Who waited for polkit or UDisks2 would wait for longer; other tests share the processors.
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

#[tokio::test]
async fn all_properties_can_be_read_idle_and_in_a_run() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let names = |all: &std::collections::HashMap<String, zbus::OwnedVariant>| {
        let mut names: Vec<String> = all.keys().cloned().collect();
        names.sort();
        names
    };
    let text = |all: &std::collections::HashMap<String, zbus::OwnedVariant>, name: &str| {
        all[name].downcast_ref::<String>().unwrap()
    };
    let idle = daemon.properties().await;
    assert_eq!(names(&idle), PROPERTIES);
    assert_eq!((text(&idle, "State"), text(&idle, "LastResult")), ("idle".to_owned(), String::new()));
    harness.hang_in_mount(&daemon, &first()).await;
    let running = daemon.properties().await;
    assert_eq!(names(&running), PROPERTIES);
    assert_eq!((text(&running, "State"), text(&running, "Disk")), ("mounting".to_owned(), first().uuid));
    assert_eq!(running["Run"].downcast_ref::<u64>().unwrap(), 1);
    assert_eq!(running["Progress"].downcast_ref::<f64>().unwrap(), -1.0);
    assert!(running["StartedAt"].downcast_ref::<u64>().unwrap() > 1_600_000_000_000_000);
}

#[tokio::test]
async fn each_change_of_state_is_told_and_the_end_before_its_signal() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.udisks.on_call("Mount", Behaviour::Late(Duration::from_millis(100)));
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
    let recorded: Recorded = daemon.recorded();
    assert_eq!(recorded.states, ["waiting-for-veeam", "mounting", "unmounting", "idle"]);
    let result: String = recorded.properties["LastResult"].downcast_ref().unwrap();
    assert_eq!(result, "aborted", "the properties came before the signal RunFinished");
    let finished_at = recorded.properties["LastFinishedAt"].downcast_ref::<u64>().unwrap();
    let runs = daemon.client.list_runs(5).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0]["finished-at"].downcast_ref::<u64>().unwrap(), finished_at);
    assert_eq!(runs[0]["step"].downcast_ref::<String>().unwrap(), "mount");
}

#[tokio::test]
async fn a_stranger_may_read_and_nothing_else() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let polkit = FakePolkit::start(harness.bus.address(), Decision::No).await;
    let connection = harness.bus.connect_as(NOBODY).await;
    let client = proxy(&connection).await;
    for action in Action::ALL {
        let (name, message) = refused(call(&client, action).await);
        assert_eq!(name, "org.freedesktop.DBus.Error.AccessDenied", "{action:?}");
        assert!(message.contains(action.id()), "{message}");
        let asked = polkit.take_asked();
        assert_eq!(asked.len(), 1, "{action:?}");
        assert_eq!(asked[0].subject, connection.unique_name().unwrap().as_str());
        assert_eq!((asked[0].kind.as_str(), asked[0].action.as_str()), ("system-bus-name", action.id()));
    }
    assert_eq!(client.state().await.unwrap(), "idle");
    assert_eq!(client.list_disks().await.unwrap().len(), 3);
    assert!(client.list_runs(10).await.unwrap().is_empty());
    assert!(daemon.client.veeam_locks().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_caller_whom_polkit_authorises_may_start_and_cancel() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let _polkit = FakePolkit::start(harness.bus.address(), Decision::Yes).await;
    let client = proxy(&harness.bus.connect_as(NOBODY).await).await;
    client.cancel().await.unwrap();
    daemon.finished(1).await;
    assert_eq!(client.start("").await.unwrap(), 2);
    daemon.started(2).await;
}
