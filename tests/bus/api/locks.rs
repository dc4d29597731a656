//! A lock stays until Veeam itself says that nothing is behind it.

use std::fs::File;
use std::time::{Duration, SystemTime};

use asbackup_testing::harness::daemon::Daemon;
use asbackup_testing::harness::first;
use asbackup_testing::until;
use asbackup_testing::veeam_server::{SESSION, VeeamServer, ended, job, session};
use serde_json::json;

use super::evidence::{Place, of_session, said};

const LIFTED: &str = "was released: Veeam reports that its session is over";

#[tokio::test]
async fn api_lifts_a_lock_once_its_session_is_over_and_the_copy_starts() {
    let mut place = Place::new().await;
    place.veeam.set("sessions", json!([session(SESSION, "Postprocessing")]));
    let lock = place.lock(&of_session());
    let daemon = place.harness.daemon().await;
    place.harness.udisks.plug(&first()).await;
    daemon.in_state("waiting-for-veeam").await;
    place.until_asked("/api/v1/sessions/", 2).await;
    assert!(lock.exists() && place.harness.calls("Mount") == 0);
    place.veeam.set("sessions", json!([ended(SESSION, -5, "Success")]));
    place.until_lifted(&lock).await;
    assert_eq!(daemon.finished(1).await.error, "MountFailed", "it went on");
    assert_eq!(said(&daemon, LIFTED), 1, "{}", daemon.log());
    until("three mails", || place.sink.count() >= 3).await;
    let mails = place.lock_mails();
    assert_eq!(
        mails,
        [
            "Veeam: the lock of the job “Nightly@2b3c4d5e-1111-2222-3333-444455556666” was left behind and has been released"
        ]
    );
}

#[tokio::test]
async fn api_finds_the_session_of_a_lock_by_the_jobs_name() {
    let mut place = Place::new().await;
    place.veeam.set("jobs", json!([job("Weekly", "none"), job("Nightly", SESSION)]));
    place.veeam.set("sessions", json!([session(SESSION, "Working")]));
    let lock = place.lock("Nightly");
    let daemon = place.harness.daemon().await;
    place.until_asked("/api/v1/sessions/", 2).await;
    assert!(lock.exists(), "{}", daemon.log());
    place.veeam.set("sessions", json!([ended(SESSION, 5, "Warning")]));
    place.until_lifted(&lock).await;
    until("the words", || said(&daemon, LIFTED) == 1).await;
}

#[tokio::test]
async fn api_ignores_sessions_that_ended_before_the_lock_was_made() {
    for ahead in [0, 3600, -3600] {
        let mut place = Place::new().await;
        place.veeam.set("ahead", json!(ahead));
        place.veeam.set("jobs", json!([job("Nightly", SESSION)]));
        place.veeam.set("sessions", json!([ended(SESSION, ahead - 60, "Success")]));
        let lock = place.lock("Nightly");
        let daemon = place.harness.daemon().await;
        until("the doubt", || said(&daemon, "Veeam does not know the session") == 1).await;
        place.until_asked("/api/v1/sessions/", 2).await;
        assert!(lock.exists(), "{ahead}");
        assert_eq!(said(&daemon, "Veeam does not know the session"), 1, "once for each lock");
        place.veeam.set("sessions", json!([ended(SESSION, ahead + 60, "Success")]));
        place.until_lifted(&lock).await;
    }
}

#[tokio::test]
async fn api_waits_for_another_try_after_a_failure() {
    let mut place = Place::new().await;
    place.veeam.set("sessions", json!([ended(SESSION, -10 * 60, "Failed")]));
    let lock = place.lock(&of_session());
    let _daemon = place.harness.daemon().await;
    place.until_asked("/api/v1/sessions/", 3).await;
    assert!(lock.exists());
    place.veeam.set("sessions", json!([ended(SESSION, -16 * 60, "Failed")]));
    place.until_lifted(&lock).await;
}

#[tokio::test]
async fn api_that_does_not_know_a_session_lifts_no_lock_and_warns_once() {
    for (path, status, words) in [
        ("/none", 0, "Veeam does not know the session"),
        ("/api/v1/sessions/", 500, "The service could not ask Veeam"),
        ("/api/v1/sessions/", 401, "Veeam refused the service's login"),
        ("/api/v1/sessions/", 403, "Veeam refused the service's login"),
        ("/api/v1/serverTime", 404, "The service could not ask Veeam"),
        ("/api/v1/serverTime", 500, "The service could not ask Veeam"),
    ] {
        let mut place = Place::new().await;
        place.veeam.set("status", json!({ path: status }));
        let (lock, by_name) = (place.lock(&of_session()), place.lock("Nightly"));
        let daemon = place.harness.daemon().await;
        let asked = place.veeam.asked("/");
        until(words, || said(&daemon, words) > 0).await;
        if status != 401 && status != 403 {
            until("more questions", || place.veeam.asked("/") > asked + 8).await;
        }
        assert!(lock.exists() && by_name.exists(), "{path} {status}");
        let locks = if status == 0 { 2 } else { 1 };
        assert!(said(&daemon, words) <= locks, "{status}: {}", daemon.log());
        assert_eq!(place.lock_mails(), Vec::<String>::new());
    }
}

/// The lock is there after the daemon has found out `words` and tried again.
async fn assert_kept(place: &Place, daemon: &Daemon, words: &str) {
    let lock = place.harness.veeam_lock(&format!("{}.lock", of_session()));
    until(words, || said(daemon, words) > 0).await;
    daemon.fed_watchdog(6).await;
    assert!(lock.exists());
    assert_eq!(said(daemon, words), 1, "{}", daemon.log());
}

#[tokio::test]
async fn api_that_is_away_or_hangs_lifts_no_lock_and_is_reported_once_each_way() {
    let mut place = Place::new().await;
    place.harness.settings.set("VEEAM", "api-timeout-seconds", "1");
    place.veeam.set("sessions", json!([ended(SESSION, -5, "Success")]));
    place.veeam.stop();
    let lock = place.lock(&of_session());
    let daemon = place.harness.daemon().await;
    assert_kept(&place, &daemon, "The service could not ask Veeam").await;
    place.veeam.set("slow", json!({ "/api/v1/serverTime": 600 }));
    place.veeam.restart();
    until("a question", || place.veeam.asked("/") > 2).await;
    assert_eq!(said(&daemon, "The service could not ask Veeam"), 1, "the same state");
    assert!(lock.exists());
    place.veeam.set("slow", json!({}));
    place.until_lifted(&lock).await;
    until("the answer", || said(&daemon, "Veeam answers again") == 1).await;
}

#[tokio::test]
async fn api_with_a_wrong_certificate_gets_no_password_and_lifts_no_lock() {
    let room = tempfile::tempdir().unwrap();
    let mut veeam = VeeamServer::named(room.path(), "veeam.example.com");
    veeam.set("sessions", json!([ended(SESSION, -5, "Success")]));
    let mut place = Place::with(room, veeam).await;
    place.lock(&of_session());
    let daemon = place.harness.daemon().await;
    let words = "cannot prove its identity";
    assert_kept(&place, &daemon, words).await;
    place.harness.settings.set("VEEAM", "api-ca-file", "");
    place.harness.write_config();
    daemon.client.reload().await.unwrap();
    until("the same without our authority", || said(&daemon, words) == 2).await;
    assert_eq!(place.veeam.requests(), Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn api_lifts_no_lock_that_was_renewed_after_it_was_judged() {
    let mut place = Place::new().await;
    place.veeam.set("jobs", json!([job("Nightly", SESSION)]));
    place.veeam.set("sessions", json!([ended(SESSION, 2, "Success")]));
    let lock = place.lock("Nightly");
    // As a job does that locks again later.
    File::options().write(true).open(&lock).unwrap().set_modified(SystemTime::now() + Duration::from_secs(30)).unwrap();
    let daemon = place.harness.daemon().await;
    until("the doubt", || said(&daemon, "Veeam does not know the session") == 1).await;
    assert!(lock.exists());
}
