//! `asbackup start`, `asbackup cancel` and `asbackup disks trust`. A polkit agent may ask for a password, so they wait as long as a
//! person may take.

use crate::exit_code::End;
use crate::{ANSWER_OF_A_PERSON, CROWDED, connect, in_turn, proxy};
use asbackup_api::bus::{BackupProxy, Error};
use serde_json::json;

use super::arguments::Start;
use super::ui::Ui;
use super::watch::Watch;
use super::which::known_disk;

pub async fn start(start: &Start, ui: &Ui) -> Result<End, Error> {
    let connection = connect(ANSWER_OF_A_PERSON).await?;
    let backup = proxy(&connection).await?;
    if !start.watch {
        let run = order(start, &backup, ui).await?;
        told(run, start, ui);
        return Ok(End::Done);
    }
    // Listens before it starts the run, which may be over at once.
    let watch = Watch::open(&connection).await?;
    let run = order(start, &backup, ui).await?;
    watch.follow(run, start.output, ui).await
}

async fn order(start: &Start, backup: &BackupProxy<'_>, ui: &Ui) -> Result<u64, Error> {
    let uuid = known_disk(&start.disk, backup, ui).await?;
    in_turn(CROWDED, async || match start.allow_deletions {
        true => backup.start_allowing_deletions(&uuid).await,
        false => backup.start(&uuid).await,
    })
    .await
}

fn told(run: u64, start: &Start, ui: &Ui) {
    match start.output.json {
        true => ui.print_json(&json!({ "run": run })),
        false => ui.print(&ui.words("cli-started", &[("run", run.into())])),
    }
}

pub async fn cancel(ui: &Ui) -> Result<End, Error> {
    let connection = connect(ANSWER_OF_A_PERSON).await?;
    let backup = proxy(&connection).await?;
    in_turn(CROWDED, async || backup.cancel().await).await?;
    ui.print(&ui.word("cli-cancelled"));
    Ok(End::Done)
}

pub async fn trust(disk: &str, ui: &Ui) -> Result<End, Error> {
    let connection = connect(ANSWER_OF_A_PERSON).await?;
    let backup = proxy(&connection).await?;
    let uuid = known_disk(disk, &backup, ui).await?;
    in_turn(CROWDED, async || backup.trust_disk(&uuid).await).await?;
    ui.print(&ui.word("cli-trusted"));
    Ok(End::Done)
}
