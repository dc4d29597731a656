//! The machine stays awake while a run is on: logind, played by the test, is asked for its locks and gets them back.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::until;
use futures_util::StreamExt;
use zbus::fdo::DBusProxy;
use zbus::message::Message;
use zbus::{Connection, OwnedFd, connection, fdo, interface};

/// What was asked for, and our end of the lock; it reads as ended when nobody holds the other.
type Locks = Arc<Mutex<Vec<(String, String, UnixStream)>>>;

struct Manager {
    locks: Locks,
    /// `block-weak` came with systemd 257.
    old: bool,
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn inhibit(&self, what: String, who: String, why: String, mode: String) -> fdo::Result<OwnedFd> {
        assert!(who == "asbackup" && !why.is_empty());
        if self.old && mode == "block-weak" {
            return Err(fdo::Error::InvalidArgs("Invalid mode specification".to_owned()));
        }
        let (ours, theirs) = UnixStream::pair().expect("two sockets");
        ours.set_nonblocking(true).expect("our own socket");
        self.locks.lock().expect("nobody panics with it").push((what, mode, ours));
        Ok(std::os::fd::OwnedFd::from(theirs).into())
    }
}

async fn start_logind(harness: &Harness, old: bool) -> (Connection, Locks) {
    let locks = Locks::default();
    let manager = Manager { locks: locks.clone(), old };
    let logind = connection::Builder::address(harness.bus.address());
    let logind = logind.serve_at("/org/freedesktop/login1", manager).name("org.freedesktop.login1");
    (logind.build().await.expect("logind's name"), locks)
}

fn taken(locks: &Locks) -> Vec<(String, String)> {
    let locks = locks.lock().expect("nobody panics with it");
    locks.iter().map(|(what, mode, _)| (what.clone(), mode.clone())).collect()
}

fn all_are_given_back(locks: &Locks) -> bool {
    let mut locks = locks.lock().expect("nobody panics with it");
    locks.iter_mut().all(|(_, _, ours)| ours.read(&mut [0]).is_ok_and(|read| read == 0))
}

#[tokio::test]
async fn sleep_and_shutdown_are_held_off_while_a_run_is_on_and_no_longer() {
    for (old, mode) in [(false, "block-weak"), (true, "delay")] {
        let harness = Harness::new().await;
        let (_logind, locks) = start_logind(&harness, old).await;
        let daemon = harness.daemon().await;
        assert_eq!(taken(&locks), [], "nothing runs");
        harness.hang_in_mount(&daemon, &first()).await;
        until("both locks", || taken(&locks).len() == 2).await;
        let wanted = [("sleep", "block"), ("shutdown", mode)];
        assert_eq!(taken(&locks), wanted.map(|(what, mode)| (what.to_owned(), mode.to_owned())));
        assert!(!all_are_given_back(&locks));
        daemon.client.cancel().await.unwrap();
        daemon.finished(1).await;
        until("the locks to come back", || all_are_given_back(&locks)).await;
    }
}

/// Sends to everybody who comes to the bus, at once.
async fn pester_who_comes(stranger: Connection) {
    let bus = DBusProxy::new(&stranger).await.expect("the bus");
    let mut changes = bus.receive_name_owner_changed().await.expect("a match rule");
    let huge = "x".repeat(4 << 20);
    while let Some(change) = changes.next().await {
        let told = change.args().expect("three names");
        let Some(newcomer) = told.new_owner().as_ref() else { continue };
        let manager = "org.freedesktop.login1.Manager";
        let signal = Message::signal("/org/freedesktop/login1", manager, "PrepareForSleep").destination(newcomer);
        let signal = signal.build(&huge).expect("a signal");
        for _ in 0..20 {
            stranger.send(&signal).await.expect("the bus takes it");
        }
    }
}

#[tokio::test]
async fn who_floods_each_newcomer_keeps_no_machine_from_being_held_awake() {
    let harness = Harness::new().await;
    let (_logind, locks) = start_logind(&harness, false).await;
    let daemon = harness.daemon().await;
    let pestering = tokio::spawn(pester_who_comes(harness.bus.connect_as(NOBODY).await));
    harness.hang_in_mount(&daemon, &first()).await;
    for run in 1..=5 {
        until("both locks", || taken(&locks).len() == 2).await;
        assert!(!all_are_given_back(&locks));
        daemon.client.cancel().await.unwrap();
        daemon.finished(run).await;
        locks.lock().expect("nobody panics with it").clear();
        daemon.client.start("").await.unwrap();
    }
    pestering.abort();
}
