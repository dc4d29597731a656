//! `asbackup start`, `asbackup cancel` and `asbackup disks trust`. A polkit agent may ask for a password, so calls may take as long as
//! a person does.

use crate::exit_code::Exit;
use crate::{INTERACTIVE_TIMEOUT, connect, proxy, retry_while_crowded};
use asbackup_api::bus::{BackupProxy, Error};
use serde_json::json;

use super::arguments::StartArguments;
use super::disk_lookup::known_disk_uuid;
use super::ui::Ui;
use super::watch::Watch;

pub async fn start(start: &StartArguments, ui: &Ui) -> Result<Exit, Error> {
    let connection = connect(INTERACTIVE_TIMEOUT).await?;
    let backup = proxy(&connection).await?;
    if !start.watch {
        let run = request_start(start, &backup, ui).await?;
        print_started(run, start, ui);
        return Ok(Exit::Done);
    }
    // Subscribes first, because the run may be over at once.
    let watch = Watch::subscribe(&connection).await?;
    let run = request_start(start, &backup, ui).await?;
    watch.follow(run, start.output, ui).await
}

async fn request_start(start: &StartArguments, backup: &BackupProxy<'_>, ui: &Ui) -> Result<u64, Error> {
    let uuid = known_disk_uuid(&start.disk, backup, ui).await?;
    retry_while_crowded(async || match start.allow_deletions {
        true => backup.start_allowing_deletions(&uuid).await,
        false => backup.start(&uuid).await,
    })
    .await
}

fn print_started(run: u64, start: &StartArguments, ui: &Ui) {
    match start.output.json {
        true => ui.print_json(&json!({ "run": run })),
        false => ui.print(&ui.words("cli-started", &[("run", run.into())])),
    }
}

pub async fn cancel(ui: &Ui) -> Result<Exit, Error> {
    let connection = connect(INTERACTIVE_TIMEOUT).await?;
    let backup = proxy(&connection).await?;
    retry_while_crowded(async || backup.cancel().await).await?;
    ui.print(&ui.word("cli-cancelled"));
    Ok(Exit::Done)
}

pub async fn trust(disk: &str, ui: &Ui) -> Result<Exit, Error> {
    let connection = connect(INTERACTIVE_TIMEOUT).await?;
    let backup = proxy(&connection).await?;
    let uuid = known_disk_uuid(disk, &backup, ui).await?;
    retry_while_crowded(async || backup.trust_disk(&uuid).await).await?;
    ui.print(&ui.word("cli-trusted"));
    Ok(Exit::Done)
}
