//! Disks that can't be opened, or only for reading.

use std::fs;
use std::path::Path;
use std::process::Command;

use asbackup_testing::testbed::disk::FileSystem;
use asbackup_testing::testbed::processes::Program;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};
use asbackup_testing::{PATIENCE, run, wait_for};

use super::{aborted, told};

#[tokio::test]
async fn a_disk_that_windows_left_hibernated_is_reported_as_such() {
    let mut scene = Scene::with(FileSystem::Ntfs);
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let mut header = vec![0; 4096];
    header[..4].copy_from_slice(b"hibr");
    fs::write(mounted.path("hiberfil.sys"), header).expect("what Windows leaves");
    mounted.done();
    let fault = aborted(&mut scene).await;
    assert_eq!((&fault["kind"], &fault["why"]), (&"mounted-read-only".into(), &"windows".into()), "{fault}");
}

#[tokio::test]
async fn an_ext4_that_is_marked_read_only_is_reported_as_such() {
    let mut scene = Scene::new();
    run(Command::new("/usr/sbin/tune2fs").args(["-O", "read-only"]).arg(scene.disk.image()));
    let fault = aborted(&mut scene).await;
    assert_eq!((&fault["kind"], &fault["why"]), (&"mounted-read-only".into(), &"marked".into()), "{fault}");
}

#[tokio::test]
async fn a_dirty_journal_on_a_write_protected_disk_reads_as_write_protection() {
    let mut scene = Scene::new();
    run(Command::new("/usr/sbin/debugfs").args(["-w", "-R", "feature +needs_recovery"]).arg(scene.disk.image()));
    let daemon = scene.daemon().await;
    scene.disk.plug_write_protected();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "MountFailed");
    assert!(finished.message.contains("write-protected"), "{}", finished.message);
    scene.assert_unmounted();
}

#[tokio::test]
async fn an_fstab_line_that_mounts_the_disk_read_only_is_named() {
    let mut scene = Scene::new();
    scene.testbed.run(&["mkdir", "/mnt/by-fstab"]);
    let line = format!("UUID={} /mnt/by-fstab ext4 noauto,ro,nosuid,nodev,noexec,nosymfollow 0 0\n", scene.disk.uuid);
    fs::write(scene.testbed.path("/etc/fstab"), line).expect("fstab");
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "MountFailed");
    let fault = serde_json::to_value(daemon.record().fault).expect("plain data");
    assert_eq!((&fault["kind"], &fault["why"]), (&"mounted-read-only".into(), &"settings".into()), "{fault}");
    assert!(finished.message.contains("/etc/fstab"), "{}", finished.message);
    scene.assert_unmounted();
}

/// As of a file system made by a newer system than this one; libmount says "wrong fs type, bad option, bad superblock" of it.
#[tokio::test]
async fn a_disk_with_features_of_a_newer_kernel_is_not_called_damaged() {
    let mut scene = Scene::new();
    run(Command::new("/usr/sbin/debugfs").args(["-w", "-R", "feature FEATURE_I28"]).arg(scene.disk.image()));
    let fault = aborted(&mut scene).await;
    assert_eq!((&fault["kind"], &fault["why"]), (&"mount-failed".into(), &"unknown".into()), "{fault}");
}

/// Whoever stands in a directory of the disk while it is pulled keeps its file system alive, out of everybody's sight. (A btrfs of one disk
/// is mounted all the same by Linux 6.7 and later; tests/vm has an older one.)
#[tokio::test]
async fn a_shell_that_holds_the_mount_of_a_pulled_disk_is_named_when_it_is_back() {
    let mut scene = Scene::with(FileSystem::Xfs);
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let mount = scene.testbed.mounts_of(scene.disk.disk_device());
    let point = mount[0].split(' ').nth(4).expect("the mount point").to_owned();
    let mut shell = scene.testbed.command("sh");
    let script = "cd \"$1\" && exec setpriv --reuid=65534 --clear-groups sleep 1000";
    shell.args(["-c", script, "sh", &point]);
    let shell = Program::start(&mut shell);
    let stands_in = |pid: u32| {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let place = fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
        name == "sleep\n" && place.ends_with("OFFSITE")
    };
    let is_there = || shell.all().into_iter().any(stands_in).then_some(());
    wait_for("the shell to be there", PATIENCE, is_there);
    // The kernel lists each XFS that it has open by its device.
    let former = Path::new("/sys/fs/xfs").join(scene.disk.device().file_name().expect("a device"));
    scene.disk.pull();
    held.release();
    assert_aborted(&daemon.finished(1).await, "DiskRemoved");
    scene.disk.plug();
    let finished = daemon.finished(2).await;
    let fault = told(&daemon, &finished);
    assert_eq!(fault["kind"], "old-mount-held", "{fault}");
    let holders = fault["holders"].as_str().expect("names");
    assert!(holders.contains("sleep (") && holders.contains(", nobody): "), "{holders}");
    assert!(finished.message.contains("Close the program named"), "{}", finished.message);
    drop(shell);
    wait_for("the former mount to be closed", PATIENCE, || (!former.exists()).then_some(()));
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(3).await);
}
