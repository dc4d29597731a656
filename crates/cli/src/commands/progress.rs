//! Shows the progress of a run: a bar on a terminal, elsewhere a line for each new state and each further tenth, or JSON.

use asbackup_api::{State, Status};
use asbackup_texts::harmless;
use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::OutputArguments;
use super::status::headline;
use super::terminal::Terminal;
use super::ui::Ui;

const LAYOUT: &str = "{bar:40.green/dim} {prefix}\n{wide_msg:.dim}";
/// For terminals too narrow for bar and numbers on one line.
const NARROW_LAYOUT: &str = "{prefix}\n{wide_bar:.green/dim}\n{wide_msg:.dim}";
const WIDE_ENOUGH: usize = 110;
/// Enough for a bar of 40 columns, each drawn in eighths.
const STEPS: u64 = 1000;

pub struct ProgressDisplay<'a> {
    ui: &'a Ui,
    kind: Kind,
    /// The state and the tenth of the copy shown last.
    shown: (State, u64),
    /// The hint that a resumed copy may end sooner was shown.
    has_hinted: bool,
}

enum Kind {
    Bar(ProgressBar),
    Lines,
    Json,
}

impl<'a> ProgressDisplay<'a> {
    pub fn new(output: OutputArguments, ui: &'a Ui) -> Self {
        let kind = match output.json {
            true => Kind::Json,
            false if Term::stdout().is_term() => Kind::Bar(bar(ui.terminal)),
            false => Kind::Lines,
        };
        Self { ui, kind, shown: (State::Idle, 0), has_hinted: false }
    }

    pub fn show(&mut self, now: &Status) {
        // `watch` shows how the run ended.
        if now.run == 0 && !matches!(self.kind, Kind::Json) {
            return;
        }
        self.hint(now);
        let tenth = (ratio(now) * 10.0) as u64;
        let has_changed = (now.state, tenth) != self.shown;
        match &self.kind {
            Kind::Json => self.ui.print_json_line(&now.to_json()),
            Kind::Bar(bar) => draw(bar, now, self.ui),
            Kind::Lines if has_changed => self.ui.print(&headline(now)),
            Kind::Lines => {}
        }
        self.shown = (now.state, tenth);
    }

    fn hint(&mut self, now: &Status) {
        let bytes = now.bytes_resumed;
        if self.has_hinted || bytes == 0 || now.state != State::Copying {
            return;
        }
        self.has_hinted = true;
        let sentence = self.ui.words("status-line-sooner.value", &[("bytes", bytes.into())]);
        match &self.kind {
            Kind::Bar(bar) => bar.println(self.ui.terminal.fit(&sentence)),
            Kind::Lines => self.ui.print(&sentence),
            Kind::Json => {}
        }
    }

    /// Clears the bar from the terminal.
    pub fn close(&self) {
        if let Kind::Bar(bar) = &self.kind {
            bar.finish_and_clear();
        }
    }
}

fn bar(terminal: Terminal) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stdout());
    let layout = if terminal.width.is_some_and(|width| width < WIDE_ENOUGH) { NARROW_LAYOUT } else { LAYOUT };
    // Our layouts are valid, so the default is never needed.
    let style = ProgressStyle::with_template(layout).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(if terminal.ascii { style.progress_chars("#>-") } else { style });
    bar
}

fn draw(bar: &ProgressBar, now: &Status, ui: &Ui) {
    bar.set_prefix(ui.terminal.letters(&numbers(now, ui)));
    bar.set_message(ui.terminal.letters(&harmless(&now.current_file)));
    bar.set_position((ratio(now) * STEPS as f64) as u64);
}

/// Numbers while copying, otherwise the state in words.
fn numbers(now: &Status, ui: &Ui) -> String {
    if now.state != State::Copying {
        return ui.words("status-line-state.value", &[("state", now.state.name().into())]);
    }
    let percent = (ratio(now) * 100.0) as u64;
    let mut parts = vec![
        format!("{percent} %"),
        ui.rate(now.bytes_per_second),
        ui.words("cli-done-of", &[("done", now.bytes_done.into()), ("total", now.bytes_total.into())]),
    ];
    let left = now.seconds_left;
    if left > 0 {
        let when = ui.clock.in_seconds(left, &ui.texts);
        parts.push(ui.words("cli-left", &[("left", left.into()), ("when", when.into())]));
    }
    parts.join("  ")
}

/// 0 to 1; 0 if unknown.
fn ratio(now: &Status) -> f64 {
    now.progress.clamp(0.0, 1.0)
}
