//! `asbackup history`: the newest runs as a table.

use crate::exit_code::Exit;
use crate::query;
use crate::{CALL_TIMEOUT, connect, proxy};
use asbackup_api::bus::Error;
use asbackup_api::{Outcome, Run};
use asbackup_texts::harmless;
use console::style;

use super::arguments::HistoryArguments;
use super::disk_lookup::is_label;
use super::table::columns;
use super::ui::{Ui, name_of};

/// The daemon returns no more runs than this.
const ALL: u32 = 1000;

pub async fn run(history: &HistoryArguments, ui: &Ui) -> Result<Exit, Error> {
    let connection = connect(CALL_TIMEOUT).await?;
    let backup = proxy(&connection).await?;
    let asked = if history.disk.is_some() { ALL } else { history.newest };
    let mut runs = query::runs(&backup, asked).await?;
    if let Some(disk) = &history.disk {
        runs.retain(|run| is_of(run, disk));
    }
    runs.truncate(history.newest as usize);
    runs.iter_mut().for_each(|run| ui.translate_run(run));
    if history.output.json {
        ui.print_json(&runs.iter().map(Run::to_json).collect::<Vec<_>>());
        return Ok(Exit::Done);
    }
    ui.print(&if runs.is_empty() { ui.word("cli-history-none") } else { table(&runs, ui) });
    Ok(Exit::Done)
}

/// Compares the UUID, or the label that the disk had at the time.
fn is_of(run: &Run, disk: &str) -> bool {
    run.disk.eq_ignore_ascii_case(disk.trim()) || is_label(&run.label, disk)
}

fn table(runs: &[Run], ui: &Ui) -> String {
    let heads = ["run", "ended", "disk", "result", "took", "copied", "error"];
    let heads = heads.map(|name| ui.word(&format!("cli-head-{name}")));
    columns(heads, &runs.iter().map(|run| row(run, ui)).collect::<Vec<_>>(), ui.terminal)
}

fn row(run: &Run, ui: &Ui) -> [String; 7] {
    [
        run.run.to_string(),
        ui.moment(run.finished_at),
        harmless(name_of(&run.label, &run.disk)),
        result(run, ui),
        ui.span(run.seconds()),
        ui.size(run.bytes_done),
        harmless(&ui.reason(run)),
    ]
}

fn result(run: &Run, ui: &Ui) -> String {
    let word = run.result.map_or("", Outcome::name);
    let shown = style(ui.words("cli-result", &[("result", word.into())]));
    match run.result {
        Some(Outcome::Success) => shown.green(),
        Some(Outcome::Cancelled) => shown.yellow(),
        _ => shown.red(),
    }
    .to_string()
}
