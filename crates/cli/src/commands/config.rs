//! `asbackup config check` and `asbackup config show`: read config.ini as the daemon would, without the daemon.

use std::path::Path;

use crate::exit_code::Exit;
use asbackup::path_check;
use asbackup_config::{ConfigFaults, ConfigProblem, Loaded, Setting};
use asbackup_texts::harmless;
use console::style;
use serde_json::{Value, json};

use super::arguments::{ConfigCommand, ConfigFileArguments};
use super::ui::Ui;

pub fn run(what: &ConfigCommand, ui: &Ui) -> Exit {
    match what {
        ConfigCommand::Check(file) => check(file, ui),
        ConfigCommand::Show(file) => show(file, ui),
    }
}

fn check(file: &ConfigFileArguments, ui: &Ui) -> Exit {
    let report = match asbackup_config::load(&file.path) {
        Err(ConfigFaults(faults)) => CheckReport { faults, warnings: Vec::new(), missing: Vec::new() },
        Ok(loaded) => CheckReport {
            faults: path_check::refused(&loaded.config),
            missing: loaded.config.missing(),
            warnings: [loaded.warnings, path_check::tolerated(&loaded.config, &file.path)].concat(),
        },
    };
    match file.output.json {
        true => ui.print_json(&report.to_json(&file.path, ui)),
        false => ui.print(&report.text(&file.path, ui)),
    }
    if report.is_good() { Exit::Done } else { Exit::Refused }
}

/// The errors and warnings in a file.
struct CheckReport {
    faults: Vec<ConfigProblem>,
    warnings: Vec<ConfigProblem>,
    missing: Vec<&'static str>,
}

impl CheckReport {
    fn is_good(&self) -> bool {
        self.faults.is_empty() && self.missing.is_empty()
    }

    fn to_json(&self, path: &Path, ui: &Ui) -> Value {
        json!({
            "path": path.display().to_string(),
            "good": self.is_good(),
            "faults": problems_json(&self.faults, ui),
            "warnings": problems_json(&self.warnings, ui),
            "missing": self.missing,
        })
    }

    fn text(&self, path: &Path, ui: &Ui) -> String {
        let problems = self.faults.iter().chain(&self.warnings);
        let mut lines: Vec<String> = problems.map(|problem| ui.texts.message(problem).to_string()).collect();
        if !self.missing.is_empty() {
            lines.push(ui.words("status-unconfigured", &[("keys", self.missing.join(", ").into())]));
        }
        lines.push(verdict(path, self.is_good(), ui));
        lines.join("\n")
    }
}

fn verdict(path: &Path, is_good: bool, ui: &Ui) -> String {
    let id = if is_good { "cli-config-good" } else { "cli-config-bad" };
    ui.words(id, &[("path", path.display().to_string().into())])
}

/// The fields and the text of each problem.
fn problems_json(problems: &[ConfigProblem], ui: &Ui) -> Vec<Value> {
    let to_json = |problem: &ConfigProblem| {
        let mut fields = serde_json::to_value(problem).unwrap_or_default();
        fields["text"] = ui.texts.message(problem).to_string().into();
        fields
    };
    problems.iter().map(to_json).collect()
}

fn show(file: &ConfigFileArguments, ui: &Ui) -> Exit {
    match asbackup_config::load(&file.path) {
        Err(faults) => {
            faults.messages(&ui.texts).iter().for_each(|fault| ui.print_error(&fault.to_string()));
            Exit::Refused
        }
        Ok(loaded) if file.output.json => {
            let settings: Vec<Value> = loaded.settings.iter().map(setting_json).collect();
            ui.print_json(&settings);
            Exit::Done
        }
        Ok(loaded) => {
            ui.print(&settings_text(&loaded, ui));
            Exit::Done
        }
    }
}

fn setting_json(setting: &Setting) -> Value {
    json!({
        "section": setting.section,
        "key": setting.key,
        "value": setting.value,
        "origin": setting.origin.name(),
    })
}

/// All settings in the layout of the file, each with its origin.
fn settings_text(loaded: &Loaded, ui: &Ui) -> String {
    let mut lines = Vec::new();
    let mut section = "";
    for setting in &loaded.settings {
        if setting.section != section {
            section = setting.section;
            lines.push(style(format!("{}[{section}]", if lines.is_empty() { "" } else { "\n" })).bold().to_string());
        }
        let origin = ui.words("cli-origin", &[("origin", setting.origin.name().into())]);
        let line = format!("{} = {}", setting.key, harmless(&setting.value));
        lines.push(format!("{}  {}", line.trim_end(), style(origin).dim()));
    }
    lines.join("\n")
}
