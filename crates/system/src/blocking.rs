//! Runs calls that a hung disk can block for ever off the async threads, with a time limit.

use std::io;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// For reading a directory or opening a file.
pub const GLANCE: Duration = Duration::from_secs(60);
/// For a flush.
pub const FLUSH: Duration = Duration::from_secs(2 * 60 * 60);

/// Runs `work` on a thread of its own, which is abandoned after `patience`, since nothing can end it.
///
/// # Errors
/// `work`'s own, or `TimedOut`.
pub async fn blocking<T, E>(patience: Duration, work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<io::Error> + Send + 'static,
{
    match timeout(patience, spawn_blocking(work)).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(io::Error::other(panic.to_string()).into()),
        Err(_) => {
            let text = format!("no answer within {} s", patience.as_secs());
            Err(io::Error::new(io::ErrorKind::TimedOut, text).into())
        }
    }
}
