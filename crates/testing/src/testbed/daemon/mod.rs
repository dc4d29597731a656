//! The real `asbackupd` in a testbed, started as systemd would start it: its process, and what it writes.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use asbackup_api::RunRecord;
use rustix::process::Signal;
use tokio::net::UnixDatagram;
use tokio::process::Child;
use zbus::Connection;

use super::Testbed;
use super::config::ConfigText;
use super::processes;
use super::sandbox::{CONFIG, NOTIFY, Sandbox};
use crate::recorder::{NAME, Recorded, Recorder};
use crate::{PATIENCE, wait_for};

pub use calls::Refused;

mod calls;
mod waits;

const HISTORY: &str = "/var/lib/asbackup/history.jsonl";
const STATUS_FILE: &str = "/run/asbackup/status.txt";
/// A run may first have to wait until the disk has settled, and flushes at the end.
const RUN_PATIENCE: Duration = Duration::from_secs(120);

/// A daemon that runs, and the recording of what it sends; ends with the value.
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

impl Daemon {
    /// Writes the config, starts the daemon and waits for READY=1.
    pub async fn start(testbed: &Testbed, config: &ConfigText) -> Self {
        Self::start_in(&Sandbox::default(), testbed, config).await
    }

    /// The same in a tighter sandbox than the unit's.
    pub async fn start_in(sandbox: &Sandbox, testbed: &Testbed, config: &ConfigText) -> Self {
        let daemon = Self::launch_in(sandbox, testbed, config).await;
        daemon.ready().await;
        daemon
    }

    /// As `start`, without waiting for READY=1.
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

    /// Everything sent so far.
    pub fn recorded(&self) -> Recorded {
        self.recorder.recorded()
    }

    /// The pid of the process, as the host sees it.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends a signal to the process.
    pub fn signal(&self, signal: Signal) {
        processes::signal(self.pid, signal);
    }

    /// Waits for the end of the process and returns its status.
    pub async fn exit(&mut self) -> ExitStatus {
        let end = tokio::time::timeout(RUN_PATIENCE, self.outer.wait()).await;
        end.unwrap_or_else(|_| panic!("the daemon did not end within {RUN_PATIENCE:?}")).expect("its exit status")
    }

    /// Sends SIGTERM and asserts a clean end.
    pub async fn stop(&mut self) {
        self.signal(Signal::TERM);
        let status = self.exit().await;
        assert!(status.success(), "SIGTERM ended the daemon with {status}");
    }

    /// Sends SIGKILL, as a crash would end it.
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
        self.begun() - self.count_lines("ended")
    }

    /// How many runs of the history have begun.
    pub fn begun(&self) -> usize {
        self.count_lines("begun")
    }

    fn count_lines(&self, kind: &str) -> usize {
        let text = fs::read_to_string(&self.history).unwrap_or_default();
        text.lines().filter(|line| line.starts_with(&format!("{{\"{kind}\":"))).count()
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

    /// The file with the status, for those without a bus.
    pub fn status_file(&self) -> String {
        fs::read_to_string(&self.status_file).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- what the daemon sent ----\n{:#?}", self.recorded());
            eprintln!("---- the daemon's log ----\n{}", self.log());
            eprintln!("---- the text log ----\n{}", self.text_log());
        }
        if self.outer.id().is_some() {
            self.signal(Signal::KILL);
        }
    }
}

/// A daemon that was killed keeps its name until the bus has noticed, and another one would refuse to start meanwhile.
async fn wait_for_free_name(bus: &Connection) {
    let names = zbus::fdo::DBusProxy::new(bus).await.expect("the bus itself");
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while names.name_has_owner(NAME.try_into().expect("a name")).await.expect("an answer of the bus") {
        assert!(tokio::time::Instant::now() < deadline, "the daemon before this one keeps its name on the bus");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
