//! `asbackup watch`: follows one run to its end. Does not poll: the daemon signals what changes.

use std::io;
use std::time::Duration;

use crate::exit_code::End;
use crate::told::{self, Object};
use crate::{ANSWER, connect, proxy};
use asbackup_api::bus::{BUS_NAME, BackupProxy, Error, INTERFACE, RunFinishedStream, json};
use asbackup_api::{Disk, Status};
use futures_util::StreamExt;
use tokio::time::timeout;
use zbus::Connection;
use zbus::fdo::{DBusProxy, NameOwnerChangedStream, PropertiesChangedStream};

use super::arguments::Output;
use super::bar::View;
use super::status::summary;
use super::ui::Ui;

/// A disk is released a moment after its run has ended.
const RELEASE: Duration = Duration::from_secs(3);

pub async fn run(output: Output, ui: &Ui) -> Result<End, Error> {
    let connection = connect(ANSWER).await?;
    let watch = Watch::open(&connection).await?;
    let run = told::status(&told::properties(&connection).await?, &[]).run;
    if run == 0 {
        ui.complain(&ui.word("cli-nothing-to-watch"));
        return Ok(End::Refused);
    }
    watch.follow(run, output, ui).await
}

/// Listens to the daemon on the bus.
pub struct Watch {
    connection: Connection,
    backup: BackupProxy<'static>,
    changes: PropertiesChangedStream,
    finished: RunFinishedStream,
    owners: NameOwnerChangedStream,
}

enum News {
    Changed,
    Finished { run: u64, result: String },
    ServiceGone,
}

impl Watch {
    pub async fn open(connection: &Connection) -> Result<Self, Error> {
        let backup = proxy(connection).await?;
        let properties = told::properties_of(connection).await?;
        let bus = DBusProxy::new(connection).await?;
        Ok(Self {
            changes: properties.receive_properties_changed_with_args(&[(0, INTERFACE)]).await?,
            finished: backup.receive_run_finished().await?,
            owners: bus.receive_name_owner_changed_with_args(&[(0, BUS_NAME)]).await?,
            connection: connection.clone(),
            backup,
        })
    }

    /// Shows run number `run` until it ends, and then the status.
    pub async fn follow(mut self, run: u64, output: Output, ui: &Ui) -> Result<End, Error> {
        let mut now =
            Now { properties: told::properties(&self.connection).await?, disks: told::disks(&self.backup).await?, ui };
        let mut view = View::new(output, ui);
        let result = self.until_finished(run, &mut now, &mut view).await?;
        if result.is_some() {
            self.wait_for_release(&mut now).await?;
        }
        view.close();
        let Some(result) = result else {
            ui.complain(&ui.word("cli-service-gone"));
            return Ok(End::Unreachable);
        };
        let status = now.status();
        match output.json {
            true => ui.print_json_line(&status.to_json()),
            false => ui.print(&summary(&status, ui)),
        }
        Ok(End::of_run(&result))
    }

    /// The result; `None` if the service went away first.
    async fn until_finished(
        &mut self,
        run: u64,
        now: &mut Now<'_>,
        view: &mut View<'_>,
    ) -> Result<Option<String>, Error> {
        view.show(&now.status());
        loop {
            match self.next(&mut now.properties).await? {
                News::Changed => view.show(&now.status()),
                News::Finished { run: other, result } if other == run => return Ok(Some(result)),
                News::Finished { .. } => {}
                News::ServiceGone => return Ok(None),
            }
        }
    }

    async fn wait_for_release(&mut self, now: &mut Now<'_>) -> Result<(), Error> {
        now.properties = told::properties(&self.connection).await?;
        let released = async {
            while !is_released(&now.status()) && !matches!(self.next(&mut now.properties).await?, News::ServiceGone) {}
            Ok(())
        };
        // Not released in time: the summary says so.
        timeout(RELEASE, released).await.unwrap_or(Ok(()))
    }

    /// Waits for the next signal, and merges changed properties into `now`.
    async fn next(&mut self, now: &mut Object) -> Result<News, Error> {
        let news = tokio::select! {
            change = self.changes.next() => match change {
                None => None,
                Some(change) => {
                    let changed = change.args()?;
                    let changed = changed.changed_properties().iter();
                    now.extend(changed.map(|(name, value)| ((*name).to_owned(), json(value))));
                    Some(News::Changed)
                }
            },
            finished = self.finished.next() => match finished {
                None => None,
                Some(finished) => {
                    let told = finished.args()?;
                    Some(News::Finished { run: *told.run(), result: told.result().clone() })
                }
            },
            owner = self.owners.next() => match owner {
                None => None,
                Some(owner) if owner.args()?.new_owner().is_none() => Some(News::ServiceGone),
                Some(_) => Some(News::Changed),
            },
        };
        // The streams end with the connection.
        news.ok_or_else(|| {
            Error::ZBus(zbus::Error::InputOutput(io::Error::from(io::ErrorKind::ConnectionAborted).into()))
        })
    }
}

/// The status, as of the changes received so far.
struct Now<'a> {
    properties: Object,
    disks: Vec<Disk>,
    ui: &'a Ui,
}

impl Now<'_> {
    /// In the caller's language.
    fn status(&self) -> Status {
        let mut status = told::status(&self.properties, &self.disks);
        self.ui.retell(&mut status);
        status
    }
}

fn is_released(now: &Status) -> bool {
    now.safe_to_remove.iter().any(|disk| disk.eq_ignore_ascii_case(&now.last_disk))
}
