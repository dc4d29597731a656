//! What is said to systemd: readiness, status, watchdog, patience, and that the machine must stay awake. And the secrets that it
//! hands over.
//! Without systemd (in a test, in a container) every word goes nowhere and nothing fails.

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

/// Where root sees a service's credentials from outside while it runs, and where systemd takes them from when it starts it.
const OUTSIDE: [&str; 2] = ["/run/credentials/asbackupd.service", "/etc/credstore"];

/// The daemon owns its name and has seen the disks.
pub fn ready() {
    say(&[NotifyState::Ready]);
}

/// A new config is being read; `ready` ends it.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => say(&[NotifyState::Reloading, now]),
        Err(error) => debug!("clock: {error}"),
    }
}

/// Says that the service is stopping.
pub fn stopping() {
    say(&[NotifyState::Stopping]);
}

/// The sentence that `systemctl status` shows.
pub fn status(sentence: &str) {
    say(&[NotifyState::Status(sentence)]);
}

/// The watchdog's appetite. The kernel's own timer, since an idle daemon wakes up for nothing else, and tokio's timers are
/// looked at several times until they are due.
#[derive(Debug)]
pub struct Watchdog {
    /// None without a watchdog.
    timer: Option<AsyncFd<Descriptor>>,
}

impl Watchdog {
    /// Wants to be fed twice within what the unit allows.
    ///
    /// # Errors
    /// The kernel gives no timer.
    pub fn from_environment() -> io::Result<Self> {
        let period = sd_notify::watchdog_enabled().map(|allowed| allowed / 2);
        Ok(Self { timer: period.map(timer).transpose()? })
    }

    /// Waits until it is to be fed; may be dropped at any time.
    pub async fn feed_due(&self) {
        let Some(timer) = &self.timer else { return std::future::pending().await };
        // How often it was due meanwhile doesn't matter. An error can only be that it was not.
        let _ = timer.async_io(tokio::io::Interest::READABLE, |timer| Ok(rustix::io::read(timer, &mut [0; 8])?)).await;
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe code, for types that may change their descriptor; this one does not"
)]
fn timer(period: Duration) -> io::Result<AsyncFd<Descriptor>> {
    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let period = period.try_into().map_err(io::Error::other)?;
    timerfd_settime(&timer, TimerfdTimerFlags::empty(), &Itimerspec { it_interval: period, it_value: period })?;
    AsyncFd::new(timer)
}

/// Says that the service is alive.
pub fn feed_watchdog() {
    say(&[NotifyState::Watchdog]);
}

/// Asks for this much more time to stop.
pub fn extend_timeout(by: Duration) {
    let micros = u32::try_from(by.as_micros()).unwrap_or(u32::MAX);
    say(&[NotifyState::ExtendTimeoutUsec(micros)]);
}

fn say(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!("notifying systemd: {error}");
    }
}

/// What systemd was told to hand the service under this name (`LoadCredential=`), as the service itself sees it.
pub fn credential(name: &str) -> Option<String> {
    first(std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from), name)
}

/// The same for a program that root calls: what the service has, or would be given when it is started.
pub fn credential_of_the_service(name: &str) -> Option<String> {
    credential(name).or_else(|| first(OUTSIDE.map(PathBuf::from), name))
}

fn first(places: impl IntoIterator<Item = PathBuf>, name: &str) -> Option<String> {
    places.into_iter().find_map(|place| read(&place.join(name)))
}

/// Without the line's end that every editor writes.
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

/// Keeps the machine from sleeping and asks for a word before a shutdown, as long as it lives.
#[derive(Debug)]
pub struct Inhibitor {
    holder: JoinHandle<()>,
}

impl Inhibitor {
    /// `why` is shown to whoever wants to shut down. Without logind there is nothing to inhibit.
    pub fn hold(why: String) -> Self {
        let holder = tokio::spawn(async move {
            let _locks = take_locks(&why).await.unwrap_or_else(|error| {
                debug!("logind can't be asked: {error}");
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

/// On a connection of its own, which is over before anybody finds it: the locks come as file descriptors, and no other connection of
/// ours takes any.
async fn take_locks(why: &str) -> zbus::Result<Vec<OwnedFd>> {
    let logind = LogindProxy::new(&Connection::system().await?).await?;
    let mut locks = Vec::new();
    // A refused reboot is worse than an interrupted copy, which is taken up again: `block-weak` (systemd 257) lets root pass,
    // before that `delay` gives the daemon the first moments of the shutdown.
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

    fn place(room: &Path, name: &str, content: Option<&str>) -> PathBuf {
        let place = room.join(name);
        std::fs::create_dir(&place).unwrap();
        if let Some(content) = content {
            std::fs::write(place.join("secret"), content).unwrap();
        }
        place
    }

    #[test]
    fn of_several_credentials_the_first_that_is_there_counts_also_an_empty_one() {
        let room = tempfile::tempdir().unwrap();
        let none = place(room.path(), "none", None);
        let empty = place(room.path(), "empty", Some("\n"));
        let good = place(room.path(), "good", Some("word \n"));
        let found = |places: &[&PathBuf]| first(places.iter().map(|&place| place.clone()), "secret");
        assert_eq!(found(&[&none, &good, &empty]).as_deref(), Some("word "));
        assert_eq!(found(&[&empty, &good]).as_deref(), Some(""));
        assert_eq!(found(&[&none]), None);
    }
}
