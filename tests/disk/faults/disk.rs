//! Disks that are absent, can't be mounted or unmounted, are of the wrong kind or full.

use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

use asbackup_testing::run;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_sentence, assert_success, refusal, warnings};

use super::{MEBIBYTE, aborts_with, assert_warned, succeeds_with_warning};

// Fehler: "Angegebene UUIDs stimmen nicht mit den im System verfügbaren UUIDs überein."

#[tokio::test]
async fn a_start_for_a_disk_that_is_not_there_is_refused() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    for (uuid, error) in [
        ("11111111-2222-3333-4444-555555555555", "UnknownDisk"),
        (scene.disk.uuid.as_str(), "DiskAbsent"),
        ("", "DiskAbsent"),
    ] {
        let refused = daemon.start_run(uuid).await.expect_err("no such disk");
        assert_eq!(refused.name, error, "{uuid:?}");
        assert_sentence(&refused.message);
    }
    scene.assert_no_lock_in_source();
}

// Fehler: "Festplatte kann nicht gemountet werden."

#[tokio::test]
async fn a_disk_that_somebody_else_has_mounted_is_refused_and_left_alone() {
    let mut scene = Scene::new();
    scene.disk.plug();
    scene.testbed.run(&["mkdir", "/mnt/elsewhere"]);
    let device = scene.disk.device().display().to_string();
    scene.testbed.run(&["mount", &device, "/mnt/elsewhere"]);
    scene.testbed.settle();
    let daemon = scene.daemon().await;
    assert_eq!(refusal(&daemon, &scene.disk.uuid).await, "MountFailed");
    assert_eq!(scene.testbed.mounts_of(&scene.disk.device()).len(), 1);
    assert!(daemon.safe_to_remove().await.is_empty());
    scene.testbed.unmount("/mnt/elsewhere");
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_damaged_disk_cannot_be_mounted() {
    let mut scene = Scene::new();
    // The group descriptors of an ext4 with blocks of 4 KiB or 1 KiB; the superblock, with the UUID, stays.
    let image = File::options().write(true).open(scene.disk.image());
    let junk = vec![0xff; 8192];
    std::os::unix::fs::FileExt::write_all_at(&image.expect("the image"), &junk, 2048).expect("the damage");
    aborts_with(&mut scene, "MountFailed").await;
}

#[tokio::test]
async fn a_write_protected_disk_is_refused() {
    let mut scene = Scene::new();
    let daemon = scene.daemon().await;
    scene.disk.plug_write_protected();
    assert_aborted(&daemon.finished(1).await, "MountFailed");
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
}

#[tokio::test]
async fn a_disk_whose_safe_mount_options_fstab_takes_away_is_refused() {
    let mut scene = Scene::new();
    scene.testbed.run(&["mkdir", "/mnt/by-fstab"]);
    let line = format!("UUID={} /mnt/by-fstab ext4 noauto,rw 0 0\n", scene.disk.uuid);
    fs::write(scene.testbed.path("/etc/fstab"), line).expect("fstab");
    aborts_with(&mut scene, "MountFailed").await;
    scene.assert_left_clean();
}

#[tokio::test]
async fn an_unsupported_file_system_is_refused() {
    let testbed = Testbed::new();
    let disk = Disk::make(&testbed, FileSystem::Ext2, "OLD");
    let mut scene = Scene::of(testbed, disk);
    scene.source.simple(1);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let error = refusal(&daemon, &scene.disk.uuid).await;
    assert_eq!(error, "UnsupportedFileSystem");
    scene.assert_unmounted();
}

#[tokio::test]
async fn a_link_in_the_place_of_the_destination_is_not_followed() {
    let mut scene = Scene::new();
    let victim = scene.testbed.make_directory("victim");
    fs::write(victim.join("precious"), "precious").expect("a file");
    let mounted = scene.disk.mount_writable(&scene.testbed);
    std::os::unix::fs::symlink(&victim, scene.copy(&mounted)).expect("a link");
    mounted.done();
    aborts_with(&mut scene, "TargetRefused").await;
    let left: Vec<_> = fs::read_dir(victim).expect("it").flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

// Fehler: "Der Kopiervorgang schlägt fehl. Weitere Infos im Rsync-Log."

#[tokio::test]
async fn a_file_that_cannot_be_replaced_fails_the_copy_and_is_in_rsyncs_log() {
    let mut scene = Scene::new();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let stubborn = scene.copy(&mounted).join("config/job.vbm");
    fs::create_dir_all(stubborn.parent().expect("a directory")).expect("it");
    fs::write(&stubborn, "old").expect("a file");
    run(Command::new("chattr").arg("+i").arg(&stubborn));
    mounted.done();
    aborts_with(&mut scene, "CopyFailed").await;
    scene.assert_left_clean();
    let log = fs::read_to_string(scene.testbed.directory().join("rsync.log"));
    assert!(log.expect("rsync's log").contains("job.vbm"));
}

#[tokio::test]
async fn a_disk_that_fills_up_in_mid_copy_aborts() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let filler = scene.mounted_copy().with_file_name("filler");
    let full = Command::new("dd")
        .args(["if=/dev/zero", "bs=1M", "status=none"])
        .arg(format!("of={}", filler.display()))
        .output();
    assert!(!full.expect("dd").status.success(), "the disk is full now");
    held.release();
    assert_aborted(&daemon.finished(1).await, "NoSpace");
    scene.assert_left_clean();
}

// Fehler: "Festplatte kann nicht unmountet werden."

#[tokio::test]
async fn a_disk_in_use_cannot_be_unmounted_and_is_not_called_safe() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let busy = File::open(scene.mounted_copy()).expect("an open directory");
    held.release();
    let long = Duration::from_secs(600);
    let finished = daemon.finished_within(1, long).await;
    assert_aborted(&finished, "UnmountFailed");
    let fault = serde_json::to_value(daemon.record().fault).expect("plain data");
    assert_eq!(fault["synced"], true, "{fault}");
    assert!(daemon.safe_to_remove().await.is_empty());
    assert_eq!(scene.testbed.mounts_of(&scene.disk.device()).len(), 1);
    scene.assert_no_lock_in_source();
    drop(busy);
}

// Warnung: "Freier Speicherplatz ist unter dem gesetzten Schwellwert."

#[tokio::test]
async fn little_free_space_is_warned_about() {
    let mut scene = Scene::new();
    scene.config.set("Backup", "free-space-threshold-gb", "1");
    let daemon = succeeds_with_warning(&mut scene, "low-space").await;
    assert!(daemon.property::<u64>("FreeBytes").await > 0);
}

#[tokio::test]
async fn too_little_room_aborts_before_anything_changes() {
    let mut scene = Scene::with_size(64 * MEBIBYTE);
    scene.source.noise("too big", 100 << 20);
    scene.source.file("small", "would fit");
    scene.config.set("Backup", "free-space-threshold-gb", "1");
    let daemon = aborts_with(&mut scene, "NoSpace").await;
    assert!(!warnings(&daemon).contains(&"low-space".to_owned()), "this copy found no room");
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert!(!scene.copy(&mounted).join("small").exists());
}

#[tokio::test]
async fn room_that_only_deletions_make_is_made_first_with_a_warning() {
    let mut scene = Scene::with_size(128 * MEBIBYTE);
    let old = scene.source.noise("old.vbk", 70 << 20);
    scene.source.file("job.vbm", "<job/>");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    fs::remove_file(old).expect("a deletion");
    scene.source.noise("new.vbk", 71 << 20);
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    assert_warned(&daemon, "deleted-first").await;
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn a_lossy_file_system_is_refused_where_the_config_says_so() {
    let mut scene = Scene::with(FileSystem::Exfat);
    scene.config.set("Safety", "lossy-file-systems", "refuse");
    aborts_with(&mut scene, "LossyFileSystem").await;
}

#[tokio::test]
async fn names_that_the_disk_cannot_hold_are_refused_before_anything_changes() {
    let mut scene = Scene::with(FileSystem::Ntfs);
    scene.source.file("10:30 o'clock?", "no such name on ntfs");
    scene.source.file("Case", "one");
    scene.source.file("case", "other");
    aborts_with(&mut scene, "LossyFileSystem").await;
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert!(!scene.copy(&mounted).join("config").exists());
}
