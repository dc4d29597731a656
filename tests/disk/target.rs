//! Nothing is written anywhere but on that disk. Links in the place of target and lock file are in `faults`; what
//! openat2 refuses on the way to the target is tested beside it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use asbackup_testing::testbed::played::{MOUNT_POINT, OPTIONS, Played};
use asbackup_testing::testbed::processes::Stage;
use asbackup_testing::testbed::scene::{Scene, assert_aborted};

/// Everything below a directory of the testbed.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("a directory").flatten() {
            if entry.file_type().expect("its type").is_dir() {
                open.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    found
}

/// rsync would go down into it, write there and delete what is not in the source.
#[tokio::test]
async fn a_mount_on_the_target_before_the_copy_is_refused() {
    let mut scene = Scene::new();
    let victim = scene.testbed.make_directory("victim");
    fs::write(victim.join("precious"), "precious").expect("a file");
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted).join("config")).expect("where it will be mounted");
    mounted.done();
    scene.source_of_many_files();
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let held = daemon.held_in(Stage::DryRun).await;
    let inside = scene.testbed.run(&["sh", "-c", "echo /media/root/OFFSITE*/copy/config"]);
    scene.testbed.run(&["mount", "--bind", &victim.display().to_string(), &inside]);
    held.release();
    daemon.in_state("unmounting").await;
    scene.testbed.unmount(&inside);
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "TargetRefused");
    assert!(finished.message.contains(&inside), "{}", finished.message);
    assert_eq!(entries(&victim), [victim.join("precious")]);
    scene.assert_left_clean();
}

/// It gets its part of the copy, and loses what it held.
#[tokio::test]
async fn a_mount_on_the_target_in_mid_copy_is_no_success() {
    let mut scene = Scene::new();
    let victim = scene.testbed.make_directory("victim");
    fs::write(victim.join("precious"), "precious").expect("a file");
    scene.source.heavy();
    scene.source.file("late/file", "copied last");
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let inside = scene.testbed.run(&[
        "sh",
        "-c",
        "mkdir -p /media/root/OFFSITE*/copy/late; echo /media/root/OFFSITE*/copy/late",
    ]);
    scene.testbed.run(&["mount", "--bind", &victim.display().to_string(), &inside]);
    held.release();
    daemon.in_state("unmounting").await;
    scene.testbed.unmount(&inside);
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "TargetRefused");
    assert!(
        finished.message.contains(&inside) && finished.message.contains("During the copy, someone mounted"),
        "{}",
        finished.message
    );
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_disk_that_vanishes_in_mid_copy_leaves_no_byte_beneath_its_mount() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let beneath = scene.testbed.run(&["sh", "-c", "echo /media/root/OFFSITE*"]);
    scene.disk.pull();
    // The path that is left lies on the machine's own disk now. UDisks2 removes it if it can.
    scene.testbed.run(&["sh", "-c", &format!("umount -l {beneath} 2> /dev/null; mkdir -p {beneath}")]);
    held.release();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "DiskRemoved");
    assert_eq!(entries(&scene.testbed.path("/media")).iter().filter(|path| path.is_file()).count(), 0);
    let beneath = scene.testbed.path(&beneath);
    assert!(!beneath.exists() || entries(&beneath).is_empty());
    scene.assert_no_lock_in_source();
}

/// Whoever makes a disk can give links any owner; rsync itself would follow those of root.
#[tokio::test]
async fn a_link_anywhere_on_the_way_to_the_target_is_refused_whoever_owns_it() {
    let mut scene = Scene::new();
    scene.config.set("Backup", "backup-destination", "copy/inner");
    let victim = scene.testbed.make_directory("victim");
    fs::create_dir(victim.join("inner")).expect("a directory");
    fs::write(victim.join("inner/precious"), "precious").expect("a file");
    let mut finished = 0;
    let daemon = scene.daemon().await;
    for (link, to, owner) in
        [("copy", "", 0), ("copy", "", 1000), ("copy/inner", "inner", 0), ("copy/inner", "inner", 1000)]
    {
        let mounted = scene.disk.mount_writable(&scene.testbed);
        let path = mounted.path(link);
        fs::create_dir_all(path.parent().expect("a directory")).expect("it");
        symlink(victim.join(to), &path).expect("a link");
        std::os::unix::fs::lchown(&path, Some(owner), Some(owner)).expect("an owner");
        mounted.done();
        match finished {
            0 => scene.disk.plug(),
            _ => drop(daemon.start_run("").await.expect("a run")),
        }
        finished += 1;
        assert_aborted(&daemon.finished(finished).await, "TargetRefused");
        scene.assert_unmounted();
        let mounted = scene.disk.mount_writable(&scene.testbed);
        fs::remove_file(mounted.path(link)).expect("the link is as it was");
        mounted.done();
    }
    assert_eq!(fs::read(victim.join("inner/precious")).expect("it"), b"precious");
    assert_eq!(entries(&victim).len(), 2);
}

/// A part of the disk, as if it were all of it.
fn bound(played: &Played) -> String {
    let real = played.mount("/mnt/real");
    let options = format!("remount,bind,{OPTIONS}");
    format!("{real}; mkdir /mnt/real/part; mount --bind /mnt/real/part {MOUNT_POINT}; mount -o {options} {MOUNT_POINT}")
}

/// A mount over the disk.
fn covered(played: &Played) -> String {
    let real = played.mount(MOUNT_POINT);
    format!("{real}; mount -t tmpfs -o {OPTIONS} other {MOUNT_POINT}")
}

#[tokio::test]
async fn a_mount_point_that_is_not_the_top_of_the_disk_is_refused() {
    let bound: fn(&Played) -> String = bound;
    for (mount, words) in [(bound, "bind mount of /part"), (covered, "another disk is mounted")] {
        let played = Played::new().await;
        let (_daemon, finished) = played.run(&mount(&played)).await;
        assert_aborted(&finished, "TargetRefused");
        assert!(finished.message.contains(words), "{}", finished.message);
        played.scene.assert_unmounted();
        let mounted = played.scene.disk.mount_read_only(&played.scene.testbed);
        let found = entries(&mounted.top()).into_iter().filter(|path| path.is_file()).count();
        assert_eq!(found, 0, "nothing was written");
    }
}
