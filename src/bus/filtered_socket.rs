//! The socket on which any user can call. The [`CallFilter`] admits calls, and each answer makes room for another call.
//! Must not know what a call is about.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex};

use tokio::net::UnixStream;
use tokio::sync::mpsc::UnboundedSender;
use zbus::connection::socket::{Socket, Split, WriteHalf};
use zbus::export::async_trait::async_trait;
use zbus::message::{Header, Message, Type};

use asbackup_system::bus_socket::{FilteredReader, SocketWriter};

use super::call_filter::{CallFilter, Refusal};
use super::call_limits::{self, CallLimits};
use super::callers::Callers;

pub struct FilteredSocket {
    stream: UnixStream,
    filter: CallFilter,
    call_limits: Arc<Mutex<CallLimits>>,
}

impl FilteredSocket {
    pub fn new(stream: UnixStream, callers: Callers, refusals: UnboundedSender<Refusal>) -> Self {
        let call_limits = Arc::default();
        Self { stream, filter: CallFilter::new(Arc::clone(&call_limits), callers, refusals), call_limits }
    }
}

impl Socket for FilteredSocket {
    type ReadHalf = FilteredReader;
    type WriteHalf = CountingWriter;

    fn split(self) -> Split<FilteredReader, CountingWriter> {
        let (read, write) = self.stream.into_split();
        let writer = CountingWriter { writer: SocketWriter(write), call_limits: self.call_limits };
        Split::new(FilteredReader::new(read, Some(Box::new(self.filter))), writer)
    }
}

#[derive(Debug)]
pub struct CountingWriter {
    writer: SocketWriter,
    call_limits: Arc<Mutex<CallLimits>>,
}

#[async_trait]
impl WriteHalf for CountingWriter {
    async fn send_message(&mut self, message: &Message) -> zbus::Result<()> {
        self.writer.send_message(message).await?;
        self.count_answer(&message.header());
        Ok(())
    }

    async fn sendmsg(&mut self, buffer: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        self.writer.sendmsg(buffer, fds).await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.writer.close().await
    }
}

impl CountingWriter {
    fn count_answer(&self, header: &Header<'_>) {
        if let (Type::MethodReturn | Type::Error, Some(name), Some(serial)) =
            (header.message_type(), header.destination(), header.reply_serial())
        {
            call_limits::lock(&self.call_limits).leave(name.as_str(), serial.get());
        }
    }
}
