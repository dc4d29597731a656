//! Who may: asks polkit about the caller, on a connection of its own. Root passes without it, so that a machine without polkit
//! stays operable; for everybody else no answer means no. Knows nothing of what is asked for, and words no refusal.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use log::debug;
use tokio::sync::oneshot;
use tokio::time::timeout;
use zbus::Connection;
use zbus::message::{Flags, Header};
use zbus::proxy::CacheProperties;
use zbus_polkit::policykit1::{AuthorityProxy, CheckAuthorizationFlags, Subject};

use super::callers::Callers;
use super::polkit_limits::{MOST_DIALOGUES, MOST_OPEN, PendingCheck, PolkitLimits};
use asbackup_api::bus::Action;

/// Leaves half a second of the two that a call may take.
const LIMIT: Duration = Duration::from_millis(1500);
/// Somebody is typing a password.
const INTERACTIVE_LIMIT: Duration = Duration::from_secs(300);

/// Why a caller may not.
#[derive(Debug)]
pub enum Denial {
    Refused,
    /// A password would help, but the caller's message does not allow to ask for one.
    NeedsAuthentication,
    /// Polkit is absent, broken or slow; the text is for the journal.
    NoAnswer(String),
    /// This user has so many calls open already that polkit was not asked.
    Crowded {
        user: u32,
        most: u32,
    },
}

/// Whether the caller is prepared to wait while a person types a password.
pub fn is_interactive(header: &Header<'_>) -> bool {
    let flags = header.primary().flags();
    flags.contains(Flags::ALLOW_INTERACTIVE_AUTH)
}

pub struct Polkit {
    asking: Connection,
    callers: Callers,
    polkit_limits: PolkitLimits,
    /// Names each question, as it may have to be withdrawn.
    questions: AtomicU64,
}

impl Polkit {
    /// Nobody's calls arrive on the connection `asking`, so nobody can use up the answers that it may wait for.
    pub fn new(asking: &Connection, callers: Callers) -> Self {
        Self { asking: asking.clone(), callers, polkit_limits: PolkitLimits::new(), questions: AtomicU64::new(0) }
    }

    /// Whose call this is.
    ///
    /// # Errors
    /// The bus does not say.
    pub async fn user(&self, header: &Header<'_>) -> zbus::Result<u32> {
        self.callers.user(header).await
    }

    /// Passes if the sender of `header` may do `action`, and gives his user id. Takes at most 1.5 s, or 5 min if the message
    /// allows a dialogue.
    pub async fn authorise(&self, header: &Header<'_>, action: Action) -> Result<u32, Denial> {
        let user = timeout(LIMIT, self.callers.user(header)).await.map_err(|_| late(LIMIT))?.map_err(broken)?;
        if user == 0 {
            return Ok(user);
        }
        let interactive = is_interactive(header);
        let Some(place) = self.polkit_limits.enter(user, interactive) else {
            return Err(Denial::Crowded { user, most: if interactive { MOST_DIALOGUES } else { MOST_OPEN } });
        };
        let subject = Subject::new_for_message_header(header).map_err(|error| Denial::NoAnswer(error.to_string()))?;
        let id = format!("asbackup-{}", self.questions.fetch_add(1, Ordering::Relaxed));
        let question = Question { asking: self.asking.clone(), subject, action, interactive, id };
        let (tell, told) = oneshot::channel();
        tokio::spawn(question.put(place, tell));
        told.await.unwrap_or_else(|error| Err(Denial::NoAnswer(error.to_string()))).map(|()| user)
    }
}

fn broken(error: zbus::Error) -> Denial {
    Denial::NoAnswer(error.to_string())
}

fn late(limit: Duration) -> Denial {
    Denial::NoAnswer(format!("no answer within {} s", limit.as_secs_f32()))
}

struct Question {
    asking: Connection,
    subject: Subject,
    action: Action,
    interactive: bool,
    id: String,
}

impl Question {
    /// The caller is answered in time; the place stays taken as long as the bus counts the question, which is until its answer.
    async fn put(self, place: PendingCheck, tell: oneshot::Sender<Result<(), Denial>>) {
        let limit = if self.interactive { INTERACTIVE_LIMIT } else { LIMIT };
        let Ok(_turn) = timeout(limit, place.turn()).await else {
            let _ = tell.send(Err(late(limit)));
            return;
        };
        let answer = self.ask();
        tokio::pin!(answer);
        // A caller who has gone does not hear it.
        let _ = match timeout(limit, &mut answer).await {
            Ok(verdict) => tell.send(verdict),
            Err(_) => {
                let told = tell.send(Err(late(limit)));
                self.withdraw().await;
                let _ = timeout(INTERACTIVE_LIMIT, answer).await;
                told
            }
        };
    }

    async fn ask(&self) -> Result<(), Denial> {
        let flags = match self.interactive {
            true => CheckAuthorizationFlags::ALLOW_USER_INTERACTION,
            false => CheckAuthorizationFlags::empty(),
        };
        let authority = self.authority().await.map_err(broken)?;
        let (action, details) = (self.action.id(), HashMap::new());
        let answer = authority.check_authorization(&self.subject, action, &details, flags, &self.id).await;
        let answer = answer.map_err(broken)?;
        match (answer.is_authorized, answer.is_challenge) {
            (true, _) => Ok(()),
            (false, true) => Err(Denial::NeedsAuthentication),
            (false, false) => Err(Denial::Refused),
        }
    }

    async fn authority(&self) -> zbus::Result<AuthorityProxy<'static>> {
        AuthorityProxy::builder(&self.asking).cache_properties(CacheProperties::No).build().await
    }

    /// Takes the dialogue off the caller's screen, and has polkit answer what it has not answered.
    async fn withdraw(&self) {
        let Ok(authority) = self.authority().await else { return };
        match timeout(LIMIT, authority.cancel_check_authorization(&self.id)).await {
            Ok(Ok(())) => {}
            other => debug!("polkit did not withdraw {}: {other:?}", self.id),
        }
    }
}
