//! The real `asbackupd` on a private bus, started as systemd would start it, and everything that can be asked of it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use asbackup_api::bus::{BackupProxy, Error};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::UnixDatagram;
use tokio::process::{Child, Command};
use zbus::proxy::CacheProperties;
use zbus::{Connection, OwnedVariant};

use super::bus::PrivateBus;
use crate::recorder::{NAME, PATH, Recorded, Recorder, RunFinished, RunStarted};
use crate::{PATIENCE, until};

/// How long a daemon may take to end: whatever hangs, it gives up waiting long before systemd would kill it.
const END: Duration = Duration::from_secs(20);

/// A daemon that runs, and the recording of what it sends; ends with the value.
pub struct Daemon {
    child: Child,
    recorder: Recorder,
    /// Root's proxy; every read of a property is a call.
    pub client: BackupProxy<'static>,
    /// Root's connection, on which the signals come in.
    pub bus: Connection,
    room: PathBuf,
    log: PathBuf,
}

impl Daemon {
    /// Starts the daemon with the config in `room`; `name` tells its files there from those of another daemon.
    pub async fn launch(bus: &PrivateBus, room: &Path, name: &str) -> Self {
        let notify = room.join(format!("notify{name}"));
        let _ = fs::remove_file(&notify);
        let socket = UnixDatagram::bind(&notify).expect("the notify socket");
        let connection = bus.connect().await;
        let recorder = Recorder::listen(&connection, socket).await;
        let log = room.join(format!("stderr{name}"));
        let mut command = command(bus.address(), room, &log);
        command.env("NOTIFY_SOCKET", &notify);
        let child = command.spawn().expect("asbackupd");
        let client = proxy(&connection).await;
        Self { child, recorder, client, bus: connection, room: room.to_owned(), log }
    }

    /// Waits for READY=1.
    pub async fn ready(&self) {
        self.until("READY=1", |recorded| recorded.notifications("READY=1") > 0).await;
    }

    /// Waits until something holds for what the daemon has sent.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Recorded) -> bool) {
        self.wait_for(what, |recorded| is_so(recorded).then_some(())).await;
    }

    /// Waits until `look` finds something in what the daemon has sent.
    pub async fn wait_for<T>(&self, what: &str, look: impl Fn(&Recorded) -> Option<T>) -> T {
        self.recorder.wait_for(what, PATIENCE, look).await
    }

    /// Waits for the beginning of the `nth` run since the daemon started, counted from 1.
    pub async fn started(&self, nth: usize) -> RunStarted {
        self.wait_for(&format!("the start of run {nth}"), |recorded| recorded.started.get(nth - 1).cloned()).await
    }

    /// Waits for the end of the `nth` run since the daemon started, counted from 1.
    pub async fn finished(&self, nth: usize) -> RunFinished {
        self.wait_for(&format!("the end of run {nth}"), |recorded| recorded.finished.get(nth - 1).cloned()).await
    }

    /// Waits until the property `State` has this value.
    pub async fn in_state(&self, state: &str) {
        let is_it = |recorded: &Recorded| recorded.states.last().is_some_and(|last| last == state);
        self.until(&format!("the state {state}"), is_it).await;
    }

    /// Waits until the daemon has written this to its standard error.
    pub async fn until_logged(&self, text: &str) {
        until(&format!("{text:?} in the log"), || self.log().contains(text)).await;
    }

    /// Waits until the daemon's loop has fed the watchdog `times` more; it does so every half second, later on a busy machine.
    pub async fn fed_watchdog(&self, times: usize) {
        let fed = |recorded: &Recorded| recorded.notifications("WATCHDOG=1");
        let before = fed(&self.recorded());
        self.until(&format!("{times} more WATCHDOG=1"), |recorded| fed(recorded) >= before + times).await;
    }

    /// Everything sent so far.
    pub fn recorded(&self) -> Recorded {
        self.recorder.recorded()
    }

    /// The pid of the process.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it has not ended")
    }

    /// Sends a signal to the process.
    pub fn signal(&self, signal: Signal) {
        let pid = self.child.id().expect("it has not ended").cast_signed();
        kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("our own child");
    }

    /// Waits for the end of the process.
    pub async fn exit(&mut self) -> ExitStatus {
        let end = tokio::time::timeout(END, self.child.wait()).await;
        end.expect("the daemon ends").expect("its exit status")
    }

    /// Sends SIGTERM and asserts a clean end.
    pub async fn stop(&mut self) {
        self.signal(Signal::TERM);
        assert_eq!(self.exit().await.code(), Some(0));
    }

    /// Sends SIGKILL, as a crash would end it.
    pub async fn kill(&mut self) {
        self.signal(Signal::KILL);
        assert_eq!(self.exit().await.code(), None);
    }

    /// All properties at once.
    pub async fn properties(&self) -> std::collections::HashMap<String, OwnedVariant> {
        let all = zbus::fdo::PropertiesProxy::builder(&self.bus);
        let all = all.destination(NAME).path(PATH).cache_properties(CacheProperties::No);
        let all = all.build().await.expect("a proxy");
        all.get_all(NAME.try_into().expect("a name")).await.expect("every getter answers")
    }

    /// The lines of the history, oldest first.
    pub fn history(&self) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(self.room.join("state/history.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("a line of the history")).collect()
    }

    /// How the runs ended, oldest first.
    pub fn ended(&self) -> Vec<serde_json::Value> {
        self.history().into_iter().filter_map(|mut line| line.get_mut("ended").map(serde_json::Value::take)).collect()
    }

    /// What the daemon wrote to its standard error.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The text log for people.
    pub fn text_log(&self) -> String {
        fs::read_to_string(self.room.join("asbackup.log")).unwrap_or_default()
    }

    /// The file with the status, for those without a bus.
    pub fn status_file(&self) -> String {
        fs::read_to_string(self.room.join("run/status.txt")).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- what the daemon sent ----\n{:#?}", self.recorded());
            eprintln!("---- the daemon's log ----\n{}", self.log());
        }
    }
}

/// A proxy without a cache, so that every read of a property is a call.
pub async fn proxy(connection: &Connection) -> BackupProxy<'static> {
    BackupProxy::builder(connection).cache_properties(CacheProperties::No).build().await.expect("a proxy")
}

/// The error's name without prefix, and its message for people.
///
/// # Panics
/// If the call was not refused.
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> (String, String) {
    use zbus::DBusError;
    let error = answer.expect_err("a refusal");
    if let Error::ZBus(zbus::Error::FDO(error)) = &error {
        return (error.name().to_string(), error.description().unwrap_or_default().to_owned());
    }
    let name = error.name();
    let bare = name.strip_prefix(asbackup_api::bus::ERROR_PREFIX).unwrap_or(&name);
    (bare.to_owned(), error.to_string())
}

fn command(address: &str, room: &Path, log: &Path) -> Command {
    let log = File::options().create(true).append(true).open(log).expect("a file for the daemon's log");
    let mut command = Command::new(crate::program("asbackupd"));
    command.env_clear();
    command.env("PATH", crate::SEARCH_PATH);
    command.env("DBUS_SYSTEM_BUS_ADDRESS", address);
    command.env("ASBACKUP_CONFIG", room.join("config.ini"));
    command.env("STATE_DIRECTORY", room.join("state"));
    command.env("RUNTIME_DIRECTORY", room.join("run"));
    command.env("WATCHDOG_USEC", "1000000");
    // As its unit does.
    command.env("MALLOC_ARENA_MAX", "2");
    command.env("SMTP_PASSWORD", "hunter2");
    // Where systemd would put a password for mail; most tests have none.
    command.env("CREDENTIALS_DIRECTORY", room.join("credentials"));
    command.stdin(Stdio::null());
    command.stdout(log.try_clone().expect("a second descriptor"));
    command.stderr(log);
    command.kill_on_drop(true);
    command
}
