//! The programs that people and Veeam's scripts call: `asbackup` ([`commands`]), `veeam-lock` and `veeam-unlock` ([`hooks`]). All of
//! them are clients of the bus. This file connects to it; `exit_code` turns errors of the bus into exit codes and messages, `locale`
//! picks the language, `query` reads what the daemon publishes, and `translate` translates its sentences into the caller's language.

#![deny(missing_docs)]

pub mod commands;
mod exit_code;
pub mod hooks;
mod locale;
mod query;
mod translate;

use std::time::Duration;

use tokio::time::{Instant, sleep};
use zbus::Connection;
use zbus::proxy::CacheProperties;

use asbackup_api::bus::{BackupProxy, Error};
use asbackup_system::bus_socket;

use exit_code::is_crowded;

/// The daemon promises to answer within two seconds.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// polkit may ask a person for a password, for which the daemon waits five minutes.
pub(crate) const INTERACTIVE_TIMEOUT: Duration = Duration::from_secs(5 * 60 + 10);

/// Maximum time a person waits while the bus accepts no more connections or calls.
const CROWDED_TIMEOUT: Duration = Duration::from_secs(10);
const CROWDED_RETRY_DELAY: Duration = Duration::from_millis(100);

/// Connects to the system bus for calls that take up to `call_timeout`.
///
/// # Errors
/// The bus can't be reached or refuses the connection.
pub(crate) async fn connect(call_timeout: Duration) -> Result<Connection, Error> {
    connect_within(CROWDED_TIMEOUT, call_timeout).await
}

/// The same; retries for up to `limit` while the bus refuses this user more connections.
///
/// # Errors
/// The bus can't be reached or refuses the connection.
pub(crate) async fn connect_within(limit: Duration, call_timeout: Duration) -> Result<Connection, Error> {
    retry_within(limit, async || Ok(bus_socket::builder().await?.method_timeout(call_timeout).build().await?)).await
}

/// Repeats a call while the daemon or the bus refuses it as one too many; such a call has not reached the daemon.
///
/// # Errors
/// Those of the last call.
pub(crate) async fn retry_while_crowded<T>(call: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    retry_within(CROWDED_TIMEOUT, call).await
}

/// The same, for up to `limit`.
///
/// # Errors
/// Those of the last call.
pub(crate) async fn retry_within<T>(limit: Duration, call: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    let deadline = Instant::now() + limit;
    loop {
        match call().await {
            Err(error) if is_crowded(&error) && Instant::now() < deadline => sleep(CROWDED_RETRY_DELAY).await,
            result => return result,
        }
    }
}

/// A proxy without a cache, which would cost an extra call.
///
/// # Errors
/// The connection is lost.
pub(crate) async fn proxy(connection: &Connection) -> Result<BackupProxy<'static>, Error> {
    Ok(BackupProxy::builder(connection).cache_properties(CacheProperties::No).build().await?)
}
