//! Every entry of the requirement's lists "Fehler" and "Warnungen", and the faults that DESIGN adds, each provoked for
//! real. Asserted are the outcome, the name, a text for people, and that the state afterwards is clean. Disks that go
//! away in the middle are in `stop.rs`, wrong ones in `watch.rs`.

use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

use asbackup_api::Presence;
use asbackup_testing::run;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::config::{DISK_LOCK, SOURCE_LOCK};
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::scene::{
    Immutable, Scene, assert_aborted, assert_sentence, assert_success, refusal, warnings,
};
use asbackup_texts::{AfterRun, Language, Texts};
use rustix::fs::FlockOperation;

const MEBIBYTE: u64 = 1 << 20;

/// The run ended early with `error`; everywhere the same name and words; nothing is left.
async fn aborts_with(scene: &mut Scene, error: &str) -> Daemon {
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, error);
    let (name, message): (String, String) = daemon.property("LastError").await;
    assert_eq!(asbackup_testing::recorder::bare_error(&name), error);
    let fault = daemon.record().fault.expect("a fault in the history");
    assert_eq!(fault.name(), error);
    // Where the disk could be proven to be free a moment later only, it may be unplugged by now.
    let said = |presence| Texts::new(Language::English).message(&AfterRun { value: &fault, presence }).to_string();
    let words = [Presence::Attached, Presence::Safe].map(said);
    assert!(words.contains(&message) && words.contains(&finished.message), "{message}\n{words:#?}\n{finished:#?}");
    assert!(daemon.text_log().contains(&finished.message), "{}", daemon.text_log());
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
    daemon
}

async fn succeeds_with_warning(scene: &mut Scene, warning: &str) -> Daemon {
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_warned(&daemon, warning).await;
    scene.assert_left_clean();
    daemon
}

async fn assert_warned(daemon: &Daemon, warning: &str) {
    let warned = warnings(daemon);
    assert!(warned.contains(&warning.to_owned()), "{warning} is not in {warned:?}");
    let texts: Vec<String> = daemon.property("LastWarnings").await;
    assert_eq!(texts.len(), warned.len());
    texts.iter().for_each(|text| assert_sentence(text));
}

fn flocked(path: &std::path::Path) -> File {
    let file = File::create(path).expect("a lock file");
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).expect("a lock");
    file
}

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

// Fehler: "Warten auf Veeam-Backup überschreitet festgelegte Höchstdauer."

#[tokio::test]
async fn veeam_that_works_too_long_aborts_before_the_disk_is_mounted() {
    let mut scene = Scene::new();
    scene.config.set("Backup", "wait-for-veeam-minutes", "0");
    fs::write(scene.config.veeam_directory.join("nightly.lock"), "x").expect("a lock");
    let daemon = aborts_with(&mut scene, "VeeamBusy").await;
    assert!(!daemon.recorded().states.contains(&"mounting".to_owned()));
    assert!(scene.config.veeam_directory.join("nightly.lock").exists());
}

#[tokio::test]
async fn a_copy_waits_for_veeam_and_begins_when_it_is_done() {
    let mut scene = Scene::new();
    let lock = scene.config.veeam_directory.join("nightly.lock");
    fs::write(&lock, "x").expect("a lock");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    daemon.in_state("waiting-for-veeam").await;
    scene.assert_unmounted();
    fs::remove_file(lock).expect("Veeam's end");
    assert_success(&daemon.finished(1).await);
    scene.assert_copied(Fidelity::Full);
}

// Fehler: "Festplatte kann nicht gemountet werden."

#[tokio::test]
async fn a_disk_that_somebody_else_has_mounted_is_refused_and_left_to_him() {
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
    scene.testbed.run(&["umount", "/mnt/elsewhere"]);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_damaged_disk_can_not_be_mounted() {
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
async fn a_file_system_that_is_none_of_ours_is_refused() {
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

// Fehler: "Skript gestartet, doch es wurde bereits ein Lockfile gefunden."

/// While the daemon waits for Veeam the disk is not mounted yet, so that somebody can take the lock there.
#[tokio::test]
async fn a_lock_that_somebody_holds_on_the_disk_aborts_and_stays() {
    let mut scene = Scene::new();
    let veeam = scene.config.veeam_directory.join("nightly.lock");
    fs::write(&veeam, "x").expect("a lock");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    daemon.in_state("waiting-for-veeam").await;
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted)).expect("the destination");
    let lock = flocked(&scene.copy(&mounted).join(DISK_LOCK));
    fs::remove_file(veeam).expect("Veeam's end");
    assert_aborted(&daemon.finished(1).await, "LockFailed");
    assert!(scene.testbed.mounts_of(&scene.disk.device()).is_empty());
    let copy = scene.copy(&mounted);
    assert!(copy.join(DISK_LOCK).exists(), "it is not ours to remove");
    assert!(!copy.join("config").exists(), "nothing was copied");
    scene.assert_no_lock_in_source();
    drop(lock);
    mounted.done();
}

#[tokio::test]
async fn a_lock_that_somebody_holds_in_the_source_aborts_and_stays() {
    let mut scene = Scene::new();
    let lock = flocked(&scene.config.source_lock());
    let (_daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "LockFailed");
    scene.assert_unmounted();
    assert!(scene.config.source_lock().exists(), "it is not ours to remove");
    drop(lock);
}

// Fehler: "Lockfiles können nicht erstellt werden."

#[tokio::test]
async fn a_lock_that_can_not_be_made_on_the_disk_aborts() {
    let mut scene = Scene::new();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted).join(DISK_LOCK)).expect("a directory in its place");
    mounted.done();
    aborts_with(&mut scene, "LockFailed").await;
}

#[tokio::test]
async fn a_lock_that_can_not_be_made_in_the_source_aborts() {
    let mut scene = Scene::new();
    let source = Immutable::new(&scene.source.top);
    aborts_with(&mut scene, "LockFailed").await;
    drop(source);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_link_in_the_place_of_the_lock_is_not_followed() {
    let mut scene = Scene::new();
    let victim = scene.testbed.directory().join("victim");
    fs::write(&victim, "precious").expect("a file");
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted)).expect("the destination");
    std::os::unix::fs::symlink(&victim, scene.copy(&mounted).join(DISK_LOCK)).expect("a link");
    mounted.done();
    aborts_with(&mut scene, "LockFailed").await;
    assert_eq!(fs::read(victim).expect("it"), b"precious");
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

// Fehler: "Lockfiles können nicht mehr gelöscht werden."

#[tokio::test]
async fn a_lock_that_can_not_be_removed_from_the_source_aborts() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let source = Immutable::new(&scene.source.top);
    held.release();
    assert_aborted(&daemon.finished(1).await, "UnlockFailed");
    scene.assert_unmounted();
    drop(source);
}

#[tokio::test]
async fn a_lock_that_can_not_be_removed_from_the_disk_aborts() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let lock = scene.mounted_copy().join(DISK_LOCK);
    run(Command::new("chattr").arg("+i").arg(lock));
    held.release();
    assert_aborted(&daemon.finished(1).await, "UnlockFailed");
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
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

// Warnung: "Ein Lockfile ist vorhanden, doch es ist leer."

#[tokio::test]
async fn an_empty_lock_on_the_disk_is_warned_about() {
    let mut scene = Scene::new();
    scene.leave_lock_on_disk("");
    succeeds_with_warning(&mut scene, "empty-lock").await;
}

#[tokio::test]
async fn an_empty_lock_in_the_source_is_warned_about() {
    let mut scene = Scene::new();
    scene.source.file(SOURCE_LOCK, "");
    succeeds_with_warning(&mut scene, "empty-lock").await;
}

#[tokio::test]
async fn a_stale_lock_on_the_disk_is_warned_about() {
    let mut scene = Scene::new();
    scene.leave_lock_on_disk("pid 4711 on atlantis\n");
    succeeds_with_warning(&mut scene, "stale-lock").await;
}

// Warnung: "Freier Speicherplatz ist unter dem gesetzten Schwellwert."

#[tokio::test]
async fn little_free_space_is_warned_about() {
    let mut scene = Scene::new();
    scene.config.set("Backup", "free-space-threshold-gb", "1");
    let daemon = succeeds_with_warning(&mut scene, "low-space").await;
    assert!(daemon.property::<u64>("FreeBytes").await > 0);
}

// Warnung: "Lockfiles zum löschen exitieren nicht mehr."

#[tokio::test]
async fn locks_that_have_vanished_are_warned_about() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    fs::remove_file(scene.mounted_copy().join(DISK_LOCK)).expect("the lock on the disk");
    fs::remove_file(scene.config.source_lock()).expect("the lock in the source");
    held.release();
    assert_success(&daemon.finished(1).await);
    assert_warned(&daemon, "lock-vanished").await;
    let vanished = warnings(&daemon);
    let count = vanished.iter().filter(|kind| *kind == "lock-vanished").count();
    assert_eq!(count, 2);
    scene.assert_left_clean();
}

// What DESIGN adds to the lists.

#[tokio::test]
async fn files_that_vanish_from_the_source_in_mid_copy_are_warned_about() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    fs::remove_file(scene.source.path("heavy/last")).expect("a file not copied yet");
    held.release();
    assert_success(&daemon.finished(1).await);
    assert_warned(&daemon, "vanished-files").await;
    scene.assert_left_clean();
}

/// What is not found any more looks to rsync like files that have vanished.
#[tokio::test]
async fn a_source_that_goes_away_in_mid_copy_is_no_success() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let aside = scene.source.top.with_file_name("aside");
    fs::rename(&scene.source.top, &aside).expect("a source that went away");
    fs::create_dir(&scene.source.top).expect("another in its place");
    held.release();
    assert_aborted(&daemon.finished(1).await, "SourceUnavailable");
    fs::remove_dir(&scene.source.top).expect("the other one");
    fs::rename(aside, &scene.source.top).expect("and came back");
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_missing_source_deletes_nothing() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let aside = scene.source.top.with_file_name("aside");
    fs::rename(&scene.source.top, &aside).expect("a source that went away");
    let error = refusal(&daemon, &scene.disk.uuid).await;
    assert_eq!(error, "SourceUnavailable");
    fs::rename(aside, &scene.source.top).expect("and came back");
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn an_empty_source_deletes_nothing() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let aside = scene.source.top.with_file_name("aside");
    fs::rename(&scene.source.top, &aside).expect("a source that is not mounted");
    fs::create_dir(&scene.source.top).expect("its mount point");
    let error = refusal(&daemon, &scene.disk.uuid).await;
    assert_eq!(error, "SourceUnavailable");
    fs::remove_dir(&scene.source.top).expect("no lock left in it");
    fs::rename(aside, &scene.source.top).expect("mounted again");
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);
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
async fn too_many_deletions_abort_before_anything_changes() {
    let mut scene = Scene::new();
    scene.source.many(100);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    fs::remove_dir_all(scene.source.path("many")).expect("an accident");
    daemon.start_run("").await.expect("a run");
    assert_aborted(&daemon.finished(2).await, "TooManyDeletions");
    scene.assert_left_clean();
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let kept = fs::read_dir(scene.copy(&mounted).join("many/000")).expect("the copy");
    assert_eq!(kept.count(), 100);
}

#[tokio::test]
async fn a_lossy_file_system_is_refused_where_the_config_says_so() {
    let mut scene = Scene::with(FileSystem::Exfat);
    scene.config.set("Safety", "lossy-file-systems", "refuse");
    aborts_with(&mut scene, "LossyFileSystem").await;
}

#[tokio::test]
async fn names_that_the_disk_can_not_hold_are_refused_before_anything_changes() {
    let mut scene = Scene::with(FileSystem::Ntfs);
    scene.source.file("10:30 o'clock?", "no such name on ntfs");
    scene.source.file("Case", "one");
    scene.source.file("case", "other");
    aborts_with(&mut scene, "LossyFileSystem").await;
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert!(!scene.copy(&mounted).join("config").exists());
}

#[tokio::test]
async fn two_directories_of_veeam_are_both_watched_with_a_warning() {
    let mut scene = Scene::new();
    let other = scene.testbed.make_directory("other-veeam");
    let text = other.display().to_string();
    scene.config.set("VEEAM", "veeam-lockfiles", &text);
    let lock = other.join("nightly.lock");
    fs::write(&lock, "x").expect("a lock");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    daemon.in_state("waiting-for-veeam").await;
    fs::remove_file(lock).expect("Veeam's end");
    assert_success(&daemon.finished(1).await);
    let log = daemon.text_log();
    assert!(log.lines().any(|line| line.contains(" warn") && line.contains(&text)), "{log}");
}
