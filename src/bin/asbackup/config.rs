//! `asbackup config check` and `asbackup config show`: reads config.ini as the daemon would, without the daemon.

use std::path::Path;

use asbackup::client::end::End;
use asbackup::config::{self, ConfigFaults, ConfigProblem, Loaded, Setting};
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
    let loaded = config::load(&file.path);
    let (faults, warnings, missing) = match &loaded {
        Err(ConfigFaults(faults)) => (faults.as_slice(), [].as_slice(), Vec::new()),
        Ok(loaded) => ([].as_slice(), loaded.warnings.as_slice(), loaded.config.missing()),
    };
    let is_good = faults.is_empty() && missing.is_empty();
    if file.output.json {
        face.print_json(&json!({
            "path": file.path.display().to_string(),
            "good": is_good,
            "faults": told(faults, face),
            "warnings": told(warnings, face),
            "missing": missing,
        }));
    } else {
        let missing =
            (!missing.is_empty()).then(|| face.words("status-unconfigured", &[("keys", missing.join(", ").into())]));
        let lines = faults.iter().chain(warnings).map(|problem| face.texts.say(problem).to_string());
        lines.chain(missing).for_each(|line| face.print(&line));
        face.print(&verdict(&file.path, is_good, face));
    }
    if is_good { End::Done } else { End::Refused }
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
