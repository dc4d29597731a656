//! What is said to systemd: readiness, status, watchdog, patience, and that the machine must stay awake. And the secrets that it
//! hands over.
//! Without systemd (in a test, in a container) every word goes nowhere and nothing fails.

use std::path::PathBuf;
use std::time::Duration;

use log::debug;
use sd_notify::NotifyState;
use tokio::task::JoinHandle;
use zbus::{Connection, OwnedFd, proxy};

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

pub fn stopping() {
    say(&[NotifyState::Stopping]);
}

/// The sentence that `systemctl status` shows.
pub fn status(sentence: &str) {
    say(&[NotifyState::Status(sentence)]);
}

/// How often the watchdog wants to be fed: twice within what the unit allows. None without a watchdog.
pub fn watchdog_period() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|period| period / 2)
}

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

/// What systemd was told to hand us under this name (`LoadCredential=`); empty if nothing.
pub fn credential(name: &str) -> String {
    let Some(directory) = std::env::var_os("CREDENTIALS_DIRECTORY") else { return String::new() };
    let text = std::fs::read_to_string(PathBuf::from(directory).join(name)).unwrap_or_default();
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
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
    pub fn hold(connection: Connection, why: String) -> Self {
        let holder = tokio::spawn(async move {
            let _locks = take_locks(&connection, &why).await;
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

async fn take_locks(connection: &Connection, why: &str) -> Vec<OwnedFd> {
    let Ok(logind) = LogindProxy::new(connection).await else { return Vec::new() };
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
    locks
}
