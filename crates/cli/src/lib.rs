//! The programs that people and Veeam's scripts call: `asbackup` ([`commands`]), `veeam-lock` and `veeam-unlock` ([`hooks`]). All of
//! them are clients of the bus. This file connects to it; `exit_code` turns errors of the bus into exit codes and words, `locale`
//! picks the language, `told` reads what the daemon publishes, and `retold` translates its sentences into the reader's language.

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
/// polkit may ask a person for a password, for which the daemon waits five minutes.
pub(crate) const ANSWER_OF_A_PERSON: Duration = Duration::from_secs(5 * 60 + 10);

/// Maximum time a person waits while the bus accepts no more connections.
pub(crate) const CROWDED: Duration = Duration::from_secs(10);
const CALL_AGAIN: Duration = Duration::from_millis(100);

/// Connects to the system bus; each call may take as long as `answer`. While the bus refuses this user more connections, tries again
/// for up to `crowded`.
///
/// # Errors
/// The bus is not there or refuses.
pub(crate) async fn connect_within(crowded: Duration, answer: Duration) -> Result<Connection, Error> {
    in_turn(crowded, async || Ok(bus_socket::builder().await?.method_timeout(answer).build().await?)).await
}

/// The same, with the patience of a person.
///
/// # Errors
/// The bus is not there or refuses.
pub(crate) async fn connect(answer: Duration) -> Result<Connection, Error> {
    connect_within(CROWDED, answer).await
}

/// Repeats a call for up to `crowded` while the daemon or the bus refuses it as one too many; such a call has not reached the daemon.
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

/// A proxy without a cache, which would cost an extra call at first.
///
/// # Errors
/// The connection is lost.
pub(crate) async fn proxy(connection: &Connection) -> Result<BackupProxy<'static>, Error> {
    Ok(BackupProxy::builder(connection).cache_properties(CacheProperties::No).build().await?)
}
