//! Callers and listeners who never read what they are sent.

use std::fs;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use asbackup_api::bus::OBJECT_PATH;
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::first;
use zbus::message::{self, Flags, Message};

use super::{BACKUP, BUS, FLOODERS, LISTENERS, PROPERTIES, RULES, Swarm, Town, to_us};

/// As many runs as are ever listed, all of which failed.
async fn with_a_long_history() -> Town {
    let mut town = Town::new().await;
    town.harness.udisks.plug(&first()).await;
    town.daemon.finished(1).await;
    let ended = town.daemon.history().into_iter().find(|line| line.get("ended").is_some()).unwrap();
    town.harness.udisks.unplug(&first()).await;
    town.daemon.stop().await;
    let line = |run: u64| {
        let mut line = ended.clone();
        line["ended"]["run"] = run.into();
        line.to_string() + "\n"
    };
    fs::write(town.harness.path("state/history.jsonl"), (1..=1000).map(line).collect::<String>()).unwrap();
    town.daemon = town.harness.launch_with("again").await;
    town.daemon.ready().await;
    town
}

/// Logs in to the bus without reading its answers: the socket is only written to.
fn greet(socket: &mut UnixStream) {
    let uid: String = NOBODY.to_string().bytes().map(|byte| format!("{byte:02x}")).collect();
    socket.set_nonblocking(false).unwrap();
    socket.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    socket.write_all(format!("\0AUTH EXTERNAL {uid}\r\nBEGIN\r\n").as_bytes()).unwrap();
    socket.write_all(to_the_bus("Hello").build(&()).unwrap().data()).unwrap();
}

fn to_the_bus(member: &str) -> message::Builder<'_> {
    Message::method_call("/org/freedesktop/DBus", member).destination(BUS).interface(BUS)
}

/// Makes calls whose answers are never read.
fn call_and_never_read(mut socket: UnixStream, batch: impl Fn() -> Vec<Message>, over: &AtomicBool, sent: &AtomicU64) {
    greet(&mut socket);
    while !over.load(Ordering::Relaxed) {
        let messages = batch();
        if messages.iter().any(|message| socket.write_all(message.data()).is_err()) {
            return;
        }
        sent.fetch_add(messages.len() as u64, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn large_answers() -> Vec<Message> {
    let all = || to_us(OBJECT_PATH, PROPERTIES, "GetAll").build(&(BACKUP,)).unwrap();
    let runs = to_us(OBJECT_PATH, BACKUP, "ListRuns").build(&1000_u32).unwrap();
    (0..20).map(|_| all()).chain([runs]).collect()
}

#[tokio::test]
async fn callers_who_never_read_large_answers_delay_nobody_and_take_no_memory() {
    let town = with_a_long_history().await;
    let mut swarm = Swarm::of(&town.harness, FLOODERS, |socket, over, sent| {
        call_and_never_read(socket, large_answers, over, sent);
    });
    swarm.few = 100;
    town.assert_served(&swarm).await;
}

/// Many callers who do read.
#[tokio::test]
async fn callers_who_list_all_runs_delay_nobody_and_take_no_memory() {
    let town = with_a_long_history().await;
    let swarm = Swarm::come(&town.harness, FLOODERS, large_answers);
    town.assert_served(&swarm).await;
}

/// As many match rules as the bus takes of one, each of which hears all that the daemon tells; what it hears is never read.
fn listen_and_never_read(mut socket: UnixStream, over: &AtomicBool, sent: &AtomicU64) {
    greet(&mut socket);
    for nth in 0..RULES {
        let rule = format!("type='signal',sender='{BACKUP}',path_namespace='/de',arg{}='{nth}'", 1 + nth % 63);
        let rule = if nth == 0 { format!("sender='{BACKUP}'") } else { rule };
        let rule = to_the_bus("AddMatch").with_flags(Flags::NO_REPLY_EXPECTED).build(&rule).unwrap();
        socket.write_all(rule.data()).unwrap();
        sent.fetch_add(1, Ordering::Relaxed);
    }
    while !over.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn listeners_who_never_read_delay_nobody_and_take_no_memory() {
    let town = Town::new().await;
    let mut swarm = Swarm::of(&town.harness, LISTENERS, listen_and_never_read);
    swarm.few = (LISTENERS * RULES) as u64 - 1;
    town.assert_served(&swarm).await;
    town.daemon.in_state("idle").await;
}
