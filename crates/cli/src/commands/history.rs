//! `asbackup history`: the newest runs as a table.

use crate::exit_code::End;
use crate::told;
use crate::{ANSWER, connect, proxy};
use asbackup_api::bus::Error;
use asbackup_api::{Outcome, Run};
use asbackup_texts::harmless;
use console::style;

use super::arguments::History;
use super::table::columns;
use super::ui::{Ui, name_of};
use super::which::is_label;

/// The daemon returns no more runs than this.
const ALL: u32 = 1000;

pub async fn run(history: &History, ui: &Ui) -> Result<End, Error> {
    let connection = connect(ANSWER).await?;
    let backup = proxy(&connection).await?;
    let asked = if history.disk.is_some() { ALL } else { history.newest };
    let mut runs = told::runs(&backup, asked).await?;
    if let Some(disk) = &history.disk {
        runs.retain(|run| is_of(run, disk));
    }
    runs.truncate(history.newest as usize);
    runs.iter_mut().for_each(|run| ui.retell_run(run));
    if history.output.json {
        ui.print_json(&runs.iter().map(Run::to_json).collect::<Vec<_>>());
        return Ok(End::Done);
    }
    ui.print(&if runs.is_empty() { ui.word("cli-history-none") } else { table(&runs, ui) });
    Ok(End::Done)
}

/// By UUID in any case, or by the label that the disk had at the time.
fn is_of(run: &Run, disk: &str) -> bool {
    run.disk.eq_ignore_ascii_case(disk.trim()) || is_label(&run.label, disk)
}

fn table(runs: &[Run], ui: &Ui) -> String {
    let heads = ["run", "ended", "disk", "result", "took", "copied", "error"];
    let heads = heads.map(|name| ui.word(&format!("cli-head-{name}")));
    columns(heads, &runs.iter().map(|run| row(run, ui)).collect::<Vec<_>>(), ui.screen)
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
