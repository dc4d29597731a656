//! The newest log lines about one run, for people who watch the service without reading files. Owns these lines, in bounded memory.
//! Must not know where else they go.

use std::collections::VecDeque;
use std::time::SystemTime;

use log::Level;

use asbackup_api::{LogLine, micros};

/// More than a run without problems has.
const LINES: usize = 20;
/// Characters: our longest text takes half, paths and messages of other programs the rest.
const LONGEST: usize = 600;

#[derive(Debug)]
pub struct RunLog {
    run: u64,
    /// The kind of the newest line.
    kind: String,
    lines: VecDeque<LogLine>,
}

impl RunLog {
    pub const fn new() -> Self {
        Self { run: 0, kind: String::new(), lines: VecDeque::new() }
    }

    /// Drops the lines of an earlier run, and keeps no debug lines and none about no run. `kind` is the id of the text: of
    /// consecutive info lines of one kind, such as hours of progress, only the newest stays.
    pub fn add(&mut self, run: u64, level: Level, kind: &str, text: &str) {
        if run == 0 || level > Level::Info {
            return;
        }
        if self.run != run {
            self.lines.clear();
            self.run = run;
        }
        let continues = level == Level::Info && self.kind == kind;
        if continues {
            self.lines.pop_back();
        }
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        kind.clone_into(&mut self.kind);
        self.lines.push_back(LogLine {
            at: micros(SystemTime::now()),
            level: level_name(level).into(),
            text: truncated(text),
        });
    }

    /// Oldest first.
    pub fn lines(&self) -> Vec<LogLine> {
        self.lines.iter().cloned().collect()
    }
}

/// The level's name on the bus.
fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        _ => "info",
    }
}

fn truncated(text: &str) -> String {
    match text.char_indices().nth(LONGEST - 1) {
        Some((end, last)) if end + last.len_utf8() < text.len() => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(log: &RunLog) -> Vec<String> {
        log.lines().into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn the_newest_lines_of_the_newest_run_are_kept_in_order() {
        let mut log = RunLog::new();
        log.add(1, Level::Info, "kind", "of the run before");
        for nth in 0..LINES + 5 {
            log.add(2, Level::Info, &format!("kind {nth}"), &nth.to_string());
        }
        let newest: Vec<String> = (5..LINES + 5).map(|nth| nth.to_string()).collect();
        assert_eq!(texts(&log), newest);
    }

    #[test]
    fn debug_lines_and_lines_about_no_run_are_not_kept() {
        let mut log = RunLog::new();
        log.add(1, Level::Warn, "a", "kept");
        log.add(0, Level::Info, "b", "about the service");
        log.add(1, Level::Debug, "c", "a detail");
        log.add(1, Level::Error, "d", "kept, too");
        let levels: Vec<String> = log.lines().into_iter().map(|line| line.level.into_owned()).collect();
        assert_eq!(texts(&log), ["kept", "kept, too"]);
        assert_eq!(levels, ["warning", "error"]);
    }

    #[test]
    fn only_the_newest_progress_but_every_warning_is_kept() {
        let mut log = RunLog::new();
        for (level, kind, text) in [
            (Level::Info, "step", "begun"),
            (Level::Info, "progress", "1 %"),
            (Level::Info, "progress", "2 %"),
            (Level::Warn, "warning", "one"),
            (Level::Warn, "warning", "another"),
            (Level::Info, "progress", "3 %"),
        ] {
            log.add(1, level, kind, text);
        }
        assert_eq!(texts(&log), ["begun", "2 %", "one", "another", "3 %"]);
    }

    #[test]
    fn a_long_line_is_cut_between_two_characters() {
        let exact = "ü".repeat(LONGEST);
        assert_eq!(truncated(&exact), exact);
        let cut = truncated(&format!("{exact}ü"));
        assert_eq!(cut.chars().count(), LONGEST);
        assert!(cut.ends_with("ü…"), "{cut}");
    }
}
