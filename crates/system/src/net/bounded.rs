//! A stream that is not listened to without end: a line, and all that comes in answer to what was said, have a largest size.
//! A server that goes on talking gets an error for an ear instead of our memory.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of one line; none where lines are not what is spoken in.
    pub line: Option<usize>,
    /// Of all that comes before we say something again.
    pub answer: usize,
}

/// A stream of which no more than the limits is read.
#[derive(Debug)]
pub struct Bounded<S> {
    stream: S,
    limits: Limits,
    /// Since the last end of a line.
    line: usize,
    /// Since we said something.
    answer: usize,
}

impl<S> Bounded<S> {
    /// Nothing has been read of it yet.
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
            return Err(endless("line", self.line));
        }
        if self.answer > self.limits.answer {
            return Err(endless("answer", self.answer));
        }
        Ok(())
    }
}

fn endless(what: &str, bytes: usize) -> io::Error {
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

    async fn heard(said: &[u8]) -> io::Result<Vec<u8>> {
        let (ours, mut theirs) = duplex(1000);
        theirs.write_all(said).await.unwrap();
        drop(theirs);
        let mut all = Vec::new();
        Bounded::new(ours, LIMITS).read_to_end(&mut all).await.map(|_| all)
    }

    #[tokio::test]
    async fn lines_and_answers_have_a_largest_size() {
        assert_eq!(heard(b"0123456789\n012\n").await.unwrap(), b"0123456789\n012\n");
        let line = heard(b"012\n01234567890").await.unwrap_err();
        assert!(line.to_string().contains("line does not end (11 bytes"), "{line}");
        let answer = heard(&b"012345678\n".repeat(11)).await.unwrap_err();
        assert!(answer.to_string().contains("answer does not end"), "{answer}");
    }

    #[tokio::test]
    async fn every_answer_is_counted_by_itself() {
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
