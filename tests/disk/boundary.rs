//! Where source and target end: with the mount, not with a device number. btrfs gives each subvolume a number of its
//! own.

use std::fs::{self, File, FileTimes};
use std::path::Path;

use asbackup_testing::testbed::compare::{Fidelity, assert_same};
use asbackup_testing::testbed::config::{DESTINATION, DISK_LOCK};
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::private_mount::{MOUNTED_AT, PrivateMount};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, warnings};

/// A disk of btrfs with subvolumes in the destination, each made with its path, and the source copied into them.
async fn copied_into(subvolumes: &[&str]) -> Scene {
    let mut scene = Scene::with(FileSystem::Btrfs);
    for name in subvolumes {
        scene.source.noise(format!("{name}/full.vbk"), 300_000);
    }
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir(scene.copy(&mounted)).expect("the destination");
    for name in subvolumes {
        btrfs(&mounted, &["subvolume", "create", &format!("{MOUNTED_AT}/{DESTINATION}/{name}")]);
    }
    mounted.done();
    let (mut daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);
    daemon.stop().await;
    scene.disk.unplug();
    scene
}

fn btrfs(mounted: &PrivateMount, words: &[&str]) {
    asbackup_testing::run(mounted.command("btrfs").args(words));
}

/// Of the file only name, length and time have reached the disk.
fn damage(file: &Path) {
    let time = file.metadata().and_then(|meta| meta.modified()).expect("its time");
    fs::write(file, vec![0; 300_000]).expect("the damage");
    File::open(file).and_then(|file| file.set_times(FileTimes::new().set_modified(time))).expect("its time");
}

fn crash(scene: &Scene, damaged: &[&str]) {
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::write(scene.copy(&mounted).join(DISK_LOCK), "pid=1\n").expect("the lock file of a killed run");
    damaged.iter().for_each(|name| damage(&scene.copy(&mounted).join(name)));
    mounted.done();
}

#[tokio::test]
async fn what_a_crash_left_unwritten_in_subvolumes_is_copied_again() {
    let mut scene = copied_into(&["sub", "sub/nested"]).await;
    crash(&scene, &["sub/full.vbk", "sub/nested/full.vbk"]);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert!(warnings(&daemon).contains(&"lost-files".to_owned()), "{:?}", warnings(&daemon));
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);
}

/// Nothing can be repaired in it; where nothing has to be, it is no obstacle.
#[tokio::test]
async fn a_read_only_snapshot_is_compared_like_everything_else() {
    let mut scene = copied_into(&["sub"]).await;
    fs::create_dir(scene.source.path("frozen")).expect("a directory");
    let cp = ["-a", "sub/full.vbk", "frozen/"].map(|word| word.to_owned());
    asbackup_testing::run(std::process::Command::new("cp").args(cp).current_dir(&scene.source.top));
    for (damaged, result) in [(false, "success"), (true, "aborted")] {
        let mounted = scene.disk.mount_writable(&scene.testbed);
        let frozen = format!("{MOUNTED_AT}/{DESTINATION}/frozen");
        let sub = format!("{MOUNTED_AT}/{DESTINATION}/sub");
        if damaged {
            btrfs(&mounted, &["property", "set", &frozen, "ro", "false"]);
            damage(&scene.copy(&mounted).join("frozen/full.vbk"));
            btrfs(&mounted, &["property", "set", &frozen, "ro", "true"]);
        } else {
            btrfs(&mounted, &["subvolume", "snapshot", "-r", &sub, &frozen]);
            same_times(&scene.source.path("sub"), &scene.source.path("frozen"));
        }
        fs::write(scene.copy(&mounted).join(DISK_LOCK), "pid=1\n").expect("the lock file of a killed run");
        mounted.done();
        let (mut daemon, finished) = scene.run_once().await;
        assert_eq!(finished.result, result, "{finished:?}");
        daemon.stop().await;
        scene.disk.unplug();
    }
}

fn same_times(from: &Path, to: &Path) {
    let time = from.metadata().and_then(|meta| meta.modified()).expect("its time");
    File::open(to).and_then(|to| to.set_times(FileTimes::new().set_modified(time))).expect("a time");
}

/// What an administrator sees below the path is what is copied.
#[tokio::test]
async fn subvolumes_and_mounts_in_the_source_are_copied() {
    const SOURCE: &str = "/mnt/drive/source";
    let mut scene = Scene::new();
    let mut drive = Disk::make(&scene.testbed, FileSystem::Btrfs, "DRIVE");
    drive.plug();
    let device = drive.device().display().to_string();
    let script = format!(
        "mkdir -p /mnt/drive && mount {device} /mnt/drive && btrfs subvolume create {SOURCE} \
         && btrfs subvolume create {SOURCE}/jobs && echo 1 > {SOURCE}/jobs/full.vbk && btrfs subvolume create {SOURCE}/jobs/inner \
         && echo 2 > {SOURCE}/jobs/inner/more.vbk && btrfs subvolume snapshot -r {SOURCE}/jobs {SOURCE}/frozen \
         && mkdir {SOURCE}/other && mount -t tmpfs other {SOURCE}/other && echo 3 > {SOURCE}/other/mounted.vbk"
    );
    scene.testbed.run(&["sh", "-c", &script]);
    scene.config.set("Backup", "backup-source", SOURCE);
    let (_daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert_same(&scene.testbed.path(SOURCE), &scene.copy(&mounted), Fidelity::Plain);
    for name in ["jobs/full.vbk", "jobs/inner/more.vbk", "frozen/full.vbk", "other/mounted.vbk"] {
        assert!(scene.copy(&mounted).join(name).exists(), "{name}");
    }
    mounted.done();
    scene.testbed.unmount(&format!("{SOURCE}/other"));
    scene.testbed.unmount("/mnt/drive");
}

/// Such a copy would be lost together with the disk that it is to replace.
#[tokio::test]
async fn a_subvolume_of_the_disk_itself_is_refused_as_source() {
    let mut scene = Scene::with(FileSystem::Btrfs);
    let mounted = scene.disk.mount_writable(&scene.testbed);
    btrfs(&mounted, &["subvolume", "create", &format!("{MOUNTED_AT}/source")]);
    fs::write(mounted.path("source/full.vbk"), "a backup").expect("a file");
    mounted.done();
    scene.config.set("Backup", "backup-source", "/media/root/OFFSITE/source");
    let (_daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "TargetRefused");
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert!(!scene.copy(&mounted).join("full.vbk").exists());
}
