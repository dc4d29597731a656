//! Gets through to a server that may have several addresses: one after the other, each with its share of the time, so that one
//! that answers nothing does not keep us from the next.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

/// More than any server has that means well.
const MOST_ADDRESSES: usize = 8;

/// Why nobody was got through to.
#[derive(Debug)]
pub enum Unreached<E> {
    /// No address, or no connection.
    Away(io::Error),
    /// Whoever is there keeps silent.
    Late,
    /// Somebody is there, and says this.
    Said(E),
}

impl<E> Unreached<E> {
    /// Of several reasons the one counts that got furthest.
    fn weight(&self) -> u8 {
        match self {
            Self::Away(_) => 0,
            Self::Late => 1,
            Self::Said(_) => 2,
        }
    }
}

/// Connects to the server and tries `attempt` on the connection, until one address is good; in `patience` all in all.
///
/// # Errors
/// What tells most of why none is.
pub async fn in_turn<T, E, F: Future<Output = Result<T, E>>>(
    server: (&str, u16),
    patience: Duration,
    attempt: impl Fn(TcpStream) -> F,
) -> Result<T, Unreached<E>> {
    let deadline = Instant::now() + patience;
    let addresses = match timeout(patience, lookup_host(server)).await {
        Ok(found) => found.map_err(Unreached::Away)?.take(MOST_ADDRESSES).collect::<Vec<_>>(),
        Err(_) => return Err(Unreached::Late),
    };
    first_good(&addresses, deadline, attempt).await
}

async fn first_good<T, E, F: Future<Output = Result<T, E>>>(
    addresses: &[SocketAddr],
    deadline: Instant,
    attempt: impl Fn(TcpStream) -> F,
) -> Result<T, Unreached<E>> {
    let mut reason = Unreached::Away(io::Error::other("the name has no address"));
    for (tried, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = deadline.saturating_duration_since(Instant::now()) / left;
        let ended = timeout(share, reach(*address, &attempt)).await.unwrap_or(Err(Unreached::Late));
        match ended {
            Ok(reached) => return Ok(reached),
            Err(why) if tried == 0 || why.weight() > reason.weight() => reason = why,
            Err(_) => {}
        }
    }
    Err(reason)
}

async fn reach<T, E, F: Future<Output = Result<T, E>>>(
    address: SocketAddr,
    attempt: &impl Fn(TcpStream) -> F,
) -> Result<T, Unreached<E>> {
    let stream = TcpStream::connect(address).await.map_err(Unreached::Away)?;
    // What is said in two pieces would wait 40 ms for the receipt of the first.
    stream.set_nodelay(true).map_err(Unreached::Away)?;
    attempt(stream).await.map_err(Unreached::Said)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    async fn greeting(mut stream: TcpStream) -> Result<u8, String> {
        stream.read_u8().await.map_err(|error| error.to_string())
    }

    /// Answers `word` to one caller, or nothing.
    async fn listener(word: Option<&'static [u8]>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            match word {
                Some(word) => tokio::io::AsyncWriteExt::write_all(&mut stream, word).await.unwrap(),
                None => std::future::pending().await,
            }
        });
        address
    }

    async fn reached(addresses: &[SocketAddr]) -> Result<u8, Unreached<String>> {
        first_good(addresses, Instant::now() + Duration::from_secs(2), greeting).await
    }

    #[tokio::test]
    async fn the_next_address_is_tried_when_one_is_away_silent_or_no_good() {
        let away = SocketAddr::from(([127, 0, 0, 1], 1));
        let addresses = [away, listener(None).await, listener(Some(b"")).await, listener(Some(b"!")).await];
        assert_eq!(reached(&addresses).await.unwrap(), b'!');
    }

    #[tokio::test]
    async fn of_several_reasons_the_one_counts_that_got_furthest() {
        let away = SocketAddr::from(([127, 0, 0, 1], 1));
        assert!(matches!(reached(&[]).await, Err(Unreached::Away(_))));
        assert!(matches!(reached(&[away, listener(None).await, away]).await, Err(Unreached::Late)));
        let all = [away, listener(None).await, listener(Some(b"")).await, away];
        assert!(matches!(reached(&all).await, Err(Unreached::Said(_))));
    }
}
