//! What strangers send to the connections on which the daemon hears of others: signals that look like UDisks2's, logind's and the
//! bus' own. Anybody finds these connections by the process behind them, and the bus passes signals on to whoever is named.

use std::collections::HashMap;

use asbackup_testing::fakes::udisks::{BLOCK, FILESYSTEM, FakeDisk, Interfaces};
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::daemon::{Daemon, proxy};
use asbackup_testing::harness::{Harness, first, second};
use asbackup_testing::until;
use zbus::fdo::DBusProxy;
use zbus::message::Message;
use zbus::names::OwnedUniqueName;
use zbus::{Connection, ObjectPath, Variant};

use super::swarm::{BATCH, FLOODERS, PROPERTIES, Swarm, Town, names_of};

const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";
const UDISKS: &str = "/org/freedesktop/UDisks2";
const BUS: &str = "org.freedesktop.DBus";
const BUS_PATH: &str = "/org/freedesktop/DBus";

type Body<'a> = &'a (dyn Fn(zbus::message::Builder<'_>) -> Message + 'a);

fn signal(to: &OwnedUniqueName, path: &str, (interface, member): (&str, &str), body: Body<'_>) -> Message {
    body(Message::signal(path, interface, member).destination(to))
}

fn owner_changed(to: &OwnedUniqueName, (name, old, new): (&str, &str, &str)) -> Message {
    signal(to, BUS_PATH, (BUS, "NameOwnerChanged"), &|signal| signal.build(&(name, old, new)).unwrap())
}

/// Signals that a disk has come, has been filled, and has gone.
fn of_udisks(to: &OwnedUniqueName, disk: &FakeDisk) -> Vec<Message> {
    let path = ObjectPath::try_from(disk.path()).unwrap();
    let interfaces = Interfaces::from([(BLOCK.to_owned(), disk.block()), (FILESYSTEM.to_owned(), disk.filesystem())]);
    let came = |signal: zbus::message::Builder<'_>| signal.build(&(&path, &interfaces)).unwrap();
    let filled = |signal: zbus::message::Builder<'_>| signal.build(&(BLOCK, disk.block(), Vec::<&str>::new())).unwrap();
    let went = |signal: zbus::message::Builder<'_>| signal.build(&(&path, [BLOCK, FILESYSTEM])).unwrap();
    vec![
        signal(to, UDISKS, (OBJECT_MANAGER, "InterfacesAdded"), &came),
        signal(to, path.as_str(), (PROPERTIES, "PropertiesChanged"), &filled),
        signal(to, UDISKS, (OBJECT_MANAGER, "InterfacesRemoved"), &went),
        owner_changed(to, ("org.freedesktop.UDisks2", ":1.1", "")),
    ]
}

fn of_logind(to: &OwnedUniqueName) -> Vec<Message> {
    let manager = "org.freedesktop.login1.Manager";
    ["PrepareForSleep", "PrepareForShutdown"]
        .map(|member| signal(to, "/org/freedesktop/login1", (manager, member), &|signal| signal.build(&true).unwrap()))
        .into()
}

/// Returns when the bus has passed all of it on.
async fn send(stranger: &Connection, messages: &[Message]) {
    stranger.send_all(messages).await.unwrap();
    DBusProxy::new(stranger).await.unwrap().get_id().await.unwrap();
}

async fn locks(daemon: &Daemon) -> Vec<(String, String)> {
    let locks = daemon.client.veeam_locks().await.unwrap();
    locks.into_iter().map(|(job, state, _)| (job, state)).collect()
}

#[tokio::test]
async fn a_forged_departure_withdraws_nobodys_request() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let veeam = harness.bus.connect().await;
    assert_eq!(proxy(&veeam).await.veeam_lock("Nightly").await.unwrap(), "waiting");
    let stranger = harness.bus.connect_as(NOBODY).await;
    let (caller, own) = (veeam.unique_name().unwrap().as_str(), stranger.unique_name().unwrap().as_str());
    // First that he is the one who is listened to, then that the caller has gone.
    let forged = |to| [owner_changed(to, (caller, caller, own)), owner_changed(to, (caller, caller, ""))];
    let messages: Vec<Message> = names_of(&daemon).await.iter().flat_map(forged).collect();
    send(&stranger, &messages).await;
    // It comes after them on the same connection.
    harness.udisks.plug(&second()).await;
    daemon.until("the queue", |recorded| recorded.list("Queue").contains(&second().uuid)).await;
    assert_eq!(locks(&daemon).await, [("Nightly".to_owned(), "waiting".to_owned())]);
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    daemon.until("the lock", |recorded| recorded.veeam_locks().iter().any(|(_, state)| state == "held")).await;
}

#[tokio::test]
async fn forged_signals_of_others_are_not_even_a_reason_to_ask() {
    let town = Town::new().await;
    let names = names_of(&town.daemon).await;
    let messages: Vec<Message> =
        names.iter().flat_map(|name| [of_udisks(name, &first()), of_logind(name)].concat()).collect();
    let swarm = Swarm::come(&town.harness, FLOODERS, move || messages.iter().cycle().take(BATCH).cloned().collect());
    until("a flood", || swarm.sent() > swarm.few).await;
    let asked = town.harness.udisks.asked();
    until("more of it", || swarm.sent() > 10 * swarm.few).await;
    assert_eq!(town.harness.udisks.asked(), asked, "nothing was plugged in or out");
    assert_eq!(town.daemon.history().len(), 0, "nothing was copied to");
    town.assert_served(&swarm).await;
}

#[tokio::test]
async fn large_signals_to_the_daemon_alone_delay_nobody_and_take_no_memory() {
    let town = Town::new().await;
    let many: HashMap<String, Variant<'_>> = (0..1_200_000).map(|nth| (nth.to_string(), Variant::from(nth))).collect();
    let block = format!("{UDISKS}/block_devices/sda");
    let names = names_of(&town.daemon).await;
    let message = |to| {
        signal(to, &block, (PROPERTIES, "PropertiesChanged"), &|signal| {
            signal.build(&(BLOCK, &many, Vec::<&str>::new())).unwrap()
        })
    };
    let messages: Vec<Message> = names.iter().map(message).collect();
    let mut swarm = Swarm::come(&town.harness, FLOODERS, move || messages.clone());
    swarm.few = 10;
    town.assert_served(&swarm).await;
}

#[tokio::test]
async fn calls_to_the_daemons_other_connections_reach_nobody() {
    let town = Town::new().await;
    let names = names_of(&town.daemon).await;
    let call = |to: &OwnedUniqueName, body: &str| {
        let call = Message::method_call("/de/example/Backup", "GetAll").destination(to).interface(PROPERTIES);
        call.build(&body).unwrap()
    };
    let unanswered = |to: &OwnedUniqueName, body: &str| {
        let call = Message::method_call("/de/example/Backup", "GetAll").destination(to).interface(PROPERTIES);
        call.with_flags(zbus::message::Flags::NO_REPLY_EXPECTED).build(&body).unwrap()
    };
    let large = "x".repeat(1 << 20);
    let messages: Vec<Message> = names
        .iter()
        .flat_map(|to| [call(to, "any"), unanswered(to, "any"), call(to, &large), unanswered(to, &large)])
        .collect();
    let mut swarm = Swarm::come(&town.harness, FLOODERS, move || messages.clone());
    swarm.few = 100;
    town.assert_served(&swarm).await;
}
