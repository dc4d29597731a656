//! `asbackup history`: the newest runs as a table.

use asbackup::bus::contract::Error;
use asbackup::client::end::End;
use asbackup::client::told::{self, Object, number, text};
use asbackup::client::{ANSWER, connect, proxy};
use asbackup::texts::harmless;
use console::style;

use super::arguments::History;
use super::face::{Face, name_of};
use super::table::columns;
use super::which::is_label;

/// As many as the daemon gives at most.
const ALL: u32 = 1000;

pub async fn run(history: &History, face: &Face) -> Result<End, Error> {
    let connection = connect(ANSWER).await?;
    let backup = proxy(&connection).await?;
    let asked = if history.disk.is_some() { ALL } else { history.newest };
    let mut runs = told::runs(&backup, asked).await?;
    if let Some(disk) = &history.disk {
        runs.retain(|run| is_of(run, disk));
    }
    runs.truncate(history.newest as usize);
    runs.iter_mut().for_each(|run| face.retell(run));
    if history.output.json {
        face.print_json(&runs);
        return Ok(End::Done);
    }
    face.print(&if runs.is_empty() { face.word("cli-history-none") } else { table(&runs, face) });
    Ok(End::Done)
}

/// By UUID in any spelling, or by the label that the disk had then.
fn is_of(run: &Object, disk: &str) -> bool {
    text(run, "disk").eq_ignore_ascii_case(disk.trim()) || is_label(text(run, "label"), disk)
}

fn table(runs: &[Object], face: &Face) -> String {
    let heads = ["run", "ended", "disk", "result", "took", "copied", "error"];
    let heads = heads.map(|name| face.word(&format!("cli-head-{name}")));
    columns(heads, &runs.iter().map(|run| row(run, face)).collect::<Vec<_>>(), face.screen)
}

fn row(run: &Object, face: &Face) -> [String; 7] {
    let (began, ended) = (number(run, "started-at"), number(run, "finished-at"));
    [
        number(run, "run").to_string(),
        face.moment(ended),
        harmless(name_of(text(run, "label"), text(run, "disk"))),
        result(run, face),
        face.span(ended.saturating_sub(began) / 1_000_000),
        face.size(number(run, "bytes-done")),
        harmless(&face.reason(run)),
    ]
}

fn result(run: &Object, face: &Face) -> String {
    let result = text(run, "result");
    let shown = style(face.words("cli-result", &[("result", result.into())]));
    match result {
        "success" => shown.green(),
        "cancelled" => shown.yellow(),
        _ => shown.red(),
    }
    .to_string()
}
