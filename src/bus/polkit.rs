//! Asks polkit whether a caller is authorised, on a connection of its own. Root passes without polkit, so that a
//! machine without it can be operated; for everybody else, no answer means no. Knows nothing of what is called, and
//! words no refusal.

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

/// Of the two seconds that a call may take.
const LIMIT: Duration = Duration::from_millis(1500);
/// While somebody types a password.
const INTERACTIVE_LIMIT: Duration = Duration::from_secs(300);

/// Why a caller is not authorised.
#[derive(Debug)]
pub enum Denial {
    Refused,
    /// A password would help, but the caller's message does not allow asking for one.
    NeedsAuthentication,
    /// Polkit is absent, broken or slow. The text is for the journal.
    NoAnswer(String),
    /// Polkit was not asked, since this user already has so many calls open.
    Crowded {
        user: u32,
        most: u32,
    },
}

/// Whether the caller waits while a person types a password.
pub fn is_interactive(header: &Header<'_>) -> bool {
    let flags = header.primary().flags();
    flags.contains(Flags::ALLOW_INTERACTIVE_AUTH)
}

pub struct Polkit {
    asking: Connection,
    callers: Callers,
    polkit_limits: PolkitLimits,
    /// Numbers the checks, so that each can be cancelled.
    checks: AtomicU64,
}

impl Polkit {
    /// No calls arrive on the connection `asking`, so no caller can use up the answers that it may wait for.
    pub fn new(asking: &Connection, callers: Callers) -> Self {
        Self { asking: asking.clone(), callers, polkit_limits: PolkitLimits::new(), checks: AtomicU64::new(0) }
    }

    /// The caller's user id.
    ///
    /// # Errors
    /// The bus does not answer.
    pub async fn user(&self, header: &Header<'_>) -> zbus::Result<u32> {
        self.callers.user(header).await
    }

    /// Returns the sender's user id if the sender may do `action`. Takes at most 1.5 s, or 5 min if the message allows
    /// a dialogue.
    pub async fn authorise(&self, header: &Header<'_>, action: Action) -> Result<u32, Denial> {
        let user = timeout(LIMIT, self.callers.user(header)).await.map_err(|_| late(LIMIT))?.map_err(broken)?;
        if user == 0 {
            return Ok(user);
        }
        let interactive = is_interactive(header);
        let Some(pending) = self.polkit_limits.enter(user, interactive) else {
            return Err(Denial::Crowded { user, most: if interactive { MOST_DIALOGUES } else { MOST_OPEN } });
        };
        let subject = Subject::new_for_message_header(header).map_err(|error| Denial::NoAnswer(error.to_string()))?;
        let id = format!("asbackup-{}", self.checks.fetch_add(1, Ordering::Relaxed));
        let check = Check { asking: self.asking.clone(), subject, action, interactive, id };
        let (reply, verdict) = oneshot::channel();
        tokio::spawn(check.run(pending, reply));
        verdict.await.unwrap_or_else(|error| Err(Denial::NoAnswer(error.to_string()))).map(|()| user)
    }
}

fn broken(error: zbus::Error) -> Denial {
    Denial::NoAnswer(error.to_string())
}

fn late(limit: Duration) -> Denial {
    Denial::NoAnswer(format!("no answer within {} s", limit.as_secs_f32()))
}

struct Check {
    asking: Connection,
    subject: Subject,
    action: Action,
    interactive: bool,
    id: String,
}

impl Check {
    /// Answers the caller in time. The check stays pending until polkit answers, since the bus counts it until then.
    async fn run(self, pending: PendingCheck, reply: oneshot::Sender<Result<(), Denial>>) {
        let limit = if self.interactive { INTERACTIVE_LIMIT } else { LIMIT };
        let Ok(_slot) = timeout(limit, pending.slot()).await else {
            let _ = reply.send(Err(late(limit)));
            return;
        };
        let answer = self.query();
        tokio::pin!(answer);
        // The caller may have gone.
        let _ = match timeout(limit, &mut answer).await {
            Ok(verdict) => reply.send(verdict),
            Err(_) => {
                let sent = reply.send(Err(late(limit)));
                self.cancel().await;
                let _ = timeout(INTERACTIVE_LIMIT, answer).await;
                sent
            }
        };
    }

    async fn query(&self) -> Result<(), Denial> {
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

    /// Closes the dialogue on the caller's screen, and makes polkit answer.
    async fn cancel(&self) {
        let Ok(authority) = self.authority().await else { return };
        match timeout(LIMIT, authority.cancel_check_authorization(&self.id)).await {
            Ok(Ok(())) => {}
            other => debug!("polkit did not cancel {}: {other:?}", self.id),
        }
    }
}
