//! No package asks for a crate that it does not use: each one is built, and waited for, all the same.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::licenses::packages;

/// Ours, as `cargo metadata` describes them.
fn members() -> Vec<Value> {
    packages().into_iter().filter(|package| package["source"].is_null()).collect()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// All Rust code at or below a path, without what belongs to a package further down.
fn code(path: &Path) -> String {
    if path.extension() == Some(OsStr::new("rs")) {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .map(|line| format!("{line}\n"))
            .collect();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|entry| !entry.join("Cargo.toml").exists()).map(|entry| code(&entry)).collect()
}

/// The code that may use a dependency of the kind: what is shipped, or that and the tests.
fn users(package: &Value, kind: &str) -> String {
    let directory = Path::new(text(package, "manifest_path")).parent().expect("a directory");
    let tests = if kind == "dev" { ["tests", "benches", "examples"].as_slice() } else { &[] };
    let shipped = package["targets"].as_array().expect("targets").iter();
    let shipped = shipped.map(|target| Path::new(text(target, "src_path")).parent().expect("a directory").to_owned());
    let is_shipped = |path: &PathBuf| path.starts_with(directory.join("src"));
    let own =
        shipped.filter(|path| kind == "dev" || is_shipped(path)).chain(tests.iter().map(|name| directory.join(name)));
    own.map(|path| code(&path)).collect()
}

fn names(code: &str, crate_name: &str) -> bool {
    let mut found = code.match_indices(crate_name);
    found.any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + crate_name.len()..].chars().next();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_') && matches!(after, Some(':' | ';' | '!' | ' ' | ','))
    })
}

#[test]
fn every_dependency_is_used() {
    let mut unused = Vec::new();
    let members = members();
    assert!(members.len() > 10, "only {} packages", members.len());
    for package in &members {
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let name = dependency["rename"].as_str().unwrap_or_else(|| text(dependency, "name")).replace('-', "_");
            let kind = dependency["kind"].as_str().unwrap_or("normal");
            if !names(&users(package, kind), &name) {
                unused.push(format!("{}: {name} ({kind})", text(package, "name")));
            }
        }
    }
    assert!(unused.is_empty(), "in a Cargo.toml, and not used: {unused:#?}");
}

#[test]
fn a_name_within_another_name_is_no_use() {
    assert!(names("use uuid::Uuid;", "uuid") && names("extern crate uuid;", "uuid") && names("maud! {}", "maud"));
    assert!(!names("let my_uuid: u8 = uuidgen::new();", "uuid"));
    assert!(!names("the_uuid(uuid)", "uuid"));
}
