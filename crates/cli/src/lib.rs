//! The programs that people and Veeam's scripts call: `asbackup` ([`commands`]), `veeam-lock` and `veeam-unlock` ([`hooks`]).
//! All of them are clients of the bus. This file connects them to it; `exit_code` turns errors of the bus into exit codes and words,
//! `locale` says in which language to speak, `told` is what the daemon tells, as data, and `retold` puts its sentences into the
//! reader's language.

#![deny(missing_docs)]

pub mod commands;
mod exit_code;
pub mod hooks;
mod locale;
mod retold;
mod told;

use std::time::Duration;

use tokio::time::{Instant, sleep};
use zbus::Connection;
use zbus::proxy::CacheProperties;

use asbackup_api::bus::{BackupProxy, Error};
use asbackup_system::bus_socket;

use exit_code::is_crowded;

/// The daemon answers each call within two seconds.
pub(crate) const ANSWER: Duration = Duration::from_secs(10);
/// The daemon waits five minutes for a person who is asked for a password.
pub(crate) const ANSWER_OF_A_PERSON: Duration = Duration::from_secs(5 * 60 + 10);

/// Maximum time a person waits while the bus accepts no more connections.
pub(crate) const CROWDED: Duration = Duration::from_secs(10);
const CALL_AGAIN: Duration = Duration::from_millis(100);

/// Joins the system bus; every call may take as long as `answer`. While the bus has no place for this user more are waited for until
/// `crowded` is over.
///
/// # Errors
/// The bus is not there or refuses.
pub(crate) async fn connect_within(crowded: Duration, answer: Duration) -> Result<Connection, Error> {
    in_turn(crowded, async || Ok(bus_socket::builder().await?.method_timeout(answer).build().await?)).await
}

/// The same for a person.
///
/// # Errors
/// The bus is not there or refuses.
pub(crate) async fn connect(answer: Duration) -> Result<Connection, Error> {
    connect_within(CROWDED, answer).await
}

/// Calls again while there are too many calls for daemon or bus, until `crowded` is over: none of them has reached the daemon.
///
/// # Errors
/// Those of the last call.
pub(crate) async fn in_turn<T>(crowded: Duration, call: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    let patience = Instant::now() + crowded;
    loop {
        match call().await {
            Err(error) if is_crowded(&error) && Instant::now() < patience => sleep(CALL_AGAIN).await,
            told => return told,
        }
    }
}

/// Without a cache, which would cost a call before the first one.
///
/// # Errors
/// The connection is lost.
pub(crate) async fn proxy(connection: &Connection) -> Result<BackupProxy<'static>, Error> {
    Ok(BackupProxy::builder(connection).cache_properties(CacheProperties::No).build().await?)
}
