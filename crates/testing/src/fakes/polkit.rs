//! polkit as a test wants it: answers what it is told to, and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use zbus::{Connection, OwnedVariant, connection, fdo, interface};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Yes,
    No,
    /// A password would help.
    Challenge,
    /// No answer, until the question is withdrawn.
    Hang,
    /// An error instead of an answer.
    Broken,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `system-bus-name` if asked rightly.
    pub kind: String,
    /// The unique bus name of the one who is to be authorised.
    pub subject: String,
    pub action: String,
    pub interactive: bool,
    pub cancellation: String,
}

#[derive(Debug)]
struct Memory {
    verdict: Decision,
    /// By unique bus name; goes before what holds for everybody.
    verdicts: HashMap<String, Decision>,
    asked: Vec<Asked>,
    withdrawn: Vec<String>,
}

pub struct FakePolkit {
    connection: Connection,
    memory: Arc<Mutex<Memory>>,
}

impl FakePolkit {
    pub async fn start(address: &str, verdict: Decision) -> Self {
        let verdicts = HashMap::new();
        let memory = Arc::new(Mutex::new(Memory { verdict, verdicts, asked: Vec::new(), withdrawn: Vec::new() }));
        let authority = Authority { memory: Arc::clone(&memory), withdrawals: Arc::default() };
        let connection = connection::Builder::address(address)
            .serve_at("/org/freedesktop/PolicyKit1/Authority", authority)
            .name("org.freedesktop.PolicyKit1")
            .build()
            .await
            .unwrap();
        Self { connection, memory }
    }

    /// From now on.
    pub fn decide(&self, verdict: Decision) {
        self.memory.lock().unwrap().verdict = verdict;
    }

    /// The same for one caller alone.
    pub fn decide_for(&self, caller: &Connection, verdict: Decision) {
        let name = caller.unique_name().unwrap().to_string();
        self.memory.lock().unwrap().verdicts.insert(name, verdict);
    }

    /// All questions since the last call of this.
    pub fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.memory.lock().unwrap().asked)
    }

    /// The questions that were withdrawn, by their cancellation ids.
    pub fn withdrawn(&self) -> Vec<String> {
        self.memory.lock().unwrap().withdrawn.clone()
    }

    /// Leaves the bus.
    pub async fn stop(self) {
        self.connection.close().await.unwrap();
    }
}

struct Authority {
    memory: Arc<Mutex<Memory>>,
    withdrawals: Arc<Notify>,
}

impl Authority {
    async fn until_withdrawn(&self, cancellation: &str) {
        loop {
            let withdrawal = self.withdrawals.notified();
            tokio::pin!(withdrawal);
            // Counts from here on, so that none between the look and the wait is missed.
            withdrawal.as_mut().enable();
            if self.memory.lock().unwrap().withdrawn.iter().any(|withdrawn| withdrawn == cancellation) {
                return;
            }
            withdrawal.await;
        }
    }
}

#[interface(name = "org.freedesktop.PolicyKit1.Authority")]
impl Authority {
    async fn check_authorization(
        &self,
        subject: (String, HashMap<String, OwnedVariant>),
        action_id: String,
        _details: HashMap<String, String>,
        flags: u32,
        cancellation_id: String,
    ) -> fdo::Result<(bool, bool, HashMap<String, String>)> {
        let (kind, details) = subject;
        let name = details.get("name").and_then(|name| name.downcast_ref().ok());
        let verdict = {
            let mut memory = self.memory.lock().unwrap();
            let subject: String = name.unwrap_or_default();
            let verdict = memory.verdicts.get(&subject).copied().unwrap_or(memory.verdict);
            memory.asked.push(Asked {
                kind,
                subject,
                action: action_id,
                interactive: flags & 1 == 1,
                cancellation: cancellation_id.clone(),
            });
            verdict
        };
        match verdict {
            Decision::Yes => Ok((true, false, HashMap::new())),
            Decision::No => Ok((false, false, HashMap::new())),
            Decision::Challenge => Ok((false, true, HashMap::new())),
            Decision::Hang => {
                self.until_withdrawn(&cancellation_id).await;
                Err(fdo::Error::Failed("the question was withdrawn".to_owned()))
            }
            Decision::Broken => Err(fdo::Error::Failed("polkit is broken".to_owned())),
        }
    }

    fn cancel_check_authorization(&self, cancellation_id: String) {
        self.memory.lock().unwrap().withdrawn.push(cancellation_id);
        self.withdrawals.notify_waiters();
    }
}
