//! Connects to a server that may have several addresses: tries one after the other, each for its share of the time, so that a silent
//! one does not use up the time of the next.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

/// More than any honest server has.
const MOST_ADDRESSES: usize = 8;

/// Why no address is usable.
#[derive(Debug)]
pub enum DialError<E> {
    /// No address, or no connection.
    Unreachable(io::Error),
    /// No answer in time.
    TimedOut,
    /// There is a connection, but `attempt` failed on it.
    Attempt(E),
}

impl<E> DialError<E> {
    /// How far it got; of several errors the furthest is reported.
    fn progress(&self) -> u8 {
        match self {
            Self::Unreachable(_) => 0,
            Self::TimedOut => 1,
            Self::Attempt(_) => 2,
        }
    }
}

/// Connects to the server and tries `attempt` on the connection until it succeeds for one address, within `patience` for all of them.
///
/// # Errors
/// The error that got furthest.
pub async fn dial<T, E, F: Future<Output = Result<T, E>>>(
    server: (&str, u16),
    patience: Duration,
    attempt: impl Fn(TcpStream) -> F,
) -> Result<T, DialError<E>> {
    let deadline = Instant::now() + patience;
    let addresses = match timeout(patience, lookup_host(server)).await {
        Ok(found) => found.map_err(DialError::Unreachable)?.take(MOST_ADDRESSES).collect::<Vec<_>>(),
        Err(_) => return Err(DialError::TimedOut),
    };
    first_success(&addresses, deadline, attempt).await
}

async fn first_success<T, E, F: Future<Output = Result<T, E>>>(
    addresses: &[SocketAddr],
    deadline: Instant,
    attempt: impl Fn(TcpStream) -> F,
) -> Result<T, DialError<E>> {
    let mut failure = DialError::Unreachable(io::Error::other("the name has no address"));
    for (tried, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = deadline.saturating_duration_since(Instant::now()) / left;
        let outcome = timeout(share, try_address(*address, &attempt)).await.unwrap_or(Err(DialError::TimedOut));
        match outcome {
            Ok(value) => return Ok(value),
            Err(error) if tried == 0 || error.progress() > failure.progress() => failure = error,
            Err(_) => {}
        }
    }
    Err(failure)
}

async fn try_address<T, E, F: Future<Output = Result<T, E>>>(
    address: SocketAddr,
    attempt: &impl Fn(TcpStream) -> F,
) -> Result<T, DialError<E>> {
    let stream = TcpStream::connect(address).await.map_err(DialError::Unreachable)?;
    // With Nagle's algorithm a request in two writes would take 40 ms longer.
    stream.set_nodelay(true).map_err(DialError::Unreachable)?;
    attempt(stream).await.map_err(DialError::Attempt)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    async fn greeting(mut stream: TcpStream) -> Result<u8, String> {
        stream.read_u8().await.map_err(|error| error.to_string())
    }

    /// Answers one client with `answer`, or not at all.
    async fn listener(answer: Option<&'static [u8]>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            match answer {
                Some(answer) => tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.unwrap(),
                None => std::future::pending().await,
            }
        });
        address
    }

    async fn dialled(addresses: &[SocketAddr]) -> Result<u8, DialError<String>> {
        first_success(addresses, Instant::now() + Duration::from_secs(2), greeting).await
    }

    #[tokio::test]
    async fn the_next_address_is_tried_after_an_unreachable_silent_or_failing_one() {
        let unreachable = SocketAddr::from(([127, 0, 0, 1], 1));
        let addresses = [unreachable, listener(None).await, listener(Some(b"")).await, listener(Some(b"!")).await];
        assert_eq!(dialled(&addresses).await.unwrap(), b'!');
    }

    #[tokio::test]
    async fn of_several_errors_the_one_that_got_furthest_is_reported() {
        let unreachable = SocketAddr::from(([127, 0, 0, 1], 1));
        assert!(matches!(dialled(&[]).await, Err(DialError::Unreachable(_))));
        assert!(matches!(dialled(&[unreachable, listener(None).await, unreachable]).await, Err(DialError::TimedOut)));
        let all = [unreachable, listener(None).await, listener(Some(b"")).await, unreachable];
        assert!(matches!(dialled(&all).await, Err(DialError::Attempt(_))));
    }
}
