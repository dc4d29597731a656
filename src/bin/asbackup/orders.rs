//! `asbackup start` and `asbackup cancel`. Both may ask for a password where an agent of polkit exists, so they wait as long
//! as a person may take.

use asbackup::bus::contract::Error;
use asbackup::client::end::End;
use asbackup::client::{ANSWER_OF_A_PERSON, connect, proxy};
use serde_json::json;

use super::arguments::Start;
use super::face::Face;
use super::watch::Watch;

pub async fn start(start: &Start, face: &Face) -> Result<End, Error> {
    let connection = connect(ANSWER_OF_A_PERSON).await?;
    let backup = proxy(&connection).await?;
    if !start.watch {
        let run = backup.start(&start.uuid).await?;
        told(run, start, face);
        return Ok(End::Done);
    }
    // First the ear, then the order: a run may be over before anybody listens.
    let watch = Watch::open(&connection).await?;
    let run = backup.start(&start.uuid).await?;
    watch.follow(run, start.output, face).await
}

fn told(run: u64, start: &Start, face: &Face) {
    match start.output.json {
        true => face.print_json(&json!({ "run": run })),
        false => face.print(&face.words("cli-started", &[("run", run.into())])),
    }
}

pub async fn cancel(face: &Face) -> Result<End, Error> {
    let connection = connect(ANSWER_OF_A_PERSON).await?;
    proxy(&connection).await?.cancel().await?;
    face.print(&face.word("cli-cancelled"));
    Ok(End::Done)
}
