//! Runs that are cut off: cancelled, stopped, pulled, killed.

use std::path::Path;
use std::time::{Duration, Instant};

use asbackup_api::Outcome;
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::processes::{self, Stage};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, warnings};
use asbackup_testing::{PATIENCE, wait_for};
use procfs::process::{ProcState, Process};
use rustix::process::Signal;

/// A disk that was pulled is missed within this time.
const NOTICED: Duration = Duration::from_secs(5);

fn heavy_scene() -> Scene {
    let scene = Scene::new();
    scene.source.heavy();
    scene
}

/// rsync's unfinished files are named `.name.XXXXXX`; the source has no hidden file. What is to be gone on with lies in a
/// directory of its own, see `resume.rs`.
fn assert_no_unfinished_file(scene: &Scene) {
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let mut open = vec![scene.copy(&mounted)];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).expect("a directory").flatten() {
            let name = entry.file_name();
            if name == ".asbackup-partial" {
                continue;
            }
            assert!(!name.to_string_lossy().starts_with('.'), "{name:?} is left");
            if entry.file_type().expect("its type").is_dir() {
                open.push(entry.path());
            }
        }
    }
}

fn assert_no_rsync(daemon: u32) {
    for stage in [Stage::DryRun, Stage::Copy] {
        assert!(processes::rsyncs(daemon, stage).is_empty(), "rsync runs on");
    }
}

#[tokio::test]
async fn a_cancelled_copy_is_left_clean_and_can_be_started_again() {
    let mut scene = heavy_scene();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    daemon.cancel().await.expect("a run is on");
    held.release();
    let finished = daemon.finished(1).await;
    assert_eq!(finished.result, "cancelled", "{finished:?}");
    assert_eq!(daemon.property::<String>("LastResult").await, "cancelled");
    assert_eq!(daemon.record().outcome, Outcome::Cancelled);
    assert_no_rsync(daemon.pid());
    scene.assert_left_clean();
    assert_no_unfinished_file(&scene);
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;

    daemon.start_run(&scene.disk.uuid).await.expect("a run");
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn a_run_cancelled_in_its_check_is_left_clean() {
    let mut scene = heavy_scene();
    scene.source.many(20_000);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let held = daemon.held_in(Stage::DryRun).await;
    daemon.cancel().await.expect("a run is on");
    held.release();
    assert_eq!(daemon.finished(1).await.result, "cancelled");
    assert_no_rsync(daemon.pid());
    scene.assert_left_clean();
}

/// The cancel meets the run in its mount, as a rule; what UDisks2 mounts meanwhile is this run's to undo.
#[tokio::test]
async fn a_run_cancelled_in_its_first_moments_leaves_nothing_to_clear_up() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.start_run("").await.expect("a run");
    daemon.cancel().await.expect("a run is on");
    assert_eq!(daemon.finished(2).await.result, "cancelled");
    // On a loaded machine the mount may come after the run's end; then the daemon clears it up.
    let device = scene.disk.disk_device();
    asbackup_testing::wait_for("the disk to be unmounted", asbackup_testing::PATIENCE, || {
        scene.testbed.mounts_of(device).is_empty().then_some(())
    });
    scene.assert_left_clean();
}

#[tokio::test]
async fn nothing_to_cancel_is_said() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    let refused = daemon.cancel().await.expect_err("no run is on");
    assert_eq!(refused.name, "NotRunning");
}

#[tokio::test]
async fn a_second_start_in_mid_copy_is_refused_as_busy() {
    let mut scene = heavy_scene();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let refused = daemon.start_run("").await.expect_err("a run is on");
    assert_eq!(refused.name, "Busy");
    held.release();
    assert_success(&daemon.finished(1).await);
}

#[tokio::test]
async fn a_stop_in_mid_copy_is_clean_and_the_copy_is_resumed_at_the_next_start() {
    let mut scene = heavy_scene();
    let mut daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    daemon.signal(Signal::TERM);
    daemon
        .wait_for("STOPPING=1", |recorded| recorded.notified.iter().find(|line| *line == "STOPPING=1").cloned())
        .await;
    held.release();
    let status = daemon.exit().await;
    assert!(status.success(), "{status}");
    let record = daemon.record();
    assert_eq!(record.outcome, Outcome::Aborted);
    let fault = record.fault.expect("the reason");
    assert!(fault.is_interruption(), "{fault:?}");
    scene.assert_left_clean();
    assert_no_unfinished_file(&scene);

    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    assert_eq!(daemon.started(1).await.trigger, "resumed");
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_disk_pulled_in_mid_copy_ends_the_run_and_is_copied_to_once_back() {
    let mut scene = heavy_scene();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let device = scene.disk.device();
    let pulled = Instant::now();
    scene.disk.pull();
    tokio::task::spawn_blocking(move || {
        held.is_told_to_end();
        assert!(pulled.elapsed() < NOTICED, "noticed after {:?}", pulled.elapsed());
        held.release();
    })
    .await
    .expect("the daemon ends rsync");
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "DiskRemoved");
    assert_no_rsync(daemon.pid());
    assert!(scene.testbed.mounts_of(&device).is_empty());
    scene.assert_no_lock_in_source();
    assert!(daemon.safe_to_remove().await.is_empty());

    scene.disk.plug();
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
}

/// A process that waits in the kernel for a disk can't be killed; nobody may wait for it.
#[tokio::test]
async fn an_rsync_that_hangs_in_the_kernel_on_a_pulled_disk_holds_up_nobody() {
    let mut scene = heavy_scene();
    let mut second = scene.second_disk();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let rsyncs = processes::rsyncs(daemon.pid(), Stage::Copy);
    let frozen = Frozen::new(scene.mounted_copy());
    held.release();
    wait_for("rsync to hang in the kernel", PATIENCE, || rsyncs.iter().any(|pid| hangs(*pid)).then_some(()));
    let pulled = Instant::now();
    scene.disk.pull();
    let finished = daemon.finished_within(1, Duration::from_secs(110)).await;
    assert_aborted(&finished, "DiskRemoved");
    assert!(rsyncs.iter().any(|pid| hangs(*pid)), "the kernel let it go: this proves nothing");
    let log = daemon.text_log();
    assert!(log.contains("was unplugged too early"), "{log}");
    println!("the run was over {:?} after the plug was pulled", pulled.elapsed());

    second.plug();
    assert_success(&daemon.finished(2).await);
    daemon.until_safe_to_remove(&[&second.uuid]).await;
    drop(frozen);
    wait_for("rsync to die", PATIENCE, || (!rsyncs.iter().any(|pid| hangs(*pid))).then_some(()));
    second.unplug();
}

fn hangs(pid: u32) -> bool {
    let stat = Process::new(pid.cast_signed()).and_then(|process| process.stat());
    stat.is_ok_and(|stat| matches!(stat.state(), Ok(ProcState::Waiting)))
}

/// A file system on which every writer waits in the kernel until this is dropped.
struct Frozen {
    top: std::fs::File,
}

impl Frozen {
    fn new(directory: std::path::PathBuf) -> Self {
        let frozen = Self { top: std::fs::File::open(directory).expect("a directory on the disk") };
        frozen.tell("--freeze");
        frozen
    }

    /// Through the descriptor: a mount that has been detached has no path any more.
    fn tell(&self, what: &str) {
        let path = format!("/proc/{}/fd/{}", std::process::id(), std::os::fd::AsRawFd::as_raw_fd(&self.top));
        asbackup_testing::run(std::process::Command::new("/usr/sbin/fsfreeze").arg(what).arg(path));
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.tell("--unfreeze");
    }
}

/// The way into a directory that has gone must not lead anywhere else.
#[tokio::test]
async fn a_disk_pulled_between_check_and_copy_leaves_nothing_on_the_machine() {
    let mut scene = heavy_scene();
    scene.source.many(20_000);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let held = daemon.held_in(Stage::DryRun).await;
    scene.disk.pull();
    tokio::task::spawn_blocking(move || {
        held.is_told_to_end();
        held.release();
    })
    .await
    .expect("the daemon ends rsync");
    assert_aborted(&daemon.finished(1).await, "DiskRemoved");
    scene.assert_no_lock_in_source();
    let media = scene.testbed.path("/media/root");
    wait_for("the mount point to go", PATIENCE, || {
        let left = std::fs::read_dir(&media).ok()?.count();
        (left == 0).then_some(())
    });
}

#[tokio::test]
async fn a_medium_that_fails_is_no_success() {
    let testbed = asbackup_testing::testbed::Testbed::new();
    let disk = asbackup_testing::testbed::disk::Disk::make_failing(&testbed, "FAILING", 32 << 20);
    let mut scene = Scene::of(testbed, disk);
    scene.source.noise("too much", 64 << 20);
    let (daemon, finished) = scene.run_once().await;
    // Whether rsync or the flush after it meets the bad blocks first is up to the kernel.
    let error = finished.error.as_str();
    assert!(["WriteFailed", "CopyFailed"].contains(&error), "{finished:?}");
    assert_aborted(&finished, error);
    assert_eq!(daemon.property::<String>("LastResult").await, "aborted");
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
}

#[tokio::test]
async fn after_a_crash_in_mid_copy_the_next_start_cleans_up_and_copies_whole() {
    let mut scene = heavy_scene();
    let mut daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let rsyncs = processes::rsyncs(daemon.pid(), Stage::Copy);
    daemon.kill().await;
    for pid in &rsyncs {
        processes::signal(*pid, Signal::KILL);
    }
    wait_for("rsync to be gone", PATIENCE, || {
        let is_there = |pid: &u32| Path::new("/proc").join(pid.to_string()).exists();
        (!rsyncs.iter().any(is_there)).then_some(())
    });
    held.release();
    assert!(!scene.testbed.mounts_of(&scene.disk.device()).is_empty());

    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    let warned = warnings(&daemon);
    assert!(warned.contains(&"stale-lock".to_owned()), "{warned:?}");
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
    assert_no_unfinished_file(&scene);
}

/// As the kernel does when memory is short.
#[tokio::test]
async fn a_copy_whose_rsync_is_killed_is_resumed_a_few_times_and_then_left() {
    const CUTS: usize = 3;
    let mut scene = heavy_scene();
    let daemon = scene.daemon().await;
    scene.disk.plug();
    for run in 1..=CUTS {
        let held = daemon.held_in_mid_copy().await;
        processes::rsyncs(daemon.pid(), Stage::Copy).iter().for_each(|pid| processes::signal(*pid, Signal::KILL));
        held.release();
        assert_aborted(&daemon.finished(run).await, "CopyFailed");
        assert_eq!(daemon.started(run).await.trigger, if run == 1 { "plugged" } else { "resumed" });
    }
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
    assert_eq!(daemon.recorded().started.len(), CUTS, "it is not tried for ever");
    scene.assert_left_clean();
    daemon.start_run("").await.expect("unless somebody asks for it");
    assert_success(&daemon.finished(CUTS + 1).await);
    scene.assert_copied(Fidelity::Full);
}

/// Nobody watches over it any more, and it holds the lock that keeps a second rsync away; so it is ended, however stuck.
#[tokio::test]
async fn an_rsync_that_outlives_a_crash_is_ended_before_the_copy_is_taken_up() {
    let mut scene = heavy_scene();
    let mut daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    daemon.kill().await;

    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    held.release();
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);
}

/// As on a machine so busy that udev and UDisks2 get to nothing: the kernel alone knows.
#[tokio::test]
async fn a_pulled_disk_ends_its_run_though_udisks_says_nothing() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    scene.testbed.stun_udisks();
    scene.disk.pull();
    let pulled = Instant::now();
    daemon.in_state("unmounting").await;
    let took = pulled.elapsed();
    assert!(took < Duration::from_secs(20), "it was noticed after {took:?}");
    scene.testbed.wake_udisks();
    assert_aborted(&daemon.finished(1).await, "DiskRemoved");
    held.release();
}
