//! What is copied, to every kind of disk.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use asbackup_testing::recorder::Recorded;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::config::{DESTINATION, DISK_LOCK, SOURCE_LOCK};
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem, Layout, USUAL_SIZE};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, warnings};

fn scene(file_system: FileSystem, layout: Layout) -> Scene {
    let testbed = Testbed::new();
    let disk = Disk::make_sized(&testbed, file_system, layout, "OFFSITE", USUAL_SIZE);
    Scene::of(testbed, disk)
}

/// A first copy, a run with nothing to do, a change and a deletion: each is copied and left clean.
async fn is_copied_to(scene: &mut Scene, fidelity: Fidelity) -> Daemon {
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(finished.disk, scene.disk.uuid);
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
    scene.assert_left_clean();
    scene.assert_copied(fidelity);
    assert!(daemon.record().totals.bytes_total > 0);
    assert_progress_was_right(&daemon.recorded());

    daemon.start_run(&scene.disk.uuid).await.expect("a run");
    assert_success(&daemon.finished(2).await);
    let totals = daemon.record().totals;
    assert_eq!((totals.bytes_total, totals.bytes_done), (0, 0));
    assert_eq!(totals.deletions, 0, "nothing had changed");

    fs::remove_file(scene.source.path("config/big.bco")).expect("a deletion");
    let grown = scene.source.file("config/job.vbm", "<job>grown</job>\n");
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(3).await);
    let totals = daemon.record().totals;
    assert_eq!(totals.deletions, 1);
    assert_eq!(totals.bytes_total, fs::metadata(grown).expect("it").len());
    scene.assert_left_clean();
    scene.assert_copied(fidelity);
    scene.disk.unplug();
    scene.disk.check();
    daemon
}

/// The first run's progress never goes backwards and ends at 1.
fn assert_progress_was_right(recorded: &Recorded) {
    let is_known = |ratio: &&f64| **ratio >= 0.0;
    let unknown_again = |ratio: &&f64| **ratio < 0.0;
    let start = recorded.progress.iter().position(|ratio| is_known(&ratio));
    let start = start.expect("progress was told");
    let run: Vec<_> = recorded.progress[start..].iter().take_while(|ratio| !unknown_again(ratio)).collect();
    assert!(run.is_sorted_by(|one, next| one <= next), "{run:?}");
    assert!(run.last().is_some_and(|last| **last == 1.0), "{run:?}");
}

async fn holds_everything(file_system: FileSystem, layout: Layout) {
    let mut scene = scene(file_system, layout);
    scene.source.everything();
    is_copied_to(&mut scene, Fidelity::Full).await;
}

#[tokio::test]
async fn an_ext4_disk_gets_a_whole_copy() {
    holds_everything(FileSystem::Ext4, Layout::Whole).await;
}

#[tokio::test]
async fn an_ext4_partition_gets_a_whole_copy() {
    holds_everything(FileSystem::Ext4, Layout::Partition).await;
}

#[tokio::test]
async fn an_xfs_disk_gets_a_whole_copy() {
    holds_everything(FileSystem::Xfs, Layout::Whole).await;
}

#[tokio::test]
async fn an_xfs_partition_gets_a_whole_copy() {
    holds_everything(FileSystem::Xfs, Layout::Partition).await;
}

#[tokio::test]
async fn a_btrfs_disk_gets_a_whole_copy() {
    holds_everything(FileSystem::Btrfs, Layout::Whole).await;
}

#[tokio::test]
async fn a_btrfs_partition_gets_a_whole_copy() {
    holds_everything(FileSystem::Btrfs, Layout::Partition).await;
}

/// Names, contents and times arrive; the loss of links and special files is reported.
async fn holds_plain_files(file_system: FileSystem, layout: Layout) {
    let mut scene = scene(file_system, layout);
    scene.source.simple(100);
    scene.source.file("Ärger – 日本語.txt", "not ASCII");
    symlink("config", scene.source.path("link")).expect("a link");
    let daemon = is_copied_to(&mut scene, Fidelity::Plain).await;
    let warned = warnings(&daemon);
    assert!(warned.contains(&"lossy-file-system".to_owned()), "{warned:?}");
}

#[tokio::test]
async fn an_exfat_disk_gets_the_plain_files() {
    holds_plain_files(FileSystem::Exfat, Layout::Whole).await;
}

#[tokio::test]
async fn an_exfat_partition_gets_the_plain_files() {
    holds_plain_files(FileSystem::Exfat, Layout::Partition).await;
}

#[tokio::test]
async fn an_ntfs_disk_gets_the_plain_files() {
    holds_plain_files(FileSystem::Ntfs, Layout::Whole).await;
}

#[tokio::test]
async fn an_ntfs_partition_gets_the_plain_files() {
    holds_plain_files(FileSystem::Ntfs, Layout::Partition).await;
}

/// vfat has no driver outside of the kernel. Where this one lacks it, the copy is shown in the virtual machine (tier `vm_`),
/// and here the failed mount is reported.
#[tokio::test]
async fn a_vfat_disk_gets_the_plain_files_or_is_refused_without_a_driver() {
    if FileSystem::Vfat.is_mountable() {
        return holds_plain_files(FileSystem::Vfat, Layout::Whole).await;
    }
    let mut scene = scene(FileSystem::Vfat, Layout::Whole);
    scene.source.simple(1);
    let (_daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "MountFailed");
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
}

#[tokio::test]
async fn the_top_of_the_disk_can_be_the_destination() {
    let mut scene = Scene::new();
    scene.config.set("Backup", "backup-destination", "/");
    let (_daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.assert_unmounted();
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert!(mounted.path("config/job.vbm").exists());
    assert!(!mounted.path(DISK_LOCK).exists());
}

#[tokio::test]
async fn excluded_files_are_not_copied_and_those_on_the_disk_stay() {
    let mut scene = Scene::new();
    let excludes = scene.testbed.directory().join("excludes");
    fs::write(&excludes, "# temporary files\n*.tmp\n/config/\n").expect("a file");
    let excludes = excludes.display().to_string();
    scene.config.set("Backup", "rsync-excludes-path", &excludes);
    scene.source.file("repository/x.tmp", "excluded");
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted)).expect("the destination");
    fs::write(scene.copy(&mounted).join("kept.tmp"), "kept").expect("a file");
    mounted.done();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(daemon.record().totals.deletions, 0);
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let copy = scene.copy(&mounted);
    assert!(copy.join("repository/full.vbk").exists());
    assert!(copy.join("kept.tmp").exists());
    assert!(!copy.join("repository/x.tmp").exists());
    assert!(!copy.join("config").exists());
}

/// `!` takes away what rsync was told before it, also of the lock files.
#[tokio::test]
async fn excludes_that_clear_all_rules_do_not_clear_ours() {
    let mut scene = Scene::new();
    let excludes = scene.testbed.directory().join("excludes");
    fs::write(&excludes, "*.old\n!\n*.tmp\n").expect("a file");
    let excludes = excludes.display().to_string();
    scene.config.set("Backup", "rsync-excludes-path", &excludes);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(warnings(&daemon), [""; 0]);
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
}

#[tokio::test]
async fn every_step_appears_in_log_status_and_states() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let told = daemon.recorded();
    let order = ["mounting", "locking", "checking", "copying", "unlocking", "unmounting", "idle"];
    let mut states = told.states.iter();
    for state in order {
        assert!(states.any(|told| told == state), "{state}: {:?}", told.states);
    }
    assert!(daemon.text_log().lines().count() >= 9, "{}", daemon.text_log());
    let sentence: String = daemon.property("Status").await;
    assert!(daemon.status_file().contains(&sentence), "{}", daemon.status_file());
    let status = format!("STATUS={sentence}");
    daemon.wait_for("the sentence for systemd", |recorded| recorded.notified.contains(&status).then_some(())).await;
}

/// What the other tests show to work, works with these.
#[tokio::test]
async fn the_daemon_has_the_capabilities_of_its_unit_and_no_others() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    let process = procfs::process::Process::new(daemon.pid().cast_signed()).expect("the daemon");
    let status = process.status().expect("its status");
    // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, SYS_PTRACE, SYS_ADMIN, MKNOD, SETFCAP
    let bits: u64 = [0, 1, 3, 4, 19, 21, 27, 31].into_iter().map(|bit| 1 << bit).sum();
    assert_eq!((status.capeff, status.capbnd), (bits, Some(bits)));
    assert_eq!(status.nonewprivs, Some(1));
}

/// As config.ini has it when it is new.
#[tokio::test]
async fn our_own_lock_in_the_source_does_not_count_as_left_out() {
    let mut scene = Scene::new();
    scene.config.set("Backup", "backup-lockfile-path", SOURCE_LOCK);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(warnings(&daemon), [""; 0]);
}

/// As in a repository that was restored from a disk of this service.
#[tokio::test]
async fn files_with_our_own_names_are_left_out_and_reported() {
    let mut scene = Scene::new();
    scene.source.file("job/.asbackup-partial/big.vbk", "a half one");
    scene.source.file("job/.asbackup-names/deep/BIG.VBK", "one between two spellings");
    scene.source.file(DISK_LOCK, "the lock of that disk");
    scene.source.file("job/.asbackup-partial-list", "copied");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert!(warnings(&daemon).contains(&"own-names".to_owned()), "{:?}", warnings(&daemon));
    let texts: Vec<String> = daemon.property("LastWarnings").await;
    let told = texts.join("\n");
    assert!(told.contains("3 files") && told.contains("job/.asbackup-partial/big.vbk"), "{told}");
    let copied = scene.listing().into_iter().filter(|(path, _)| path.to_string_lossy().contains(".asbackup-"));
    assert_eq!(
        copied.map(|(path, _)| path).collect::<Vec<_>>(),
        [Path::new(DESTINATION).join("job/.asbackup-partial-list")]
    );
    scene.assert_left_clean();
}
