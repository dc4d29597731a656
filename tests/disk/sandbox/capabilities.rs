//! The daemon needs every capability of the unit.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::sandbox::{Sandbox, capabilities};
use asbackup_testing::testbed::scene::{Scene, assert_success};
use asbackup_testing::testbed::tree::{Tree, give_to, set_time};
use rustix::fs::{CWD, FileType, Mode, XattrFlags};

const FILE: &str = "the file";

/// What a capability is for: a file that can't be copied right without it.
struct Need {
    capability: &'static str,
    make: fn(&Path),
    /// What of it must be on the disk as in the source.
    look: fn(&Path) -> String,
    /// Whether rsync reports the loss.
    told: bool,
}

const NEEDS: [Need; 7] = [
    Need { capability: "CAP_DAC_OVERRIDE", make: somebodys, look: contents, told: true },
    Need { capability: "CAP_CHOWN", make: somebodys, look: owner, told: true },
    Need { capability: "CAP_FOWNER", make: somebodys, look: time_and_mode, told: true },
    Need { capability: "CAP_FSETID", make: setgid, look: time_and_mode, told: false },
    Need { capability: "CAP_MKNOD", make: device, look: kind, told: true },
    Need { capability: "CAP_SETFCAP", make: with_capability, look: attributes, told: true },
    Need { capability: "CAP_SYS_ADMIN", make: with_trusted_attribute, look: attributes, told: false },
];

fn somebodys(path: &Path) {
    fs::write(path, "for one alone").expect("a file");
    give_to(path, 1234);
    fs::set_permissions(path, Permissions::from_mode(0o400)).expect("a mode");
    set_time(path, 1_234_567_890, 1);
}

fn setgid(path: &Path) {
    somebodys(path);
    fs::set_permissions(path, Permissions::from_mode(0o2750)).expect("a mode");
}

fn device(path: &Path) {
    let mode = Mode::from_raw_mode(0o640);
    rustix::fs::mknodat(CWD, path, FileType::CharacterDevice, mode, rustix::fs::makedev(1, 3)).expect("mknod");
}

fn with_capability(path: &Path) {
    // cap_net_raw+ep, version 2 of the capability attribute.
    let capability = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    with_attribute(path, "security.capability", &capability);
}

fn with_trusted_attribute(path: &Path) {
    with_attribute(path, "trusted.asbackup", b"kept");
}

fn with_attribute(path: &Path, name: &str, value: &[u8]) {
    fs::write(path, "a program").expect("a file");
    rustix::fs::setxattr(path, name, value, XattrFlags::empty()).expect("an attribute");
}

fn contents(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn owner(path: &Path) -> String {
    found(path, |found| format!("{}:{}", found.uid(), found.gid()))
}

fn time_and_mode(path: &Path) -> String {
    found(path, |found| format!("{} {:o}", found.mtime(), found.mode()))
}

fn kind(path: &Path) -> String {
    found(path, |found| format!("{:o} {:x}", found.mode(), found.rdev()))
}

fn found(path: &Path, say: impl Fn(&fs::Metadata) -> String) -> String {
    fs::symlink_metadata(path).as_ref().map(say).unwrap_or_default()
}

fn attributes(path: &Path) -> String {
    let value = |name: &str| {
        let mut value = [0; 64];
        let length = rustix::fs::getxattr(path, name, &mut value).unwrap_or_default();
        format!("{:?}", &value[..length])
    };
    ["security.capability", "trusted.asbackup"].map(value).concat()
}

/// A source with this one file and something ordinary, and a place of its own on the disk.
fn prepare(scene: &mut Scene, need: &Need) {
    let source = Tree::new(scene.testbed.make_directory(need.capability));
    source.file("ordinary", "anybody's");
    (need.make)(&source.path(FILE));
    scene.config.set("Backup", "backup-source", source.top.to_str().expect("UTF-8"));
    scene.config.set("Backup", "backup-destination", need.capability);
    scene.source = source;
}

/// Copies in the sandbox to the disk that is plugged in.
async fn copy_in(sandbox: &Sandbox, scene: &Scene) -> String {
    let mut daemon = Daemon::start_in(sandbox, &scene.testbed, &scene.config).await;
    daemon.start_run("").await.expect("a run");
    let finished = daemon.finished(1).await;
    daemon.stop().await;
    finished.error
}

#[tokio::test]
async fn without_any_one_capability_a_copy_is_not_whole() {
    let mut scene = Scene::new();
    let (mut daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.stop().await;
    for need in &NEEDS {
        prepare(&mut scene, need);
        let sandbox = Sandbox { without: Some(need.capability), ..Sandbox::default() };
        let error = copy_in(&sandbox, &scene).await;
        let mounted = scene.disk.mount_read_only(&scene.testbed);
        let there = |top: &Path| (need.look)(&top.join(FILE));
        let (ours, copied) = (there(&scene.source.top), there(&mounted.path(need.capability)));
        assert_ne!(ours, copied, "{} is not needed", need.capability);
        assert_eq!(!error.is_empty(), need.told, "{}: {error}", need.capability);
        mounted.done();
    }
}

#[test]
fn each_capability_of_the_unit_is_tried() {
    let tried: Vec<_> = NEEDS.iter().map(|need| need.capability).chain(["CAP_SYS_PTRACE"]).collect();
    let mut unit = capabilities();
    unit.sort_by_key(|name| tried.iter().position(|other| other == name));
    assert_eq!(unit, tried);
}
