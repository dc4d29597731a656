//! Checks READMEs and docs/ against the code: every key is listed with its default, some test runs each command, and every link
//! leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use asbackup_config::Config;
use asbackup_testing::docs::{CONFIGURATIONS, OF_A_SYSTEM, OF_THE_BUS, READMES, commands, pages, text};

/// Commands that a test runs in other words: the command, the test's file, and what it has instead.
const ELSEWHERE: [(&str, &str, &str); 2] = [
    ("curl -u anybody -X POST http://127.0.0.1:8080/copy", "web/start.rs", "/copy"),
    (
        "apt-get install ./target/debian/asbackup_*.deb",
        "vm/vm_debian/machine.rs",
        "apt-get install --yes /root/asbackup.deb",
    ),
];

const LONGEST_README: usize = 150;

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// (section, key) → default, from tables whose first cell is the section.
fn rows(page: &str) -> BTreeMap<(String, String), String> {
    let mut section = String::new();
    let mut found = BTreeMap::new();
    for line in page.lines() {
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
fn both_configuration_pages_list_every_key_with_its_default() {
    let keys = Config::default().entries().into_iter();
    let keys: BTreeMap<_, _> = keys.map(|(section, key, value)| ((section.into(), key.into()), value)).collect();
    for page in CONFIGURATIONS {
        assert_eq!(rows(&text(page)), keys, "{page}");
    }
}

#[test]
fn some_test_runs_every_command_in_the_docs() {
    let all = commands();
    assert!(all.len() > 60, "these can't be all: {all:#?}");
    for command in &all {
        let word = command.split([' ', '"']).next().unwrap_or_default();
        match word {
            "make" => assert_made(command),
            "cargo" => assert_cargo(command),
            "man" => assert_described(command.trim_start_matches("man ")),
            // Names the bus object for the commands below it.
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

/// The test program or the generator that cargo is to run exists.
fn assert_cargo(command: &str) {
    let word_after = |start| command.split(start).nth(1).and_then(|rest| rest.split(' ').next());
    if let Some(program) = word_after("--test ") {
        assert_there(&format!("tests/{program}"));
    }
    if let Some(generator) = word_after("xtask ") {
        let known = fs::read_to_string(top().join("xtask/src/main.rs")).expect("xtask");
        assert!(known.contains(&format!("[\"{generator}\"")), "xtask knows no {generator}");
    }
}

fn assert_there(path: &str) {
    assert!(top().join(path).exists(), "{path} is not there");
}

/// A man page exists.
fn assert_described(program: &str) {
    let made = fs::read_to_string(top().join("xtask/src/pages.rs")).expect("the maker of pages");
    assert!(made.contains(&format!("(\"{program}\", ")), "no page for {program}");
}

fn assert_elsewhere(command: &str) {
    let (_, file, words) =
        ELSEWHERE.iter().find(|(known, ..)| *known == command).unwrap_or_else(|| panic!("nobody runs: {command}"));
    let source = fs::read_to_string(top().join("tests").join(file)).expect(file);
    assert!(source.contains(words), "{words} is not in {file}");
}

#[test]
fn both_readmes_stay_short_enough_to_be_read() {
    for readme in READMES {
        assert!(text(readme).lines().count() <= LONGEST_README, "{readme} is a manual again; docs/ has room");
    }
}

#[test]
fn every_link_in_the_docs_leads_somewhere() {
    for page in pages() {
        let text = text(&page);
        for link in links(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { beside(&page, file) };
            assert_there(&target);
            let is_named = anchor.is_empty() || anchors(&target).contains(anchor);
            assert!(is_named, "{page}: {target} has no heading #{anchor}");
        }
    }
}

/// Directories and files alike; `*` stands for a language.
#[test]
fn every_path_that_contributing_names_is_there() {
    let text = text("CONTRIBUTING.md");
    let prose: String = text.split("```").step_by(2).collect();
    let spans = prose.split('`').skip(1).step_by(2).filter(|span| span.contains('/') && !span.contains([' ', '…']));
    let paths: Vec<&str> = spans.collect();
    assert!(paths.len() > 15, "these can't be all: {paths:?}");
    paths.into_iter().for_each(|path| assert_there(&path.replace('*', "en")));
}

/// Seen from the daemon's rooms, or as a crate and a file of it; a line's first word at `/` may be a place on a machine.
#[test]
fn every_file_that_architecture_names_is_there() {
    let text = text("ARCHITECTURE.md");
    let spans = text.split('`').skip(1).step_by(2).filter(|span| span.contains('/') && !span.contains([' ', '*']));
    let names: Vec<&str> = spans.filter(|span| !span.starts_with('/')).collect();
    assert!(names.len() > 15, "these can't be all: {names:?}");
    for name in names {
        let (first, rest) = name.split_once('/').expect("a slash");
        let of_a_crate = format!("crates/{first}/src/{rest}");
        let places = [name.to_owned(), format!("src/{name}"), format!("src/copy/{name}"), of_a_crate];
        let is_there = |place: &String| top().join(place).exists() || top().join(format!("{place}.rs")).exists();
        assert!(places.iter().any(is_there), "ARCHITECTURE.md: {name}");
    }
}

#[test]
fn every_page_can_be_reached_from_both_readmes() {
    for readme in READMES {
        let text = text(readme);
        let missing: Vec<_> = pages().into_iter().filter(|page| page != readme && !text.contains(page)).collect();
        let is_other_language = |page: &String| (readme == "README.md") == page.contains(".de.");
        assert!(missing.iter().all(is_other_language), "{readme} lacks {missing:?}");
    }
}

fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).collect()
}

/// Resolves a link that is relative to its page.
fn beside(page: &str, file: &str) -> String {
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    file.strip_prefix("../").map_or_else(|| folder.join(file).display().to_string(), str::to_owned)
}

/// The anchors of all headings, as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let text = text(page);
    let headings =
        text.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.trim_start_matches('#').trim());
    headings.map(anchor).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
    kept.replace(' ', "-")
}
