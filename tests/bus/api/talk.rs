//! How the daemon speaks with Veeam: versions, logins, tokens, secrets, and that it asks nothing when there is nothing to find out.

use asbackup_testing::certificates::self_signed;
use asbackup_testing::until;
use asbackup_testing::veeam_server::{PASSWORD, SESSION, VeeamServer, ended, session};
use serde_json::json;

use super::evidence::{Place, of_session, said};

#[tokio::test]
async fn api_is_spoken_to_in_the_newest_version_that_it_knows() {
    for version in ["1.2-rev1", "1.3-rev0", "1.3-rev1", "1.3-rev2"] {
        let mut place = Place::new().await;
        place.veeam.set("versions", json!(["1.1-rev2", "1.2-rev1", version]));
        place.veeam.set("sessions", json!([ended(SESSION, -5, "Success")]));
        let lock = place.lock(&of_session());
        let _daemon = place.harness.daemon().await;
        place.until_lifted(&lock).await;
        let spoken: Vec<_> =
            place.veeam.requests().into_iter().filter(|seen| seen["path"] != "/api/v1/serverTime").collect();
        assert!(spoken.iter().all(|seen| seen["version"] == version), "{version}: {spoken:?}");
    }
}

#[tokio::test]
async fn api_tokens_are_renewed_before_they_expire_and_when_they_are_refused() {
    let mut place = Place::new().await;
    place.veeam.set("sessions", json!([session(SESSION, "Working")]));
    // Less than what a call may take on its way.
    place.veeam.set("lifetime", json!(20));
    place.lock(&of_session());
    let _daemon = place.harness.daemon().await;
    until("renewals", || place.veeam.grants("refresh_token") >= 2).await;
    assert_eq!(place.veeam.grants("password"), 1);
    place.veeam.set("lifetime", json!(900));
    place.until_asked("/api/v1/sessions/", 3).await;
    let renewed = place.veeam.grants("refresh_token");
    place.veeam.set("revoked", json!(renewed + 1));
    until("a renewal", || place.veeam.grants("refresh_token") == renewed + 1).await;
    place.until_asked("/api/v1/sessions/", 2).await;
    place.veeam.set("renewal", json!(false));
    place.veeam.set("revoked", json!(renewed + 2));
    until("a new login", || place.veeam.grants("password") == 2).await;
    let asked = place.veeam.asked("/api/v1/sessions/");
    until("answers", || place.veeam.asked("/api/v1/sessions/") > asked + 1).await;
    assert_eq!(place.veeam.grants("password"), 2);
}

#[tokio::test]
async fn api_is_asked_only_when_needed_and_logged_out_of_afterwards() {
    let mut place = Place::new().await;
    place.veeam.set("sessions", json!([session(SESSION, "Working")]));
    let daemon = place.harness.daemon().await;
    daemon.client.status().await.unwrap();
    daemon.fed_watchdog(4).await;
    assert_eq!(place.veeam.requests(), Vec::<serde_json::Value>::new());
    let lock = place.lock(&of_session());
    place.until_asked("/api/v1/sessions/", 2).await;
    std::fs::remove_file(lock).unwrap();
    until("the logout", || place.veeam.asked("/api/oauth2/logout") == 1).await;
    let asked = place.veeam.asked("/");
    daemon.fed_watchdog(4).await;
    assert_eq!(place.veeam.asked("/"), asked);
}

#[tokio::test]
async fn api_login_that_is_refused_is_not_retried_soon_and_leaks_no_password() {
    let mut place = Place::new().await;
    place.veeam.set("login", json!(["viewer", "another"]));
    place.harness.settings.set("Debug", "debug", "yes").set("Backup", "wait-for-veeam-minutes", "0");
    let lock = place.lock(&of_session());
    let daemon = place.harness.daemon().await;
    daemon.until_logged("Veeam refused the service's login").await;
    daemon.until_logged("HTTP 401: wrong: ********").await;
    daemon.fed_watchdog(6).await;
    assert_eq!(place.veeam.grants("password"), 1, "an account gets locked by too many");
    assert_eq!(said(&daemon, "Veeam refused the service's login"), 1);
    assert_eq!(place.run_once(&daemon).await.error, "VeeamBusy", "the lock stays");
    assert!(lock.exists());
    for text in [daemon.log(), daemon.text_log(), format!("{:?}", daemon.properties().await)] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
    assert!(daemon.log().contains("config [VEEAM] api-password = ********"), "{}", daemon.log());
}

#[tokio::test]
async fn api_password_may_come_from_systemds_credential() {
    let mut place = Place::new().await;
    place.veeam.set("sessions", json!([ended(SESSION, -5, "Success")]));
    place.harness.settings.set("VEEAM", "api-password", "");
    std::fs::create_dir(place.harness.path("credentials")).unwrap();
    std::fs::write(place.harness.path("credentials/veeam-api-password"), format!("{PASSWORD}\n")).unwrap();
    let lock = place.lock(&of_session());
    let _daemon = place.harness.daemon().await;
    place.until_lifted(&lock).await;
}

#[tokio::test]
async fn api_that_never_ends_its_answer_or_its_list_is_not_listened_to() {
    // One page is larger than any can be; all together are larger than any list.
    for (bytes, most) in [(32 << 20, 1), (3 << 20, 6)] {
        let mut place = Place::new().await;
        place.veeam.set("endless", json!(bytes));
        let daemon = place.harness.daemon().await;
        assert_eq!(place.run_once(&daemon).await.error, "MountFailed");
        let warnings = daemon.client.last_warnings().await.unwrap();
        assert!(warnings.len() == 1 && warnings[0].contains("The service could not ask Veeam"), "{warnings:?}");
        let asked = place.veeam.asked("/api/v1/sessions");
        assert!((1..=most).contains(&asked), "{asked} pages of {bytes} bytes");
    }
}

#[tokio::test]
async fn api_with_a_self_signed_certificate_that_is_named_is_trusted() {
    let room = tempfile::tempdir().unwrap();
    let own = self_signed(room.path());
    let mut veeam = VeeamServer::certified(room.path(), own);
    veeam.set("sessions", json!([ended(SESSION, -5, "Success")]));
    let place = Place::with(room, veeam).await;
    let lock = place.lock(&of_session());
    let _daemon = place.harness.daemon().await;
    place.until_lifted(&lock).await;
}
