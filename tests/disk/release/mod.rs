//! A disk is proven to be safe to remove: what still uses it is found and named, in whichever namespace, and
//! the release is revoked when somebody mounts the disk again.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use asbackup::disks::Volume;
use asbackup::disks::mount_blockers::{MountedPlace, blockers};
use asbackup::disks::released::{self, Proof};
use asbackup::disks::superblock::Superblock;
use asbackup_api::DiskId;
use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::played::{MOUNT_POINT, Played};
use asbackup_testing::testbed::processes::Program;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};
use asbackup_testing::{PATIENCE, run, wait_for};

mod flushed;

/// What UDisks2 would say of a plugged disk.
fn volume(disk: &Disk) -> Volume {
    let device = disk.device();
    Volume {
        id: DiskId::new(&disk.uuid),
        label: disk.label.clone(),
        id_type: disk.file_system.name().to_owned(),
        size: 0,
        device_number: std::fs::metadata(&device).expect("a device").rdev(),
        device,
        object: zbus::OwnedObjectPath::try_from(disk.object()).expect("a path"),
        mount_points: Vec::new(),
        read_only: false,
        ignored: false,
        system: false,
        member: String::new(),
        diskseq: None,
        media: Vec::new(),
        serial: String::new(),
        vendor: String::new(),
        model: String::new(),
        wwn: String::new(),
        partition: 0,
        offset: 0,
        drive: None,
        sibling: String::new(),
        can_power_off: false,
        hindrance: None,
    }
}

/// Succeeds in the end: udev looks into what is new, and a loop device goes only when nobody has it open any more.
fn assert_released(disk: &Disk) {
    let volume = volume(disk);
    wait_for("the disk to be released", PATIENCE, || released::prove(&volume).ok());
}

#[track_caller]
fn assert_busy(proof: io::Result<Proof>, words: &str) {
    let error = proof.expect_err("something holds the disk");
    assert_eq!(error.kind(), io::ErrorKind::ResourceBusy, "{error}");
    assert!(error.to_string().contains(words), "{words:?} is not in {error}");
}

/// Waits until the process, or one that it has started, has the disk mounted at `point`.
fn wait_mounted(process: &Program, disk: &Disk, point: &str) {
    let (point, device) = (format!(" {point} "), format!(" {} ", disk.device().display()));
    wait_for("a mount that nobody else sees", PATIENCE, || {
        let inside = process.all();
        let mut tables = inside.iter().filter_map(|pid| std::fs::read_to_string(format!("/proc/{pid}/mountinfo")).ok());
        let is_it = |table: String| table.lines().any(|line| line.contains(&point) && line.contains(&device));
        tables.any(is_it).then_some(())
    });
}

#[tokio::test]
async fn a_mount_only_another_process_sees_keeps_the_disk_from_being_safe() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let point = scene.testbed.run(&["sh", "-c", "echo /media/root/OFFSITE*"]);
    // UDisks2 takes the mount point itself away, and with it what other namespaces have mounted there.
    let script = format!("mkdir /run/testbed/kept; mount --bind {point} /run/testbed/kept; exec sleep 1000");
    let mut elsewhere = scene.testbed.command("unshare");
    elsewhere.args(["--mount", "--propagation", "private", "sh", "-c", &script]);
    let elsewhere = Program::start(&mut elsewhere);
    wait_mounted(&elsewhere, &scene.disk, "/run/testbed/kept");
    held.release();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "UnmountFailed");
    assert!(finished.message.contains("): /run/testbed/kept"), "{}", finished.message);
    assert!(daemon.safe_to_remove().await.is_empty());
    drop(elsewhere);
    scene.assert_unmounted();
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
}

#[tokio::test]
async fn a_released_disk_is_not_safe_while_somebody_has_it_mounted() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
    scene.testbed.run(&["mkdir", "/mnt/by-hand"]);
    let device = scene.disk.device().display().to_string();
    scene.testbed.run(&["mount", &device, "/mnt/by-hand"]);
    daemon.until_safe_to_remove(&[]).await;
    scene.testbed.unmount("/mnt/by-hand");
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
}

/// What UDisks2 answers when the disk is unmounted already, by itself since the disk has gone, or by somebody else.
const NOT_MOUNTED: [(&str, &str); 3] = [
    ("NotMounted", "Device '/dev/asbackuptest' is not mounted"),
    ("Failed", "Error unmounting /dev/asbackuptest: not mounted"),
    ("Failed", "Error unmounting /dev/asbackuptest: not mounted."),
];

#[tokio::test]
async fn a_disk_pulled_while_it_is_unmounted_is_reported_and_never_called_safe() {
    for (word, text) in
        NOT_MOUNTED.into_iter().chain([("Failed", "Error unmounting /dev/asbackuptest: Input/output error")])
    {
        let mut played = Played::new().await;
        played.udisks.on_call("Unmount", Behaviour::Waits);
        let daemon = played.run_until_unmount(&played.mount(MOUNT_POINT)).await;
        played.scene.disk.pull();
        played.udisks.on_call("Unmount", Behaviour::fails(word, text));
        assert_aborted(&daemon.finished(1).await, "DiskRemoved");
        assert!(daemon.safe_to_remove().await.is_empty());
        let marks = played.scene.testbed.path("/run/asbackup/mounts");
        let left = std::fs::read_dir(marks).map(|entries| entries.count()).unwrap_or_default();
        assert_eq!(left, 0, "the daemon still takes a mount for its own: {text}");
        played.scene.testbed.unmount(MOUNT_POINT);
    }
}

#[tokio::test]
async fn a_disk_that_somebody_else_unmounts_in_the_same_moment_is_a_good_copy() {
    for (word, text) in NOT_MOUNTED {
        let played = Played::new().await;
        played.udisks.on_call("Unmount", Behaviour::Waits);
        let daemon = played.run_until_unmount(&played.mount(MOUNT_POINT)).await;
        played.unmount();
        played.udisks.on_call("Unmount", Behaviour::fails(word, text));
        assert_success(&daemon.finished(1).await);
        daemon.until_safe_to_remove(&[&played.scene.disk.uuid]).await;
    }
}

/// The kernel is asked, not UDisks2: it may be away, or late.
#[tokio::test]
async fn a_new_mount_and_its_end_are_noticed_without_udisks() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
    scene.testbed.kill_udisks();
    scene.testbed.run(&["mkdir", "/mnt/by-hand"]);
    let device = scene.disk.device().display().to_string();
    for _ in 0..3 {
        scene.testbed.run(&["mount", &device, "/mnt/by-hand"]);
        daemon.until_safe_to_remove(&[]).await;
        scene.testbed.unmount("/mnt/by-hand");
        daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
    }
}

/// The proof finds a mount that is in no table the daemon watches: the kernel lets nobody claim a mounted device.
#[tokio::test]
async fn the_next_proof_finds_a_mount_made_in_another_namespace_since() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
    let script = format!("mount {} /mnt && exec sleep 1000", scene.disk.device().display());
    let mut elsewhere = scene.testbed.command("unshare");
    elsewhere.args(["--mount", "--propagation", "private", "sh", "-c", &script]);
    let elsewhere = Program::start(&mut elsewhere);
    // Not earlier: while a proof claims the device, nobody can mount it.
    wait_mounted(&elsewhere, &scene.disk, "/mnt");
    assert_busy(released::prove(&volume(&scene.disk)), "): /mnt");
    drop(elsewhere);
    assert_released(&scene.disk);
}

#[tokio::test]
async fn a_loop_device_on_the_disk_is_named() {
    let testbed = Testbed::new();
    let mut disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
    disk.plug();
    assert_released(&disk);
    let upon = run(Command::new("/usr/sbin/losetup").args(["--find", "--show"]).arg(disk.device()));
    let proof = released::prove(&volume(&disk));
    run(Command::new("/usr/sbin/losetup").args(["--detach", &upon]));
    assert_busy(proof, &format!("{upon}: {}", disk.device().display()));
    assert_released(&disk);
}

/// A disk is pulled as a whole: what uses another part of it counts.
#[tokio::test]
async fn a_claim_on_the_whole_disk_keeps_its_partition_from_being_released() {
    let testbed = Testbed::new();
    let mut disk = Disk::make_partitioned(&testbed, FileSystem::Ext4, "OFFSITE");
    disk.plug();
    assert_released(&disk);
    let mounted = disk.mount_read_only(&testbed);
    assert_busy(released::prove(&volume(&disk)), "/run/testbed/mount/disk");
    mounted.done();
    assert_released(&disk);
}

#[tokio::test]
async fn a_process_is_named_with_its_file_though_it_sees_it_under_another_path() {
    let testbed = Testbed::new();
    let mut disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
    disk.plug();
    let mounted = disk.mount_writable(&testbed);
    std::fs::write(mounted.path("open"), "x").expect("a file");
    let superblock = Superblock::of(&mounted.top()).expect("the top");
    let process = Program::start(mounted.command("tail").args(["-f", "/run/testbed/mount/disk/open"]));
    let place = MountedPlace { mount_point: Path::new("/media/root/OFFSITE").to_owned(), superblock };
    let named = || blockers(&place, 20).into_iter().find(|holder| holder.starts_with("tail ("));
    let named = wait_for("tail to be named", PATIENCE, named);
    assert!(named.ends_with("/open"), "{named}");
    drop(process);
    mounted.done();
}

/// Each subvolume of a btrfs has a device number of its own.
#[tokio::test]
async fn a_process_in_a_subvolume_is_named_though_it_sees_it_under_another_path() {
    let testbed = Testbed::new();
    let mut disk = Disk::make(&testbed, FileSystem::Btrfs, "OFFSITE");
    disk.plug();
    let mounted = disk.mount_writable(&testbed);
    run(Command::new("btrfs").args(["-q", "subvolume", "create"]).arg(mounted.path("vault")));
    std::fs::write(mounted.path("vault/open"), "x").expect("a file");
    let superblock = Superblock::of(&mounted.top()).expect("the top");
    let process = Program::start(mounted.command("tail").args(["-f", "/run/testbed/mount/disk/vault/open"]));
    let place = MountedPlace { mount_point: Path::new("/media/root/OFFSITE").to_owned(), superblock };
    let named = || blockers(&place, 20).into_iter().find(|holder| holder.starts_with("tail ("));
    let named = wait_for("tail to be named", PATIENCE, named);
    assert!(named.ends_with("vault/open"), "{named}");
    drop(process);
    mounted.done();
}
