//! The socket that strangers can call on: the [`Porter`] lets them in, and who is answered makes room for his next call.
//! Must not know what a call is about.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex};

use tokio::net::UnixStream;
use tokio::sync::mpsc::UnboundedSender;
use zbus::connection::socket::{Socket, Split, WriteHalf};
use zbus::export::async_trait::async_trait;
use zbus::message::{Header, Message, Type};

use crate::wire::{Ear, Mouth};

use super::callers::Callers;
use super::door::{self, Door};
use super::porter::{Porter, Refusal};

pub struct Open {
    stream: UnixStream,
    porter: Porter,
    door: Arc<Mutex<Door>>,
}

impl Open {
    pub fn new(stream: UnixStream, callers: Callers, refusals: UnboundedSender<Refusal>) -> Self {
        let door = Arc::default();
        Self { stream, porter: Porter::new(Arc::clone(&door), callers, refusals), door }
    }
}

impl Socket for Open {
    type ReadHalf = Ear;
    type WriteHalf = Answering;

    fn split(self) -> Split<Ear, Answering> {
        let (read, write) = self.stream.into_split();
        let answering = Answering { mouth: Mouth(write), door: self.door };
        Split::new(Ear::new(read, Some(Box::new(self.porter))), answering)
    }
}

#[derive(Debug)]
pub struct Answering {
    mouth: Mouth,
    door: Arc<Mutex<Door>>,
}

#[async_trait]
impl WriteHalf for Answering {
    async fn send_message(&mut self, message: &Message) -> zbus::Result<()> {
        self.mouth.send_message(message).await?;
        self.count_answer(&message.header());
        Ok(())
    }

    async fn sendmsg(&mut self, buffer: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        self.mouth.sendmsg(buffer, fds).await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.mouth.close().await
    }
}

impl Answering {
    fn count_answer(&self, header: &Header<'_>) {
        if let (Type::MethodReturn | Type::Error, Some(name), Some(serial)) =
            (header.message_type(), header.destination(), header.reply_serial())
        {
            door::lock(&self.door).leave(name.as_str(), serial.get());
        }
    }
}
