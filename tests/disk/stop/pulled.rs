//! Runs whose disk is pulled or fails.

use std::time::{Duration, Instant};

use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::processes::{self, Stage};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};
use asbackup_testing::{PATIENCE, wait_for};
use procfs::process::{ProcState, Process};

use super::{assert_no_rsync, heavy_scene};

/// A pulled disk is noticed within this time.
const NOTICED: Duration = Duration::from_secs(5);

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

/// A process that waits in the kernel for a disk can't be killed, so the daemon must not wait for it.
#[tokio::test]
async fn an_rsync_that_hangs_in_the_kernel_on_a_pulled_disk_delays_nobody() {
    let mut scene = heavy_scene();
    let mut second = scene.second_disk();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let rsyncs = processes::rsyncs(daemon.pid(), Stage::Copy);
    let frozen = FrozenMount::new(scene.mounted_copy());
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
struct FrozenMount {
    top: std::fs::File,
}

impl FrozenMount {
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

impl Drop for FrozenMount {
    fn drop(&mut self) {
        self.tell("--unfreeze");
    }
}

/// A path into a directory that has gone must not lead anywhere else.
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

/// As on a machine too busy for udev and UDisks2: only the kernel knows.
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
