//! Holds the READMEs against the code: every key with its default, and each command is run by some test or known to make.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::commands::{OF_A_SYSTEM, OF_THE_BUS, READMES, commands, text};
use asbackup::config::Config;

/// Run with other words by tests that are named here.
const ELSEWHERE: [(&str, &str, &str); 2] = [
    ("curl -u anybody -X POST http://127.0.0.1:8080/copy", "web/start.rs", "/copy"),
    ("apt-get install ./asbackup_*.deb", "vm/vm_debian/machine.rs", "apt-get install --yes /root/asbackup.deb"),
];

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// (section, key) → default, from tables that have the section in their first line.
fn rows(readme: &str) -> BTreeMap<(String, String), String> {
    let mut section = String::new();
    let mut found = BTreeMap::new();
    for line in readme.lines() {
        let mut cells = line.strip_prefix("| `").unwrap_or_default().split('|').map(str::trim);
        let (name, default) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let Some(name) = name.strip_suffix('`') else { continue };
        if let Some(name) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            section = name.to_owned();
        } else if !section.is_empty() && !name.starts_with('/') && !name.contains(' ') {
            let default = if default == "–" { "" } else { default.trim_matches('`') };
            let twice = found.insert((section.clone(), name.to_owned()), default.to_owned());
            assert_eq!(twice, None, "[{section}] {name} is there twice");
        }
    }
    found
}

#[test]
fn every_key_is_in_the_readmes_with_its_default_and_no_other() {
    let keys = Config::default().effective().into_iter();
    let keys: BTreeMap<_, _> = keys.map(|(section, key, value)| ((section.into(), key.into()), value)).collect();
    for readme in READMES {
        assert_eq!(rows(&text(readme)), keys, "{readme}");
    }
}

#[test]
fn every_command_of_the_readmes_is_run_by_some_test() {
    let all = commands();
    assert!(all.len() > 60, "these can't be all: {all:#?}");
    for command in &all {
        let word = command.split([' ', '"']).next().unwrap_or_default();
        match word {
            "make" => assert_made(command),
            "cargo" => assert_there(&format!("tests/{}", command.rsplit(' ').next().unwrap_or_default())),
            "man" => assert_described(command.trim_start_matches("man ")),
            // Only a name for the commands below it.
            _ if word.starts_with("B=") => {}
            _ if OF_A_SYSTEM.contains(&word) || OF_THE_BUS.contains(&word) => {}
            _ => assert_elsewhere(command),
        }
    }
}

fn assert_made(command: &str) {
    let arguments = command.split(' ').skip(1);
    let output = Command::new("make").arg("--dry-run").args(arguments).current_dir(top()).output().expect("make");
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
}

fn assert_there(path: &str) {
    assert!(top().join(path).exists(), "{path} is not there");
}

/// Whether there is a page of the manual.
fn assert_described(program: &str) {
    let made = fs::read_to_string(top().join("packaging/pages/src/main.rs")).expect("the maker of pages");
    assert!(made.contains(&format!("(\"{program}\", ")), "no page for {program}");
}

fn assert_elsewhere(command: &str) {
    let (_, file, words) =
        ELSEWHERE.iter().find(|(known, ..)| *known == command).unwrap_or_else(|| panic!("nobody runs: {command}"));
    let source = fs::read_to_string(top().join("tests").join(file)).expect(file);
    assert!(source.contains(words), "{words} is not in {file}");
}

#[test]
fn every_file_that_the_readmes_point_to_is_there() {
    for readme in READMES {
        let text = text(readme);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let files: Vec<&str> = targets.filter(|target| !target.contains("://")).collect();
        assert!(files.len() > 5, "{files:?}");
        files.into_iter().for_each(assert_there);
    }
}
