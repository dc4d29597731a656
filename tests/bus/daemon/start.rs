//! How the daemon starts, and why it does not.

use std::fs;
use std::path::Path;
use std::time::Duration;

use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::harness::daemon::refused;
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::until;
use zbus::fdo::DBusProxy;

const TEMPLATE: &str = include_str!("../../../config.ini.template");

/// The shipped template, with paths of the test's own.
fn template(room: &Path) -> String {
    let room = room.display().to_string();
    TEMPLATE.replace("/var/lib/asbackup", &room).replace("/var/log/asbackup", &room)
}

#[tokio::test]
async fn with_a_faulty_config_it_is_never_ready_and_reports_every_fault() {
    let mut harness = Harness::new().await;
    harness.settings.set("Backup", "backup-source", "relative/path");
    harness.settings.set("Backup", "wait-for-veeam-minutes", "soon");
    harness.settings.set("Mail", "port", "hunter3");
    harness.settings.set("Mail", "password", "hun%ter4");
    let mut daemon = harness.launch().await;
    assert_eq!(daemon.exit().await.code(), Some(78));
    let told = daemon.log();
    for word in ["backup-source", "relative/path", "wait-for-veeam-minutes", "soon", "[Mail] port", "hunter3"] {
        assert!(told.contains(word), "{word} in {told}");
    }
    assert!(told.contains("password") && !told.contains("hun%ter4"), "{told}");
    assert_eq!(told.matches(" error ").count(), 4, "{told}");
    assert_eq!(daemon.recorded().notified, Vec::<String>::new());
}

#[tokio::test]
async fn a_missing_config_is_named_and_the_daemon_never_ready() {
    let harness = Harness::new().await;
    let mut daemon = harness.launch_with("").await;
    assert_eq!(daemon.exit().await.code(), Some(78));
    assert!(daemon.log().contains(harness.config_path().to_str().unwrap()), "{}", daemon.log());
    assert!(daemon.log().contains("config.ini.template"), "says what to do: {}", daemon.log());
    assert_eq!(daemon.recorded().notified, Vec::<String>::new());
}

#[tokio::test]
async fn the_untouched_template_makes_an_idle_daemon_that_says_what_to_fill_in() {
    let harness = Harness::new().await;
    harness.write_config_text(&template(&harness.path("")));
    harness.udisks.plug(&first()).await;
    let daemon = harness.launch_with("").await;
    daemon.ready().await;
    assert_eq!(daemon.client.state().await.unwrap(), "idle");
    let (error, status) = (daemon.client.config_error().await.unwrap(), daemon.client.status().await.unwrap());
    for text in [&error, &status] {
        assert!(text.contains("filesystem-ids-and-notification-mail-addresses"), "{text}");
        assert!(text.contains("backup-source"), "{text}");
        assert!(text.contains("sudo asbackup setup"), "the next step: {text}");
        assert_eq!(text.matches("config.ini").count(), 1, "said once: {text}");
    }
    let (name, message) = refused(daemon.client.start("").await);
    assert_eq!(name, "ConfigRefused");
    assert!(message.contains("backup-source"), "{message}");
    assert_eq!(daemon.client.list_disks().await.unwrap().len(), 1, "an unknown disk that could be added");
}

#[tokio::test]
async fn a_second_daemon_exits_with_a_clear_message_and_the_first_goes_on() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let mut second = harness.launch_with("-2").await;
    assert_eq!(second.exit().await.code(), Some(69));
    assert!(second.log().contains("already running"), "{}", second.log());
    assert_eq!(second.recorded().notified, Vec::<String>::new());
    assert_eq!(daemon.client.state().await.unwrap(), "idle");
    harness.udisks.plug(&first()).await;
    assert_eq!(daemon.finished(1).await.disk, first().uuid);
    assert_eq!(harness.calls("Mount"), 1, "the second one has touched nothing");
}

#[tokio::test]
async fn ready_comes_when_the_name_is_owned_and_the_disks_are_seen() {
    let harness = Harness::new().await;
    harness.udisks.plug(&first()).await;
    harness.udisks.on_call("GetManagedObjects", Behaviour::Late(Duration::from_millis(400)));
    let daemon = harness.launch().await;
    let bus = DBusProxy::new(&daemon.bus).await.unwrap();
    until("the question for all disks", || harness.udisks.asked() > 0).await;
    assert!(bus.name_has_owner("de.example.Backup".try_into().unwrap()).await.unwrap());
    assert_eq!(refused(daemon.client.start("").await).0, "DiskAbsent");
    assert_eq!(daemon.recorded().notifications("READY=1"), 0);
    daemon.ready().await;
    let disks = daemon.client.list_disks().await.unwrap();
    assert!(disks[0]["present"].downcast_ref::<bool>().unwrap(), "{disks:?}");
}

#[tokio::test]
async fn a_reload_before_the_disks_are_seen_does_not_make_it_ready() {
    let harness = Harness::new().await;
    harness.udisks.on_call("GetManagedObjects", Behaviour::Hangs);
    let daemon = harness.launch().await;
    until("the question for all disks", || harness.udisks.asked() > 0).await;
    daemon.client.reload().await.unwrap();
    assert!(daemon.log().contains("The configuration was"), "{}", daemon.log());
    assert_eq!(daemon.client.state().await.unwrap(), "idle");
    assert_eq!(daemon.recorded().notifications("READY=1"), 0);
}

#[tokio::test]
async fn without_a_bus_or_a_place_for_the_history_it_ends_in_plain_words() {
    let harness = Harness::new().await;
    fs::remove_dir(harness.path("state")).unwrap();
    fs::write(harness.path("state"), "in the way").unwrap();
    let mut daemon = harness.launch().await;
    assert_eq!(daemon.exit().await.code(), Some(73));
    assert!(daemon.log().contains("history"), "{}", daemon.log());
    assert!(daemon.text_log().contains("history"), "{}", daemon.text_log());
}

#[tokio::test]
async fn a_lost_bus_ends_the_daemon_so_that_it_is_started_again() {
    let harness = Harness::new().await;
    let mut daemon = harness.daemon().await;
    drop(harness.bus);
    assert_eq!(daemon.exit().await.code(), Some(76));
    assert!(daemon.log().contains("system bus"), "{}", daemon.log());
}
