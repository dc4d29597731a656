//! The page's two tables: the disks, and the newest runs with their plots. On a phone each row becomes a card, for which every cell
//! carries its column's name. Pure.

use maud::{Markup, html};

use asbackup_texts::clock::Clock;
use asbackup_texts::{Arg, Texts};

use super::plots;
use super::times;
use asbackup_api::{Disk, Outcome, Run};

use super::snapshot::Snapshot;

/// The number of runs in the table; the plots show all of them.
const ROWS: usize = 15;

pub fn disks(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    let word = |id: &str| texts.text(id, &[]);
    html! {
        section.card aria-labelledby="h-disks" {
            h2 #h-disks { (word("web-disks")) }
            table {
                thead { tr { @for id in DISK_COLUMNS { th scope="col" { (word(id)) } } } }
                tbody { @for disk in now.known_disks() { (disk_row(disk, now, texts, clock)) } }
            }
        }
    }
}

const DISK_COLUMNS: [&str; 4] = ["web-col-disk", "web-col-place", "web-col-last-good", "web-col-free"];

fn disk_row(disk: &Disk, now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    let (class, place) = place(disk, now);
    html! {
        tr {
            th scope="row" { bdi { (now.name(&disk.uuid)) } }
            td data-name=(texts.text("web-col-place", &[])) { span class=(format!("badge {class}")) { (texts.text(place, &[])) } }
            td data-name=(texts.text("web-col-last-good", &[])) {
                (times::age(clock, disk.last_success, texts))
                @if disk.last_success > 0 { small { (times::moment(clock, disk.last_success, texts)) } }
            }
            td data-name=(texts.text("web-col-free", &[])) { (free(disk, now, texts)) }
        }
    }
}

/// Where the disk is, and whether it may be removed: a CSS class and a text id.
fn place(disk: &Disk, now: &Snapshot) -> (&'static str, &'static str) {
    let is = |uuid: &String| uuid.eq_ignore_ascii_case(&disk.uuid);
    if now.is_running() && is(&now.status.disk) {
        return ("busy", "web-place-busy");
    }
    if now.is_safe(&disk.uuid) {
        return ("good", "web-place-safe");
    }
    if now.status.queue.iter().any(is) {
        return ("wait", "web-place-queued");
    }
    if disk.present { ("wait", "web-place-held") } else { ("calm", "web-place-gone") }
}

/// Free space and size from the disk's newest run, since only the history knows those of a disk that is not plugged in.
fn free(disk: &Disk, now: &Snapshot, texts: &Texts) -> String {
    let of_disk = |run: &&Run| run.size > 0 && run.disk.eq_ignore_ascii_case(&disk.uuid);
    let seen = now.runs.iter().find(of_disk).map_or((0, 0), |run| (run.free, run.size));
    let (free, size) = if seen.1 > 0 { seen } else { (disk.free, disk.size) };
    if size == 0 || free == 0 {
        return "–".to_owned();
    }
    texts.text("web-free", &[("free", Arg::from(free)), ("size", Arg::from(size))])
}

pub fn history(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    if now.runs.is_empty() {
        return html! {};
    }
    html! {
        section.card aria-labelledby="h-history" {
            h2 #h-history { (texts.text("web-history", &[])) }
            (plots::all(now, texts, clock))
            table {
                thead { tr { @for id in RUN_COLUMNS { th scope="col" { (texts.text(id, &[])) } } } }
                tbody { @for run in now.runs.iter().take(ROWS) { (run_row(run, texts, clock)) } }
            }
        }
    }
}

const RUN_COLUMNS: [&str; 5] = ["web-col-when", "web-col-disk", "web-col-result", "web-col-duration", "web-col-bytes"];

fn run_row(run: &Run, texts: &Texts, clock: &Clock) -> Markup {
    let name = |id: &str| texts.text(id, &[]);
    let (class, sign, result) = match run.result {
        Some(Outcome::Success) => ("good", "✓", "web-result-success"),
        Some(Outcome::Cancelled) => ("wait", "–", "web-result-cancelled"),
        _ => ("bad", "!", "web-result-aborted"),
    };
    let about = texts.translated(&run.message, &run.message_facts);
    html! {
        tr {
            th scope="row" { (times::moment(clock, run.finished_at, texts)) }
            td data-name=(name("web-col-disk")) { bdi { (name_of(run)) } }
            td data-name=(name("web-col-result")) {
                span class=(format!("badge {class}")) { (sign) " " (name(result)) }
                @if !about.is_empty() { details { summary { (name("web-why")) } (about) } }
            }
            td data-name=(name("web-col-duration")) { (texts.text("web-span", &[("seconds", Arg::from(run.seconds()))])) }
            td data-name=(name("web-col-bytes")) { (texts.text("web-size", &[("bytes", Arg::from(run.bytes_done))])) }
        }
    }
}

fn name_of(run: &Run) -> &str {
    if run.label.is_empty() { &run.disk } else { &run.label }
}
