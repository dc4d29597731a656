//! A stream with limits on what is read: on a line, and on all that arrives between two writes. A server that never stops sending
//! causes an error instead of filling our memory.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// In bytes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of one line; `None` for protocols without lines.
    pub line: Option<usize>,
    /// Of all that arrives before the next write.
    pub answer: usize,
}

/// A stream that is read up to the limits.
#[derive(Debug)]
pub struct Bounded<S> {
    stream: S,
    limits: Limits,
    /// Bytes since the last newline.
    line: usize,
    /// Bytes since the last write.
    answer: usize,
}

impl<S> Bounded<S> {
    /// Begins to count here.
    pub fn new(stream: S, limits: Limits) -> Self {
        Self { stream, limits, line: 0, answer: 0 }
    }

    /// The stream without limits.
    pub fn into_inner(self) -> S {
        self.stream
    }

    fn count(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.answer += bytes.len();
        self.line = match bytes.iter().rposition(|&byte| byte == b'\n') {
            Some(end) => bytes.len() - end - 1,
            None => self.line + bytes.len(),
        };
        if self.limits.line.is_some_and(|most| self.line > most) {
            return Err(too_long("line", self.line));
        }
        if self.answer > self.limits.answer {
            return Err(too_long("answer", self.answer));
        }
        Ok(())
    }
}

fn too_long(what: &str, bytes: usize) -> io::Error {
    io::Error::other(format!("the server's {what} does not end ({bytes} bytes so far)"))
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let counted = self.count(&buffer.filled()[before..]);
        if counted.is_err() {
            buffer.set_filled(before);
        }
        Poll::Ready(counted)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.answer = 0;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const LIMITS: Limits = Limits { line: Some(10), answer: 100 };

    async fn read(sent: &[u8]) -> io::Result<Vec<u8>> {
        let (ours, mut theirs) = duplex(1000);
        theirs.write_all(sent).await.unwrap();
        drop(theirs);
        let mut all = Vec::new();
        Bounded::new(ours, LIMITS).read_to_end(&mut all).await.map(|_| all)
    }

    #[tokio::test]
    async fn lines_and_answers_are_limited() {
        assert_eq!(read(b"0123456789\n012\n").await.unwrap(), b"0123456789\n012\n");
        let line = read(b"012\n01234567890").await.unwrap_err();
        assert!(line.to_string().contains("line does not end (11 bytes"), "{line}");
        let answer = read(&b"012345678\n".repeat(11)).await.unwrap_err();
        assert!(answer.to_string().contains("answer does not end"), "{answer}");
    }

    #[tokio::test]
    async fn each_answer_is_counted_separately() {
        let (ours, mut theirs) = duplex(1000);
        let mut bounded = Bounded::new(ours, LIMITS);
        for _ in 0..20 {
            theirs.write_all(b"01234567\n").await.unwrap();
            let mut answer = [0; 9];
            bounded.read_exact(&mut answer).await.unwrap();
            bounded.write_all(b"more").await.unwrap();
        }
    }
}
