//! Takes a call from the bus to the controller and back: authorises the caller, waits for the controller, and words the
//! answer. Enforces the time within which every call is answered. Knows nothing of members and arguments.

use std::sync::Arc;
use std::time::Duration;

use log::Level;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};
use zbus::message::Header;
use zbus::object_server::ResponseDispatchNotifier;
use zbus::{BoxDBusError, fdo};

use crate::controller::{Call, Caller, Reply};
use asbackup_api::{Fault, Warning};
use asbackup_logging::Scope;
use asbackup_texts::Texts;

use super::polkit::{self, Denial, Polkit};
use asbackup_api::bus::{Action, Error};

/// Every call is answered by then, except while somebody types a password.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

type Result<T> = std::result::Result<T, BoxDBusError>;

/// A call that polkit has authorised.
pub struct Permit {
    /// The call is answered by then.
    pub deadline: Instant,
    pub caller: Caller,
}

pub struct Dispatch {
    pub calls: UnboundedSender<Call>,
    pub polkit: Polkit,
    pub texts: watch::Receiver<Arc<Texts>>,
}

impl Dispatch {
    pub fn texts(&self) -> Arc<Texts> {
        self.texts.borrow().clone()
    }

    /// Asks polkit whether the caller may do this.
    pub async fn permit(&self, header: &Header<'_>, action: Action) -> Result<Permit> {
        let called = Instant::now();
        let verdict = self.polkit.authorise(header, action).await;
        let uid = verdict.map_err(|denial| self.denial(action, denial))?;
        let since = match polkit::is_interactive(header) {
            true => Instant::now(),
            false => called,
        };
        let name = header.sender().map(ToString::to_string).unwrap_or_default();
        Ok(Permit { deadline: since + ANSWER_LIMIT, caller: Caller { name, uid } })
    }

    /// Passes a call to the controller and returns its answer.
    ///
    /// # Errors
    /// The controller refused, or did not answer in time.
    pub async fn request<T>(&self, deadline: Instant, call: impl FnOnce(Reply<T>) -> Call) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        if self.calls.send(call(reply)).is_err() {
            return Err(self.refusal(&Fault::Stopping));
        }
        match timeout_at(deadline, answer).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(fault))) => Err(self.refusal(&fault)),
            Ok(Err(_)) if self.calls.is_closed() => Err(self.refusal(&Fault::Stopping)),
            Ok(Err(dropped)) => Err(self.refusal(&internal(dropped.to_string()))),
            Err(_) => Err(self.late()),
        }
    }

    /// Requests a run. `RunStarted` is sent once the caller has the run's number.
    pub async fn start(&self, deadline: Instant, disk: String, allowed: bool) -> Result<ResponseDispatchNotifier<u64>> {
        let started = self.request(deadline, |reply| Call::Start { disk, allowed, reply }).await?;
        let (response, sent) = ResponseDispatchNotifier::new(started.run);
        tokio::spawn(async move {
            sent.await;
            // The receiver gives up after a while.
            let _ = started.replied.send(());
        });
        Ok(response)
    }

    /// The error that the caller sees.
    pub fn refusal(&self, fault: &Fault) -> BoxDBusError {
        refusal(&self.texts.borrow(), fault)
    }

    /// The caller's user id.
    pub async fn user(&self, header: &Header<'_>) -> Result<u32> {
        self.polkit.user(header).await.map_err(|error| self.broken(&error))
    }

    /// The answer, or an error once the time is up.
    pub async fn in_time<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        timeout(ANSWER_LIMIT, answer).await.unwrap_or_else(|_| Err(self.late()))
    }

    pub fn broken(&self, error: &impl ToString) -> BoxDBusError {
        self.refusal(&internal(error.to_string()))
    }

    /// Refuses a call with an invalid argument.
    ///
    /// # Errors
    /// The argument is invalid.
    pub fn check(&self, checked: std::result::Result<(), Fault>) -> Result<()> {
        checked.map_err(|fault| self.refusal(&fault))
    }

    fn late(&self) -> BoxDBusError {
        let cause = self.texts.borrow().text("bus-no-answer", &[]);
        self.refusal(&internal(cause))
    }

    fn denial(&self, action: Action, denial: Denial) -> BoxDBusError {
        let args = [("action", action.id().into())];
        let reason = match denial {
            Denial::NeedsAuthentication => {
                let message = self.texts.borrow().text("bus-authentication-needed", &args);
                return Box::new(fdo::Error::InteractiveAuthorizationRequired(message));
            }
            Denial::Crowded { user, most } => {
                self.warn(&Warning::TooManyCalls { user: user.into(), most: most.into() });
                return self.refusal(&Fault::TooManyCalls { most: most.into() });
            }
            Denial::NoAnswer(cause) => {
                self.warn(&Warning::PolkitSilent { action: action.id().to_owned(), cause });
                "bus-permission-unknown"
            }
            Denial::Refused => "bus-access-denied",
        };
        let message = self.texts.borrow().text(reason, &args);
        Box::new(fdo::Error::AccessDenied(message))
    }

    /// Rate-limited, since any user can cause it.
    fn warn(&self, warning: &Warning) {
        asbackup_logging::log_limited(Level::Warn, &self.texts.borrow(), warning, &Scope::default());
    }
}

/// The error that a caller sees.
pub fn refusal(texts: &Texts, fault: &Fault) -> BoxDBusError {
    Error::new(fault.name(), texts.message(fault).to_string()).into()
}

fn internal(cause: String) -> Fault {
    Fault::Internal { cause }
}
