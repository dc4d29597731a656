//! `asbackup watch`: follows one run to its end, by the daemon's signals and without polling.

use std::time::Duration;

use crate::exit_code::Exit;
use crate::query::{self, Object, connection_lost};
use crate::{CALL_TIMEOUT, connect, proxy};
use asbackup_api::bus::{BUS_NAME, BackupProxy, Error, INTERFACE, RunFinished, RunFinishedStream, json};
use asbackup_api::{Disk, Status};
use futures_util::StreamExt;
use tokio::time::timeout;
use zbus::Connection;
use zbus::fdo::{DBusProxy, NameOwnerChanged, NameOwnerChangedStream, PropertiesChanged, PropertiesChangedStream};

use super::arguments::OutputArguments;
use super::progress::ProgressDisplay;
use super::status::summary;
use super::ui::Ui;

/// A disk is released a moment after its run has ended.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(3);

pub async fn run(output: OutputArguments, ui: &Ui) -> Result<Exit, Error> {
    let connection = connect(CALL_TIMEOUT).await?;
    let watch = Watch::subscribe(&connection).await?;
    let run = query::status(&query::properties(&connection).await?, &[]).run;
    if run == 0 {
        ui.print_error(&ui.word("cli-nothing-to-watch"));
        return Ok(Exit::Refused);
    }
    watch.follow(run, output, ui).await
}

/// A subscription to the daemon's signals.
pub struct Watch {
    connection: Connection,
    backup: BackupProxy<'static>,
    changes: PropertiesChangedStream,
    finished: RunFinishedStream,
    owners: NameOwnerChangedStream,
}

enum RunEvent {
    Changed,
    Finished { run: u64, result: String },
    ServiceGone,
}

impl Watch {
    pub async fn subscribe(connection: &Connection) -> Result<Self, Error> {
        let backup = proxy(connection).await?;
        let properties = query::properties_proxy(connection).await?;
        let bus = DBusProxy::new(connection).await?;
        Ok(Self {
            changes: properties.receive_properties_changed_with_args(&[(0, INTERFACE)]).await?,
            finished: backup.receive_run_finished().await?,
            owners: bus.receive_name_owner_changed_with_args(&[(0, BUS_NAME)]).await?,
            connection: connection.clone(),
            backup,
        })
    }

    /// Shows the progress of run number `run` until it ends, and then the status.
    pub async fn follow(mut self, run: u64, output: OutputArguments, ui: &Ui) -> Result<Exit, Error> {
        let mut now = LiveStatus {
            properties: query::properties(&self.connection).await?,
            disks: query::disks(&self.backup).await?,
            ui,
        };
        let mut display = ProgressDisplay::new(output, ui);
        let result = self.until_finished(run, &mut now, &mut display).await?;
        if result.is_some() {
            self.wait_for_release(&mut now).await?;
        }
        display.close();
        let Some(result) = result else {
            ui.print_error(&ui.word("cli-service-gone"));
            return Ok(Exit::Unreachable);
        };
        let status = now.status();
        match output.json {
            true => ui.print_json_line(&status.to_json()),
            false => ui.print(&summary(&status, ui)),
        }
        Ok(Exit::of_run(&result))
    }

    /// The result; `None` if the service went away first.
    async fn until_finished(
        &mut self,
        run: u64,
        now: &mut LiveStatus<'_>,
        display: &mut ProgressDisplay<'_>,
    ) -> Result<Option<String>, Error> {
        display.show(&now.status());
        loop {
            match self.next(&mut now.properties).await? {
                RunEvent::Changed => display.show(&now.status()),
                RunEvent::Finished { run: other, result } if other == run => return Ok(Some(result)),
                RunEvent::Finished { .. } => {}
                RunEvent::ServiceGone => return Ok(None),
            }
        }
    }

    async fn wait_for_release(&mut self, now: &mut LiveStatus<'_>) -> Result<(), Error> {
        now.properties = query::properties(&self.connection).await?;
        let released = async {
            while !is_released(&now.status()) && !matches!(self.next(&mut now.properties).await?, RunEvent::ServiceGone)
            {
            }
            Ok(())
        };
        // If the disk is not released in time, the summary says so.
        timeout(RELEASE_TIMEOUT, released).await.unwrap_or(Ok(()))
    }

    /// Waits for the next signal, and merges changed properties into `properties`.
    async fn next(&mut self, properties: &mut Object) -> Result<RunEvent, Error> {
        tokio::select! {
            change = self.changes.next() => merge(&change.ok_or_else(connection_lost)?, properties),
            finished = self.finished.next() => run_finished(&finished.ok_or_else(connection_lost)?),
            owner = self.owners.next() => owner_changed(&owner.ok_or_else(connection_lost)?),
        }
    }
}

fn merge(change: &PropertiesChanged, properties: &mut Object) -> Result<RunEvent, Error> {
    let args = change.args()?;
    let changed = args.changed_properties().iter();
    properties.extend(changed.map(|(name, value)| ((*name).to_owned(), json(value))));
    Ok(RunEvent::Changed)
}

fn run_finished(finished: &RunFinished) -> Result<RunEvent, Error> {
    let args = finished.args()?;
    Ok(RunEvent::Finished { run: *args.run(), result: args.result().clone() })
}

fn owner_changed(change: &NameOwnerChanged) -> Result<RunEvent, Error> {
    let is_gone = change.args()?.new_owner().is_none();
    Ok(if is_gone { RunEvent::ServiceGone } else { RunEvent::Changed })
}

/// The status with the changes received so far.
struct LiveStatus<'a> {
    properties: Object,
    disks: Vec<Disk>,
    ui: &'a Ui,
}

impl LiveStatus<'_> {
    /// In the caller's language.
    fn status(&self) -> Status {
        let mut status = query::status(&self.properties, &self.disks);
        self.ui.translate_status(&mut status);
        status
    }
}

fn is_released(now: &Status) -> bool {
    now.safe_to_remove.iter().any(|disk| disk.eq_ignore_ascii_case(&now.last_disk))
}
