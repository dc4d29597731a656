//! Every crate that can be linked in is under a licence that deny.toml allows. cargo-deny checks the same and more, but takes
//! longer to build than asbackup; this needs cargo alone, and no network.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn allowed() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
    let text = std::fs::read_to_string(path).expect("deny.toml");
    let list = text.split_once("allow = [").and_then(|(_, rest)| rest.split_once("\n]")).expect("the allow list").0;
    let entry = |line: &str| line.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix("\",")).map(str::to_owned);
    list.lines().filter_map(entry).collect()
}

/// All packages that cargo would build, as `cargo metadata` describes them.
pub fn packages() -> Vec<Value> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "metadata",
        "--offline",
        "--locked",
        "--format-version=1",
        "--filter-platform=x86_64-unknown-linux-gnu",
    ]);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata");
    metadata["packages"].as_array().expect("packages").clone()
}

/// One alternative is enough, and all parts of it must be allowed. The slash is how crates wrote OR long ago. Brackets only
/// ever hold alternatives, as in "(MIT OR Apache-2.0) AND Unicode-3.0".
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let parts = expression.split(" AND ").map(|part| part.trim_matches(['(', ')']).replace('/', " OR "));
    let mut parts = parts.map(|part| part.split(" OR ").any(|license| allowed.contains(license.trim())));
    parts.all(|part| part)
}

#[test]
fn every_dependency_is_under_a_licence_that_may_be_linked() {
    let allowed = allowed();
    let packages = packages();
    assert!(packages.len() > 50, "only {} packages", packages.len());
    let license = |package: &Value| package["license"].as_str().unwrap_or("none").to_owned();
    let refused: Vec<_> = packages.iter().filter(|package| !is_allowed(&license(package), &allowed)).collect();
    let told: Vec<_> = refused.iter().map(|package| format!("{}: {}", package["name"], license(package))).collect();
    assert!(told.is_empty(), "not allowed in deny.toml: {told:#?}");
}

#[test]
fn a_licence_that_is_not_in_the_list_is_refused() {
    let allowed = allowed();
    for expression in ["SSPL-1.0", "MIT AND SSPL-1.0", "(MIT OR ISC) AND SSPL-1.0", "none"] {
        assert!(!is_allowed(expression, &allowed), "{expression}");
    }
}
