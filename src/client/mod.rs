//! The other side of the bus: what every program needs that asks the daemon. `end` turns errors of the bus into exit codes and
//! words, `surroundings` says in which language to speak, `told` is what the daemon tells, as data,
//! and `retold` puts its sentences into the reader's language;
//! `hooks` are the tools for Veeam's job scripts.
//! Knows the contract, the texts and the report's sentences, and nothing else of the daemon.

pub mod end;
pub mod hooks;
pub mod retold;
pub mod surroundings;
pub mod told;

use std::time::Duration;

use zbus::Connection;
use zbus::proxy::CacheProperties;

use crate::bus::contract::{BackupProxy, Error};
use crate::wire;

/// The daemon answers each call within two seconds.
pub const ANSWER: Duration = Duration::from_secs(10);
/// The daemon waits five minutes for a person who is asked for a password.
pub const ANSWER_OF_A_PERSON: Duration = Duration::from_secs(5 * 60 + 10);

/// Joins the system bus; every call may take as long as `patience`.
///
/// # Errors
/// The bus is not there or refuses.
pub async fn connect(patience: Duration) -> Result<Connection, Error> {
    Ok(wire::builder().await?.method_timeout(patience).build().await?)
}

/// Without a cache, which would cost a call before the first one.
///
/// # Errors
/// The connection is lost.
pub async fn proxy(connection: &Connection) -> Result<BackupProxy<'static>, Error> {
    Ok(BackupProxy::builder(connection).cache_properties(CacheProperties::No).build().await?)
}
