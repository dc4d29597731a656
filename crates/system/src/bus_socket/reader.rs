//! The two halves of a socket to the bus. The reader turns bytes into messages one by one, and keeps and starts nothing for those
//! that are not let in. Signals addressed to us alone are let in only from the bus itself, file descriptors never.

use std::fmt;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use futures_util::FutureExt;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::task::yield_now;
use zbus::connection::socket::{ReadHalf, Socket, Split, WriteHalf};
use zbus::export::async_trait::async_trait;
use zbus::message::{Message, Type};

use super::framing::{Frame, Framing};

/// Dropped messages until other tasks get a turn.
const DROPPED_AT_ONCE: u32 = 64;
const BUS: &str = "org.freedesktop.DBus";

/// Decides which calls are let in.
#[async_trait]
pub trait MessageFilter: Send + Sync + 'static {
    /// The next message, or one that waited. Must be cancel-safe.
    async fn next_frame(&mut self, framing: &mut Framing) -> io::Result<Frame>;

    /// Whether this call is let in; one that is too long has no body.
    fn admits(&mut self, call: &Message, is_too_long: bool) -> bool;
}

/// A socket of a client: it accepts no calls.
pub struct ClientSocket(pub UnixStream);

impl Socket for ClientSocket {
    type ReadHalf = FilteredReader;
    type WriteHalf = SocketWriter;

    fn split(self) -> Split<FilteredReader, SocketWriter> {
        let (read, write) = self.0.into_split();
        Split::new(FilteredReader::new(read, None), SocketWriter(write))
    }
}

/// The half for reading.
pub struct FilteredReader {
    framing: Framing,
    filter: Option<Box<dyn MessageFilter>>,
}

impl FilteredReader {
    /// Without a filter no calls are let in.
    pub fn new(socket: OwnedReadHalf, filter: Option<Box<dyn MessageFilter>>) -> Self {
        Self { framing: Framing::new(socket, is_awaited), filter }
    }

    async fn next_frame(&mut self) -> io::Result<Frame> {
        match &mut self.filter {
            Some(filter) => filter.next_frame(&mut self.framing).await,
            None => self.framing.next().await,
        }
    }

    fn admits(&mut self, message: &Message, is_too_long: bool) -> bool {
        match message.message_type() {
            Type::MethodCall => self.filter.as_mut().is_some_and(|filter| filter.admits(message, is_too_long)),
            _ => is_asked_for(message),
        }
    }
}

/// The bus itself delivers only replies to our calls, and only those broadcasts that a match rule names, sender included.
fn is_asked_for(message: &Message) -> bool {
    let header = message.header();
    match message.message_type() {
        Type::MethodCall => false,
        Type::Signal => header.destination().is_none() || header.sender().is_some_and(|sender| sender.as_str() == BUS),
        Type::MethodReturn | Type::Error => true,
    }
}

/// The same, from the bytes of a header.
fn is_awaited(header: &[u8]) -> bool {
    message(0, header.to_vec(), &mut Vec::new()).is_ok_and(|message| is_asked_for(&message))
}

fn message(seq: u64, mut bytes: Vec<u8>, fds: &mut Vec<OwnedFd>) -> zbus::Result<Message> {
    // Never waits, since all bytes are there.
    let made = Buffered.receive_message(seq, &mut bytes, fds).now_or_never();
    made.unwrap_or_else(|| Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()))
}

#[async_trait]
impl ReadHalf for FilteredReader {
    async fn receive_message(
        &mut self,
        seq: u64,
        already_received_bytes: &mut Vec<u8>,
        already_received_fds: &mut Vec<OwnedFd>,
    ) -> zbus::Result<Message> {
        self.framing.append(already_received_bytes);
        let mut dropped = 0;
        loop {
            let frame = self.next_frame().await?;
            let message = message(seq, frame.bytes, already_received_fds)?;
            if self.admits(&message, frame.is_too_long) {
                return Ok(message);
            }
            dropped += 1;
            if dropped % DROPPED_AT_ONCE == 0 {
                yield_now().await;
            }
        }
    }

    /// Reads bytes of the handshake.
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        Ok((self.framing.read(buffer).await?, Vec::new()))
    }
}

impl fmt::Debug for FilteredReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilteredReader").finish_non_exhaustive()
    }
}

/// A socket with nothing more to read: zbus makes a message of the bytes it already has.
#[derive(Debug)]
struct Buffered;

#[async_trait]
impl ReadHalf for Buffered {
    async fn recvmsg(&mut self, _buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// The half for writing.
#[derive(Debug)]
pub struct SocketWriter(pub OwnedWriteHalf);

#[async_trait]
impl WriteHalf for SocketWriter {
    async fn send_message(&mut self, message: &Message) -> zbus::Result<()> {
        Ok(self.0.write_all(message.data()).await?)
    }

    async fn sendmsg(&mut self, buffer: &[u8], _fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        self.0.write(buffer).await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.0.shutdown().await
    }
}
