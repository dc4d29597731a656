//! The unit's filters hold for daemon and rsync, and refuse what no backup needs.

use std::fs;

use asbackup_testing::file;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::processes::{self, Stage};
use asbackup_testing::testbed::sandbox::filter;
use asbackup_testing::testbed::scene::{Scene, assert_success};
use procfs::process::Process;

/// As `Seccomp:` in `/proc/PID/status` has it; 2 is a filter.
fn is_filtered(pid: u32) -> bool {
    let status = Process::new(pid.cast_signed()).and_then(|process| process.status());
    status.expect("its status").seccomp == Some(2)
}

/// Sockets that somebody could connect to: listening ones of TCP, and any of UDP.
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
fn the_filter_refuses_what_no_backup_needs() {
    let testbed = Testbed::without_udisks();
    let [python, _, _] = filter();
    let probe = file("crates/testing/machine/forbidden.py");
    let said = testbed.run(&[&filter()[..], &[python, probe]].concat());
    let (refused, last) = said.trim().rsplit_once('\n').expect("many lines");
    assert_eq!(last, "chown done");
    assert_eq!(refused.lines().count(), 19, "{said}");
    assert!(refused.lines().all(|line| line.ends_with(" EPERM")), "{said}");
    // Without the filter the same calls succeed.
    let unfiltered = testbed.run(&[python, probe]);
    assert!(!unfiltered.contains("EPERM"), "{unfiltered}");
}
