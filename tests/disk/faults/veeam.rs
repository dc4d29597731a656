//! Waiting for Veeam before a copy.

use std::fs;

use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::scene::{Scene, assert_success};

use super::aborts_with;

// Fehler: "Warten auf Veeam-Backup überschreitet festgelegte Höchstdauer."

#[tokio::test]
async fn veeam_that_works_too_long_aborts_before_the_disk_is_mounted() {
    let mut scene = Scene::new();
    scene.config.set("Backup", "wait-for-veeam-minutes", "0");
    fs::write(scene.config.veeam_directory.join("nightly.lock"), "x").expect("a lock");
    let daemon = aborts_with(&mut scene, "VeeamBusy").await;
    assert!(!daemon.recorded().states.contains(&"mounting".to_owned()));
    assert!(scene.config.veeam_directory.join("nightly.lock").exists());
}

#[tokio::test]
async fn a_copy_waits_for_veeam_and_begins_when_it_is_done() {
    let mut scene = Scene::new();
    let lock = scene.config.veeam_directory.join("nightly.lock");
    fs::write(&lock, "x").expect("a lock");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    daemon.in_state("waiting-for-veeam").await;
    scene.assert_unmounted();
    fs::remove_file(lock).expect("Veeam's end");
    assert_success(&daemon.finished(1).await);
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn two_directories_of_veeam_are_both_watched_with_a_warning() {
    let mut scene = Scene::new();
    let other = scene.testbed.make_directory("other-veeam");
    let text = other.display().to_string();
    scene.config.set("VEEAM", "veeam-lockfiles", &text);
    let lock = other.join("nightly.lock");
    fs::write(&lock, "x").expect("a lock");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    daemon.in_state("waiting-for-veeam").await;
    fs::remove_file(lock).expect("Veeam's end");
    assert_success(&daemon.finished(1).await);
    let log = daemon.text_log();
    assert!(log.lines().any(|line| line.contains(" warn") && line.contains(&text)), "{log}");
}
