//! A conversation over a socket: pieces that begin with their length, JSON or plain bytes. Nobody hears more than he is ready for.
//! Both ends are of the same package, so that they need no versions.

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

/// One conversation with a process of its own.
#[derive(Debug)]
pub struct Channel {
    stream: UnixStream,
}

/// Why there is no answer. Whatever was asked for may have been done.
#[derive(Debug, Error)]
pub enum ChannelError {
    /// The process ended, or could not be reached.
    #[error("the helper process ended without an answer")]
    Gone(#[source] io::Error),
    /// No answer within this time.
    #[error("no answer within {} s", .0.as_secs())]
    Late(Duration),
}

impl Channel {
    /// A conversation on a connection that is open.
    pub fn new(stream: UnixStream) -> Self {
        Self { stream }
    }

    /// The connection that systemd has given us as our standard input.
    ///
    /// # Errors
    /// It is none.
    pub fn on_standard_input() -> io::Result<Self> {
        let stream = StandardStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        stream.set_nonblocking(true)?;
        Ok(Self::new(UnixStream::from_std(stream)?))
    }

    /// # Errors
    /// The other end is gone.
    pub async fn say<T: Serialize>(&mut self, what: &T) -> io::Result<()> {
        self.say_bytes(&serde_json::to_vec(what)?).await
    }

    /// # Errors
    /// As `say`.
    pub async fn say_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.stream.write_u32(length).await?;
        self.stream.write_all(bytes).await
    }

    /// The next piece, of `most` bytes; `None` when the other end has nothing more to say.
    ///
    /// # Errors
    /// The other end is gone in mid-piece, has more to say than that, or something else.
    pub async fn hear<T: DeserializeOwned>(&mut self, most: usize) -> io::Result<Option<T>> {
        let Some(bytes) = self.hear_bytes(most).await? else { return Ok(None) };
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    /// # Errors
    /// As `hear`.
    pub async fn hear_bytes(&mut self, most: usize) -> io::Result<Option<Vec<u8>>> {
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

    /// What the other end answers to what was said, within `patience`.
    ///
    /// # Errors
    /// No answer.
    pub async fn answer<T: DeserializeOwned>(&mut self, most: usize, patience: Duration) -> Result<T, ChannelError> {
        heard(timeout(patience, self.hear(most)).await, patience)
    }

    /// # Errors
    /// As `answer`.
    pub async fn answer_bytes(&mut self, most: usize, patience: Duration) -> Result<Vec<u8>, ChannelError> {
        heard(timeout(patience, self.hear_bytes(most)).await, patience)
    }
}

fn heard<T, E>(heard: Result<io::Result<Option<T>>, E>, patience: Duration) -> Result<T, ChannelError> {
    match heard {
        Ok(Ok(Some(answer))) => Ok(answer),
        Ok(Ok(None)) => Err(ChannelError::Gone(io::ErrorKind::UnexpectedEof.into())),
        Ok(Err(error)) => Err(ChannelError::Gone(error)),
        Err(_) => Err(ChannelError::Late(patience)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    fn pair() -> (Channel, Channel) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Channel::new(ours), Channel::new(theirs))
    }

    #[tokio::test]
    async fn what_is_said_is_heard_piece_by_piece_and_then_there_is_no_more() {
        let (mut ours, mut theirs) = pair();
        ours.say(&("ü", 1)).await.unwrap();
        ours.say_bytes(b"\0\n").await.unwrap();
        drop(ours);
        assert_eq!(theirs.hear::<(String, u8)>(100).await.unwrap(), Some(("ü".to_owned(), 1)));
        assert_eq!(theirs.hear_bytes(2).await.unwrap(), Some(b"\0\n".to_vec()));
        assert_eq!(theirs.hear_bytes(2).await.unwrap(), None);
    }

    #[tokio::test]
    async fn nobody_hears_more_than_he_is_ready_for() {
        let (mut ours, mut theirs) = pair();
        ours.say_bytes(&[0; 101]).await.unwrap();
        assert!(matches!(theirs.answer_bytes(100, SOON).await, Err(ChannelError::Gone(_))));
    }

    #[tokio::test]
    async fn an_end_in_mid_answer_is_no_answer_and_silence_is_none_either() {
        let (mut ours, mut theirs) = pair();
        assert!(matches!(theirs.answer::<u8>(100, SOON).await, Err(ChannelError::Late(_))));
        ours.stream.write_all(&[0, 0, 0, 9, b'"']).await.unwrap();
        drop(ours);
        assert!(matches!(theirs.answer::<u8>(100, SOON).await, Err(ChannelError::Gone(_))));
    }
}
