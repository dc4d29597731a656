//! rsync reaches what it copies, and nothing else.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::sandbox::Sandbox;
use asbackup_testing::testbed::scene::{Scene, assert_success};

/// A hijacked rsync: once it has copied, it runs `likes`.
fn take_over_rsync(scene: &Scene, likes: &str) {
    let programs = scene.testbed.make_directory("programs");
    let script = format!("#!/bin/sh\n/usr/bin/rsync \"$@\"\ncode=$?\n{likes}\nexit $code\n");
    fs::write(programs.join("rsync"), script).expect("a program");
    fs::set_permissions(programs.join("rsync"), Permissions::from_mode(0o755)).expect("a mode");
    // The first directory of the search path.
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
async fn where_rsync_cannot_be_confined_it_copies_with_one_warning() {
    let mut scene = Scene::new();
    let unit = scene.testbed.directory().join("older.service");
    let text = include_str!("../../../systemd/asbackupd.service");
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
