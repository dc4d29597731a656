//! Messages over a socket: each is its length, then JSON or plain bytes. Receivers limit the length that they accept.
//! Both ends are of the same package, so the format needs no version.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream as StandardStream;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

/// One end of a conversation between the service and a helper process.
#[derive(Debug)]
pub struct MessageSocket {
    stream: UnixStream,
}

/// Why a helper gave no answer. It may have done what it was asked for.
#[derive(Debug, Error)]
pub enum HelperError {
    /// The process ended, or could not be reached.
    #[error("the helper process ended without an answer")]
    Gone(#[source] io::Error),
    /// No answer within this time.
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
}

impl MessageSocket {
    /// On an open connection.
    pub fn new(stream: UnixStream) -> Self {
        Self { stream }
    }

    /// On the connection that systemd passes as standard input.
    ///
    /// # Errors
    /// Standard input is no socket.
    pub fn on_standard_input() -> io::Result<Self> {
        let stream = StandardStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        stream.set_nonblocking(true)?;
        Ok(Self::new(UnixStream::from_std(stream)?))
    }

    /// Sends a value as JSON.
    ///
    /// # Errors
    /// The other end is gone.
    pub async fn send<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        self.send_bytes(&serde_json::to_vec(value)?).await
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// As `send`.
    pub async fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.stream.write_u32(length).await?;
        self.stream.write_all(bytes).await
    }

    /// The next message, of at most `most` bytes; `None` at the end of the conversation.
    ///
    /// # Errors
    /// The other end is gone in mid-message, or sends a longer message or another type.
    pub async fn receive<T: DeserializeOwned>(&mut self, most: usize) -> io::Result<Option<T>> {
        let Some(bytes) = self.receive_bytes(most).await? else { return Ok(None) };
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    /// The next message as bytes.
    ///
    /// # Errors
    /// As `receive`.
    pub async fn receive_bytes(&mut self, most: usize) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if self.stream.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        self.stream.read_exact(&mut length[1..]).await?;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
        if length > most {
            return Err(io::Error::other(format!("{length} bytes, where {most} are the most")));
        }
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).await?;
        Ok(Some(bytes))
    }

    /// The answer to what was sent, within `patience`.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn answer<T: DeserializeOwned>(&mut self, most: usize, patience: Duration) -> Result<T, HelperError> {
        answered(timeout(patience, self.receive(most)).await, patience)
    }

    /// The answer as bytes.
    ///
    /// # Errors
    /// As `answer`.
    pub async fn answer_bytes(&mut self, most: usize, patience: Duration) -> Result<Vec<u8>, HelperError> {
        answered(timeout(patience, self.receive_bytes(most)).await, patience)
    }
}

fn answered<T, E>(received: Result<io::Result<Option<T>>, E>, patience: Duration) -> Result<T, HelperError> {
    match received {
        Ok(Ok(Some(answer))) => Ok(answer),
        Ok(Ok(None)) => Err(HelperError::Gone(io::ErrorKind::UnexpectedEof.into())),
        Ok(Err(error)) => Err(HelperError::Gone(error)),
        Err(_) => Err(HelperError::TimedOut(patience)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    fn pair() -> (MessageSocket, MessageSocket) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (MessageSocket::new(ours), MessageSocket::new(theirs))
    }

    #[tokio::test]
    async fn messages_arrive_one_by_one_until_the_conversation_ends() {
        let (mut ours, mut theirs) = pair();
        ours.send(&("ü", 1)).await.unwrap();
        ours.send_bytes(b"\0\n").await.unwrap();
        drop(ours);
        assert_eq!(theirs.receive::<(String, u8)>(100).await.unwrap(), Some(("ü".to_owned(), 1)));
        assert_eq!(theirs.receive_bytes(2).await.unwrap(), Some(b"\0\n".to_vec()));
        assert_eq!(theirs.receive_bytes(2).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_message_longer_than_the_limit_is_an_error() {
        let (mut ours, mut theirs) = pair();
        ours.send_bytes(&[0; 101]).await.unwrap();
        assert!(matches!(theirs.answer_bytes(100, SOON).await, Err(HelperError::Gone(_))));
    }

    #[tokio::test]
    async fn neither_silence_nor_an_incomplete_answer_is_an_answer() {
        let (mut ours, mut theirs) = pair();
        assert!(matches!(theirs.answer::<u8>(100, SOON).await, Err(HelperError::TimedOut(_))));
        ours.stream.write_all(&[0, 0, 0, 9, b'"']).await.unwrap();
        drop(ours);
        assert!(matches!(theirs.answer::<u8>(100, SOON).await, Err(HelperError::Gone(_))));
    }
}
