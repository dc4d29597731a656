//! Plots as SVG, drawn on the server so that the browser needs no script: a bar per run, a line per disk.
//! Colours come from the style sheet. The numbers are in the table below, so screen readers get only the plot's name.

use std::collections::BTreeMap;

use maud::{Markup, html};

use asbackup_texts::clock::Clock;
use asbackup_texts::{Arg, Texts};

use super::times;
use asbackup_api::{Outcome, Run};

use super::snapshot::Snapshot;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 84.0;
/// Space for the text above and below.
const TOP: f64 = 22.0;
const BOTTOM: f64 = 19.0;
/// The number of line colours in the style sheet.
const COLOURS: usize = 6;

/// Duration and bytes of each run, and free space on each disk; oldest on the left.
pub fn all(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    let runs: Vec<&Run> = now.runs.iter().rev().collect();
    if runs.len() < 2 {
        return html! {};
    }
    let span = |value: u64| texts.text("web-span", &[("seconds", Arg::from(value))]);
    let size = |value: u64| texts.text("web-size", &[("bytes", Arg::from(value))]);
    html! {
        div.plots {
            (bars(&runs, Run::seconds, "web-plot-duration", &Scale { texts, clock, show: &span }))
            (bars(&runs, |run| run.bytes_done, "web-plot-bytes", &Scale { texts, clock, show: &size }))
            (lines(now, &runs, &Scale { texts, clock, show: &size }))
        }
    }
}

/// How a plot formats its values.
struct Scale<'a> {
    texts: &'a Texts,
    clock: &'a Clock,
    show: &'a dyn Fn(u64) -> String,
}

fn bars(runs: &[&Run], value: fn(&Run) -> u64, name: &str, scale: &Scale) -> Markup {
    let top = runs.iter().map(|run| value(run)).max().unwrap_or(0);
    let step = WIDTH / runs.len() as f64;
    let drawn = html! {
        @for (nth, run) in runs.iter().enumerate() {
            @let tall = height(value(run), top).max(1.5);
            @let left = nth as f64 * step + step * 0.15;
            rect class=(if run.result == Some(Outcome::Success) { "bar" } else { "bar bad" }) x=(round(left)) y=(round(TOP + HEIGHT - tall))
                width=(round((step * 0.7).min(16.0))) height=(round(tall)) rx="1.5" {}
        }
    };
    frame(runs, name, top, scale, &drawn)
}

fn lines(now: &Snapshot, runs: &[&Run], scale: &Scale) -> Markup {
    let measured: Vec<&Run> = runs.iter().copied().filter(|run| run.size > 0).collect();
    let (Some(first), Some(last)) = (measured.first(), measured.last()) else { return html! {} };
    let top = measured.iter().map(|run| run.free).max().unwrap_or(0);
    let whole = last.finished_at.saturating_sub(first.finished_at).max(1) as f64;
    let x = |run: &Run| 3.0 + (WIDTH - 6.0) * run.finished_at.saturating_sub(first.finished_at) as f64 / whole;
    let mut disks: BTreeMap<&str, Vec<&Run>> = BTreeMap::new();
    for run in &measured {
        disks.entry(&run.disk).or_default().push(run);
    }
    let drawn = html! {
        @for (nth, of_one) in disks.values().enumerate() {
            @let points: Vec<_> = of_one.iter().map(|run| (x(run), TOP + HEIGHT - height(run.free, top))).collect();
            g class=(format!("line{}", nth % COLOURS)) {
                polyline points=(joined(&points)) {}
                @for (x, y) in &points { circle cx=(round(*x)) cy=(round(*y)) r="2.2" {} }
            }
        }
    };
    html! {
        div {
            (frame(&measured, "web-plot-free", top, scale, &drawn))
            p.legend {
                @for (nth, uuid) in disks.keys().enumerate() {
                    span class=(format!("key line{}", nth % COLOURS)) { (now.name(uuid)) } " "
                }
            }
        }
    }
}

fn frame(runs: &[&Run], name: &str, top: u64, scale: &Scale, drawn: &Markup) -> Markup {
    let title = scale.texts.text(name, &[]);
    let day =
        |run: Option<&&Run>| run.map_or_else(String::new, |run| times::day(scale.clock, run.finished_at, scale.texts));
    let most = scale.texts.text("web-plot-most", &[("value", Arg::from((scale.show)(top)))]);
    let (floor, words) = (TOP + HEIGHT, TOP + HEIGHT + BOTTOM - 4.0);
    html! {
        svg role="img" aria-label=(format!("{title}, {most}")) viewBox=(format!("0 0 {WIDTH} {}", floor + BOTTOM)) {
            text.title x="0" y="12" { (title) }
            text x=(WIDTH) y="12" text-anchor="end" { (most) }
            line.axis x1="0" x2=(WIDTH) y1=(TOP) y2=(TOP) {}
            line.axis x1="0" x2=(WIDTH) y1=(floor) y2=(floor) {}
            (drawn)
            text x="0" y=(words) { (day(runs.first())) }
            text x=(WIDTH) y=(words) text-anchor="end" { (day(runs.last())) }
        }
    }
}

fn height(value: u64, top: u64) -> f64 {
    if top == 0 { 0.0 } else { HEIGHT * value as f64 / top as f64 }
}

fn joined(points: &[(f64, f64)]) -> String {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", round(*x), round(*y))).collect();
    points.join(" ")
}

/// Rounds to a tenth of a pixel, which keeps the page small.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
