//! Who may do what.

use std::process::Command;
use std::time::{Duration, Instant};

use asbackup::controller::Call;
use asbackup_api::Fault;
use asbackup_api::bus::{Action, BUS_NAME, BackupProxy, Error, INTERFACE, OBJECT_PATH};
use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::daemon::proxy;
use asbackup_testing::harness::service::{BusService, UUID, soon};
use asbackup_texts::{Language, Texts};
use zbus::fdo;

pub async fn call(client: &BackupProxy<'_>, action: Action) -> Result<(), Error> {
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

/// The message of an AccessDenied; anything else fails.
fn denied<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::ZBus(zbus::Error::FDO(error))) => match *error {
            fdo::Error::AccessDenied(message) => message,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn root_may_do_everything_without_polkit() {
    let mut service = BusService::new().await;
    service.play_controller();
    let client = service.client().await;
    for action in Action::ALL {
        assert_eq!(call(&client, action).await, Ok(()), "{action:?}");
    }
}

#[tokio::test]
async fn without_polkit_others_may_only_read() {
    let mut service = BusService::new().await;
    let client = service.client_as(NOBODY).await;
    for action in Action::ALL {
        let message = denied(call(&client, action).await);
        assert!(message.contains(action.id()), "{message}");
    }
    assert_eq!(client.state().await.unwrap(), "idle");
    assert!(client.list_disks().await.unwrap().is_empty());
    assert!(client.list_runs(5).await.unwrap().is_empty());
    let calls = service.calls.as_mut().unwrap();
    assert!(calls.try_recv().is_err(), "nothing reached the controller");
}

#[tokio::test]
async fn polkit_is_asked_about_the_caller_and_the_action() {
    let mut service = BusService::new().await;
    service.play_controller();
    let polkit = FakePolkit::start(service.bus.address(), Decision::Yes).await;
    let connection = service.bus.connect_as(NOBODY).await;
    let client = proxy(&connection).await;
    for action in Action::ALL {
        assert_eq!(call(&client, action).await, Ok(()), "{action:?}");
        let asked = polkit.take_asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].kind, "system-bus-name");
        assert_eq!(asked[0].subject, connection.unique_name().unwrap().as_str());
        assert_eq!(asked[0].action, action.id());
        // The scripts of Veeam run where nobody could type a password.
        let unattended = matches!(action, Action::VeeamLock | Action::VeeamUnlock);
        assert_eq!(asked[0].interactive, !unattended, "{action:?}");
    }
}

#[tokio::test]
async fn a_no_of_polkit_and_a_broken_polkit_are_both_a_no() {
    let service = BusService::new().await;
    let polkit = FakePolkit::start(service.bus.address(), Decision::No).await;
    let client = service.client_as(NOBODY).await;
    let message = denied(client.start("").await);
    assert!(message.contains("You are not allowed to do this"), "{message}");
    polkit.decide(Decision::Broken);
    let message = denied(client.start("").await);
    assert!(message.contains("could not be checked"), "nobody has said no: {message}");
    assert_eq!(polkit.take_asked().len(), 2);
    polkit.stop().await;
    let message = denied(client.start("").await);
    assert!(message.contains("could not be checked"), "nobody has said no: {message}");
}

#[tokio::test]
async fn a_challenge_says_that_a_password_would_help() {
    let service = BusService::new().await;
    let _polkit = FakePolkit::start(service.bus.address(), Decision::Challenge).await;
    let client = service.client_as(NOBODY).await;
    let Err(Error::ZBus(zbus::Error::FDO(error))) = client.veeam_lock("job").await else {
        panic!("a challenge is no permission");
    };
    assert!(matches!(*error, fdo::Error::InteractiveAuthorizationRequired(_)), "{error:?}");
}

#[tokio::test]
async fn a_polkit_that_does_not_answer_is_a_no_within_two_seconds() {
    let service = BusService::new().await;
    let polkit = FakePolkit::start(service.bus.address(), Decision::Hang).await;
    let client = service.client_as(NOBODY).await;
    let begun = Instant::now();
    let message = denied(client.veeam_lock("job").await);
    assert!(message.contains("could not be checked"), "nobody has said no: {message}");
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(!polkit.take_asked()[0].interactive);
}

#[tokio::test]
async fn a_password_dialogue_may_take_longer_than_two_seconds() {
    let service = BusService::new().await;
    let polkit = FakePolkit::start(service.bus.address(), Decision::Hang).await;
    let client = service.client_as(NOBODY).await;
    let patience = Duration::from_millis(2500);
    let waited = tokio::time::timeout(patience, client.start("")).await;
    assert!(waited.is_err(), "still asking: {waited:?}");
    let asked = polkit.take_asked();
    assert!(asked[0].interactive && !asked[0].cancellation.is_empty());
}

/// What `busctl` of an ordinary user prints when `Start` fails.
async fn busctl_start(address: &str) -> String {
    let mut busctl = Command::new("setpriv");
    let uid = format!("--reuid={NOBODY}");
    busctl.args([&uid, "--clear-groups", "busctl"]);
    busctl.arg(format!("--address={address}"));
    busctl.args(["call", BUS_NAME, OBJECT_PATH, INTERFACE, "Start", "s", ""]);
    let output = tokio::task::spawn_blocking(move || busctl.output().unwrap());
    let output = soon(output).await.unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap().trim().to_owned()
}

#[tokio::test]
async fn busctl_of_an_ordinary_user_prints_a_message_that_makes_sense_alone() {
    let mut service = BusService::new().await;
    let mut calls = service.calls.take().unwrap();
    let fault = || Fault::Busy { disk: UUID.to_owned() };
    tokio::spawn(async move {
        while let Some(Call::Start { reply, .. }) = calls.recv().await {
            let _ = reply.send(Err(fault()));
        }
    });
    // It has words of its own for this one error.
    let said = busctl_start(service.bus.address()).await;
    assert_eq!(said, "Call failed: Access denied");
    let _polkit = FakePolkit::start(service.bus.address(), Decision::Yes).await;
    let said = busctl_start(service.bus.address()).await;
    let expected = Texts::new(Language::English).message(&fault());
    assert_eq!(said, format!("Call failed: {expected}"));
}
