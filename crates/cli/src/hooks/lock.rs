//! `veeam-lock`: asks for a lock and, while a copy is running, watches what the daemon publishes until the lock is granted. The
//! daemon in turn watches our connection, so the request ends with this process, however it ends.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep, timeout};
use zbus::Connection;
use zbus::fdo::{DBusProxy, NameOwnerChangedStream, PropertiesChangedStream, PropertiesProxy};

use super::arguments::LockArguments;
use super::exit_code::{End, is_passing};
use super::reader::abandoned;
use super::voice::{Voice, connect, in_turn};
use crate::proxy;
use asbackup_api::bus::{BUS_NAME, BackupProxy, Error, INTERFACE, OBJECT_PATH};
use asbackup_texts::harmless;

const HELD: &str = "held";
/// systemd restarts a crashed daemon after five seconds.
const RESTART: Duration = Duration::from_secs(60);
const ASK_AGAIN: Duration = Duration::from_millis(250);

pub async fn lock(arguments: &LockArguments, voice: &Voice) -> Result<End, Error> {
    let connection = connect().await?;
    let request = Request { proxy: proxy(&connection).await?, name: arguments.job.name(), voice };
    if request.ask().await? == HELD {
        voice.say("tools-held");
        return Ok(End::Done);
    }
    let limit = arguments.timeout.unwrap_or(Duration::MAX);
    tokio::select! {
        end = timeout(limit, request.wait(&connection)) => match end {
            Ok(end) => end,
            Err(_) => request.give_up(End::TimedOut).await,
        },
        () = abandoned() => request.give_up(End::Withdrawn).await,
    }
}

struct Request<'a> {
    proxy: BackupProxy<'static>,
    name: String,
    voice: &'a Voice,
}

/// The state of the request, as the daemon publishes it.
enum Turn {
    Held,
    Waiting,
    Gone,
}

impl Request<'_> {
    async fn ask(&self) -> Result<String, Error> {
        in_turn(async || self.proxy.veeam_lock(&self.name).await).await
    }

    async fn wait(&self, connection: &Connection) -> Result<End, Error> {
        let mut changes = Changes::watch(connection).await?;
        self.say_why().await;
        loop {
            let lost = match self.turn().await {
                Ok(Turn::Held) => {
                    self.voice.say("tools-held");
                    return Ok(End::Done);
                }
                // A restarted daemon does not know the request, which is no reason to give up.
                Ok(Turn::Gone) if changes.was_lost() => true,
                Ok(Turn::Gone) => return Ok(End::TimedOut),
                Ok(Turn::Waiting) => changes.next().await? == Change::Lost,
                Err(error) if is_passing(&error) => true,
                Err(error) => return Err(error),
            };
            if lost {
                self.ask_anew().await?;
                // Signals that are still queued report the loss that is over.
                changes.was_lost();
            }
        }
    }

    async fn say_why(&self) {
        let status = self.proxy.status().await.unwrap_or_default();
        self.voice.tell("tools-waiting", &status);
    }

    async fn turn(&self) -> Result<Turn, Error> {
        let shown = harmless(&self.name);
        let locks = in_turn(async || Ok(self.proxy.veeam_locks().await?)).await?;
        let own = locks.into_iter().find(|(job, ..)| *job == shown);
        Ok(match own {
            Some((_, state, _)) if state == HELD => Turn::Held,
            Some(_) => Turn::Waiting,
            None => Turn::Gone,
        })
    }

    /// Repeats the request, which the daemon lost when it ended.
    async fn ask_anew(&self) -> Result<(), Error> {
        self.voice.say("tools-service-lost");
        let patience = Instant::now() + RESTART;
        loop {
            match self.ask().await {
                Ok(_) => return Ok(()),
                Err(error) if is_passing(&error) && Instant::now() < patience => sleep(ASK_AGAIN).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Also releases a lock that was granted at this very moment: nobody else would.
    async fn give_up(&self, end: End) -> Result<End, Error> {
        match in_turn(async || self.proxy.veeam_unlock(&self.name).await).await {
            Ok(()) | Err(Error::NotLocked(_) | Error::LockMisspelt(_)) => Ok(end),
            Err(error) if is_passing(&error) => Ok(end),
            Err(error) => Err(error),
        }
    }
}

#[derive(PartialEq, Eq)]
enum Change {
    Locks,
    Lost,
}

/// The signals after which the lock may have been granted.
struct Changes {
    properties: PropertiesChangedStream,
    owners: NameOwnerChangedStream,
}

impl Changes {
    async fn watch(connection: &Connection) -> Result<Self, Error> {
        let properties = PropertiesProxy::builder(connection).destination(BUS_NAME).path(OBJECT_PATH).build().await?;
        let bus = DBusProxy::new(connection).await?;
        Ok(Self {
            properties: properties.receive_properties_changed_with_args(&[(0, INTERFACE)]).await?,
            owners: bus.receive_name_owner_changed_with_args(&[(0, BUS_NAME)]).await?,
        })
    }

    /// Whether a signal that was not read yet says that the daemon ended.
    fn was_lost(&mut self) -> bool {
        let mut lost = false;
        while let Some(Some(change)) = self.owners.next().now_or_never() {
            lost |= change.args().is_ok_and(|change| change.new_owner().is_none());
        }
        lost
    }

    async fn next(&mut self) -> Result<Change, Error> {
        loop {
            let change = tokio::select! {
                change = self.owners.next() => match change {
                    // The loss was handled: the request was repeated until the daemon was back.
                    Some(change) if change.args()?.new_owner().is_some() => continue,
                    other => other.map(|_| Change::Lost),
                },
                change = self.properties.next() => match change {
                    Some(change) if !names(change.args()?.changed_properties()) => continue,
                    other => other.map(|_| Change::Locks),
                },
            };
            // The streams end with the connection.
            return change.ok_or(Error::ZBus(zbus::Error::InputOutput(
                std::io::Error::from(std::io::ErrorKind::ConnectionAborted).into(),
            )));
        }
    }
}

fn names<T>(changed: &HashMap<&str, T>) -> bool {
    changed.contains_key("VeeamLocks")
}
