//! Before a copy Veeam is asked whether anything writes.

use std::time::{Duration, Instant};

use asbackup_testing::harness::first;
use asbackup_testing::recorder::Recorded;
use asbackup_testing::until;
use asbackup_testing::veeam_server::{SESSION, ended, job, moment, session};
use serde_json::json;

use super::evidence::{Place, of_session, said};

#[tokio::test]
async fn api_session_without_a_lock_holds_the_copy_and_its_job_is_named() {
    let mut place = Place::new().await;
    let mut retention = session(SESSION, "Working");
    retention["sessionType"] = json!("KindOfALaterVersion");
    place.veeam.set("sessions", json!([retention]));
    let daemon = place.harness.daemon().await;
    place.harness.udisks.plug(&first()).await;
    daemon.until_logged("Veeam is still writing (jobs: Nightly)").await;
    let names_it =
        |recorded: &Recorded| recorded.sentences.last().is_some_and(|status| status.contains("(jobs: Nightly)"));
    daemon.until("the job", names_it).await;
    place.until_asked("/api/v1/sessions", 2).await;
    assert_eq!(place.harness.calls("Mount"), 0);
    assert_eq!(said(&daemon, "Veeam is still writing"), 1, "not at each look");
    // The job's own script may ask meanwhile, and goes first.
    assert_eq!(daemon.client.veeam_lock("Nightly").await.unwrap(), "held");
    daemon.client.veeam_unlock("Nightly").await.unwrap();
    place.veeam.set("sessions", json!([ended(SESSION, -1, "Success")]));
    assert_eq!(daemon.finished(1).await.error, "MountFailed", "it went on");
    assert!(daemon.client.veeam_locks().await.unwrap().is_empty());
}

#[tokio::test]
async fn api_holds_no_copy_for_what_rests_reads_or_writes_elsewhere() {
    let mut place = Place::new().await;
    place.harness.settings.set("VEEAM", "api-repository", "atlantis");
    let mut elsewhere = job("Other", SESSION);
    elsewhere["repositoryName"] = json!("Another");
    let mut restore = session("b", "Working");
    restore["sessionType"] = json!("InstantRecovery");
    restore["jobId"] = json!("other");
    let mut mirror = session("c", "Idle");
    mirror["jobId"] = json!("other");
    place.veeam.set("jobs", json!([elsewhere]));
    place.veeam.set("sessions", json!([session(SESSION, "Working"), restore, mirror]));
    let daemon = place.harness.daemon().await;
    assert_eq!(place.run_once(&daemon).await.error, "MountFailed");
    assert_eq!(daemon.client.last_warnings().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn api_reads_every_page() {
    let mut place = Place::new().await;
    let mut sessions: Vec<_> = (0..450).map(|nth| ended(&format!("s{nth}"), -30, "Success")).collect();
    let mut oldest = session(SESSION, "Working");
    oldest["creationTime"] = json!(moment(-6 * 24 * 3600));
    sessions.push(oldest);
    place.veeam.set("sessions", json!(sessions));
    place.veeam.set("page", json!(100));
    let daemon = place.harness.daemon().await;
    place.harness.udisks.plug(&first()).await;
    daemon.until_logged("Veeam is still writing (jobs: Nightly)").await;
    let skips: Vec<_> =
        place.veeam.requests().iter().filter_map(|seen| Some(seen["query"]["skip"].as_str()?.to_owned())).collect();
    assert!(skips.starts_with(&["0", "100", "200", "300", "400"].map(str::to_owned)), "{skips:?}");
}

#[tokio::test]
async fn api_that_is_away_lets_the_copy_go_with_a_warning() {
    let mut place = Place::new().await;
    place.veeam.stop();
    let daemon = place.harness.daemon().await;
    assert_eq!(place.run_once(&daemon).await.error, "MountFailed");
    let warnings = daemon.client.last_warnings().await.unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("The service could not ask Veeam"), "{warnings:?}");
    assert_eq!(daemon.ended()[0]["warnings"][0]["kind"], "veeam-unreachable");
}

#[tokio::test]
async fn api_that_hangs_delays_a_copy_by_its_timeout_and_calls_not_at_all() {
    let mut place = Place::new().await;
    place.harness.settings.set("VEEAM", "api-timeout-seconds", "2");
    place.veeam.set("slow", json!({ "/api/v1/serverTime": 600 }));
    let daemon = place.harness.daemon().await;
    let plugged = Instant::now();
    place.harness.udisks.plug(&first()).await;
    until("the question", || place.veeam.asked("/") > 0).await;
    for _ in 0..20 {
        let asked = Instant::now();
        daemon.client.status().await.unwrap();
        daemon.client.veeam_lock("Nightly").await.unwrap();
        daemon.client.veeam_unlock("Nightly").await.unwrap();
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    }
    assert_eq!(daemon.finished(1).await.error, "MountFailed");
    assert!(plugged.elapsed() < Duration::from_secs(15), "{:?}", plugged.elapsed());
    assert!(daemon.client.last_warnings().await.unwrap()[0].contains("no answer within 2 s"));
}

#[tokio::test]
async fn api_is_awaited_even_by_a_copy_that_does_not_wait_for_veeam() {
    let mut place = Place::new().await;
    place.harness.settings.set("Backup", "wait-for-veeam-minutes", "0");
    place.veeam.set("slow", json!({ "/api/v1/jobs": 1 }));
    let daemon = place.harness.daemon().await;
    assert_eq!(place.run_once(&daemon).await.error, "MountFailed", "nothing writes");
    place.veeam.set("sessions", json!([session(SESSION, "Working")]));
    daemon.client.start("").await.unwrap();
    let finished = daemon.finished(2).await;
    assert_eq!(finished.error, "VeeamBusy");
    assert!(finished.message.contains("Nightly"), "{}", finished.message);
}

#[tokio::test]
async fn api_that_goes_away_while_somebody_writes_is_no_reason_to_copy() {
    let mut place = Place::new().await;
    place.veeam.set("sessions", json!([session(SESSION, "Working")]));
    let daemon = place.harness.daemon().await;
    place.harness.udisks.plug(&first()).await;
    daemon.until_logged("Veeam is still writing (jobs: Nightly)").await;
    place.veeam.stop();
    daemon.until_logged("The service could not ask Veeam").await;
    daemon.fed_watchdog(6).await;
    assert_eq!(place.harness.calls("Mount"), 0);
    place.veeam.set("sessions", json!([ended(SESSION, -1, "Success")]));
    place.veeam.restart();
    assert_eq!(daemon.finished(1).await.error, "MountFailed", "it went on");
    assert_eq!(said(&daemon, "The service could not ask Veeam"), 1, "{}", daemon.log());
}

#[tokio::test]
async fn api_is_asked_anew_when_a_lock_has_come_and_gone() {
    let mut place = Place::new().await;
    place.veeam.set("sessions", json!([session(SESSION, "Working")]));
    let lock = place.lock(&of_session());
    let daemon = place.harness.daemon().await;
    place.harness.udisks.plug(&first()).await;
    daemon.in_state("waiting-for-veeam").await;
    std::fs::remove_file(lock).unwrap();
    daemon.until_logged("Veeam is still writing (jobs: Nightly)").await;
    assert_eq!(place.harness.calls("Mount"), 0);
    daemon.client.cancel().await.unwrap();
    assert_eq!(daemon.finished(1).await.result, "cancelled");
    assert!(daemon.client.veeam_locks().await.unwrap().is_empty());
}
