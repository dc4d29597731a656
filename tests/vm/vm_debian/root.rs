//! The Debian that the machine boots, built once per recipe and suite and kept below `target/vm`; and what is carried into
//! it: the packages.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

const RECIPE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vm_debian/root");
const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");

/// Has root.img, vmlinuz, initrd.img. The suite is bookworm unless SUITE says otherwise.
pub fn directory() -> PathBuf {
    let suite = suite();
    let directory = Path::new(TARGET).join(format!("vm/{suite}-{:016x}", recipe_hash()));
    if directory.join("root.img").exists() {
        return directory;
    }
    let building = directory.with_extension("building");
    let _ = fs::remove_dir_all(&building);
    fs::create_dir_all(&building).expect("target/vm");
    build(&suite, &building);
    forget(&suite);
    fs::rename(&building, &directory).expect("the finished root");
    directory
}

/// In a mount namespace of its own: when it is broken off, the root's /proc must not stay mounted.
fn build(suite: &str, directory: &Path) {
    let mut command = Command::new("unshare");
    run(command.args(["--mount", "--kill-child", &format!("{RECIPE}/build"), suite]).arg(directory));
}

/// A root built from another recipe is useless, and takes a gigabyte.
fn forget(suite: &str) {
    let listing = fs::read_dir(Path::new(TARGET).join("vm")).into_iter().flatten();
    for entry in listing.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(suite) && !name.ends_with("building") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// bookworm, or what SUITE says.
pub fn suite() -> String {
    std::env::var("SUITE").unwrap_or_else(|_| "bookworm".to_owned())
}

fn recipe_hash() -> u64 {
    let mut files: Vec<_> =
        fs::read_dir(RECIPE).expect("the recipe").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let mut hash = DefaultHasher::new();
    for file in files {
        fs::read(&file).expect("a file of the recipe").hash(&mut hash);
    }
    hash.finish()
}

/// A tar archive with asbackup.deb, and next.deb, the same with a higher version; it is the machine's second disk.
pub fn parcel(directory: &Path) -> PathBuf {
    let package = package();
    fs::copy(&package, directory.join("asbackup.deb")).expect("the package");
    let raw = directory.join("raw");
    run(Command::new("dpkg-deb").arg("--raw-extract").args([&package, &raw]));
    let control = raw.join("DEBIAN/control");
    let text = fs::read_to_string(&control).expect("its control file");
    let version = text.lines().find(|line| line.starts_with("Version:")).expect("a version");
    fs::write(&control, text.replace(version, "Version: 99.0")).expect("another version");
    let next = directory.join("next.deb");
    run(Command::new("dpkg-deb").args(["--root-owner-group", "-Zgzip", "-z1", "--build"]).args([&raw, &next]));
    let parcel = directory.join("parcel.tar");
    run(Command::new("tar").arg("-C").arg(directory).arg("-cf").arg(&parcel).args(["asbackup.deb", "next.deb"]));
    parcel
}

fn package() -> PathBuf {
    let listing = fs::read_dir(Path::new(TARGET).join("debian")).into_iter().flatten();
    let mut packages = listing.map(|entry| entry.expect("a file").path());
    let package = packages.find(|path| path.extension().is_some_and(|extension| extension == "deb"));
    package.expect("a package in target/debian: make deb")
}

pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} did not start: {error}"));
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).trim_end().to_owned();
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    text
}
