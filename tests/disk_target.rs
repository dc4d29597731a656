//! Nothing is written anywhere but on that disk. Tier `disk_`: as root, `cargo test --test 'disk_*'`. Links in the place of target
//! and lock file are in disk_faults.rs; what openat2 refuses on the way to the target is tested beside it.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::processes::Stage;
use common::scene::{Scene, assert_aborted};

/// Everything below a directory of the bench.
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
async fn something_mounted_upon_the_target_before_the_copy_is_a_refusal() {
    let mut scene = Scene::new();
    let victim = scene.bench.make_directory("victim");
    fs::write(victim.join("precious"), "precious").expect("a file");
    let look = scene.disk.prepare(&scene.bench);
    fs::create_dir_all(scene.copy(&look).join("config")).expect("where it will be mounted");
    look.done();
    // So that the dry run lasts.
    scene.source.many(20_000);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let held = daemon.held_in(Stage::DryRun).await;
    let inside = scene.bench.run(&["sh", "-c", "echo /media/root/OFFSITE*/copy/config"]);
    scene.bench.run(&["mount", "--bind", &victim.display().to_string(), &inside]);
    held.release();
    daemon.in_state("unmounting").await;
    scene.bench.run(&["umount", &inside]);
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "TargetRefused");
    assert!(finished.message.contains(&inside), "{}", finished.message);
    assert_eq!(entries(&victim), [victim.join("precious")]);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_disk_that_vanishes_in_mid_copy_leaves_not_one_byte_in_the_directory_beneath() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let beneath = scene.bench.run(&["sh", "-c", "echo /media/root/OFFSITE*"]);
    scene.disk.pull();
    // What is left of the path belongs to the machine's own disk now. UDisks2 takes it away if it can.
    scene.bench.run(&["sh", "-c", &format!("umount -l {beneath} 2> /dev/null; mkdir -p {beneath}")]);
    held.release();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "DiskRemoved");
    assert_eq!(entries(&scene.bench.path("/media")).iter().filter(|path| path.is_file()).count(), 0);
    let beneath = scene.bench.path(&beneath);
    assert!(!beneath.exists() || entries(&beneath).is_empty());
    scene.assert_no_lock_in_source();
}
