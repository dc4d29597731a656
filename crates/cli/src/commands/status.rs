//! `asbackup status`: one sentence, and a few aligned lines.

use crate::exit_code::End;
use crate::told::{self, Object};
use crate::{ANSWER, connect, proxy};
use asbackup_api::bus::Error;
use asbackup_api::{Outcome, Status};
use asbackup_texts::sentence::sentence;
use asbackup_texts::status_lines::status_lines;
use console::style;

use super::arguments::Output;
use super::table;
use super::ui::Ui;

pub async fn run(output: Output, ui: &Ui) -> Result<End, Error> {
    let connection = connect(ANSWER).await?;
    let mut properties = told::properties(&connection).await?;
    let disks = told::disks(&proxy(&connection).await?).await?;
    retell(&mut properties, &disks, ui);
    if output.json {
        ui.print_json(&properties);
        return Ok(End::Done);
    }
    ui.print(&summary(&properties, &disks, ui));
    Ok(End::Done)
}

/// All that is told in sentences, in the caller's language.
pub fn retell(properties: &mut Object, disks: &[Object], ui: &Ui) {
    ui.retell(properties);
    if let Some(status) = told::status(properties, disks) {
        properties.insert("Status".to_owned(), sentence(&status, &ui.texts).into());
    }
}

/// Everything for a person; without a line feed at the end.
pub fn summary(properties: &Object, disks: &[Object], ui: &Ui) -> String {
    let Some(status) = told::status(properties, disks) else {
        return told::text(properties, "Status").to_owned();
    };
    let mut lines = status_lines(&status, &ui.texts, &ui.clock);
    lines.extend(locks(&status, ui));
    let lines = table::labelled(&lines, ui.screen);
    let headline = coloured(&status, told::text(properties, "Status"));
    if lines.is_empty() { headline } else { format!("{headline}\n\n{lines}") }
}

/// The sentence; in the daemon's language if only the daemon knows what it means.
pub fn headline(properties: &Object, disks: &[Object]) -> String {
    let sentence = told::text(properties, "Status");
    told::status(properties, disks).map_or_else(|| sentence.to_owned(), |status| coloured(&status, sentence))
}

fn coloured(status: &Status, sentence: &str) -> String {
    let plain = style(sentence).bold();
    let outcome = status.last.as_ref().map(|last| last.outcome);
    let shown = match (status.run, outcome) {
        (0, _) if status.is_not_set_up() => plain.yellow(),
        (0, _) if !status.config_error.is_empty() => plain.red(),
        (0, Some(Outcome::Aborted)) => plain.red(),
        (0, Some(Outcome::Cancelled)) => plain.yellow(),
        (0, Some(Outcome::Success)) => plain.green(),
        (0, None) => plain,
        _ => plain.cyan(),
    };
    shown.to_string()
}

fn locks(status: &Status, ui: &Ui) -> Vec<(String, String)> {
    let line = |lock: &asbackup_api::VeeamLock| {
        let args =
            [("job", lock.job.as_str().into()), ("state", lock.state().into()), ("when", ui.moment(lock.since).into())];
        (ui.word("cli-veeam"), ui.words("cli-veeam.value", &args))
    };
    let more = u64::from(status.unlisted_locks());
    let more = (more > 0).then(|| (ui.word("cli-veeam"), ui.words("status-more-locks", &[("count", more.into())])));
    status.veeam_locks.iter().map(line).chain(more).collect()
}
