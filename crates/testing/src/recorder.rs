//! Records what the daemon sends, on the bus and to the service manager, in order; and waits for what it will send.

use std::collections::HashMap;
use std::fmt::Debug;
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::net::UnixDatagram;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zbus::{Connection, MatchRule, MessageStream, OwnedVariant, message};

/// The service's name on the bus, and its interface.
pub const NAME: &str = "de.example.Backup";
/// The service's only object.
pub const PATH: &str = "/de/example/Backup";
const ERROR_PREFIX: &str = "de.example.Backup.Error.";

/// The signal `RunFinished`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFinished {
    /// The run's number, counted from 1.
    pub run: u64,
    /// The disk's UUID.
    pub disk: String,
    /// `success`, `aborted` or `cancelled`.
    pub result: String,
    /// Without the prefix; empty on success.
    pub error: String,
    /// For people; empty on success.
    pub message: String,
}

/// The signal `RunStarted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStarted {
    /// The run's number, counted from 1.
    pub run: u64,
    /// The disk's UUID.
    pub disk: String,
    /// Why it began, such as `plugged` or `resumed`.
    pub trigger: String,
}

/// Everything that a daemon has sent since it was started; lists are in order.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// All signals `RunStarted`.
    pub started: Vec<RunStarted>,
    /// All signals `RunFinished`.
    pub finished: Vec<RunFinished>,
    /// Values of the property `State`, as they changed.
    pub states: Vec<String>,
    /// Values of the property `Progress`, as they changed; 0 to 1.
    pub progress: Vec<f64>,
    /// Values of the property `Status`, as they changed.
    pub sentences: Vec<String>,
    /// The newest value of each property that has changed.
    pub properties: HashMap<String, OwnedVariant>,
    /// What came over the notify socket, line by line.
    pub notified: Vec<String>,
}

impl Recorded {
    /// Adds a signal of the daemon; any other message is left out.
    ///
    /// # Panics
    /// If the signal has other arguments than documented.
    pub fn add(&mut self, message: &zbus::Message) {
        let header = message.header();
        let member = header.member().map(|member| member.to_string());
        let body = message.body();
        match member.as_deref() {
            Some("RunStarted") => {
                let (run, disk, trigger) = body.deserialize().expect("RunStarted(tss)");
                self.started.push(RunStarted { run, disk, trigger });
            }
            Some("RunFinished") => {
                let (run, disk, result, error, message): (u64, String, String, String, String) =
                    body.deserialize().expect("RunFinished(tssss)");
                self.finished.push(RunFinished { run, disk, result, error: bare_error(&error), message });
            }
            Some("PropertiesChanged") => {
                let (interface, changed, _): (String, HashMap<String, OwnedVariant>, Vec<String>) =
                    body.deserialize().expect("PropertiesChanged(sa{sv}as)");
                if interface == NAME {
                    record_properties(changed, self);
                }
            }
            _ => (),
        }
    }

    /// How often this line was sent to the service manager.
    pub fn notifications(&self, line: &str) -> usize {
        self.notified.iter().filter(|sent| *sent == line).count()
    }

    /// The newest value of a property; None until it has changed for the first time.
    ///
    /// # Panics
    /// If it is of another type.
    pub fn property<T>(&self, name: &str) -> Option<T>
    where
        T: TryFrom<OwnedVariant, Error: Debug>,
    {
        let value = self.properties.get(name)?;
        Some(value.clone().try_into().expect("a value of the property's type"))
    }

    /// A property that is a list of texts, such as `Queue`.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.property(name).unwrap_or_default()
    }

    /// Job and state of each of Veeam's locks, also of those that are waited for.
    pub fn veeam_locks(&self) -> Vec<(String, String)> {
        let locks: Vec<(String, String, u64)> = self.property("VeeamLocks").unwrap_or_default();
        locks.into_iter().map(|(job, state, _)| (job, state)).collect()
    }

    /// Whether a job has a lock in this state, `held` or `waiting`.
    pub fn has_lock(&self, job: &str, state: &str) -> bool {
        self.veeam_locks().iter().any(|(its, now)| its == job && now == state)
    }
}

/// Listens to one daemon until it is dropped.
pub struct Recorder {
    recorded: Arc<Mutex<Recorded>>,
    changed: watch::Receiver<u64>,
    listeners: Vec<JoinHandle<()>>,
}

impl Recorder {
    /// Listens from now on, before the daemon is there.
    pub async fn listen(bus: &Connection, notify: UnixDatagram) -> Self {
        let recorded = Arc::new(Mutex::new(Recorded::default()));
        let (news, changed) = watch::channel(0);
        let rule = MatchRule::builder().msg_type(message::Type::Signal).path(PATH).build().expect("a match rule");
        let signals = MessageStream::for_match_rule(rule, bus, NonZero::new(10_000));
        let signals = signals.await.expect("a match on the bus");
        let listeners = vec![
            tokio::spawn(record_signals(signals, recorded.clone(), news.clone())),
            tokio::spawn(record_notifications(notify, recorded.clone(), news)),
        ];
        Self { recorded, changed, listeners }
    }

    /// Everything so far.
    pub fn recorded(&self) -> Recorded {
        self.recorded.lock().expect("nobody panics with it").clone()
    }

    /// Waits until `look` finds something in what has been recorded.
    ///
    /// # Panics
    /// If it finds nothing within `patience`, with everything recorded.
    pub async fn wait_for<T>(&self, what: &str, patience: Duration, look: impl Fn(&Recorded) -> Option<T>) -> T {
        let found = tokio::time::timeout(patience, self.find(look)).await;
        found.ok().flatten().unwrap_or_else(|| {
            panic!("waited {patience:?} in vain for {what}; recorded so far: {:#?}", self.recorded());
        })
    }

    /// None once nobody records any more.
    async fn find<T>(&self, look: impl Fn(&Recorded) -> Option<T>) -> Option<T> {
        let mut changed = self.changed.clone();
        loop {
            changed.borrow_and_update();
            if let Some(found) = look(&self.recorded()) {
                return Some(found);
            }
            changed.changed().await.ok()?;
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}

async fn record_signals(mut signals: MessageStream, recorded: Arc<Mutex<Recorded>>, news: watch::Sender<u64>) {
    while let Some(Ok(message)) = signals.next().await {
        recorded.lock().expect("nobody panics with it").add(&message);
        news.send_modify(|count| *count += 1);
    }
}

fn record_properties(changed: HashMap<String, OwnedVariant>, recorded: &mut Recorded) {
    for (name, value) in changed {
        let text = || String::try_from(value.clone()).expect("a string");
        match name.as_str() {
            "State" => recorded.states.push(text()),
            "Status" => recorded.sentences.push(text()),
            "Progress" => recorded.progress.push(f64::try_from(value.clone()).expect("a double")),
            _ => (),
        }
        recorded.properties.insert(name, value);
    }
}

async fn record_notifications(socket: UnixDatagram, recorded: Arc<Mutex<Recorded>>, news: watch::Sender<u64>) {
    let mut buffer = vec![0; 8192];
    while let Ok(length) = socket.recv(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let mut recorded = recorded.lock().expect("nobody panics with it");
        recorded.notified.extend(text.lines().map(str::to_owned));
        drop(recorded);
        news.send_modify(|count| *count += 1);
    }
}

/// The name of an error without the bus prefix, which it need not have.
pub fn bare_error(name: &str) -> String {
    name.strip_prefix(ERROR_PREFIX).unwrap_or(name).to_owned()
}
