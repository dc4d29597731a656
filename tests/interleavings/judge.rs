//! Sees every message on the bus, in the one order in which the bus passed them on, and knows what is allowed.
//!
//! A job holds its lock from the daemon's reply "held" until somebody asks to unlock it; a lock file of somebody else's from the
//! daemon's word that it has seen it until the test is about to remove it. In these times no disk may be mounted. Where requests
//! of one job overlap, so that nobody can know which was first, the judge does not judge.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use asbackup_testing::recorder::NAME;
use futures_util::StreamExt;
use tokio::sync::watch;
use zbus::fdo::MonitoringProxy;
use zbus::message::{Message, Type};
use zbus::{Connection, MessageStream, OwnedVariant};

/// Signals of the test itself, which put what happens outside of the bus into its order.
pub const MARKER: &str = "test.Marker";
const REMEMBERED: usize = 60;
const COPYING: [&str; 6] = ["mounting", "locking", "checking", "copying", "unlocking", "unmounting"];

pub struct Judge {
    notes: Arc<Mutex<Notes>>,
    changed: watch::Receiver<()>,
}

#[derive(Default)]
pub struct Notes {
    /// Unique name; empty while there is none.
    daemon: String,
    /// How many calls each client of the test has sent, and how many of them the bus has passed on.
    sent: HashMap<String, (usize, usize)>,
    /// Calls without a reply so far, by caller and serial.
    pending: HashMap<(String, u32), Call>,
    /// For certain.
    held: BTreeSet<String>,
    foreign: BTreeSet<String>,
    removing: BTreeSet<String>,
    /// Jobs that may be locked at the end of an interleaving.
    may: BTreeSet<String>,
    waiters: Vec<Waiter>,
    /// This interleaving's first copy is on, and nobody has done anything yet that would end it.
    steady: bool,
    disturbed: bool,
    pub state: String,
    pub locks: Vec<(String, String)>,
    pub mounts: usize,
    /// The newest run that was told to be over.
    pub finished: u64,
    pub offence: Option<String>,
    trace: VecDeque<String>,
}

struct Call {
    member: String,
    job: String,
    /// Overlaps an unlocking of the same job.
    unclear: bool,
}

struct Waiter {
    job: String,
    client: String,
    steady: bool,
}

impl Judge {
    pub async fn watch(bus: Connection) -> Self {
        let stream = MessageStream::from(&bus);
        MonitoringProxy::new(&bus).await.unwrap().become_monitor(&[], 0).await.unwrap();
        let notes = Arc::new(Mutex::new(Notes { state: "idle".to_owned(), ..Notes::default() }));
        let (tell, changed) = watch::channel(());
        tokio::spawn(hear_all(stream, Arc::clone(&notes), tell));
        Self { notes, changed }
    }

    pub fn look<T>(&self, look: impl FnOnce(&mut Notes) -> T) -> T {
        look(&mut self.notes.lock().unwrap())
    }

    /// Waits until it is so; panics at the first violation meanwhile.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Notes) -> bool) {
        let mut changed = self.changed.clone();
        let seen = async {
            loop {
                changed.borrow_and_update();
                let (so, offence) = self.look(|notes| (is_so(notes), notes.offence.clone()));
                assert_eq!(offence, None, "{}", self.trace());
                if so {
                    return;
                }
                changed.changed().await.expect("the bus");
            }
        };
        let waited = tokio::time::timeout(asbackup_testing::PATIENCE, seen).await;
        assert!(waited.is_ok(), "waited in vain for {what}\n{}", self.trace());
    }

    pub async fn all_answered(&self) {
        let all_heard = |notes: &Notes| notes.sent.values().all(|(sent, heard)| sent == heard);
        self.until("all replies", |notes| all_heard(notes) && notes.pending.is_empty()).await;
    }

    pub fn trace(&self) -> String {
        let lines = self.look(|notes| notes.trace.iter().cloned().collect::<Vec<_>>());
        format!("---- the last messages on the bus ----\n{}", lines.join("\n"))
    }
}

async fn hear_all(mut stream: MessageStream, notes: Arc<Mutex<Notes>>, tell: watch::Sender<()>) {
    while let Some(Ok(message)) = stream.next().await {
        notes.lock().unwrap().hear(&message);
        if tell.send(()).is_err() {
            return;
        }
    }
}

impl Notes {
    /// A new interleaving begins, with nothing locked and nothing on.
    pub fn forget(&mut self) {
        self.may.clear();
        self.waiters.clear();
        self.steady = false;
        self.disturbed = false;
    }

    /// Whether nobody knows of a reason why this job is locked.
    pub fn is_inexplicable(&self, job: &str) -> bool {
        let foreign = self.foreign.contains(job) || self.removing.contains(job) || job.starts_with("foreign");
        !foreign && !self.may.contains(job) && !self.waiters.iter().any(|waiter| waiter.job == job)
    }

    /// To be called before each call of a client of the test.
    pub fn sends(&mut self, client: &str) {
        self.sent.entry(client.to_owned()).or_default().0 += 1;
    }

    fn hear(&mut self, message: &Message) {
        let header = message.header();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let sender = text(header.sender().map(|name| name.as_str()));
        let member = text(header.member().map(|name| name.as_str()));
        let interface = text(header.interface().map(|name| name.as_str()));
        let serial = message.primary_header().serial_num().get();
        match message.message_type() {
            Type::MethodCall if interface == NAME => self.hear_call(message, member, (sender, serial)),
            // Over a connection of its own; nobody else here has anything mounted.
            Type::MethodCall if member == "Mount" => self.hear_mount(),
            Type::Signal if member == "NameOwnerChanged" => self.hear_owner(message),
            Type::Signal if member == "PropertiesChanged" && sender == self.daemon => self.hear_properties(message),
            Type::Signal if member == "RunFinished" && sender == self.daemon => {
                let (run, ..): (u64, String, String, String, String) = message.body().deserialize().unwrap();
                self.finished = run;
            }
            Type::Signal if interface == MARKER => self.hear_marker(&member, message.body().deserialize().unwrap()),
            Type::MethodReturn | Type::Error => {
                let caller = text(header.destination().map(|name| name.as_str()));
                let answered = header.reply_serial().map_or(0, std::num::NonZero::get);
                if let Some(call) = self.pending.remove(&(caller.clone(), answered)) {
                    self.hear_reply(message, call, caller);
                }
            }
            _ => {}
        }
    }

    fn hear_call(&mut self, message: &Message, member: String, key: (String, u32)) {
        let job: String = message.body().deserialize().unwrap_or_default();
        self.note(format!("{} asks {member}({job})", key.0));
        if let Some((_, heard)) = self.sent.get_mut(&key.0) {
            *heard += 1;
        }
        let mut unclear = false;
        match member.as_str() {
            "VeeamUnlock" => {
                self.held.retain(|held| !means(&job, held));
                let overlapping = self.pending.values_mut().filter(|call| means(&job, &call.job));
                overlapping.for_each(|call| call.unclear = true);
            }
            "VeeamLock" => {
                let unlocks = |call: &Call| call.member == "VeeamUnlock" && means(&call.job, &job);
                unclear = self.pending.values().any(unlocks);
            }
            "Cancel" => self.disturb(),
            _ => {}
        }
        self.pending.insert(key, Call { member, job, unclear });
    }

    fn hear_reply(&mut self, message: &Message, call: Call, caller: String) {
        let answer: String = message.body().deserialize().unwrap_or_default();
        self.note(format!("{caller} gets {}({}) -> {:?} {answer}", call.member, call.job, message.message_type()));
        if call.member != "VeeamLock" {
            return;
        }
        if answer == "waiting" {
            let steady = self.steady && !call.unclear;
            self.waiters.push(Waiter { job: call.job, client: caller, steady });
            return;
        }
        if answer == "held" && !call.unclear {
            self.held.insert(call.job.clone());
        }
        self.may.insert(call.job);
    }

    fn hear_mount(&mut self) {
        self.note("the daemon mounts a disk".to_owned());
        self.mounts += 1;
        self.steady = !self.disturbed;
        let locks: Vec<&String> = self.held.iter().chain(&self.foreign).collect();
        if !locks.is_empty() {
            self.offence.get_or_insert(format!("a copy begins while there are locks: {locks:?}"));
        }
    }

    fn hear_owner(&mut self, message: &Message) {
        let (name, _, new): (String, String, String) = message.body().deserialize().unwrap();
        if name == NAME {
            self.note(format!("the daemon is {new:?}"));
            self.disturb();
            self.daemon = new;
            self.state = "idle".to_owned();
            self.locks.clear();
            let forgotten = std::mem::take(&mut self.waiters);
            self.may.extend(forgotten.into_iter().map(|waiter| waiter.job));
        } else if new.is_empty() {
            self.bury(&name);
        }
    }

    fn bury(&mut self, client: &str) {
        self.note(format!("{client} has gone"));
        self.sent.remove(client);
        let unanswered = self.pending.extract_if(|(caller, _), _| caller == client);
        self.may.extend(unanswered.map(|(_, call)| call.job));
        let (gone, others) = std::mem::take(&mut self.waiters).into_iter().partition(|waiter| waiter.client == client);
        self.waiters = others;
        let gone: Vec<Waiter> = gone;
        // Its copy may have ended just before, and then the job holds its lock.
        self.may.extend(gone.into_iter().filter(|waiter| !waiter.steady).map(|waiter| waiter.job));
    }

    fn hear_properties(&mut self, message: &Message) {
        type Changed = (String, HashMap<String, OwnedVariant>, Vec<String>);
        let (_, changed, _): Changed = message.body().deserialize().unwrap();
        if let Some(state) = changed.get("State") {
            self.state = state.try_clone().unwrap().try_into().unwrap();
        }
        if let Some(locks) = changed.get("VeeamLocks") {
            let locks: Vec<(String, String, u64)> = locks.try_clone().unwrap().try_into().unwrap();
            self.locks = locks.into_iter().map(|(job, state, _)| (job, state)).collect();
        }
        self.note(format!("the daemon says {} {:?}", self.state, self.locks));
        self.check_published();
    }

    /// Each state that the daemon publishes is complete, and allowed.
    fn check_published(&mut self) {
        let held: Vec<&String> = self.locks.iter().filter(|(_, state)| state == "held").map(|(job, _)| job).collect();
        if !held.is_empty() && COPYING.contains(&self.state.as_str()) {
            self.offence.get_or_insert(format!("it is {} while {held:?} hold locks", self.state));
        }
        let others = held.into_iter().filter(|job| job.starts_with("foreign") && !self.removing.contains(*job));
        self.foreign = others.cloned().collect();
        if self.state == "idle" && self.locks.iter().any(|(_, state)| state == "waiting") {
            self.offence.get_or_insert(format!("somebody waits for nothing: {:?}", self.locks));
        }
    }

    fn hear_marker(&mut self, what: &str, about: String) {
        self.note(format!("the test: {what} {about}"));
        match what {
            "Removing" => {
                self.foreign.remove(&about);
                self.removing.insert(about);
            }
            "Releasing" => self.disturb(),
            _ => {}
        }
    }

    fn disturb(&mut self) {
        self.disturbed = true;
        self.steady = false;
        self.waiters.iter_mut().for_each(|waiter| waiter.steady = false);
    }

    fn note(&mut self, line: String) {
        if self.trace.len() == REMEMBERED {
            self.trace.pop_front();
        }
        self.trace.push_back(line);
    }
}

/// A job means all its sessions, too.
fn means(wanted: &str, job: &str) -> bool {
    wanted == job || job.split('@').next() == Some(wanted)
}
