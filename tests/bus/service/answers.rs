//! What comes back from a call, and when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use asbackup::controller::{Call, Started};
use asbackup_api::Fault;
use asbackup_api::bus::{Action, Error};
use asbackup_testing::harness::service::{BusService, UUID, soon};
use asbackup_texts::{Language, Texts};
use tokio::sync::oneshot;

use super::rights::call;

#[tokio::test]
async fn readers_do_not_wait_for_a_controller_that_is_stuck() {
    let service = BusService::new().await;
    let (caller, reader) = (service.client().await, service.client().await);
    let begun = Instant::now();
    let stuck = tokio::spawn(async move { caller.cancel().await });
    let mut slowest = Duration::ZERO;
    let mut reads = 0;
    while !stuck.is_finished() {
        let asked = Instant::now();
        reader.state().await.unwrap();
        slowest = slowest.max(asked.elapsed());
        reads += 1;
    }
    // Who waited for the controller would wait for two seconds; other tests share the processors.
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    assert!(reads > 100, "{reads}");
    let answer = stuck.await.unwrap();
    assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_controller_that_has_gone_says_that_the_service_stops() {
    let mut service = BusService::new().await;
    service.calls.take();
    let client = service.client().await;
    for action in Action::ALL {
        let answer = call(&client, action).await;
        assert!(matches!(answer, Err(Error::Stopping(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn a_fault_reaches_the_caller_by_its_name_and_in_the_current_language() {
    let mut service = BusService::new().await;
    let mut calls = service.calls.take().unwrap();
    tokio::spawn(async move {
        while let Some(Call::Start { disk, reply, .. }) = calls.recv().await {
            let _ = reply.send(Err(Fault::Busy { disk }));
        }
    });
    let client = service.client().await;
    for language in Language::ALL {
        let texts = Texts::new(language);
        let disk = UUID.to_owned();
        let expected = texts.message(&Fault::Busy { disk }).to_string();
        service.texts.send(Arc::new(texts)).unwrap();
        assert_eq!(client.start(UUID).await, Err(Error::Busy(expected)));
    }
}

#[tokio::test]
async fn hostile_arguments_do_not_reach_the_controller() {
    let mut service = BusService::new().await;
    let client = service.client().await;
    let long = "x".repeat(256);
    let huge = "x".repeat(1_000_000);
    for bad in ["a\nb", "\u{1b}[2J", "a\u{9b}b", &long, &huge] {
        let answer = client.start(bad).await;
        let Err(Error::UnknownDisk(message)) = answer else {
            panic!("{answer:?}");
        };
        assert!(message.len() < 2000 && !message.contains(char::is_control));
        for answer in [client.veeam_lock(bad).await.map(drop), client.veeam_unlock(bad).await] {
            assert!(matches!(answer, Err(Error::InvalidJob(_))), "{answer:?}");
        }
    }
    let answer = client.veeam_lock("").await;
    assert!(matches!(answer, Err(Error::InvalidJob(_))), "{answer:?}");
    assert!(service.calls.as_mut().unwrap().try_recv().is_err());
}

#[tokio::test]
async fn an_answer_that_comes_too_late_harms_nobody() {
    let mut service = BusService::new().await;
    let client = service.client().await;
    let answer = client.start(UUID).await;
    assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}");
    let Some(Call::Start { reply, .. }) = service.calls.as_mut().unwrap().recv().await else {
        panic!("Start was handed on");
    };
    let (replied, after) = oneshot::channel();
    assert!(reply.send(Ok(Started { run: 1, replied })).is_err());
    assert!(soon(after).await.is_err(), "whoever waits for the reply is set free");
}
