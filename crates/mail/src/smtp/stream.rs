//! The stream beneath lettre. It can be taken back for encryption, which drops what the server sent before, and it keeps the server's
//! last response.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use asbackup_system::net::{Bounded, Limits};

/// RFC 5321 allows lines of 512 bytes, and no server needs hundreds of lines.
const LIMITS: Limits = Limits { line: Some(4096), answer: 64 * 1024 };

/// A connection, encrypted or not.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A handle; all clones share one connection.
pub struct SharedStream<S> {
    shared: Arc<Mutex<Shared<S>>>,
    peer: SocketAddr,
}

struct Shared<S> {
    stream: Option<Bounded<S>>,
    /// Returned before anything from the server.
    greeting: &'static [u8],
    /// What the server has sent since our last command.
    response: Vec<u8>,
    has_written: bool,
}

impl<S> Clone for SharedStream<S> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), peer: self.peer }
    }
}

impl<S> SharedStream<S> {
    /// `greeting` replaces one that the server does not send.
    pub fn new(stream: S, peer: SocketAddr, greeting: &'static [u8]) -> Self {
        let stream = Some(Bounded::new(stream, LIMITS));
        let shared = Shared { stream, greeting, response: Vec::new(), has_written: false };
        Self { shared: Arc::new(Mutex::new(shared)), peer }
    }

    /// Takes the connection back; from then on all clones are closed.
    pub fn take(&self) -> Option<S> {
        self.lock().stream.take().map(Bounded::into_inner)
    }

    /// The server's last response.
    pub fn response(&self) -> String {
        String::from_utf8_lossy(&self.lock().response).into_owned()
    }

    /// Whether we have sent anything yet.
    pub fn has_written(&self) -> bool {
        self.lock().has_written
    }

    fn lock(&self) -> MutexGuard<'_, Shared<S>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> fmt::Debug for SharedStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "SharedStream({})", self.peer)
    }
}

fn closed() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

impl<S: Stream> AsyncRead for SharedStream<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        let mut shared = self.lock();
        if !shared.greeting.is_empty() {
            let (now, later) = shared.greeting.split_at(buffer.remaining().min(shared.greeting.len()));
            buffer.put_slice(now);
            shared.greeting = later;
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let stream = shared.stream.as_mut().ok_or_else(closed)?;
        ready!(Pin::new(stream).poll_read(context, buffer))?;
        shared.response.extend(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: Stream> AsyncWrite for SharedStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut shared = self.lock();
        shared.response.clear();
        shared.has_written = true;
        Pin::new(shared.stream.as_mut().ok_or_else(closed)?).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(self.lock().stream.as_mut().ok_or_else(closed)?).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        match self.lock().stream.as_mut() {
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
