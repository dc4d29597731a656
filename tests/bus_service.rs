//! How the service behaves towards its callers: who may what, in which order things are told, and that nobody has to wait.

#[path = "common/bus.rs"]
mod bus;
#[path = "common/fake_polkit.rs"]
mod fake_polkit;
#[path = "common/rig.rs"]
mod rig;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use asbackup::bus::BusError;
use asbackup::bus::contract::{Action, BUS_NAME, BackupProxy, Error, INTERFACE, OBJECT_PATH, Row};
use asbackup::controller::{Call, Signal, Started};
use asbackup::model::{
    DiskId, DiskRow, Fault, Finished, Outcome, Plug, Progress, RunRecord, State, Status, Step,
    Totals, Trigger, VeeamLock, Warning,
};
use asbackup::texts::{Language, Texts};
use futures_util::StreamExt;
use tokio::sync::oneshot;
use zbus::fdo::{self, DBusProxy, PropertiesProxy};
use zbus::message::{Message, Type};
use zbus::{Connection, MatchRule, MessageStream, OwnedVariant};

use bus::NOBODY;
use fake_polkit::{FakePolkit, Verdict};
use rig::{Rig, UUID, finish, finished, proxy, serve_again, soon};

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
        let from_us = header
            .path()
            .is_some_and(|path| path.as_str() == OBJECT_PATH);
        if header.message_type() == Type::Signal && from_us {
            drop(header);
            return message;
        }
    }
}

fn member(message: &Message) -> String {
    let header = message.header();
    header
        .member()
        .map(|name| name.to_string())
        .unwrap_or_default()
}

type Changes = BTreeMap<String, OwnedVariant>;

fn changes(message: &Message) -> Changes {
    assert_eq!(member(message), "PropertiesChanged");
    let body = message.body();
    let (interface, changed, invalidated): (String, Changes, Vec<String>) =
        body.deserialize().unwrap();
    assert_eq!(interface, INTERFACE);
    assert!(invalidated.is_empty());
    changed
}

async fn call(client: &BackupProxy<'_>, action: Action) -> Result<(), Error> {
    match action {
        Action::Start => client.start("").await.map(drop),
        Action::Cancel => client.cancel().await,
        Action::Reload => client.reload().await,
        Action::VeeamLock => client.veeam_lock("job").await.map(drop),
        Action::VeeamUnlock => client.veeam_unlock("job").await,
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

fn full_status() -> Status {
    let mut status = Status {
        sentence: "Copying".to_owned(),
        state: State::Copying,
        disk: UUID.to_owned(),
        run: 7,
        started_at: 11,
        ratio: 0.5,
        progress: Progress {
            bytes_done: 5,
            bytes_total: 10,
            rate: 3,
            seconds_left: 2,
            file: "a\nb".to_owned(),
        },
        queue: vec!["B78E-6CC4".to_owned()],
        warnings: vec!["low".to_owned()],
        free_bytes: 99,
        last_error: ("NoSpace".to_owned(), "full".to_owned()),
        last_warnings: vec!["old".to_owned()],
        safe_to_remove: vec!["B78E-6CC4".to_owned()],
        veeam_locks: vec![VeeamLock {
            job: "nightly".to_owned(),
            held: true,
            since: 5,
        }],
        config_error: "key".to_owned(),
        web_address: "http://atlantis:8080/".to_owned(),
        ..Status::default()
    };
    status.last = Some(Finished {
        run: 6,
        disk: DiskId::new("B78E-6CC4"),
        label: "STICK".to_owned(),
        outcome: Outcome::Aborted,
        fault: None,
        warnings: Vec::new(),
        finished_at: 10,
    });
    status
}

#[tokio::test]
async fn bus_root_may_everything_without_polkit() {
    let mut rig = Rig::new().await;
    rig.play_controller();
    let client = rig.client().await;
    for action in Action::ALL {
        assert_eq!(call(&client, action).await, Ok(()), "{action:?}");
    }
}

#[tokio::test]
async fn bus_without_polkit_nobody_else_may_anything_but_read() {
    let mut rig = Rig::new().await;
    let client = rig.client_as(NOBODY).await;
    for action in Action::ALL {
        let message = denied(call(&client, action).await);
        assert!(message.contains(action.id()), "{message}");
    }
    assert_eq!(client.state().await.unwrap(), "idle");
    assert!(client.list_disks().await.unwrap().is_empty());
    assert!(client.list_runs(5).await.unwrap().is_empty());
    let calls = rig.calls.as_mut().unwrap();
    assert!(calls.try_recv().is_err(), "nothing reached the controller");
}

#[tokio::test]
async fn bus_polkit_is_asked_about_the_caller_and_the_action() {
    let mut rig = Rig::new().await;
    rig.play_controller();
    let polkit = FakePolkit::start(rig.bus.address(), Verdict::Yes).await;
    let connection = rig.bus.connect_as(NOBODY).await;
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
async fn bus_a_no_of_polkit_and_a_broken_polkit_are_both_a_no() {
    let rig = Rig::new().await;
    let polkit = FakePolkit::start(rig.bus.address(), Verdict::No).await;
    let client = rig.client_as(NOBODY).await;
    denied(client.start("").await);
    polkit.decide(Verdict::Broken);
    denied(client.start("").await);
    assert_eq!(polkit.take_asked().len(), 2);
    polkit.stop().await;
    denied(client.start("").await);
}

#[tokio::test]
async fn bus_a_challenge_says_that_a_password_would_help() {
    let rig = Rig::new().await;
    let _polkit = FakePolkit::start(rig.bus.address(), Verdict::Challenge).await;
    let client = rig.client_as(NOBODY).await;
    let Err(Error::ZBus(zbus::Error::FDO(error))) = client.veeam_lock("job").await else {
        panic!("a challenge is no permission");
    };
    assert!(
        matches!(*error, fdo::Error::InteractiveAuthorizationRequired(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn bus_a_polkit_that_does_not_answer_is_a_no_within_two_seconds() {
    let rig = Rig::new().await;
    let polkit = FakePolkit::start(rig.bus.address(), Verdict::Hang).await;
    let client = rig.client_as(NOBODY).await;
    let begun = Instant::now();
    denied(client.veeam_lock("job").await);
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(!polkit.take_asked()[0].interactive);
}

#[tokio::test]
async fn bus_a_password_dialogue_may_take_longer_than_two_seconds() {
    let rig = Rig::new().await;
    let polkit = FakePolkit::start(rig.bus.address(), Verdict::Hang).await;
    let client = rig.client_as(NOBODY).await;
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
async fn bus_busctl_of_an_ordinary_user_prints_a_message_that_makes_sense_alone() {
    let mut rig = Rig::new().await;
    let mut calls = rig.calls.take().unwrap();
    let fault = || Fault::Busy {
        disk: UUID.to_owned(),
    };
    tokio::spawn(async move {
        while let Some(Call::Start { reply, .. }) = calls.recv().await {
            let _ = reply.send(Err(fault()));
        }
    });
    // It has words of its own for this one error.
    let said = busctl_start(rig.bus.address()).await;
    assert_eq!(said, "Call failed: Access denied");
    let _polkit = FakePolkit::start(rig.bus.address(), Verdict::Yes).await;
    let said = busctl_start(rig.bus.address()).await;
    let expected = Texts::new(Language::English).say(&fault());
    assert_eq!(said, format!("Call failed: {expected}"));
}

#[tokio::test]
async fn bus_no_signal_of_a_run_overtakes_the_reply_to_start() {
    let mut rig = Rig::new().await;
    rig.play_controller();
    let client = rig.bus.connect().await;
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
async fn bus_a_caller_who_wants_no_reply_does_not_hold_up_the_signals() {
    let mut rig = Rig::new().await;
    rig.play_controller();
    let client = rig.bus.connect().await;
    let mut stream = listen(&client).await;
    let begun = Instant::now();
    let start = Message::method_call(OBJECT_PATH, "Start");
    let start = start.destination(BUS_NAME);
    let start = start.interface(INTERFACE);
    let start = start.with_flags(zbus::message::Flags::NO_REPLY_EXPECTED);
    client.send(&start.build(&UUID).unwrap()).await.unwrap();
    while member(&next_signal(&mut stream).await) != "RunStarted" {}
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn bus_run_finished_comes_after_the_properties_that_say_so() {
    let rig = Rig::new().await;
    let client = rig.bus.connect().await;
    let mut stream = listen(&client).await;
    // The wrong way round: the signal is on its way before the status says the same.
    rig.signals.send(finished(1)).unwrap();
    tokio::task::yield_now().await;
    rig.status.send_modify(|status| finish(status, 1));
    let changed = changes(&next_signal(&mut stream).await);
    assert_eq!(
        changed["LastResult"],
        OwnedVariant::try_from(zbus::Variant::from("success")).unwrap()
    );
    let signal = next_signal(&mut stream).await;
    assert_eq!(member(&signal), "RunFinished");
    let body = signal.body();
    let (run, disk, result, error, message): (u64, String, String, String, String) =
        body.deserialize().unwrap();
    assert_eq!((run, disk.as_str(), result.as_str()), (1, UUID, "success"));
    assert_eq!((error.as_str(), message.as_str()), ("", ""));
}

#[tokio::test]
async fn bus_properties_go_on_while_a_signal_waits_for_its_reply() {
    let rig = Rig::new().await;
    let client = rig.bus.connect().await;
    let mut stream = listen(&client).await;
    let (replied, after) = oneshot::channel();
    let started = Signal::RunStarted {
        run: 1,
        disk: UUID.to_owned(),
        trigger: "called",
        after: Some(after),
    };
    rig.signals.send(started).unwrap();
    rig.status.send_modify(|status| status.run = 1);
    assert!(changes(&next_signal(&mut stream).await).contains_key("Run"));
    replied.send(()).unwrap();
    assert_eq!(member(&next_signal(&mut stream).await), "RunStarted");
}

#[tokio::test]
async fn bus_a_reply_that_never_leaves_holds_a_signal_up_for_two_seconds_only() {
    let rig = Rig::new().await;
    let client = rig.bus.connect().await;
    let mut stream = listen(&client).await;
    let (_never, after) = oneshot::channel();
    let started = Signal::RunStarted {
        run: 1,
        disk: UUID.to_owned(),
        trigger: "called",
        after: Some(after),
    };
    let begun = Instant::now();
    rig.signals.send(started).unwrap();
    assert_eq!(member(&next_signal(&mut stream).await), "RunStarted");
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn bus_one_change_of_status_is_one_signal_with_the_values_that_getters_give() {
    let rig = Rig::new().await;
    let client = rig.bus.connect().await;
    let mut stream = listen(&client).await;
    rig.status.send(full_status()).unwrap();
    let changed = changes(&next_signal(&mut stream).await);
    let properties = PropertiesProxy::builder(&client).destination(BUS_NAME);
    let properties = properties.path(OBJECT_PATH).build().await.unwrap();
    let interface = zbus::names::InterfaceName::try_from(INTERFACE).unwrap();
    let mut all: Changes = properties
        .get_all(interface)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert!(all.remove("Version").is_some(), "never changes");
    assert_eq!(
        changed, all,
        "every other property differs from its default"
    );

    rig.status
        .send_modify(|status| status.progress.bytes_done += 1);
    let changed = changes(&next_signal(&mut stream).await);
    let names: Vec<&str> = changed.keys().map(String::as_str).collect();
    assert_eq!(names, ["BytesDone"]);
}

#[tokio::test]
async fn bus_control_characters_never_get_out() {
    let rig = Rig::with(full_status(), Arc::new(|_| Vec::new())).await;
    let client = rig.client().await;
    assert_eq!(client.current_file().await.unwrap(), "a\\nb");
}

#[tokio::test]
async fn bus_a_second_daemon_is_told_that_the_name_is_taken_and_the_first_keeps_it() {
    let rig = Rig::new().await;
    let second = rig.bus.connect().await;
    let error = serve_again(&second).await.unwrap_err();
    assert!(matches!(error, BusError::NameTaken), "{error:?}");
    for language in Language::ALL {
        let said = error.say(&Texts::new(language));
        assert!(said.contains(BUS_NAME), "{said}");
    }
    let bus = DBusProxy::new(&second).await.unwrap();
    let name = zbus::names::BusName::try_from(BUS_NAME).unwrap();
    let owner = bus.get_name_owner(name).await.unwrap();
    assert_ne!(Some(&owner), second.unique_name());
    assert_eq!(rig.client().await.state().await.unwrap(), "idle");
}

#[tokio::test]
async fn bus_the_name_can_be_had_again_when_its_owner_has_gone() {
    let bus = bus::PrivateBus::start();
    let first = bus.connect().await;
    let _served = serve_again(&first).await.unwrap();
    first.close().await.unwrap();
    let second = bus.connect().await;
    serve_again(&second).await.unwrap();
}

#[tokio::test]
async fn bus_no_ordinary_user_can_own_the_name() {
    let bus = bus::PrivateBus::start();
    let nobody = bus.connect_as(NOBODY).await;
    let error = serve_again(&nobody).await.unwrap_err();
    assert!(matches!(error, BusError::NameRefused(_)), "{error:?}");
    let said = error.say(&Texts::new(Language::English));
    assert!(said.contains("de.example.Backup.conf"), "{said}");
}

#[tokio::test]
async fn bus_readers_do_not_wait_for_a_controller_that_is_stuck() {
    let rig = Rig::new().await;
    let (caller, reader) = (rig.client().await, rig.client().await);
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
    // Generous: other tests share the processors.
    assert!(slowest < Duration::from_millis(300), "{slowest:?}");
    assert!(reads > 100, "{reads}");
    let answer = stuck.await.unwrap();
    assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_millis(2500));
}

#[tokio::test]
async fn bus_a_controller_that_has_gone_says_that_the_service_stops() {
    let mut rig = Rig::new().await;
    rig.calls.take();
    let client = rig.client().await;
    for action in Action::ALL {
        let answer = call(&client, action).await;
        assert!(matches!(answer, Err(Error::Stopping(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn bus_a_fault_reaches_the_caller_by_its_name_and_in_the_language_of_now() {
    let mut rig = Rig::new().await;
    let mut calls = rig.calls.take().unwrap();
    tokio::spawn(async move {
        while let Some(Call::Start { disk, reply }) = calls.recv().await {
            let _ = reply.send(Err(Fault::Busy { disk }));
        }
    });
    let client = rig.client().await;
    for language in Language::ALL {
        let texts = Texts::new(language);
        let disk = UUID.to_owned();
        let expected = texts.say(&Fault::Busy { disk }).to_string();
        rig.texts.send(Arc::new(texts)).unwrap();
        assert_eq!(client.start(UUID).await, Err(Error::Busy(expected)));
    }
}

#[tokio::test]
async fn bus_hostile_arguments_do_not_reach_the_controller() {
    let mut rig = Rig::new().await;
    let client = rig.client().await;
    let long = "x".repeat(256);
    let huge = "x".repeat(1_000_000);
    for bad in ["a\nb", "\u{1b}[2J", "a\u{9b}b", &long, &huge] {
        let answer = client.start(bad).await;
        let Err(Error::UnknownDisk(message)) = answer else {
            panic!("{answer:?}");
        };
        assert!(message.len() < 2000 && !message.contains(char::is_control));
        for answer in [
            client.veeam_lock(bad).await.map(drop),
            client.veeam_unlock(bad).await,
        ] {
            assert!(matches!(answer, Err(Error::InvalidJob(_))), "{answer:?}");
        }
    }
    let answer = client.veeam_lock("").await;
    assert!(matches!(answer, Err(Error::InvalidJob(_))), "{answer:?}");
    assert!(rig.calls.as_mut().unwrap().try_recv().is_err());
}

#[tokio::test]
async fn bus_an_answer_that_comes_too_late_harms_nobody() {
    let mut rig = Rig::new().await;
    let client = rig.client().await;
    let answer = client.start(UUID).await;
    assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}");
    let Some(Call::Start { reply, .. }) = rig.calls.as_mut().unwrap().recv().await else {
        panic!("Start was handed on");
    };
    let (replied, after) = oneshot::channel();
    assert!(reply.send(Ok(Started { run: 1, replied })).is_err());
    assert!(
        soon(after).await.is_err(),
        "whoever waits for the reply is set free"
    );
}

fn keys_in_contract(method: &str) -> BTreeSet<String> {
    let xml = include_str!("../dbus/de.example.Backup.xml");
    let start = format!("\n      {method}:\n");
    let comment = xml.split_once(&start).unwrap().1;
    let comment = comment.split_once("-->").unwrap().0;
    let keys = comment.split_once("always there:").unwrap().1;
    let mut words = keys.split_whitespace().peekable();
    let mut found = BTreeSet::new();
    while let Some(word) = words.next() {
        if matches!(words.peek(), Some(&("s" | "t" | "b" | "as"))) {
            found.insert(word.to_owned());
        }
    }
    found
}

fn keys(row: &Row) -> BTreeSet<String> {
    row.keys().cloned().collect()
}

#[tokio::test]
async fn bus_a_listed_disk_has_every_key_of_the_contract() {
    let status = Status {
        disks: vec![DiskRow {
            uuid: UUID.to_owned(),
            known: true,
            label: "OFF\u{1b}SITE".to_owned(),
            recipients: vec!["a@example.de".to_owned()],
            size: 5,
            ..DiskRow::default()
        }],
        ..Status::default()
    };
    let rig = Rig::with(status, Arc::new(|_| Vec::new())).await;
    let disks = rig.client_as(NOBODY).await.list_disks().await.unwrap();
    assert_eq!(disks.len(), 1);
    assert_eq!(keys(&disks[0]), keys_in_contract("ListDisks"));
    let text = |key: &str| disks[0][key].downcast_ref::<String>().unwrap();
    assert_eq!(text("uuid"), UUID);
    assert_eq!(text("label"), "OFF\\u{1b}SITE");
    assert_eq!(disks[0]["size"].downcast_ref::<u64>().unwrap(), 5);
}

fn record(run: u64) -> RunRecord {
    RunRecord {
        run,
        disk: DiskId::new(UUID),
        label: "OFFSITE1".to_owned(),
        trigger: Trigger::Plugged,
        plug: Plug {
            boot_id: String::new(),
            diskseq: None,
        },
        started_at: 1,
        finished_at: 2,
        outcome: Outcome::Aborted,
        step: Step::Copy,
        fault: Some(Fault::DiskRemoved),
        warnings: vec![Warning::EmptyLock {
            path: "/lock".to_owned(),
        }],
        totals: Totals::default(),
        safe_to_remove: false,
    }
}

#[tokio::test]
async fn bus_listed_runs_have_every_key_of_the_contract_and_are_at_most_a_thousand() {
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&asked);
    let history = move |newest: usize| {
        seen.store(newest, Ordering::SeqCst);
        (1..=newest as u64).rev().map(record).collect()
    };
    let rig = Rig::with(Status::default(), Arc::new(history)).await;
    let client = rig.client_as(NOBODY).await;
    let runs = client.list_runs(2).await.unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(keys(&runs[0]), keys_in_contract("ListRuns"));
    assert_eq!(runs[0]["run"].downcast_ref::<u64>().unwrap(), 2);
    let text = |key: &str| runs[0][key].downcast_ref::<String>().unwrap();
    assert_eq!(text("error"), "DiskRemoved");
    assert_eq!(text("result"), "aborted");
    assert_eq!(client.list_runs(u32::MAX).await.unwrap().len(), 1000);
    assert_eq!(asked.load(Ordering::SeqCst), 1000);
}

#[tokio::test]
async fn bus_a_history_that_can_not_be_read_keeps_nobody_waiting() {
    let (_open, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let history = move |_| {
        let _ = gate.lock().unwrap().recv();
        Vec::new()
    };
    let rig = Rig::with(Status::default(), Arc::new(history)).await;
    let client = rig.client().await;
    let begun = Instant::now();
    let (first, second) = tokio::join!(client.list_runs(1), client.list_runs(1));
    for answer in [first, second] {
        assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}");
    }
    assert!(begun.elapsed() < Duration::from_millis(2500));
    drop(_open);
}

#[tokio::test]
async fn bus_the_last_words_get_out_before_the_daemon_ends() {
    let rig = Rig::new().await;
    let client = rig.bus.connect().await;
    let mut stream = listen(&client).await;
    rig.status.send_modify(|status| finish(status, 3));
    rig.signals.send(finished(3)).unwrap();
    let (served, status, signals) = (rig.served, rig.status, rig.signals);
    drop((status, signals));
    soon(served.finish(Duration::from_secs(5))).await;
    assert!(changes(&next_signal(&mut stream).await).contains_key("LastFinishedAt"));
    assert_eq!(member(&next_signal(&mut stream).await), "RunFinished");
}
