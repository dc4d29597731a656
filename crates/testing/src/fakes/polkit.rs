//! A fake polkit: decides as it is told to, and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use zbus::{Connection, OwnedVariant, connection, fdo, interface};

/// What happens to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Authorised.
    Yes,
    /// Not authorised.
    No,
    /// Authorised if a password is given.
    Challenge,
    /// Gets no answer until the question is withdrawn.
    Hang,
    /// Gets an error instead of an answer.
    Broken,
}

/// One call of `CheckAuthorization`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Should be `system-bus-name`.
    pub kind: String,
    /// The unique bus name of the caller in question.
    pub subject: String,
    /// What they want to do.
    pub action: String,
    /// Whether polkit may ask them for a password.
    pub interactive: bool,
    /// The id by which the question can be withdrawn.
    pub cancellation: String,
}

#[derive(Debug)]
struct State {
    decision: Decision,
    /// By unique bus name, whatever holds for everybody else.
    exceptions: HashMap<String, Decision>,
    asked: Vec<Asked>,
    withdrawn: Vec<String>,
}

/// The service on the bus.
pub struct FakePolkit {
    connection: Connection,
    state: Arc<Mutex<State>>,
}

impl FakePolkit {
    /// On the bus at `address`; `decision` holds for everybody.
    pub async fn start(address: &str, decision: Decision) -> Self {
        let exceptions = HashMap::new();
        let state = Arc::new(Mutex::new(State { decision, exceptions, asked: Vec::new(), withdrawn: Vec::new() }));
        let authority = Authority { state: Arc::clone(&state), withdrawals: Arc::default() };
        let connection = connection::Builder::address(address)
            .serve_at("/org/freedesktop/PolicyKit1/Authority", authority)
            .name("org.freedesktop.PolicyKit1")
            .build()
            .await
            .unwrap();
        Self { connection, state }
    }

    /// From now on `decision` holds for everybody else.
    pub fn decide(&self, decision: Decision) {
        self.state.lock().unwrap().decision = decision;
    }

    /// From now on `decision` holds for this caller.
    pub fn decide_for(&self, caller: &Connection, decision: Decision) {
        let name = caller.unique_name().unwrap().to_string();
        self.state.lock().unwrap().exceptions.insert(name, decision);
    }

    /// All questions since the last call of this.
    pub fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    /// The questions that were withdrawn, by their cancellation ids.
    pub fn withdrawn(&self) -> Vec<String> {
        self.state.lock().unwrap().withdrawn.clone()
    }

    /// Leaves the bus.
    pub async fn stop(self) {
        self.connection.close().await.unwrap();
    }
}

struct Authority {
    state: Arc<Mutex<State>>,
    withdrawals: Arc<Notify>,
}

impl Authority {
    async fn until_withdrawn(&self, cancellation: &str) {
        loop {
            let withdrawal = self.withdrawals.notified();
            tokio::pin!(withdrawal);
            // Counts from here on, so that none between the look and the wait is missed.
            withdrawal.as_mut().enable();
            if self.state.lock().unwrap().withdrawn.iter().any(|withdrawn| withdrawn == cancellation) {
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
        let decision = {
            let mut state = self.state.lock().unwrap();
            let subject: String = name.unwrap_or_default();
            let decision = state.exceptions.get(&subject).copied().unwrap_or(state.decision);
            state.asked.push(Asked {
                kind,
                subject,
                action: action_id,
                interactive: flags & 1 == 1,
                cancellation: cancellation_id.clone(),
            });
            decision
        };
        match decision {
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
        self.state.lock().unwrap().withdrawn.push(cancellation_id);
        self.withdrawals.notify_waiters();
    }
}
