//! What is sent without a call, and in which order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use asbackup::controller::Signal;
use asbackup_api::bus::{BUS_NAME, INTERFACE, OBJECT_PATH};
use asbackup_api::{Facts, Fault, LogLine, Outcome, State, Status, VeeamLock, Warning};
use asbackup_testing::harness::service::{BusService, UUID, finish, finished, soon};
use asbackup_texts::{Language, Texts};
use futures_util::StreamExt;
use tokio::sync::oneshot;
use zbus::fdo::{DBusProxy, PropertiesProxy};
use zbus::message::{Flags, Message, Type};
use zbus::names::InterfaceName;
use zbus::{Connection, MatchRule, MessageStream, OwnedVariant, Variant};

/// Everything that the service sends to `client`, in order.
async fn listen(client: &Connection) -> MessageStream {
    let stream = MessageStream::from(client);
    let rule = MatchRule::builder().msg_type(Type::Signal);
    let rule = rule.path(OBJECT_PATH).build().unwrap();
    let bus = DBusProxy::new(client).await.unwrap();
    bus.add_match_rule(rule).await.unwrap();
    stream
}

async fn next_signal(stream: &mut MessageStream) -> Message {
    loop {
        let message = soon(stream.next()).await.unwrap().unwrap();
        let header = message.header();
        let from_us = header.path().is_some_and(|path| path.as_str() == OBJECT_PATH);
        if header.message_type() == Type::Signal && from_us {
            drop(header);
            return message;
        }
    }
}

fn member(message: &Message) -> String {
    let header = message.header();
    header.member().map(|name| name.to_string()).unwrap_or_default()
}

type Changes = BTreeMap<String, OwnedVariant>;

fn changes(message: &Message) -> Changes {
    assert_eq!(member(message), "PropertiesChanged");
    let body = message.body();
    let (interface, changed, invalidated): (String, Changes, Vec<String>) = body.deserialize().unwrap();
    assert_eq!(interface, INTERFACE);
    assert!(invalidated.is_empty());
    changed
}

fn full_status() -> Status {
    let texts = Texts::new(Language::German);
    let removed = texts.statement(&Fault::DiskRemoved);
    let unset = texts.statement(&Fault::Unconfigured { keys: "key".to_owned() });
    let unsent = texts.statement(&Warning::MailNotEncrypted { server: "away".to_owned() });
    let mut status = Status {
        status: "Copying".to_owned(),
        state: State::Copying,
        disk: UUID.to_owned(),
        run: 7,
        started_at: 11,
        progress: 0.5,
        bytes_done: 5,
        source_as_of: 12,
        snapshot_error: "no reflinks".to_owned(),
        bytes_total: 10,
        bytes_per_second: 3,
        seconds_left: 2,
        current_file: "a\nb".to_owned(),
        bytes_resumed: 4,
        queue: vec!["B78E-6CC4".to_owned()],
        warnings: vec!["low".to_owned()],
        warning_facts: vec![Facts::default()],
        free_bytes: 99,
        last_error: ("NoSpace".to_owned(), removed.text),
        last_error_facts: removed.facts,
        last_warnings: vec!["old".to_owned()],
        last_warning_facts: vec![Facts::default()],
        safe_to_remove: vec!["B78E-6CC4".to_owned()],
        veeam_lock_count: 1,
        veeam_locks: vec![VeeamLock { job: "nightly".to_owned(), held: true, since: 5 }],
        config_error: unset.text,
        config_error_facts: unset.facts,
        outbox_count: 3,
        outbox_error: unsent.text,
        outbox_error_facts: unsent.facts,
        run_log: vec![LogLine { at: 4, level: "warning".into(), text: "slow".to_owned() }],
        web_address: "http://atlantis:8080/".to_owned(),
        web_names: vec!["atlantis".to_owned()],
        ..Status::default()
    };
    status.last_run = 6;
    status.last_disk = "B78E-6CC4".to_owned();
    status.last_label = "STICK".to_owned();
    status.last_result = Some(Outcome::Aborted);
    status.last_finished_at = 10;
    status
}

#[tokio::test]
async fn no_signal_of_a_run_overtakes_the_reply_to_start() {
    let mut service = BusService::new().await;
    service.play_controller();
    let client = service.bus.connect().await;
    let mut stream = listen(&client).await;
    for run in 1..=200u64 {
        let start = Message::method_call(OBJECT_PATH, "Start");
        let start = start.destination(BUS_NAME);
        let start = start.interface(INTERFACE);
        let start = start.build(&UUID).unwrap();
        let serial = start.header().primary().serial_num();
        client.send(&start).await.unwrap();
        let mut order = Vec::new();
        while order.last().map(String::as_str) != Some("RunFinished") {
            let message = soon(stream.next()).await.unwrap().unwrap();
            let header = message.header();
            match header.message_type() {
                Type::MethodReturn if header.reply_serial() == Some(serial) => {
                    assert_eq!(message.body().deserialize::<u64>().unwrap(), run);
                    order.push("reply".to_owned());
                }
                Type::Signal if member(&message).starts_with("Run") => {
                    order.push(member(&message));
                }
                _ => {}
            }
        }
        assert_eq!(order, ["reply", "RunStarted", "RunFinished"], "run {run}");
    }
}

#[tokio::test]
async fn a_caller_who_wants_no_reply_does_not_hold_up_the_signals() {
    let mut service = BusService::new().await;
    service.play_controller();
    let client = service.bus.connect().await;
    let mut stream = listen(&client).await;
    let begun = Instant::now();
    let start = Message::method_call(OBJECT_PATH, "Start");
    let start = start.destination(BUS_NAME);
    let start = start.interface(INTERFACE);
    let start = start.with_flags(Flags::NO_REPLY_EXPECTED);
    client.send(&start.build(&UUID).unwrap()).await.unwrap();
    while member(&next_signal(&mut stream).await) != "RunStarted" {}
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn run_finished_comes_after_the_properties_that_say_so() {
    let service = BusService::new().await;
    let client = service.bus.connect().await;
    let mut stream = listen(&client).await;
    // The wrong way round: the signal is on its way before the status says the same.
    service.signals.send(finished(1)).unwrap();
    tokio::task::yield_now().await;
    service.status.send_modify(|status| finish(status, 1));
    let changed = changes(&next_signal(&mut stream).await);
    assert_eq!(changed["LastResult"], OwnedVariant::try_from(Variant::from("success")).unwrap());
    let signal = next_signal(&mut stream).await;
    assert_eq!(member(&signal), "RunFinished");
    let body = signal.body();
    let (run, disk, result, error, message): (u64, String, String, String, String) = body.deserialize().unwrap();
    assert_eq!((run, disk.as_str(), result.as_str()), (1, UUID, "success"));
    assert_eq!((error.as_str(), message.as_str()), ("", ""));
}

#[tokio::test]
async fn properties_go_on_while_a_signal_waits_for_its_reply() {
    let service = BusService::new().await;
    let client = service.bus.connect().await;
    let mut stream = listen(&client).await;
    let (replied, after) = oneshot::channel();
    let started = Signal::RunStarted { run: 1, disk: UUID.to_owned(), trigger: "called", after: Some(after) };
    service.signals.send(started).unwrap();
    service.status.send_modify(|status| status.run = 1);
    assert!(changes(&next_signal(&mut stream).await).contains_key("Run"));
    replied.send(()).unwrap();
    assert_eq!(member(&next_signal(&mut stream).await), "RunStarted");
}

#[tokio::test]
async fn a_reply_that_never_leaves_holds_a_signal_up_for_two_seconds_only() {
    let service = BusService::new().await;
    let client = service.bus.connect().await;
    let mut stream = listen(&client).await;
    let (_never, after) = oneshot::channel();
    let started = Signal::RunStarted { run: 1, disk: UUID.to_owned(), trigger: "called", after: Some(after) };
    let begun = Instant::now();
    service.signals.send(started).unwrap();
    assert_eq!(member(&next_signal(&mut stream).await), "RunStarted");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn one_change_of_status_is_one_signal_with_the_values_that_getters_give() {
    let service = BusService::new().await;
    let client = service.bus.connect().await;
    let mut stream = listen(&client).await;
    service.status.send(full_status()).unwrap();
    let changed = changes(&next_signal(&mut stream).await);
    let properties = PropertiesProxy::builder(&client).destination(BUS_NAME);
    let properties = properties.path(OBJECT_PATH).build().await.unwrap();
    let interface = InterfaceName::try_from(INTERFACE).unwrap();
    let mut all: Changes = properties.get_all(interface).await.unwrap().into_iter().collect();
    assert!(all.remove("Version").is_some(), "never changes");
    assert_eq!(changed, all, "every other property differs from its default");

    service.status.send_modify(|status| status.bytes_done += 1);
    let changed = changes(&next_signal(&mut stream).await);
    let names: Vec<&str> = changed.keys().map(String::as_str).collect();
    assert_eq!(names, ["BytesDone"]);
}

#[tokio::test]
async fn control_characters_never_get_out() {
    let service = BusService::with(full_status(), Arc::new(|_| Vec::new())).await;
    let client = service.client().await;
    assert_eq!(client.current_file().await.unwrap(), "a\\nb");
}

#[tokio::test]
async fn the_last_words_get_out_before_the_daemon_ends() {
    let service = BusService::new().await;
    let client = service.bus.connect().await;
    let mut stream = listen(&client).await;
    service.status.send_modify(|status| finish(status, 3));
    service.signals.send(finished(3)).unwrap();
    let (served, status, signals) = (service.served, service.status, service.signals);
    drop((status, signals));
    soon(served.finish(Duration::from_secs(5))).await;
    assert!(changes(&next_signal(&mut stream).await).contains_key("LastFinishedAt"));
    assert_eq!(member(&next_signal(&mut stream).await), "RunFinished");
}
