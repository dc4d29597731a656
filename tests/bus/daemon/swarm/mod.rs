//! Strangers who send without waiting for answers, or call and never read, which the bus itself does not limit. Each is a thread
//! of its own, so that those who are measured don't wait for those who flood.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use asbackup_api::bus::{BUS_NAME, Error, OBJECT_PATH};
use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::daemon::{Daemon, proxy};
use asbackup_testing::harness::{Harness, first, second};
use asbackup_testing::until;
use procfs::process::Process;
use tokio::sync::{Mutex, MutexGuard};
use zbus::fdo::{self, DBusProxy};
use zbus::message::{self, Flags, Message};
use zbus::names::OwnedUniqueName;
use zbus::{Connection, Variant, connection};

mod readers;

/// Another ordinary user than `NOBODY`, who is there on every Debian.
const BIN: u32 = 2;
pub const FLOODERS: usize = 4;
/// Messages that are sent at once.
pub const BATCH: usize = 200;
/// How long an answer may take with both cores busy many times over; without the limits it took a minute, or never came.
const MOST_DELAY: Duration = Duration::from_secs(20);
/// A flooder whose queue stays full for so long has been stopped by the bus.
const STUCK: Duration = Duration::from_secs(20);
const MOST_GROWTH: u64 = 64 << 20;
const BACKUP: &str = BUS_NAME;
const BUS: &str = "org.freedesktop.DBus";
const LISTENERS: usize = 40;
/// Of one connection; the bus takes 512.
const RULES: usize = 500;
pub const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// Threads that send to the daemon until the value is gone.
pub struct Swarm {
    threads: Vec<JoinHandle<()>>,
    over: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    /// Fewer messages are no flood.
    pub few: u64,
}

impl Swarm {
    /// `flooders` connections of `NOBODY`, each of which sends what `batch` makes, again and again.
    pub fn come(harness: &Harness, flooders: usize, batch: impl Fn() -> Vec<Message> + Send + Clone + 'static) -> Self {
        Self::of(harness, flooders, move |socket, over, sent| flood(socket, batch.clone(), over, sent))
    }

    fn of(
        harness: &Harness,
        flooders: usize,
        work: impl Fn(UnixStream, &AtomicBool, &AtomicU64) + Send + Clone + 'static,
    ) -> Self {
        let (over, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let one = |_| {
            let (socket, work, over, sent) = (harness.bus.open_as(NOBODY), work.clone(), over.clone(), sent.clone());
            std::thread::spawn(move || work(socket, &over, &sent))
        };
        Self { threads: (0..flooders).map(one).collect(), over, sent, few: 20 * BATCH as u64 }
    }

    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Swarm {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn flood(socket: UnixStream, batch: impl Fn() -> Vec<Message>, over: &AtomicBool, sent: &AtomicU64) {
    let connection = connection::Builder::unix_stream(socket).user_id(NOBODY).build().await.unwrap();
    while !over.load(Ordering::Relaxed) {
        let messages = batch();
        // The bus hangs up on nobody for this; a full queue makes it wait.
        let told = tokio::time::timeout(STUCK, connection.send_all(&messages)).await;
        match told {
            Ok(Ok(())) => sent.fetch_add(messages.len() as u64, Ordering::Relaxed),
            Ok(Err(_)) | Err(_) => return,
        };
    }
}

fn to_us<'a>(path: &'a str, interface: &'a str, member: &'a str) -> message::Builder<'a> {
    Message::method_call(path, member).destination(BACKUP).interface(interface)
}

fn call(path: &str, interface: &str, member: &str, body: &(impl serde::Serialize + zbus::DynamicType)) -> Message {
    to_us(path, interface, member).with_flags(Flags::NO_REPLY_EXPECTED).build(body).unwrap()
}

/// Calls of every member, and of some that don't exist, without a reply.
fn every_member() -> Vec<Message> {
    let ours = |member: &str, body: &str| call(OBJECT_PATH, BACKUP, member, &body);
    vec![
        call(OBJECT_PATH, PROPERTIES, "Get", &(BACKUP, "Status")),
        call(OBJECT_PATH, PROPERTIES, "GetAll", &(BACKUP,)),
        call(OBJECT_PATH, PROPERTIES, "Set", &(BACKUP, "Status", Variant::from("all is well"))),
        call(OBJECT_PATH, "org.freedesktop.DBus.Introspectable", "Introspect", &()),
        call("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", &()),
        call("/nowhere", BACKUP, "Cancel", &()),
        call("/nowhere", "org.freedesktop.DBus.Peer", "Ping", &()),
        call(OBJECT_PATH, BACKUP, "NoSuchMethod", &()),
        call(OBJECT_PATH, BACKUP, "ListRuns", &1000_u32),
        call(OBJECT_PATH, BACKUP, "ListDisks", &()),
        call(OBJECT_PATH, BACKUP, "Cancel", &()),
        call(OBJECT_PATH, BACKUP, "Reload", &()),
        ours("Start", ""),
        ours("StartAllowingDeletions", ""),
        ours("TrustDisk", ""),
        ours("VeeamLock", "theirs"),
        ours("VeeamUnlock", "theirs"),
    ]
}

fn small() -> Vec<Message> {
    every_member().into_iter().cycle().take(BATCH).collect()
}

fn memory_peak(daemon: &Daemon) -> u64 {
    let status = Process::new(daemon.pid().cast_signed()).unwrap().status().unwrap();
    status.vmhwm.unwrap() * 1024
}

/// The slowest of the calls that others made meanwhile.
#[derive(Default, Debug)]
struct Slowest(Vec<(String, Duration)>);

impl Slowest {
    async fn timed<T>(&mut self, what: &str, call: impl Future<Output = T>) -> T {
        let asked = Instant::now();
        let answer = call.await;
        self.0.push((what.to_owned(), asked.elapsed()));
        answer
    }

    fn assert(&self) {
        let slowest = self.0.iter().max_by_key(|(_, took)| *took).unwrap();
        println!("slowest: {slowest:?}");
        assert!(slowest.1 < MOST_DELAY, "{:?}", self.0);
    }
}

/// Calls again while the bus itself refuses: what it keeps for one who is called is bounded, and large messages fill that as fast as
/// it reads. Veeam's tools do the same. So it does where polkit has not answered in its second and a half, as on a machine that is busy.
async fn in_turn<T, C: Future<Output = Result<T, Error>>>(call: impl Fn() -> C) -> T {
    let asked = Instant::now();
    loop {
        match call().await {
            Err(Error::ZBus(zbus::Error::FDO(error))) if is_passing(&error) && asked.elapsed() < MOST_DELAY => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            told => return told.unwrap(),
        }
    }
}

fn is_passing(error: &fdo::Error) -> bool {
    matches!(error, fdo::Error::LimitsExceeded(_) | fdo::Error::AccessDenied(_))
}

/// A harness with a daemon in which `NOBODY` may do nothing, and Veeam's user may.
pub struct Town {
    pub harness: Harness,
    pub daemon: Daemon,
    _polkit: FakePolkit,
    veeam: Connection,
    _alone: MutexGuard<'static, ()>,
}

/// One flood at a time is measured.
static ALONE: Mutex<()> = Mutex::const_new(());

impl Town {
    pub async fn new() -> Self {
        let alone = ALONE.lock().await;
        let harness = Harness::new().await;
        let daemon = harness.daemon().await;
        let polkit = FakePolkit::start(harness.bus.address(), Decision::No).await;
        let veeam = harness.bus.connect_as(BIN).await;
        polkit.decide_for(&veeam, Decision::Yes);
        Self { harness, daemon, _polkit: polkit, veeam, _alone: alone }
    }

    /// Root, Veeam and disks get what they get without the strangers, who are at work already.
    pub async fn assert_served(&self, swarm: &Swarm) {
        let before = memory_peak(&self.daemon);
        until("a flood", || swarm.sent() > swarm.few).await;
        let mut slowest = Slowest::default();
        let veeam = proxy(&self.veeam).await;
        for _ in 0..5 {
            let root = proxy(&self.harness.bus.connect().await).await;
            slowest.timed("root's look", in_turn(|| async { Ok(root.status().await?) })).await;
            slowest.timed("root's reload", in_turn(|| root.reload())).await;
            assert_eq!(slowest.timed("Veeam's lock", in_turn(|| veeam.veeam_lock("Nightly"))).await, "held");
            slowest.timed("Veeam's unlock", in_turn(|| veeam.veeam_unlock("Nightly"))).await;
        }
        let plugged = async {
            self.harness.udisks.plug(&first()).await;
            self.daemon.finished(1).await
        };
        assert_eq!(slowest.timed("a disk", plugged).await.error, "MountFailed");
        self.harness.udisks.plug(&second()).await;
        self.daemon.finished(2).await;
        let root = proxy(&self.harness.bus.connect().await).await;
        slowest.timed("root's start", in_turn(|| root.start(""))).await;
        let grown = memory_peak(&self.daemon) - before;
        println!("{} sent, {} KiB more", swarm.sent(), grown >> 10);
        slowest.assert();
        assert!(grown < MOST_GROWTH, "{} MiB more", grown >> 20);
        let log = self.daemon.log();
        assert!(log.len() < 64 << 10, "{} bytes of log, beginning with {}", log.len(), &log[..4000]);
    }
}

#[tokio::test]
async fn calls_without_reply_delay_nobody_and_take_no_memory() {
    let town = Town::new().await;
    let swarm = Swarm::come(&town.harness, FLOODERS, small);
    town.assert_served(&swarm).await;
}

#[tokio::test]
async fn large_calls_without_reply_delay_nobody_and_take_no_memory() {
    let town = Town::new().await;
    let huge = "x".repeat(1 << 20);
    let messages = vec![
        call(OBJECT_PATH, BACKUP, "Start", &huge),
        call(OBJECT_PATH, BACKUP, "ListRuns", &(1000_u32, huge.as_str())),
        call(OBJECT_PATH, PROPERTIES, "Set", &(BACKUP, "Status", Variant::from(huge.as_str()))),
    ];
    let mut swarm = Swarm::come(&town.harness, FLOODERS, move || messages.clone());
    swarm.few = 100;
    town.assert_served(&swarm).await;
}

/// All names of the daemon on the bus.
pub async fn names_of(daemon: &Daemon) -> Vec<OwnedUniqueName> {
    let bus = DBusProxy::new(&daemon.bus).await.unwrap();
    let mut names = Vec::new();
    for name in bus.list_names().await.unwrap() {
        let Ok(unique) = OwnedUniqueName::try_from(name.as_str()) else { continue };
        if bus.get_connection_unix_process_id(unique.clone().into()).await.is_ok_and(|pid| pid == daemon.pid()) {
            names.push(unique);
        }
    }
    names
}

#[tokio::test]
async fn signals_to_the_daemon_alone_delay_nobody_and_take_no_memory() {
    let town = Town::new().await;
    let names = names_of(&town.daemon).await;
    assert!(!names.is_empty());
    let root = "/org/freedesktop/UDisks2";
    let signal = |name: &OwnedUniqueName, path: &str, interface: &str, member: &str| {
        let signal = Message::signal(path, interface, member).destination(name);
        signal.build(&("x".repeat(2000),)).unwrap()
    };
    let messages: Vec<Message> = names
        .iter()
        .flat_map(|name| {
            [
                signal(name, root, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded"),
                signal(name, &format!("{root}/block_devices/sda"), PROPERTIES, "PropertiesChanged"),
                signal(name, "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged"),
                signal(name, OBJECT_PATH, BACKUP, "RunFinished"),
            ]
        })
        .collect();
    let swarm = Swarm::come(&town.harness, FLOODERS, move || messages.iter().cycle().take(BATCH).cloned().collect());
    town.assert_served(&swarm).await;
}
