//! Holds the sources against what ARCHITECTURE.md and `lib.rs` promise: which room may use which, and a few rules that no
//! compiler knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The daemon's rooms from the lowest up; a room uses only rooms of earlier lines. Of the crates beneath them cargo keeps the order.
const LEVELS: [&[&str]; 5] = [
    &["disks", "store", "veeam"],
    &["copy", "debug_dump", "path_check", "status_file"],
    &["controller"],
    &["bus"],
    &["daemon"],
];
const LONGEST_FILE: usize = 300;
/// Neither an enum nor an interface of the bus can be cut in two, and each of these files is nothing but one.
const LISTS: [&str; 4] =
    ["crates/api/src/fault.rs", "crates/api/src/notice.rs", "crates/api/src/warning.rs", "src/bus/service.rs"];

pub struct Source {
    /// Seen from the top.
    pub path: PathBuf,
    text: String,
}

impl Source {
    /// The directory below the daemon's `src`, or the file itself; none of what belongs to another crate.
    fn room(&self) -> Option<String> {
        let below = self.path.strip_prefix("src").ok()?;
        let first = below.iter().next().expect("a path below src");
        Some(Path::new(first).with_extension("").display().to_string())
    }

    /// What is shipped: without tests, and without comments of a whole line.
    pub fn code(&self) -> String {
        let mut kept = Vec::new();
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            if line == "#[cfg(test)]" {
                skip_item(&mut lines);
            } else if !line.trim_start().starts_with("//") {
                kept.push(line);
            }
        }
        kept.join("\n")
    }

    /// Files that are modules of tests, declared in this one.
    fn test_modules(&self) -> Vec<PathBuf> {
        let directory = match self.path.file_stem() {
            Some(stem) if stem == "mod" || stem == "lib" => self.path.with_file_name(""),
            _ => self.path.with_extension(""),
        };
        let items = self.text.split("#[cfg(test)]\n").skip(1);
        let named = items.filter_map(|item| {
            let declared = item.lines().find(|line| !line.starts_with("#["))?.strip_suffix(';')?;
            let path = item.strip_prefix("#[path = \"").and_then(|rest| rest.split('"').next());
            let name = declared.rsplit(' ').next()?;
            Some(match path {
                Some(path) => self.path.with_file_name(path),
                None => directory.join(name).with_extension("rs"),
            })
        });
        named.collect()
    }
}

/// `mod name;` is one line, `mod name { … }` ends with a brace in the first column; attributes go with it.
fn skip_item<'a>(lines: &mut impl Iterator<Item = &'a str>) {
    let declared = lines.find(|line| !line.starts_with("#["));
    if declared.is_some_and(|line| line.ends_with('{')) {
        lines.find(|line| *line == "}");
    }
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read_below(directory: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).expect("a directory of sources") {
        let path = entry.expect("its entry").path();
        if path.is_dir() {
            read_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let path = path.strip_prefix(top()).expect("below the top").to_owned();
            found.push(Source { path, text });
        }
    }
}

/// Shares what tests are made of, and is not shipped.
const TESTING: &str = "crates/testing";

/// All sources of the daemon and of the crates beside it, those that are tests only left out.
pub fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    read_below(&top().join("src"), &mut found);
    for each in fs::read_dir(top().join("crates")).expect("the crates") {
        read_below(&each.expect("a crate").path().join("src"), &mut found);
    }
    let tests: BTreeSet<PathBuf> = found.iter().flat_map(Source::test_modules).collect();
    found.retain(|source| !tests.contains(&source.path) && !source.path.starts_with(TESTING));
    assert!(found.len() > 50, "these can't be all");
    found
}

fn level(room: &str) -> Option<usize> {
    LEVELS.iter().position(|rooms| rooms.contains(&room))
}

/// Names that follow `crate::`.
fn rooms_used(code: &str) -> BTreeSet<&str> {
    let parts = code.split("crate::").skip(1);
    parts.map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("")).collect()
}

/// One line for each place that breaks a rule.
fn offences(rule: impl Fn(&Source) -> Vec<String>) -> Vec<String> {
    let named = |source: Source| {
        let found = rule(&source);
        found.into_iter().map(move |offence| format!("{}: {offence}", source.path.display())).collect::<Vec<_>>()
    };
    sources().into_iter().flat_map(named).collect()
}

#[track_caller]
fn assert_none(offences: Vec<String>) {
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

fn told(breaks: bool, what: &str) -> Vec<String> {
    if breaks { vec![what.to_owned()] } else { Vec::new() }
}

#[test]
fn a_room_uses_only_rooms_below_it() {
    assert_none(offences(|source| {
        let Some(room) = source.room() else { return Vec::new() };
        let Some(own) = level(&room) else { return Vec::new() };
        let code = source.code();
        let used = rooms_used(&code);
        let wrong = used.into_iter().filter(|other| *other != room && level(other).is_none_or(|level| level >= own));
        wrong.map(|other| format!("{room} may not use {other:?}")).collect()
    }));
}

#[test]
fn every_room_has_its_place_in_the_order() {
    let beside = ["lib", "bin"];
    let rooms: BTreeSet<String> = sources().iter().filter_map(Source::room).collect();
    let placed: BTreeSet<String> = LEVELS.concat().iter().chain(&beside).map(|room| (*room).to_owned()).collect();
    assert_eq!(rooms, placed);
}

/// Else a room could reach another one without naming it.
#[test]
fn no_room_reaches_another_without_naming_it() {
    assert_none(offences(|source| {
        if source.room().is_none() {
            return Vec::new();
        }
        let at_top = source.path.ends_with("mod.rs") || source.path.iter().count() == 2;
        let climb = if at_top { "super::" } else { "super::super::" };
        told(source.code().contains(climb), "climbs with super")
    }));
}

#[test]
fn the_library_knows_nothing_of_its_programs() {
    assert_none(offences(|source| {
        let is_program = source.room().is_none_or(|room| room == "bin");
        told(!is_program && source.code().contains("asbackup::"), "uses the library from outside")
    }));
}

/// One waiting method with `&mut self` would hold up every other call and getter.
#[test]
fn no_method_on_the_bus_has_the_service_for_itself() {
    assert_none(offences(|source| {
        let code = source.code();
        let services = code.split("#[interface(").skip(1);
        let exclusive = services.filter(|service| service.split("\n}").next().is_some_and(|s| s.contains("&mut self")));
        exclusive.map(|_| "&mut self in an interface".to_owned()).collect()
    }));
}

#[test]
fn nothing_shipped_panics_on_purpose() {
    let words = [".unwrap()", ".expect(\"", "panic!(", "todo!(", "unimplemented!(", "unreachable!("];
    assert_none(offences(|source| {
        let code = source.code();
        words.iter().filter(|word| code.contains(**word)).map(|word| (*word).to_owned()).collect()
    }));
}

#[test]
fn every_file_begins_with_what_it_owns() {
    assert_none(offences(|source| {
        let has_header = source.text.starts_with("//! ") || source.text.starts_with("#![doc = ");
        told(!has_header, "no header")
    }));
}

#[test]
fn no_file_is_longer_than_one_sitting() {
    assert_none(offences(|source| {
        let tests = source.text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(source.text.len());
        let lines = source.text[..tests].lines().count();
        let is_list = LISTS.iter().any(|list| source.path == Path::new(list));
        told(lines > LONGEST_FILE && !is_list, &format!("{lines} lines"))
    }));
}

#[test]
fn every_package_takes_the_lints_of_the_workspace() {
    let packages = fs::read_dir(top().join("crates")).expect("the crates").map(|entry| entry.expect("a crate").path());
    let others = ["", "xtask", "tests/vm"].map(|place| top().join(place));
    for package in packages.chain(others) {
        let manifest = fs::read_to_string(package.join("Cargo.toml")).expect("its Cargo.toml");
        // Four calls of the kernel have no safe wrapper; the file that has them says so itself.
        let lints = if package.ends_with("reflink") { "unsafe_code = \"deny\"" } else { "[lints]\nworkspace = true" };
        assert!(manifest.contains(lints), "{}: other lints than the rest", package.display());
    }
}

/// `place::name` in the list of promises: a function of that name in this file of the tests, or beside the code.
fn is_a_test(place: &str, name: &str) -> bool {
    let top = top();
    let path = place.replace("::", "/");
    let places = match place {
        "lib" => vec![top.join("src"), top.join("crates")],
        _ => ["tests", "tests/vm"]
            .iter()
            .flat_map(|tier| [top.join(tier).join(&path), top.join(tier).join(format!("{path}.rs"))])
            .collect(),
    };
    let declared = format!("fn {name}(");
    let mut open: Vec<PathBuf> = places.into_iter().filter(|place| place.exists()).collect();
    while let Some(place) = open.pop() {
        match fs::read_dir(&place) {
            Ok(entries) => open.extend(entries.map(|entry| entry.expect("an entry").path())),
            Err(_) if fs::read_to_string(&place).expect("a source").contains(&declared) => return true,
            Err(_) => {}
        }
    }
    false
}

#[test]
fn every_promise_has_a_test_that_is_there() {
    let text = fs::read_to_string(top().join("docs/safety.md")).expect("the promises");
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise"));
    let mut proven = 0;
    for row in rows {
        let names: Vec<_> = row.split('`').filter_map(|word| word.rsplit_once("::")).collect();
        assert!(!names.is_empty(), "no test: {row}");
        for (place, name) in names {
            assert!(is_a_test(place, name), "{place}::{name} is not there");
        }
        proven += 1;
    }
    assert!(proven > 30, "these can't be all");
}
