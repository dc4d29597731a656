//! The unit's sandbox: the daemon needs all of what it has, has nothing else, and notices when a sandbox hides the
//! source.

use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::processes::{self, Stage};
use asbackup_testing::testbed::sandbox::Sandbox;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};
use procfs::process::Process;

mod capabilities;
mod confined;
mod filter;

fn names_on_disk(scene: &Scene) -> Vec<String> {
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let script = format!("cd '{}' && find . -type f | sort", scene.copy(&mounted).display());
    let listed = asbackup_testing::run(std::process::Command::new("sh").args(["-c", &script]));
    mounted.done();
    listed.lines().map(str::to_owned).collect()
}

/// Nothing but the check of the source itself prevents deletions here.
fn scene_without_a_budget() -> Scene {
    let mut scene = Scene::new();
    for key in ["max-deletions-percent", "max-deleted-bytes-percent"] {
        scene.config.set("Safety", key, "100");
    }
    scene
}

/// A run in which the daemon does not see what others see must leave the copy as it was.
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
