//! `asbackup config check` and `asbackup config show`: reads config.ini as the daemon would, without the daemon.

use std::path::Path;

use asbackup::client::end::End;
use asbackup::config::{self, ConfigFaults, ConfigProblem, Loaded, Setting};
use asbackup::report::places;
use asbackup::texts::harmless;
use console::style;
use serde_json::{Value, json};

use super::arguments::{Config, File};
use super::face::Face;

pub fn run(what: &Config, face: &Face) -> End {
    match what {
        Config::Check(file) => check(file, face),
        Config::Show(file) => show(file, face),
    }
}

fn check(file: &File, face: &Face) -> End {
    let found = match config::load(&file.path) {
        Err(ConfigFaults(faults)) => Found { faults, warnings: Vec::new(), missing: Vec::new() },
        Ok(loaded) => Found {
            faults: places::refused(&loaded.config),
            missing: loaded.config.missing(),
            warnings: [loaded.warnings, places::odd(&loaded.config, &file.path)].concat(),
        },
    };
    match file.output.json {
        true => face.print_json(&found.told(&file.path, face)),
        false => face.print(&found.page(&file.path, face)),
    }
    if found.is_good() { End::Done } else { End::Refused }
}

/// What there is to say of a file.
struct Found {
    faults: Vec<ConfigProblem>,
    warnings: Vec<ConfigProblem>,
    missing: Vec<&'static str>,
}

impl Found {
    fn is_good(&self) -> bool {
        self.faults.is_empty() && self.missing.is_empty()
    }

    fn told(&self, path: &Path, face: &Face) -> Value {
        json!({
            "path": path.display().to_string(),
            "good": self.is_good(),
            "faults": told(&self.faults, face),
            "warnings": told(&self.warnings, face),
            "missing": self.missing,
        })
    }

    fn page(&self, path: &Path, face: &Face) -> String {
        let problems = self.faults.iter().chain(&self.warnings);
        let mut lines: Vec<String> = problems.map(|problem| face.texts.say(problem).to_string()).collect();
        if !self.missing.is_empty() {
            lines.push(face.words("status-unconfigured", &[("keys", self.missing.join(", ").into())]));
        }
        lines.push(verdict(path, self.is_good(), face));
        lines.join("\n")
    }
}

fn verdict(path: &Path, is_good: bool, face: &Face) -> String {
    let id = if is_good { "cli-config-good" } else { "cli-config-bad" };
    face.words(id, &[("path", path.display().to_string().into())])
}

/// The fields of each problem, with its text.
fn told(problems: &[ConfigProblem], face: &Face) -> Vec<Value> {
    let told = |problem: &ConfigProblem| {
        let mut fields = serde_json::to_value(problem).unwrap_or_default();
        fields["text"] = face.texts.say(problem).to_string().into();
        fields
    };
    problems.iter().map(told).collect()
}

fn show(file: &File, face: &Face) -> End {
    match config::load(&file.path) {
        Err(faults) => {
            faults.say(&face.texts).iter().for_each(|fault| face.complain(&fault.to_string()));
            End::Refused
        }
        Ok(loaded) if file.output.json => {
            let settings: Vec<Value> = loaded.settings.iter().map(setting).collect();
            face.print_json(&settings);
            End::Done
        }
        Ok(loaded) => {
            face.print(&page(&loaded, face));
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

/// As in the file, with a note where each value comes from.
fn page(loaded: &Loaded, face: &Face) -> String {
    let mut lines = Vec::new();
    let mut section = "";
    for setting in &loaded.settings {
        if setting.section != section {
            section = setting.section;
            lines.push(style(format!("{}[{section}]", if lines.is_empty() { "" } else { "\n" })).bold().to_string());
        }
        let origin = face.words("cli-origin", &[("origin", setting.origin.name().into())]);
        let line = format!("{} = {}", setting.key, harmless(&setting.value));
        lines.push(format!("{}  {}", line.trim_end(), style(origin).dim()));
    }
    lines.join("\n")
}
