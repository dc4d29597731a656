//! Talks to systemd: readiness, status, watchdog and time-outs; inhibitors of sleep and shutdown; credentials.
//! Without systemd (in a test, in a container) notifications are dropped and nothing fails.

use std::io;
use std::os::fd::OwnedFd as Descriptor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use log::debug;
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime};
use sd_notify::NotifyState;
use tokio::io::unix::AsyncFd;
use tokio::task::JoinHandle;
use zbus::{Connection, OwnedFd, proxy};

/// Where root finds the service's credentials: those of the running service, and those that systemd would give it.
const CREDENTIAL_DIRECTORIES: [&str; 2] = ["/run/credentials/asbackupd.service", "/etc/credstore"];

/// The service is ready: it owns its name on the bus and has listed the disks.
pub fn ready() {
    notify(&[NotifyState::Ready]);
}

/// The service is reloading its configuration, until `ready`.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(error) => debug!("clock: {error}"),
    }
}

/// The service is stopping.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// Sets the sentence that `systemctl status` shows.
pub fn status(sentence: &str) {
    notify(&[NotifyState::Status(sentence)]);
}

/// When systemd's watchdog is due. A timer of the kernel, since nothing else wakes an idle daemon, and tokio's timers wake it several
/// times before they are due.
#[derive(Debug)]
pub struct Watchdog {
    /// `None` without a watchdog.
    timer: Option<AsyncFd<Descriptor>>,
}

impl Watchdog {
    /// Due twice within the unit's `WatchdogSec=`.
    ///
    /// # Errors
    /// The kernel provides no timer.
    pub fn from_environment() -> io::Result<Self> {
        let period = sd_notify::watchdog_enabled().map(|allowed| allowed / 2);
        Ok(Self { timer: period.map(timer).transpose()? })
    }

    /// Waits until the watchdog is due; may be dropped at any time.
    pub async fn feed_due(&self) {
        let Some(timer) = &self.timer else { return std::future::pending().await };
        // The number of expirations does not matter, and the only error is that there was none.
        let _ = timer.async_io(tokio::io::Interest::READABLE, |timer| Ok(rustix::io::read(timer, &mut [0; 8])?)).await;
    }
}

#[expect(deprecated, reason = "its successor is unsafe, for types whose descriptor may change; this one's does not")]
fn timer(period: Duration) -> io::Result<AsyncFd<Descriptor>> {
    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let period = period.try_into().map_err(io::Error::other)?;
    timerfd_settime(&timer, TimerfdTimerFlags::empty(), &Itimerspec { it_interval: period, it_value: period })?;
    AsyncFd::new(timer)
}

/// The service is alive.
pub fn feed_watchdog() {
    notify(&[NotifyState::Watchdog]);
}

/// Asks for this much more time to stop.
pub fn extend_timeout(by: Duration) {
    let micros = u32::try_from(by.as_micros()).unwrap_or(u32::MAX);
    notify(&[NotifyState::ExtendTimeoutUsec(micros)]);
}

fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!("notifying systemd: {error}");
    }
}

/// The credential of this name (`LoadCredential=`), for the service itself.
pub fn credential(name: &str) -> Option<String> {
    first(std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from), name)
}

/// The same for a program that root runs: the one the service has, or would get at its start.
pub fn credential_of_the_service(name: &str) -> Option<String> {
    credential(name).or_else(|| first(CREDENTIAL_DIRECTORIES.map(PathBuf::from), name))
}

fn first(directories: impl IntoIterator<Item = PathBuf>, name: &str) -> Option<String> {
    directories.into_iter().find_map(|directory| read(&directory.join(name)))
}

/// Without the final newline that editors add.
fn read(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}

#[proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1"
)]
trait Logind {
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> zbus::Result<OwnedFd>;
}

/// Prevents sleep, and prevents or delays a shutdown, until it is dropped.
#[derive(Debug)]
pub struct Inhibitor {
    holder: JoinHandle<()>,
}

impl Inhibitor {
    /// `why` is shown to whoever wants to shut down. Without logind nothing is inhibited.
    pub fn hold(why: String) -> Self {
        let holder = tokio::spawn(async move {
            let _locks = take_locks(&why).await.unwrap_or_else(|error| {
                debug!("logind: {error}");
                Vec::new()
            });
            std::future::pending::<()>().await;
        });
        Self { holder }
    }
}

impl Drop for Inhibitor {
    fn drop(&mut self) {
        self.holder.abort();
    }
}

/// On a short-lived connection of its own: the locks are file descriptors, which no other connection of ours accepts.
async fn take_locks(why: &str) -> zbus::Result<Vec<OwnedFd>> {
    let logind = LogindProxy::new(&Connection::system().await?).await?;
    let mut locks = Vec::new();
    // A refused reboot is worse than an interrupted copy, which is resumed. `block-weak` (systemd 257) lets root pass; before that,
    // `delay` gives the daemon the first moments of the shutdown.
    for (what, modes) in [("sleep", &["block"][..]), ("shutdown", &["block-weak", "delay"])] {
        for mode in modes {
            match logind.inhibit(what, "asbackup", why, mode).await {
                Ok(lock) => {
                    locks.push(lock);
                    break;
                }
                Err(error) => debug!("inhibiting {what} ({mode}): {error}"),
            }
        }
    }
    Ok(locks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(room: &Path, name: &str, content: Option<&str>) -> PathBuf {
        let directory = room.join(name);
        std::fs::create_dir(&directory).unwrap();
        if let Some(content) = content {
            std::fs::write(directory.join("secret"), content).unwrap();
        }
        directory
    }

    #[test]
    fn of_several_credentials_the_first_counts_even_if_it_is_empty() {
        let room = tempfile::tempdir().unwrap();
        let none = directory(room.path(), "none", None);
        let empty = directory(room.path(), "empty", Some("\n"));
        let good = directory(room.path(), "good", Some("text \n"));
        let found = |directories: &[&PathBuf]| first(directories.iter().map(|&path| path.clone()), "secret");
        assert_eq!(found(&[&none, &good, &empty]).as_deref(), Some("text "));
        assert_eq!(found(&[&empty, &good]).as_deref(), Some(""));
        assert_eq!(found(&[&none]), None);
    }
}
