//! `asbackup status`: one sentence, and a few aligned lines.

use asbackup::bus::contract::Error;
use asbackup::client::end::End;
use asbackup::client::told::{self, Object};
use asbackup::client::{ANSWER, connect, proxy};
use asbackup::model::{Outcome, Status};
use asbackup::report::{sentence, status_file};
use console::style;

use super::arguments::Output;
use super::face::Face;
use super::table;

pub async fn run(output: Output, face: &Face) -> Result<End, Error> {
    let connection = connect(ANSWER).await?;
    let properties = told::properties(&connection).await?;
    if output.json {
        face.print_json(&properties);
        return Ok(End::Done);
    }
    let disks = told::disks(&proxy(&connection).await?).await?;
    face.print(&summary(&properties, &disks, face));
    Ok(End::Done)
}

/// Everything for a person; without a line feed at the end.
pub fn summary(properties: &Object, disks: &[Object], face: &Face) -> String {
    let Some(status) = told::status(properties, disks) else {
        return headline(properties, disks, face);
    };
    let mut lines = status_file::lines(&status, &face.texts, &face.clock);
    lines.extend(locks(&status, face));
    let lines = table::labelled(&lines);
    let headline = coloured(&status, &sentence(&status, &face.texts));
    if lines.is_empty() { headline } else { format!("{headline}\n\n{lines}") }
}

/// The sentence; in the daemon's language if only the daemon knows what it means.
pub fn headline(properties: &Object, disks: &[Object], face: &Face) -> String {
    match told::status(properties, disks) {
        Some(status) => coloured(&status, &sentence(&status, &face.texts)),
        None => told::text(properties, "Status").to_owned(),
    }
}

fn coloured(status: &Status, sentence: &str) -> String {
    let plain = style(sentence).bold();
    let outcome = status.last.as_ref().map(|last| last.outcome);
    let shown = match (status.run, outcome) {
        (0, _) if !status.config_error.is_empty() => plain.red(),
        (0, Some(Outcome::Aborted)) => plain.red(),
        (0, Some(Outcome::Cancelled)) => plain.yellow(),
        (0, Some(Outcome::Success)) => plain.green(),
        (0, None) => plain,
        _ => plain.cyan(),
    };
    shown.to_string()
}

fn locks(status: &Status, face: &Face) -> Vec<(String, String)> {
    let line = |lock: &asbackup::model::VeeamLock| {
        let args = [
            ("job", lock.job.as_str().into()),
            ("state", lock.state().into()),
            ("when", face.moment(lock.since).into()),
        ];
        (face.word("cli-veeam"), face.words("cli-veeam.value", &args))
    };
    status.veeam_locks.iter().map(line).collect()
}
