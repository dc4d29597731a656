//! `start` and `cancel` against the real daemon: what is refused, who may, and how it ends as an exit code.

use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use asbackup_testing::harness::bus::{NOBODY, PrivateBus, open_to_all};
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::program;

use super::called::{ENGLISH, GERMAN, call, ended, of_program};

#[tokio::test]
async fn a_refusal_is_printed_in_the_daemons_words_alone() {
    let harness = Harness::new().await;
    let _daemon = harness.daemon().await;
    let address = harness.bus.address();
    call(address, ENGLISH, &["start"]).await.assert_complained(1, "plugged in");
    call(address, ENGLISH, &["start", "DEAD-BEEF"]).await.assert_complained(1, "DEAD-BEEF");
    call(address, ENGLISH, &["start", "--allow-deletions"]).await.assert_complained(1, "plugged in");
    call(address, ENGLISH, &["disks", "trust", "DEAD-BEEF"]).await.assert_complained(1, "DEAD-BEEF");
    call(address, GERMAN, &["cancel"]).await.assert_complained(1, "No copy is running");
    call(address, GERMAN, &["watch"]).await.assert_complained(1, "Es läuft keine Kopie");
}

#[tokio::test]
async fn a_daemon_that_is_not_there_is_one_helpful_line() {
    let bus = PrivateBus::start();
    for arguments in
        [&["status"][..], &["status", "--json"], &["watch"], &["start"], &["cancel"], &["disks"], &["history"]]
    {
        call(bus.address(), ENGLISH, arguments).await.assert_complained(4, "systemctl status asbackupd");
    }
    call("unix:path=/nowhere", GERMAN, &["status"]).await.assert_complained(4, "nicht erreichbar");
}

#[tokio::test]
async fn start_says_the_run_and_status_shows_it() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    call(harness.bus.address(), ENGLISH, &["start"]).await.assert_complained(1, "already running");
    let status = call(harness.bus.address(), GERMAN, &["status"]).await;
    assert!(status.out.starts_with("Die Platte „GOLD“ wird geöffnet; bitte stecken lassen."), "{status:?}");
    let cancelled = call(harness.bus.address(), ENGLISH, &["cancel"]).await;
    assert_eq!((cancelled.code, cancelled.err.as_str()), (Some(0), ""), "{cancelled:?}");
    daemon.finished(1).await;
    let started = call(harness.bus.address(), ENGLISH, &["start", "--json"]).await;
    assert_eq!(started.json(), serde_json::json!({ "run": 2 }));
}

#[tokio::test]
async fn a_disk_is_named_by_its_label_wherever_one_is_named() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let address = harness.bus.address();
    let trusted = call(address, ENGLISH, &["disks", "trust", "gold"]).await;
    assert_eq!(trusted.code, Some(0), "{trusted:?}");
    call(address, ENGLISH, &["cancel"]).await;
    daemon.finished(1).await;
    let started = call(address, ENGLISH, &["start", "Gold", "--json"]).await;
    assert_eq!(started.json(), serde_json::json!({ "run": 2 }), "{started:?}");
    call(address, ENGLISH, &["disks", "trust", "SILBER"]).await.assert_complained(1, "SILBER");
    let history = call(address, ENGLISH, &["history", "--disk", "gold"]).await;
    assert!(history.out.contains("GOLD"), "{history:?}");
}

#[tokio::test]
async fn a_disk_that_is_there_can_be_trusted() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let trusted = call(harness.bus.address(), GERMAN, &["disks", "trust"]).await;
    assert_eq!(trusted.code, Some(0), "{trusted:?}");
    assert!(trusted.out.contains("angenommen"), "{trusted:?}");
    assert_eq!(call(harness.bus.address(), ENGLISH, &["disks", "--json", "trust"]).await.code, Some(2));
}

#[tokio::test]
async fn a_refused_caller_is_told_so_and_polkit_could_ask_for_a_password() {
    let harness = Harness::new().await;
    let polkit = FakePolkit::start(harness.bus.address(), Decision::No).await;
    let _daemon = harness.daemon().await;
    let room = tempfile::tempdir().unwrap();
    let program = open_to_all(program("asbackup"), room.path());
    let (group, root) = ("sudo usermod -aG asbackup nobody", "only the administrator (root) is");
    for (order, action, way) in [
        (&["start"][..], "de.example.Backup.start", group),
        (&["start", "--allow-deletions"], "de.example.Backup.start-allowing-deletions", root),
        (&["cancel"], "de.example.Backup.cancel", group),
        (&["disks", "trust"], "de.example.Backup.trust-disk", root),
    ] {
        let mut command = of_program(&program, harness.bus.address(), ENGLISH, order);
        let said = ended(command.uid(NOBODY).gid(NOBODY).spawn().unwrap()).await;
        said.assert_complained(5, "You are not allowed to do this");
        said.assert_complained(5, way);
        let asked = polkit.take_asked();
        assert!(asked.len() == 1 && asked[0].action == action && asked[0].interactive, "{asked:?}");
    }
    let mut looking = of_program(&program, harness.bus.address(), ENGLISH, &["status"]);
    assert_eq!(ended(looking.uid(NOBODY).gid(NOBODY).spawn().unwrap()).await.code, Some(0));
    assert!(polkit.take_asked().is_empty());
}
