//! The stream that lettre speaks on. It can be taken back for encryption, which drops what the server sent before, and it keeps the
//! server's last answer.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use asbackup_system::net::{Bounded, Limits};

/// RFC 5321 allows 512 bytes for a line; no server needs hundreds of lines.
const LIMITS: Limits = Limits { line: Some(4096), answer: 64 * 1024 };

/// A connection, encrypted or not.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A handle; all clones share one connection.
pub struct SharedStream<S> {
    inside: Arc<Mutex<Inside<S>>>,
    peer: SocketAddr,
}

struct Inside<S> {
    stream: Option<Bounded<S>>,
    /// Read before anything else.
    greeting: &'static [u8],
    /// What the server has sent since our last command.
    heard: Vec<u8>,
    has_spoken: bool,
}

impl<S> Clone for SharedStream<S> {
    fn clone(&self) -> Self {
        Self { inside: self.inside.clone(), peer: self.peer }
    }
}

impl<S> SharedStream<S> {
    /// `greeting` stands in for one that the server does not repeat.
    pub fn new(stream: S, peer: SocketAddr, greeting: &'static [u8]) -> Self {
        let stream = Some(Bounded::new(stream, LIMITS));
        let inside = Inside { stream, greeting, heard: Vec::new(), has_spoken: false };
        Self { inside: Arc::new(Mutex::new(inside)), peer }
    }

    /// Takes the connection out; all clones are closed from then on.
    pub fn take(&self) -> Option<S> {
        self.inside().stream.take().map(Bounded::into_inner)
    }

    /// The server's last answer.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.inside().heard).into_owned()
    }

    /// Whether we have sent anything yet.
    pub fn has_spoken(&self) -> bool {
        self.inside().has_spoken
    }

    fn inside(&self) -> MutexGuard<'_, Inside<S>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> fmt::Debug for SharedStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "SharedStream({})", self.peer)
    }
}

fn gone() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

impl<S: Stream> AsyncRead for SharedStream<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        let mut inside = self.inside();
        if !inside.greeting.is_empty() {
            let (now, later) = inside.greeting.split_at(buffer.remaining().min(inside.greeting.len()));
            buffer.put_slice(now);
            inside.greeting = later;
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let stream = inside.stream.as_mut().ok_or_else(gone)?;
        ready!(Pin::new(stream).poll_read(context, buffer))?;
        inside.heard.extend(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: Stream> AsyncWrite for SharedStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut inside = self.inside();
        inside.heard.clear();
        inside.has_spoken = true;
        Pin::new(inside.stream.as_mut().ok_or_else(gone)?).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(self.inside().stream.as_mut().ok_or_else(gone)?).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        match self.inside().stream.as_mut() {
            Some(stream) => Pin::new(stream).poll_shutdown(context),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl<S: Stream> AsyncTokioStream for SharedStream<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
