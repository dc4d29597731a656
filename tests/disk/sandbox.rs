//! The unit's sandbox: the daemon needs all of what it has, has nothing else, and notices when a sandbox hides the
//! source.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use asbackup_testing::file;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::processes::{self, Stage};
use asbackup_testing::testbed::sandbox::{Sandbox, capabilities, filter};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};
use asbackup_testing::testbed::tree::{Tree, give_to, set_time};
use procfs::process::Process;
use rustix::fs::{CWD, FileType, Mode, XattrFlags};

const FILE: &str = "the file";

/// What a capability is for: a file that can't be copied right without it.
struct Need {
    capability: &'static str,
    make: fn(&Path),
    /// What of it must be on the disk as in the source.
    look: fn(&Path) -> String,
    /// Else it gets lost without a word: rsync says nothing of it.
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

/// As `Seccomp:` in `/proc/PID/status` has it; 2 is a filter.
fn is_filtered(pid: u32) -> bool {
    let status = Process::new(pid.cast_signed()).and_then(|process| process.status());
    status.expect("its status").seccomp == Some(2)
}

/// Sockets on which somebody could call: listening ones of TCP, and any of UDP.
fn doors(pid: u32) -> Vec<String> {
    const LISTENING: &str = "0A";
    let table = |name: &str| fs::read_to_string(format!("/proc/{pid}/net/{name}")).unwrap_or_default();
    let listening = |line: &&str| line.split_whitespace().nth(3) == Some(LISTENING);
    let mut doors = Vec::new();
    for name in ["tcp", "tcp6"] {
        doors.extend(table(name).lines().skip(1).filter(listening).map(str::to_owned));
    }
    for name in ["udp", "udp6", "raw", "raw6", "packet"] {
        doors.extend(table(name).lines().skip(1).map(str::to_owned));
    }
    doors
}

/// That the copy comes out right under the filter, on every file system, is what all other tests show.
#[tokio::test]
async fn daemon_and_rsync_are_under_the_units_filter_and_no_door_is_open() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let rsyncs = processes::rsyncs(daemon.pid(), Stage::Copy);
    assert_eq!(rsyncs.len(), 3);
    for pid in rsyncs.into_iter().chain([daemon.pid()]) {
        assert!(is_filtered(pid), "{pid}");
        assert_eq!(doors(pid), Vec::<String>::new());
    }
    held.release();
    assert_success(&daemon.finished(1).await);
}

#[test]
fn what_no_backup_needs_is_refused_by_the_filter() {
    let testbed = Testbed::without_udisks();
    let [python, _, _] = filter();
    let probe = file("crates/testing/machine/forbidden.py");
    let said = testbed.run(&[&filter()[..], &[python, probe]].concat());
    let (refused, last) = said.trim().rsplit_once('\n').expect("many lines");
    assert_eq!(last, "chown done");
    assert_eq!(refused.lines().count(), 19, "{said}");
    assert!(refused.lines().all(|line| line.ends_with(" EPERM")), "{said}");
    // Nothing else stands in the way of the same calls: it is the filter.
    let unfiltered = testbed.run(&[python, probe]);
    assert!(!unfiltered.contains("EPERM"), "{unfiltered}");
}

fn names_on_disk(scene: &Scene) -> Vec<String> {
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let script = format!("cd '{}' && find . -type f | sort", scene.copy(&mounted).display());
    let listed = asbackup_testing::run(std::process::Command::new("sh").args(["-c", &script]));
    mounted.done();
    listed.lines().map(str::to_owned).collect()
}

/// In which nothing but the look at the source itself holds deletions back.
fn scene_without_a_budget() -> Scene {
    let mut scene = Scene::new();
    for key in ["max-deletions-percent", "max-deleted-bytes-percent"] {
        scene.config.set("Safety", key, "100");
    }
    scene
}

/// A copy that is there must be as it was after a run in which the daemon did not see what others see.
async fn is_refused_when_hidden(place: &str) {
    let mut scene = scene_without_a_budget();
    let (mut daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.stop().await;
    let before = names_on_disk(&scene);
    let hidden = scene.source.path(place);
    let sandbox = Sandbox { hidden: Some(hidden.clone()), ..Sandbox::default() };
    let daemon = Daemon::start_in(&sandbox, &scene.testbed, &scene.config).await;
    daemon.start_run("").await.expect("a run");
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "SourceUnavailable");
    let told = format!("does not see the real data at {}.", hidden.to_str().expect("UTF-8").trim_end_matches('/'));
    assert!(finished.message.contains(&told), "{}", finished.message);
    assert_eq!(names_on_disk(&scene), before);
    scene.assert_left_clean();
}

/// The last one of the unit's: a process with more rights than the daemon's, as the first one is, lets nobody look.
#[tokio::test]
async fn without_ptrace_rights_a_hidden_source_would_go_unnoticed() {
    let mut scene = scene_without_a_budget();
    let hidden = Some(scene.source.path("repository"));
    let sandbox = Sandbox { without: Some("CAP_SYS_PTRACE"), hidden, ..Sandbox::default() };
    let daemon = Daemon::start_in(&sandbox, &scene.testbed, &scene.config).await;
    scene.disk.plug();
    assert_success(&daemon.finished(1).await);
    assert!(!names_on_disk(&scene).contains(&"./repository/full.vbk".to_owned()));
}

#[tokio::test]
async fn a_source_that_a_sandbox_hides_is_refused() {
    is_refused_when_hidden("").await;
}

#[tokio::test]
async fn a_source_of_which_a_sandbox_hides_a_part_is_refused() {
    is_refused_when_hidden("repository").await;
}

/// As `CapEff:` in `/proc/PID/status` has it.
fn may_look_into_others(pid: u32) -> bool {
    const SYS_PTRACE: u64 = 1 << 19;
    let status = Process::new(pid.cast_signed()).and_then(|process| process.status());
    status.expect("its status").capeff & SYS_PTRACE != 0
}

#[tokio::test]
async fn rsync_has_no_right_to_look_into_other_processes() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    assert!(may_look_into_others(daemon.pid()));
    for pid in processes::rsyncs(daemon.pid(), Stage::Copy) {
        assert!(!may_look_into_others(pid), "{pid}");
    }
    held.release();
    assert_success(&daemon.finished(1).await);
}

/// An rsync that somebody has taken over: when it has copied, it does whatever it likes.
fn take_over_rsync(scene: &Scene, likes: &str) {
    let programs = scene.testbed.make_directory("programs");
    let script = format!("#!/bin/sh\n/usr/bin/rsync \"$@\"\ncode=$?\n{likes}\nexit $code\n");
    fs::write(programs.join("rsync"), script).expect("a program");
    fs::set_permissions(programs.join("rsync"), Permissions::from_mode(0o755)).expect("a mode");
    // The first place in which programs are looked for.
    scene.testbed.run(&["mount", "--bind", programs.to_str().expect("UTF-8"), "/usr/local/sbin"]);
}

fn copied(scene: &Scene, name: &str) -> String {
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let found = fs::read_to_string(scene.copy(&mounted).join(name)).unwrap_or_default();
    mounted.done();
    found
}

#[tokio::test]
async fn a_hijacked_rsync_reaches_source_target_and_log_and_nothing_else() {
    let mut scene = Scene::new();
    let elsewhere = scene.testbed.make_directory("elsewhere");
    fs::write(elsewhere.join("victim"), "root's alone").expect("a file");
    let (source, victim) = (scene.source.top.display(), elsewhere.join("victim"));
    let victim = victim.display();
    take_over_rsync(
        &scene,
        &format!(
            "case \"$*\" in *--max-delete=*) ;; *) exit $code;; esac
             {{ cat /etc/asbackup/config.ini; cat '{victim}'; cat /proc/1/environ; cat /etc/shadow; }} > stolen
             echo planted > '{source}/planted'
             echo changed > '{victim}'
             echo reached > reached"
        ),
    );
    let (_daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(copied(&scene, "reached"), "reached\n");
    assert_eq!(copied(&scene, "stolen"), "");
    assert_eq!(fs::read_to_string(elsewhere.join("victim")).expect("it is there"), "root's alone");
    assert!(!scene.source.path("planted").exists());
    // Its own log is what it may write to.
    let log = fs::read_to_string(scene.testbed.directory().join("rsync.log")).expect("rsync's log");
    assert!(log.contains("full.vbk"), "{log}");
}

/// rsync 3.2.7 and 3.4.1 follow the link; 3.5.0 refuses by itself.
#[tokio::test]
async fn a_directory_swapped_for_a_link_after_listing_leaks_nothing_of_roots() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let secret = scene.testbed.make_directory("secret");
    fs::write(secret.join("config.ini"), "root's alone").expect("a secret");
    scene.source.file("zz/config.ini", "of no use");
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    fs::rename(scene.source.path("zz"), scene.source.path("aside")).expect("the owner's to move");
    std::os::unix::fs::symlink(&secret, scene.source.path("zz")).expect("a link");
    held.release();
    daemon.finished(1).await;
    assert_ne!(copied(&scene, "zz/config.ini"), "root's alone");
}

#[tokio::test]
async fn where_rsync_can_not_be_confined_it_copies_and_that_is_told_once() {
    let mut scene = Scene::new();
    let unit = scene.testbed.directory().join("older.service");
    let text = include_str!("../../systemd/asbackupd.service");
    let without: Vec<_> = text.lines().filter(|line| !line.starts_with("SystemCallFilter=landlock")).collect();
    assert!(without.len() < text.lines().count());
    fs::write(&unit, without.join("\n")).expect("a unit");
    let sandbox = Sandbox { unit: Some(unit), ..Sandbox::default() };
    let daemon = Daemon::start_in(&sandbox, &scene.testbed, &scene.config).await;
    scene.disk.plug();
    assert_success(&daemon.finished(1).await);
    let told = |daemon: &Daemon| asbackup_testing::testbed::scene::warnings(daemon).contains(&"unconfined".to_owned());
    assert!(told(&daemon), "{}", daemon.text_log());
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    assert!(!told(&daemon));
    scene.assert_copied(asbackup_testing::testbed::compare::Fidelity::Full);
}
