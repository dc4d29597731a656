//! Assembles the daemon: reads the config, takes the name on the bus, starts the watchers, and lets the controller
//! decide until it is asked to stop. Owns the order of starting and stopping, and nothing else.

mod error;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use log::{Level, debug, error};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::timeout;
use zbus::Connection;

use crate::bus::{self, BusError, Callers, Refusal, Sources};
use crate::controller::{self, Inputs, Outputs, ServiceRequest, Start};
use crate::debug_dump;
use crate::disks::{self, DiskEvent};
use crate::path_check;
use crate::status_file;
use crate::store::Store;
use crate::store::history::{History, HistoryReader};
use crate::store::index::RunIndex;
use crate::store::known_disks;
use crate::store::saved_state::SavedStateFile;
use asbackup_api::{Notice, RunRecord, Status};
use asbackup_config::{Config, Loaded};
use asbackup_logging::Scope;
use asbackup_mail::mailer::reminder;
use asbackup_mail::mailer::{self, EndedRuns, MailerStart, Request as MailRequest};
use asbackup_system::systemd::Watchdog;
use asbackup_texts::{Language, Texts};

pub use error::DaemonError;
use error::chain;

/// How long a stop waits for the last messages on the bus, and for the last mail.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// The paths that systemd sets for the unit.
#[derive(Debug, Clone)]
pub struct Places {
    /// `/etc/asbackup/config.ini`
    pub config: PathBuf,
    /// `/var/lib/asbackup`
    pub state: PathBuf,
    /// `/run/asbackup`
    pub runtime: PathBuf,
}

impl Places {
    /// From the variables that systemd sets for the unit, or the paths of an installed system.
    pub fn from_environment() -> Self {
        let named = |name: &str, default: &str| PathBuf::from(std::env::var_os(name).unwrap_or_else(|| default.into()));
        Self {
            config: named("ASBACKUP_CONFIG", "/etc/asbackup/config.ini"),
            state: named("STATE_DIRECTORY", "/var/lib/asbackup"),
            runtime: named("RUNTIME_DIRECTORY", "/run/asbackup"),
        }
    }
}

/// Runs the daemon until it is asked to stop. Every reason to end has been logged when this returns.
///
/// # Errors
/// The daemon can't start, or lost the bus.
pub async fn run(places: Places) -> Result<(), DaemonError> {
    let loaded = load(&places.config)?;
    let texts = Texts::new(loaded.config.language);
    let result = serve(places, loaded).await;
    if let Err(failure) = &result {
        error!("{}", failure.message(&texts));
    }
    result
}

fn load(path: &Path) -> Result<Loaded, DaemonError> {
    match asbackup_config::load(path) {
        Ok(loaded) => Ok(loaded),
        Err(faults) => {
            // The configured language is in the file that can't be read.
            let texts = Texts::new(Language::default());
            for problem in &faults.0 {
                asbackup_logging::log(Level::Error, &texts, problem, &Scope::default());
            }
            Err(DaemonError::Config(faults))
        }
    }
}

async fn serve(places: Places, loaded: Loaded) -> Result<(), DaemonError> {
    let texts = Arc::new(Texts::new(loaded.config.language));
    open_logs(&loaded, &texts);
    let (connections, refusals) = BusConnections::connect().await?;
    let history = History::open(&places.state)?;
    let (calls_in, calls) = unbounded_channel();
    let (signals, signals_out) = unbounded_channel();
    // All that is known before the controller has looked at anything. The version never changes, so no signal announces
    // it.
    let unknown = Status { version: env!("CARGO_PKG_VERSION").to_owned(), ..Status::default() };
    let (status, status_out) = watch::channel(unknown);
    let (texts_in, texts_out) = watch::channel(texts.clone());
    let sources = Sources {
        asking: connections.asking.clone(),
        callers: connections.callers.clone(),
        refusals,
        calls: calls_in,
        signals: signals_out,
        status: status_out.clone(),
        texts: texts_out.clone(),
        history: reader(history.reader().clone()),
    };
    // Owning the name on the bus proves that no other daemon runs. No disk is touched before.
    std::fs::create_dir_all(&places.runtime).map_err(DaemonError::Runtime)?;
    let bus = bus::serve(&connections.serving, sources).await?;
    log_start(&loaded.config, &texts);
    path_check::log_problems(Arc::new(loaded.config.clone()), places.config.clone(), texts.clone());
    let (disk_events_in, disk_events) = unbounded_channel();
    let (requests_in, requests) = unbounded_channel();
    watch_signals(requests_in).map_err(DaemonError::Signals)?;
    tokio::spawn(watch_disks(connections.outside.clone(), disk_events_in));
    tokio::spawn(known_disks::follow(places.state.join("known-disks"), status_out.clone()));
    let mailer = mailer::start(MailerStart {
        config: Arc::new(loaded.config.clone()),
        texts: texts.clone(),
        state: places.state.clone(),
        history: Arc::new(history.reader().clone()),
    });
    tokio::spawn(reminder::follow(status_out.clone(), mailer.requests.clone()));
    tokio::spawn(status_file::follow(places.runtime.join("status.txt"), status_out, texts_out));
    let start = start_with(loaded.config, places, history)?;
    let outputs = Outputs {
        connection: connections.outside.clone(),
        status,
        texts: texts_in,
        signals,
        mail_requests: mailer.requests.clone(),
    };
    let watchdog = Watchdog::from_environment().map_err(DaemonError::Watchdog)?;
    let inputs = Inputs { calls, disk_events, requests, notes: mailer.warnings, outbox: mailer.outbox, watchdog };
    tokio::select! {
        () = controller::control(start, inputs, outputs) => {}
        () = connections.any_lost() => return Err(DaemonError::BusLost),
    }
    let _ = mailer.requests.send(MailRequest::Stop);
    bus.finish(STOP_PATIENCE).await;
    // Anything not sent by then is sent after the next start.
    let _ = timeout(STOP_PATIENCE, mailer.task).await;
    Ok(())
}

/// Reads what earlier daemons wrote, then passes the files to the store.
fn start_with(config: Config, places: Places, history: History) -> Result<Start, DaemonError> {
    let boot_id = disks::boot_id();
    let (run_index, unfinished) = RunIndex::read(history.reader(), &boot_id)?;
    let (saved_state, lost) = SavedStateFile::new(&places.state).read();
    let damage = lost.into_iter().chain(history.damage()).collect();
    let store = Store::start(history, &places.state).map_err(DaemonError::Store)?;
    let (config_path, runtime) = (places.config, places.runtime);
    Ok(Start { config, config_path, runtime, store, run_index, unfinished, saved_state, damage, boot_id })
}

/// The connections to the bus. A caller that blocks one does not block the others.
struct BusConnections {
    /// Takes calls.
    serving: Connection,
    /// For lookups of callers, and for polkit.
    asking: Connection,
    /// Callers whose users are known.
    callers: Callers,
    /// Calls UDisks2, and watches who leaves the bus.
    outside: Connection,
}

impl BusConnections {
    async fn connect() -> Result<(Self, UnboundedReceiver<Refusal>), BusError> {
        let (asking, outside) = (bus::connect().await?, bus::connect().await?);
        let callers = Callers::new(&asking);
        let (serving, refusals) = bus::listen(callers.clone()).await?;
        Ok((Self { serving, asking, callers, outside }, refusals))
    }

    async fn any_lost(&self) {
        tokio::select! {
            _ = self.serving.closed() => {}
            _ = self.asking.closed() => {}
            _ = self.outside.closed() => {}
        }
    }
}

impl EndedRuns for HistoryReader {
    fn newest(&self) -> io::Result<u64> {
        let newest = self.newest(1).map_err(io::Error::other)?;
        Ok(newest.first().map_or(0, |record| record.run))
    }

    fn after(&self, run: u64) -> io::Result<Vec<RunRecord>> {
        self.ended_after(run).map_err(io::Error::other)
    }
}

fn open_logs(loaded: &Loaded, texts: &Texts) {
    let config = &loaded.config;
    asbackup_logging::set_language(config.language);
    asbackup_logging::set_text_log(Some(&config.log_file));
    asbackup_logging::set_debug(config.debug);
    for warning in &loaded.warnings {
        asbackup_logging::log(Level::Warn, texts, warning, &Scope::default());
    }
    if config.debug {
        debug_dump::log(std::env::vars_os(), &config.entries());
    }
}

fn log_start(config: &Config, texts: &Texts) {
    let disks = config.disks.len() as u64;
    let notice = Notice::DaemonStarted { version: env!("CARGO_PKG_VERSION").to_owned(), disks };
    asbackup_logging::log(Level::Info, texts, &notice, &Scope::default());
}

fn reader(past: HistoryReader) -> bus::History {
    Arc::new(move |count| {
        past.newest(count).unwrap_or_else(|error| {
            error!("{}", chain(&error));
            Vec::new()
        })
    })
}

async fn watch_disks(connection: Connection, disk_events: UnboundedSender<DiskEvent>) {
    if let Err(error) = disks::monitor::monitor(connection, disk_events.clone()).await {
        // Without signals the bus has failed, and the daemon ends with it.
        debug!("watching UDisks2: {error}");
        let _ = disk_events.send(DiskEvent::ServiceLost { cause: error.to_string() });
    }
}

fn watch_signals(requests: UnboundedSender<ServiceRequest>) -> io::Result<()> {
    let wanted = [
        (SignalKind::hangup(), ServiceRequest::Reload),
        (SignalKind::terminate(), ServiceRequest::Stop),
        (SignalKind::interrupt(), ServiceRequest::Stop),
    ];
    for (kind, request) in wanted {
        let mut stream = signal(kind)?;
        let requests = requests.clone();
        tokio::spawn(async move { while stream.recv().await.is_some() && requests.send(request).is_ok() {} });
    }
    Ok(())
}
