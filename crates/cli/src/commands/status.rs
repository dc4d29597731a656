//! `asbackup status`: one sentence and a few aligned lines.

use crate::exit_code::Exit;
use crate::query;
use crate::{CALL_TIMEOUT, connect, proxy};
use asbackup_api::bus::Error;
use asbackup_api::{Outcome, State, Status};
use asbackup_texts::status_lines::status_lines;
use console::style;

use super::arguments::OutputArguments;
use super::table;
use super::ui::Ui;

pub async fn run(output: OutputArguments, ui: &Ui) -> Result<Exit, Error> {
    let connection = connect(CALL_TIMEOUT).await?;
    let properties = query::properties(&connection).await?;
    let mut status = query::status(&properties, &query::disks(&proxy(&connection).await?).await?);
    ui.translate_status(&mut status);
    match output.json {
        true => ui.print_json(&status.to_json()),
        false => ui.print(&summary(&status, ui)),
    }
    Ok(Exit::Done)
}

/// The whole status for a person, without a final line feed.
pub fn summary(status: &Status, ui: &Ui) -> String {
    // Only a newer daemon has words for a state that is unknown here.
    if status.state == State::Unknown {
        return status.status.clone();
    }
    let mut lines = status_lines(status, &ui.texts, &ui.clock);
    lines.extend(locks(status, ui));
    let lines = table::labelled(&lines, ui.terminal);
    let headline = headline(status);
    if lines.is_empty() { headline } else { format!("{headline}\n\n{lines}") }
}

/// The status sentence in its colour.
pub fn headline(status: &Status) -> String {
    let plain = style(&status.status).bold();
    let shown = match (status.run, status.last_result) {
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
