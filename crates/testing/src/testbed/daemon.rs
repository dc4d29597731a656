//! The real `asbackupd` in a testbed, started as systemd would start it, and everything that can be asked of it.

use std::collections::HashMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use asbackup_api::RunRecord;
use rustix::process::Signal;
use tokio::net::UnixDatagram;
use tokio::process::Child;
use zbus::{Connection, OwnedVariant, Proxy};

use super::Testbed;
use super::config::ConfigText;
use super::processes::{self, Held, Stage};
use super::sandbox::{CONFIG, NOTIFY, Sandbox};
use crate::recorder::{NAME, PATH, Recorded, Recorder, RunFinished, RunStarted, bare_error};
use crate::{PATIENCE, wait_for};

const HISTORY: &str = "/var/lib/asbackup/history.jsonl";
const STATUS_FILE: &str = "/run/asbackup/status.txt";
/// A run may first have to wait until the disk has settled, and flushes at the end.
const RUN_PATIENCE: Duration = Duration::from_secs(120);

pub struct Daemon {
    outer: Child,
    pid: u32,
    bus: Connection,
    recorder: Recorder,
    log: PathBuf,
    history: PathBuf,
    status_file: PathBuf,
    text_log: PathBuf,
}

/// A D-Bus error: its name without the prefix, and its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub name: String,
    pub message: String,
}

impl Daemon {
    /// Writes the config, starts the daemon and waits until it says READY.
    pub async fn start(testbed: &Testbed, config: &ConfigText) -> Self {
        Self::start_in(&Sandbox::default(), testbed, config).await
    }

    /// The same in a tighter sandbox than the unit's.
    pub async fn start_in(sandbox: &Sandbox, testbed: &Testbed, config: &ConfigText) -> Self {
        let daemon = Self::launch_in(sandbox, testbed, config).await;
        daemon.ready().await;
        daemon
    }

    /// As `start`, without waiting for READY.
    pub async fn launch(testbed: &Testbed, config: &ConfigText) -> Self {
        Self::launch_in(&Sandbox::default(), testbed, config).await
    }

    async fn launch_in(sandbox: &Sandbox, testbed: &Testbed, config: &ConfigText) -> Self {
        fs::write(testbed.path(CONFIG), config.text()).expect("config.ini");
        let bus = testbed.bus().await;
        wait_for_free_name(&bus).await;
        let notify = testbed.path(NOTIFY);
        let _ = fs::remove_file(&notify);
        let notify = UnixDatagram::bind(notify).expect("the notify socket");
        let recorder = Recorder::listen(&bus, notify).await;
        let log = testbed.directory().join("asbackupd.stderr");
        let outer = sandbox.start(testbed, &log);
        let nsenter = outer.id().expect("it was just started");
        let pid = wait_for("the daemon's process", PATIENCE, || processes::children(nsenter).first().copied());
        Self {
            outer,
            pid,
            bus,
            recorder,
            log,
            history: testbed.path(HISTORY),
            status_file: testbed.path(STATUS_FILE),
            text_log: testbed.directory().join("asbackup.log"),
        }
    }

    /// Waits for READY=1.
    pub async fn ready(&self) {
        let is_ready = |recorded: &Recorded| {
            let ready = recorded.notified.iter().any(|line| line == "READY=1");
            ready.then_some(())
        };
        self.wait_within("READY=1", PATIENCE, is_ready).await;
    }

    async fn wait_within<T>(&self, what: &str, patience: Duration, look: impl Fn(&Recorded) -> Option<T>) -> T {
        let found = self.recorder.wait(patience, look).await;
        found.unwrap_or_else(|| {
            let state = self.recorder.recorded().states;
            panic!("waited {patience:?} in vain for {what}; states so far: {state:?}")
        })
    }

    /// Waits for anything in what the daemon has told.
    pub async fn wait_for<T>(&self, what: &str, look: impl Fn(&Recorded) -> Option<T>) -> T {
        self.wait_within(what, RUN_PATIENCE, look).await
    }

    /// Waits for the end of the `count`th run since the daemon started, counted from 1.
    pub async fn finished(&self, count: usize) -> RunFinished {
        self.finished_within(count, RUN_PATIENCE).await
    }

    /// The same for long runs.
    pub async fn finished_within(&self, count: usize, patience: Duration) -> RunFinished {
        let what = format!("the end of run {count}");
        let nth = |recorded: &Recorded| recorded.finished.get(count - 1).cloned();
        let finished = self.wait_within(&what, patience, nth).await;
        // The signal may come a moment before the last properties.
        let is_idle = |recorded: &Recorded| (recorded.states.last()? == "idle").then_some(());
        let more_waits = !self.queue().await.is_empty();
        if !more_waits && self.recorder.recorded().started.len() == count {
            self.wait_within("the state idle", PATIENCE, is_idle).await;
        }
        finished
    }

    /// Waits for the beginning of the `count`th run since the daemon started, counted from 1.
    pub async fn started(&self, count: usize) -> RunStarted {
        let what = format!("the start of run {count}");
        let nth = |recorded: &Recorded| recorded.started.get(count - 1).cloned();
        self.wait_within(&what, RUN_PATIENCE, nth).await
    }

    /// Waits until the property `State` is as said now.
    pub async fn in_state(&self, state: &str) {
        let what = format!("the state {state}");
        let is_it = |recorded: &Recorded| (recorded.states.last()? == state).then_some(());
        self.wait_within(&what, RUN_PATIENCE, is_it).await;
    }

    /// Waits until rsync copies and holds it there.
    pub async fn held_in_mid_copy(&self) -> Held {
        self.held_in(Stage::Copy).await
    }

    /// Waits until rsync runs in `stage` and holds it there.
    pub async fn held_in(&self, stage: Stage) -> Held {
        let pid = self.pid;
        // In its own thread, so that the bus is served meanwhile; the rsync that is looked for lives only a moment.
        let caught = tokio::task::spawn_blocking(move || Held::catch(pid, stage));
        let held = caught.await.expect("rsync is caught");
        let state = match stage {
            Stage::DryRun => "checking",
            Stage::Copy => "copying",
        };
        self.in_state(state).await;
        held
    }

    /// Everything told so far.
    pub fn recorded(&self) -> Recorded {
        self.recorder.recorded()
    }

    async fn proxy(&self) -> Proxy<'static> {
        let builder = zbus::proxy::Builder::<Proxy<'static>>::new(&self.bus);
        let builder = builder.destination(NAME).path(PATH).interface(NAME);
        let builder = builder.cache_properties(zbus::proxy::CacheProperties::No);
        builder.build().await.expect("a proxy")
    }

    pub async fn property<T>(&self, name: &str) -> T
    where
        T: serde::de::DeserializeOwned + zbus::Type,
    {
        let proxy = self.proxy().await;
        let value = tokio::time::timeout(PATIENCE, proxy.get_property::<T>(name)).await;
        value
            .unwrap_or_else(|_| panic!("no answer for the property {name}"))
            .unwrap_or_else(|error| panic!("the property {name}: {error}"))
    }

    pub async fn state(&self) -> String {
        self.property("State").await
    }

    pub async fn queue(&self) -> Vec<String> {
        self.property("Queue").await
    }

    /// UUIDs that may be taken away, as the daemon says.
    pub async fn safe_to_remove(&self) -> Vec<String> {
        self.property("SafeToRemove").await
    }

    /// Waits until exactly these disks are said to be safe to remove; that may be a moment after the end of a run.
    pub async fn until_safe_to_remove(&self, uuids: &[&str]) {
        let what = format!("{uuids:?} to be called safe");
        let is_so = |recorded: &Recorded| {
            let safe = recorded.properties.get("SafeToRemove")?.clone();
            let mut safe = Vec::<String>::try_from(safe).expect("strings");
            let mut uuids = uuids.to_vec();
            safe.sort();
            uuids.sort_unstable();
            (safe == uuids).then_some(())
        };
        self.wait_within(&what, PATIENCE, is_so).await;
    }

    /// # Errors
    /// What the daemon refuses.
    pub async fn call<B, R>(&self, method: &str, body: &B) -> Result<R, Refused>
    where
        B: serde::Serialize + zbus::DynamicType,
        R: for<'d> zbus::wire::DynamicDeserialize<'d>,
    {
        let proxy = self.proxy().await;
        let answer = tokio::time::timeout(PATIENCE, proxy.call::<_, _, R>(method, body)).await;
        match answer.unwrap_or_else(|_| panic!("no answer to {method}")) {
            Ok(answer) => Ok(answer),
            Err(zbus::Error::MethodError(name, message, _)) => {
                Err(Refused { name: bare_error(&name), message: message.unwrap_or_default() })
            }
            Err(error) => panic!("{method}: {error}"),
        }
    }

    /// `Start`; an empty UUID is the first known disk present.
    ///
    /// # Errors
    /// What the daemon refuses.
    pub async fn start_run(&self, uuid: &str) -> Result<u64, Refused> {
        self.call("Start", &(uuid,)).await
    }

    /// # Errors
    /// What the daemon refuses.
    pub async fn cancel(&self) -> Result<(), Refused> {
        self.call("Cancel", &()).await
    }

    /// The daemon's process, as seen from outside.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    pub fn signal(&self, signal: Signal) {
        processes::signal(self.pid, signal);
    }

    /// Waits for the daemon's end; the status is the daemon's own.
    pub async fn exit(&mut self) -> ExitStatus {
        let end = tokio::time::timeout(RUN_PATIENCE, self.outer.wait()).await;
        end.unwrap_or_else(|_| panic!("the daemon did not end within {RUN_PATIENCE:?}")).expect("its exit status")
    }

    /// SIGTERM, and a clean end.
    pub async fn stop(&mut self) {
        self.signal(Signal::TERM);
        let status = self.exit().await;
        assert!(status.success(), "SIGTERM ended the daemon with {status}");
    }

    /// SIGKILL, as a crash would.
    pub async fn kill(&mut self) {
        self.signal(Signal::KILL);
        let status = self.exit().await;
        // nsenter dies of the signal that its child died of.
        assert_eq!(status.signal(), Some(9), "{status}");
    }

    /// The finished runs of the history, oldest first.
    pub fn history(&self) -> Vec<RunRecord> {
        let Ok(text) = fs::read_to_string(&self.history) else {
            return Vec::new();
        };
        let ended = |line| {
            let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let record = line.get_mut("ended")?.take();
            Some(serde_json::from_value(record).expect("a finished run"))
        };
        text.lines().filter_map(ended).collect()
    }

    /// How many runs of the history have begun and not ended.
    pub fn unfinished(&self) -> usize {
        self.begun() - self.lines_of("ended")
    }

    /// How many runs of the history have begun.
    pub fn begun(&self) -> usize {
        self.lines_of("begun")
    }

    fn lines_of(&self, kind: &str) -> usize {
        let text = fs::read_to_string(&self.history).unwrap_or_default();
        text.lines().filter(|line| line.starts_with(&format!("{{\"{kind}\":"))).count()
    }

    /// Whether the daemon knows that this disk is plugged in.
    pub async fn is_present(&self, uuid: &str) -> bool {
        let disks: Vec<HashMap<String, OwnedVariant>> = self.call("ListDisks", &()).await.expect("a list");
        disks.iter().any(|disk| {
            let is_it = String::try_from(disk["uuid"].clone()).expect("a string").eq_ignore_ascii_case(uuid);
            is_it && bool::try_from(disk["present"].clone()).expect("a flag")
        })
    }

    /// The newest finished run of the history.
    pub fn record(&self) -> RunRecord {
        self.history().pop().expect("a finished run in the history")
    }

    /// What the daemon wrote to its standard error.
    pub fn log(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The text log for people.
    pub fn text_log(&self) -> String {
        fs::read_to_string(&self.text_log).unwrap_or_default()
    }

    pub fn status_file(&self) -> String {
        fs::read_to_string(&self.status_file).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- the daemon's log ----\n{}", self.log());
            eprintln!("---- the text log ----\n{}", self.text_log());
        }
        if self.outer.id().is_some() {
            self.signal(Signal::KILL);
        }
    }
}

/// A daemon that was killed a moment ago has its name until the bus has noticed; another one would refuse to start beside it.
async fn wait_for_free_name(bus: &Connection) {
    let names = zbus::fdo::DBusProxy::new(bus).await.expect("the bus itself");
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while names.name_has_owner(NAME.try_into().expect("a name")).await.expect("an answer of the bus") {
        assert!(tokio::time::Instant::now() < deadline, "the daemon before this one does not end");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
