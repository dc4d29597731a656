//! `asbackup config check` and `asbackup config show`: reads config.ini as the daemon would, without the daemon.

use std::path::Path;

use crate::exit_code::End;
use asbackup::path_check;
use asbackup_config::{ConfigFaults, ConfigProblem, Loaded, Setting};
use asbackup_texts::harmless;
use console::style;
use serde_json::{Value, json};

use super::arguments::{Config, File};
use super::ui::Ui;

pub fn run(what: &Config, ui: &Ui) -> End {
    match what {
        Config::Check(file) => check(file, ui),
        Config::Show(file) => show(file, ui),
    }
}

fn check(file: &File, ui: &Ui) -> End {
    let found = match asbackup_config::load(&file.path) {
        Err(ConfigFaults(faults)) => Found { faults, warnings: Vec::new(), missing: Vec::new() },
        Ok(loaded) => Found {
            faults: path_check::refused(&loaded.config),
            missing: loaded.config.missing(),
            warnings: [loaded.warnings, path_check::tolerated(&loaded.config, &file.path)].concat(),
        },
    };
    match file.output.json {
        true => ui.print_json(&found.told(&file.path, ui)),
        false => ui.print(&found.page(&file.path, ui)),
    }
    if found.is_good() { End::Done } else { End::Refused }
}

/// What was found in a file.
struct Found {
    faults: Vec<ConfigProblem>,
    warnings: Vec<ConfigProblem>,
    missing: Vec<&'static str>,
}

impl Found {
    fn is_good(&self) -> bool {
        self.faults.is_empty() && self.missing.is_empty()
    }

    fn told(&self, path: &Path, ui: &Ui) -> Value {
        json!({
            "path": path.display().to_string(),
            "good": self.is_good(),
            "faults": told(&self.faults, ui),
            "warnings": told(&self.warnings, ui),
            "missing": self.missing,
        })
    }

    fn page(&self, path: &Path, ui: &Ui) -> String {
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

/// The fields of each problem, with its text.
fn told(problems: &[ConfigProblem], ui: &Ui) -> Vec<Value> {
    let told = |problem: &ConfigProblem| {
        let mut fields = serde_json::to_value(problem).unwrap_or_default();
        fields["text"] = ui.texts.message(problem).to_string().into();
        fields
    };
    problems.iter().map(told).collect()
}

fn show(file: &File, ui: &Ui) -> End {
    match asbackup_config::load(&file.path) {
        Err(faults) => {
            faults.say(&ui.texts).iter().for_each(|fault| ui.complain(&fault.to_string()));
            End::Refused
        }
        Ok(loaded) if file.output.json => {
            let settings: Vec<Value> = loaded.settings.iter().map(setting).collect();
            ui.print_json(&settings);
            End::Done
        }
        Ok(loaded) => {
            ui.print(&page(&loaded, ui));
            End::Done
        }
    }
}

fn setting(setting: &Setting) -> Value {
    json!({
        "section": setting.section,
        "key": setting.key,
        "value": setting.value,
        "origin": setting.origin.name(),
    })
}

/// Laid out like the file, with a note on where each value comes from.
fn page(loaded: &Loaded, ui: &Ui) -> String {
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
