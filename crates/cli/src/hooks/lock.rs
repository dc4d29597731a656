//! `veeam-lock` and `veeam-unlock`. While a copy is running, `veeam-lock` follows what the daemon publishes until the lock is granted.
//! The daemon in turn watches our connection, so the request ends with this process, however it ends.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use zbus::Connection;

use super::arguments::{LockArguments, UnlockArguments};
use super::lock_events::{LockEvent, LockEvents};
use super::report::{Reporter, abandoned};
use crate::exit_code::{Exit, is_passing};
use crate::{CALL_TIMEOUT, connect_within, proxy, retry_within};
use asbackup_api::bus::{BackupProxy, Error};
use asbackup_texts::harmless;

const HELD: &str = "held";
/// Long, since many jobs may begin at the same moment, and a program that floods the bus gets Veeam's calls refused along with its
/// own. Veeam lets a script run for fifteen minutes.
const CROWDED_TIMEOUT: Duration = Duration::from_secs(60);
/// systemd restarts a crashed daemon after five seconds.
const RESTART_TIMEOUT: Duration = Duration::from_secs(60);
const RESTART_RETRY_DELAY: Duration = Duration::from_millis(250);

pub async fn lock(arguments: &LockArguments, reporter: &Reporter) -> Result<Exit, Error> {
    let connection = connect().await?;
    let request = LockRequest { proxy: proxy(&connection).await?, name: arguments.job.name(), reporter };
    if request.send().await? == HELD {
        reporter.print("tools-held");
        return Ok(Exit::Done);
    }
    let limit = arguments.timeout.unwrap_or(Duration::MAX);
    tokio::select! {
        exit = timeout(limit, request.wait(&connection)) => match exit {
            Ok(exit) => exit,
            Err(_) => request.withdraw(Exit::TimedOut).await,
        },
        () = abandoned() => request.withdraw(Exit::Withdrawn).await,
    }
}

pub async fn unlock(arguments: &UnlockArguments, reporter: &Reporter) -> Result<Exit, Error> {
    let proxy = proxy(&connect().await?).await?;
    let name = arguments.job.name();
    match retry_while_crowded(async || proxy.veeam_unlock(&name).await).await {
        Ok(()) => reporter.print("tools-unlocked"),
        // Usual after a job that never began, and no reason for Veeam to report a failed job.
        Err(Error::NotLocked(_)) => reporter.print("tools-not-locked"),
        Err(error) => return Err(error),
    }
    Ok(Exit::Done)
}

async fn connect() -> Result<Connection, Error> {
    connect_within(CROWDED_TIMEOUT, CALL_TIMEOUT).await
}

async fn retry_while_crowded<T>(call: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    retry_within(CROWDED_TIMEOUT, call).await
}

struct LockRequest<'a> {
    proxy: BackupProxy<'static>,
    name: String,
    reporter: &'a Reporter,
}

/// A request's state, as the daemon publishes it.
enum LockState {
    Held,
    Waiting,
    Absent,
}

impl LockRequest<'_> {
    async fn send(&self) -> Result<String, Error> {
        retry_while_crowded(async || self.proxy.veeam_lock(&self.name).await).await
    }

    async fn wait(&self, connection: &Connection) -> Result<Exit, Error> {
        let mut events = LockEvents::subscribe(connection).await?;
        self.report_waiting().await;
        loop {
            let is_lost = match self.state().await {
                Ok(LockState::Held) => {
                    self.reporter.print("tools-held");
                    return Ok(Exit::Done);
                }
                // A restarted daemon does not know the request, which is no reason to give up.
                Ok(LockState::Absent) if events.take_loss() => true,
                Ok(LockState::Absent) => return Ok(Exit::TimedOut),
                Ok(LockState::Waiting) => events.next().await? == LockEvent::ServiceLost,
                Err(error) if is_passing(&error) => true,
                Err(error) => return Err(error),
            };
            if is_lost {
                self.resend().await?;
                // Unread signals report the loss that is over.
                events.take_loss();
            }
        }
    }

    async fn report_waiting(&self) {
        let status = self.proxy.status().await.unwrap_or_default();
        self.reporter.print_with_status("tools-waiting", &status);
    }

    async fn state(&self) -> Result<LockState, Error> {
        let published = harmless(&self.name);
        let locks = retry_while_crowded(async || Ok(self.proxy.veeam_locks().await?)).await?;
        let own = locks.into_iter().find(|(job, ..)| *job == published);
        Ok(match own {
            Some((_, state, _)) if state == HELD => LockState::Held,
            Some(_) => LockState::Waiting,
            None => LockState::Absent,
        })
    }

    /// Repeats the request, which ended with the daemon.
    async fn resend(&self) -> Result<(), Error> {
        self.reporter.print("tools-service-lost");
        let deadline = Instant::now() + RESTART_TIMEOUT;
        loop {
            match self.send().await {
                Ok(_) => return Ok(()),
                Err(error) if is_passing(&error) && Instant::now() < deadline => sleep(RESTART_RETRY_DELAY).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Also releases a lock that was granted at this very moment: nobody else would.
    async fn withdraw(&self, exit: Exit) -> Result<Exit, Error> {
        match retry_while_crowded(async || self.proxy.veeam_unlock(&self.name).await).await {
            Ok(()) | Err(Error::NotLocked(_) | Error::LockMisspelt(_)) => Ok(exit),
            Err(error) if is_passing(&error) => Ok(exit),
            Err(error) => Err(error),
        }
    }
}
