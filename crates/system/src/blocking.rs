//! Calls into the kernel that a hung disk can hold for ever, off the loop that feeds the watchdog, and with an end.

use std::io;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Looking at a directory, opening a file.
pub const GLANCE: Duration = Duration::from_secs(60);
/// Writing back all that is still in memory.
pub const FLUSH: Duration = Duration::from_secs(2 * 60 * 60);

/// Runs `work` on a thread of its own. After `patience` the thread is left behind, since nothing can end it.
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
