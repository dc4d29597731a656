//! Where the programs are that tests start: beside the running test, `target/<profile>/`, and as new as the sources.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Set by whoever has just built all programs, as the Makefile does.
const ARE_BUILT: &str = "PROGRAMS_ARE_BUILT";

/// The path of one of the project's programs, such as `asbackupd`.
///
/// # Panics
/// If it can't be built, or is not there, with what to do.
pub fn program(name: &str) -> &'static str {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let path = BUILT.get_or_init(|| build(profile_directory())).join(name);
    assert!(path.exists(), "{} is not there: run `cargo build --workspace --bins`", path.display());
    leaked(path)
}

/// The top of the repository.
pub fn top() -> &'static Path {
    static TOP: OnceLock<PathBuf> = OnceLock::new();
    let found = || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned);
    TOP.get_or_init(|| found().expect("crates/testing is two below the top"))
}

/// A file of the repository, named from its top.
pub fn file(path: &str) -> &'static str {
    leaked(top().join(path))
}

/// A test's process is short, and words of commands are borrowed everywhere.
fn leaked(path: PathBuf) -> &'static str {
    path.into_os_string().into_string().expect("directories with names in UTF-8").leak()
}

/// A directory on a real file system for what tests write, `target/tmp`.
pub fn scratch() -> &'static Path {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let path = profile_directory().with_file_name("tmp");
        std::fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    })
}

/// Cargo puts tests into `deps` of it.
fn profile_directory() -> PathBuf {
    let test = env::current_exe().expect("the running test");
    test.ancestors().nth(2).expect("target/<profile>/deps/<test>").to_owned()
}

/// Cargo builds the programs of a test's own package only, and these belong to several.
fn build(directory: PathBuf) -> PathBuf {
    if env::var_os(ARE_BUILT).is_some() {
        return directory;
    }
    let profile = match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked", "--quiet", "--workspace", "--bins", "--profile", profile]).current_dir(top());
    let status = cargo.status();
    let is_built = status.as_ref().is_ok_and(|status| status.success());
    assert!(
        is_built,
        "the programs could not be built ({status:?}): run `cargo build --workspace --bins` and set {ARE_BUILT}=1"
    );
    directory
}
