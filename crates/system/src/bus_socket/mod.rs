//! The sockets to the bus: what strangers send to a connection goes no further than here. The bus passes on to it what anybody
//! sends to its unique name, as large as he likes. Owns the cutting of bytes into messages and what is let in; must not know what is said.

mod framing;
mod reader;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use tokio::net::UnixStream;
use zbus::address::transport::{Transport, UnixSocket};
use zbus::{Address, Connection, connection};

pub use framing::{Frame, Framing};
pub use reader::{FilteredReader, MessageFilter, Shut, Writer};

/// A connection to the system bus on which nobody can call, and which hears only what it asked for; `DBUS_SYSTEM_BUS_ADDRESS` names
/// another bus. No file descriptor comes in on it.
///
/// # Errors
/// There is no bus, or it refuses.
pub async fn connect() -> zbus::Result<Connection> {
    builder().await?.build().await
}

/// The same before it is made.
///
/// # Errors
/// Nobody listens there.
pub async fn builder() -> zbus::Result<connection::Builder<'static>> {
    Ok(match stream().await? {
        Some(stream) => connection::Builder::socket(Shut(stream)),
        None => connection::Builder::system(),
    })
}

/// None where the bus can't be reached by a socket of this machine, as over TCP.
///
/// # Errors
/// Nobody listens there.
pub async fn stream() -> zbus::Result<Option<UnixStream>> {
    let Some(path) = socket(&Address::system()?) else { return Ok(None) };
    Ok(Some(UnixStream::connect(path).await?))
}

fn socket(address: &Address) -> Option<PathBuf> {
    let Transport::Unix(unix) = address.transport() else { return None };
    match unix.path() {
        UnixSocket::File(path) => Some(path.clone()),
        UnixSocket::Abstract(name) => Some(PathBuf::from(OsString::from_vec([b"\0", name.as_bytes()].concat()))),
        _ => None,
    }
}
