//! `asbackup start`, `asbackup cancel` and `asbackup disks trust`. They may ask for a password where an agent of polkit exists, so they wait as long
//! as a person may take.

use asbackup::bus::contract::{BackupProxy, Error};
use asbackup::client::end::End;
use asbackup::client::{ANSWER_OF_A_PERSON, CROWDED, connect, in_turn, proxy};
use serde_json::json;

use super::arguments::Start;
use super::face::Face;
use super::watch::Watch;
use super::which::known_disk;

pub async fn start(start: &Start, face: &Face) -> Result<End, Error> {
    let connection = connect(ANSWER_OF_A_PERSON).await?;
    let backup = proxy(&connection).await?;
    if !start.watch {
        let run = order(start, &backup, face).await?;
        told(run, start, face);
        return Ok(End::Done);
    }
    // First the ear, then the order: a run may be over before anybody listens.
    let watch = Watch::open(&connection).await?;
    let run = order(start, &backup, face).await?;
    watch.follow(run, start.output, face).await
}

async fn order(start: &Start, backup: &BackupProxy<'_>, face: &Face) -> Result<u64, Error> {
    let uuid = known_disk(&start.disk, backup, face).await?;
    in_turn(CROWDED, async || match start.allow_deletions {
        true => backup.start_allowing_deletions(&uuid).await,
        false => backup.start(&uuid).await,
    })
    .await
}

fn told(run: u64, start: &Start, face: &Face) {
    match start.output.json {
        true => face.print_json(&json!({ "run": run })),
        false => face.print(&face.words("cli-started", &[("run", run.into())])),
    }
}

pub async fn cancel(face: &Face) -> Result<End, Error> {
    let connection = connect(ANSWER_OF_A_PERSON).await?;
    let backup = proxy(&connection).await?;
    in_turn(CROWDED, async || backup.cancel().await).await?;
    face.print(&face.word("cli-cancelled"));
    Ok(End::Done)
}

pub async fn trust(disk: &str, face: &Face) -> Result<End, Error> {
    let connection = connect(ANSWER_OF_A_PERSON).await?;
    let backup = proxy(&connection).await?;
    let uuid = known_disk(disk, &backup, face).await?;
    in_turn(CROWDED, async || backup.trust_disk(&uuid).await).await?;
    face.print(&face.word("cli-trusted"));
    Ok(End::Done)
}
