//! The socket that strangers can send to. Bytes become messages one by one, and what the [`Porter`] does not let in goes no further:
//! nothing is kept or started for it. Signals to us alone come from the bus itself or not at all, and no file descriptor does. Must not know what a call is about.

use std::fmt;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::yield_now;
use zbus::connection::socket::{ReadHalf, Socket, Split, WriteHalf};
use zbus::export::async_trait::async_trait;
use zbus::message::{Header, Message, Type};

use super::callers::Callers;
use super::door::{self, Door};
use super::inbox::{Heard, Inbox};
use super::porter::{Porter, Refusal};

/// Of what was sent too much, until others get a turn.
const DROPPED_AT_ONCE: u32 = 64;
const BUS: &str = "org.freedesktop.DBus";

pub struct Wire {
    stream: UnixStream,
    porter: Option<Porter>,
    door: Arc<Mutex<Door>>,
}

impl Wire {
    /// Anybody may call.
    pub fn open(stream: UnixStream, callers: Callers, refusals: UnboundedSender<Refusal>) -> Self {
        let door = Arc::default();
        let porter = Porter::new(Arc::clone(&door), callers, refusals);
        Self { stream, porter: Some(porter), door }
    }

    /// Nobody may call.
    pub fn shut(stream: UnixStream) -> Self {
        Self { stream, porter: None, door: Arc::default() }
    }
}

impl Socket for Wire {
    type ReadHalf = Ear;
    type WriteHalf = Mouth;

    fn split(self) -> Split<Ear, Mouth> {
        let (read, write) = self.stream.into_split();
        Split::new(Ear { inbox: Inbox::new(read), porter: self.porter }, Mouth { socket: write, door: self.door })
    }
}

/// The half that is read.
pub struct Ear {
    inbox: Inbox,
    porter: Option<Porter>,
}

impl Ear {
    async fn hear(&mut self) -> io::Result<Heard> {
        match &mut self.porter {
            Some(porter) => porter.hear(&mut self.inbox).await,
            None => self.inbox.next().await,
        }
    }

    fn admits(&mut self, message: &Message, is_too_long: bool) -> bool {
        match message.message_type() {
            Type::MethodCall => self.porter.as_mut().is_some_and(|porter| porter.admits(message, is_too_long)),
            Type::Signal => {
                let header = message.header();
                header.destination().is_none() || header.sender().is_some_and(|sender| sender.as_str() == BUS)
            }
            // The bus passes on those alone that were asked for.
            Type::MethodReturn | Type::Error => true,
        }
    }
}

#[async_trait]
impl ReadHalf for Ear {
    async fn receive_message(
        &mut self,
        seq: u64,
        already_received_bytes: &mut Vec<u8>,
        already_received_fds: &mut Vec<OwnedFd>,
    ) -> zbus::Result<Message> {
        self.inbox.put(already_received_bytes);
        let mut dropped = 0;
        loop {
            let mut heard = self.hear().await?;
            let message = Whole.receive_message(seq, &mut heard.bytes, already_received_fds).await?;
            if self.admits(&message, heard.is_too_long) {
                return Ok(message);
            }
            dropped += 1;
            if dropped % DROPPED_AT_ONCE == 0 {
                yield_now().await;
            }
        }
    }

    /// For the handshake, before there are messages.
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        Ok((self.inbox.read(buffer).await?, Vec::new()))
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ear").finish_non_exhaustive()
    }
}

/// Has zbus make a message of bytes that are all there.
#[derive(Debug)]
struct Whole;

#[async_trait]
impl ReadHalf for Whole {
    async fn recvmsg(&mut self, _buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// The half that is written to. Who is answered makes room for his next call.
#[derive(Debug)]
pub struct Mouth {
    socket: OwnedWriteHalf,
    door: Arc<Mutex<Door>>,
}

#[async_trait]
impl WriteHalf for Mouth {
    async fn send_message(&mut self, message: &Message) -> zbus::Result<()> {
        self.socket.write_all(message.data()).await?;
        self.count_answer(&message.header());
        Ok(())
    }

    async fn sendmsg(&mut self, buffer: &[u8], _fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        self.socket.write(buffer).await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.socket.shutdown().await
    }
}

impl Mouth {
    fn count_answer(&self, header: &Header<'_>) {
        if let (Type::MethodReturn | Type::Error, Some(name), Some(serial)) =
            (header.message_type(), header.destination(), header.reply_serial())
        {
            door::lock(&self.door).leave(name.as_str(), serial.get());
        }
    }
}
