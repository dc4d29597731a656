//! Sockets to the bus that drop what strangers send. The bus delivers to a connection whatever anybody sends to its unique name,
//! however large. Owns the cutting of bytes into messages and which of them are let in; must not know what they mean.

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
pub use reader::{ClientSocket, FilteredReader, MessageFilter, SocketWriter};

/// A connection to the system bus that accepts no calls and no file descriptors, and receives only what it asked for.
/// `DBUS_SYSTEM_BUS_ADDRESS` names another bus.
///
/// # Errors
/// There is no bus, or it refuses.
pub async fn connect() -> zbus::Result<Connection> {
    builder().await?.build().await
}

/// The builder of such a connection.
///
/// # Errors
/// Nobody listens there.
pub async fn builder() -> zbus::Result<connection::Builder<'static>> {
    Ok(match stream().await? {
        Some(stream) => connection::Builder::socket(ClientSocket(stream)),
        None => connection::Builder::system(),
    })
}

/// The socket; `None` for an address that is no socket of this machine, such as TCP.
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
