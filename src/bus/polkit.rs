//! Who may: asks polkit about the caller. Root passes without it, so that a machine without polkit stays operable; for
//! everybody else no answer means no. Knows nothing of what is asked for, and words no refusal.

use std::collections::HashMap;
use std::time::Duration;

use log::debug;
use tokio::time::timeout;
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::message::{Flags, Header};
use zbus::names::BusName;
use zbus::proxy::CacheProperties;
use zbus_polkit::policykit1::{AuthorityProxy, CheckAuthorizationFlags, Subject};

use super::contract::Action;

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
}

/// Whether the caller is prepared to wait while a person types a password.
pub fn is_interactive(header: &Header<'_>) -> bool {
    let flags = header.primary().flags();
    flags.contains(Flags::ALLOW_INTERACTIVE_AUTH)
}

/// Passes if the sender of `header` may do `action`, and gives his user id. Takes at most 1.5 s, or 5 min if the message
/// allows a dialogue.
pub async fn authorise(connection: &Connection, header: &Header<'_>, action: Action) -> Result<u32, Denial> {
    let interactive = is_interactive(header);
    let check = Check {
        connection,
        header,
        action,
        flags: match interactive {
            true => CheckAuthorizationFlags::ALLOW_USER_INTERACTION,
            false => CheckAuthorizationFlags::empty(),
        },
    };
    let limit = if interactive { INTERACTIVE_LIMIT } else { LIMIT };
    match timeout(limit, check.pass()).await {
        Ok(verdict) => verdict,
        Err(_) => {
            check.withdraw().await;
            Err(Denial::NoAnswer(format!("no answer within {} s", limit.as_secs_f32())))
        }
    }
}

struct Check<'a> {
    connection: &'a Connection,
    header: &'a Header<'a>,
    action: Action,
    flags: CheckAuthorizationFlags,
}

impl Check<'_> {
    async fn pass(&self) -> Result<u32, Denial> {
        let failed = |error: zbus::Error| Denial::NoAnswer(error.to_string());
        let uid = self.sender().await.map_err(failed)?;
        if uid == 0 {
            return Ok(uid);
        }
        let subject =
            Subject::new_for_message_header(self.header).map_err(|error| Denial::NoAnswer(error.to_string()))?;
        let authority = self.authority().await.map_err(failed)?;
        let answer = authority
            .check_authorization(&subject, self.action.id(), &HashMap::new(), self.flags, &self.cancellation())
            .await
            .map_err(failed)?;
        if answer.is_authorized {
            return Ok(uid);
        }
        if answer.is_challenge {
            return Err(Denial::NeedsAuthentication);
        }
        Err(Denial::Refused)
    }

    async fn sender(&self) -> zbus::Result<u32> {
        let sender = self.header.sender().ok_or(zbus::Error::MissingField)?;
        let bus = DBusProxy::builder(self.connection).cache_properties(CacheProperties::No).build().await?;
        Ok(bus.get_connection_unix_user(BusName::from(sender.to_owned())).await?)
    }

    async fn authority(&self) -> zbus::Result<AuthorityProxy<'static>> {
        AuthorityProxy::builder(self.connection).cache_properties(CacheProperties::No).build().await
    }

    /// Names a check that may have to be withdrawn; a caller has each serial number once.
    fn cancellation(&self) -> String {
        let sender = self.header.sender().map(|name| name.as_str());
        let serial = self.header.primary().serial_num();
        match self.flags.is_empty() {
            true => String::new(),
            false => format!("asbackup{}-{serial}", sender.unwrap_or_default()),
        }
    }

    /// Takes the dialogue off the caller's screen.
    async fn withdraw(&self) {
        if self.flags.is_empty() {
            return;
        }
        let Ok(authority) = self.authority().await else {
            return;
        };
        let id = self.cancellation();
        match timeout(LIMIT, authority.cancel_check_authorization(&id)).await {
            Ok(Ok(())) => {}
            other => debug!("polkit did not withdraw {id}: {other:?}"),
        }
    }
}
