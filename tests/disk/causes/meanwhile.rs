//! What happens to the disk in mid-copy.

use std::fs;
use std::path::Path;
use std::process::Command;

use asbackup_testing::run;
use asbackup_testing::testbed::disk::FileSystem;
use asbackup_testing::testbed::scene::Scene;

use super::{assert_not_stored, prepare, told};

#[tokio::test]
async fn a_swap_file_on_the_target_is_named() {
    let mut scene = Scene::new();
    scene.source.heavy();
    // In a directory of the source: it could be of an older copy.
    prepare(&scene, |copy| {
        fs::create_dir_all(copy.join("heavy")).expect("a directory");
        let swap = copy.join("heavy/swap");
        fs::write(&swap, vec![0; 1 << 20]).expect("a file");
        run(Command::new("/usr/sbin/mkswap").arg(swap));
    });
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let swap = scene.mounted_copy().join("heavy/swap");
    run(Command::new("/usr/sbin/swapon").arg(&swap));
    held.release();
    daemon.in_state("unmounting").await;
    let off = Command::new("/usr/sbin/swapoff").arg(&swap).status();
    let finished = daemon.finished(1).await;
    assert!(off.expect("swapoff").success());
    let fault = told(&daemon, &finished);
    assert_not_stored(&fault, "swap-file", "heavy/swap");
}

/// Where a program of the testbed finds what the test has found.
fn inside(scene: &Scene, path: &Path) -> String {
    let below = path.strip_prefix(scene.testbed.path("/")).expect("a path in the testbed");
    Path::new("/").join(below).display().to_string()
}

#[tokio::test]
async fn a_mount_over_a_directory_to_be_deleted_is_named_as_the_cause() {
    let mut scene = Scene::new();
    scene.source.heavy();
    prepare(&scene, |copy| fs::create_dir_all(copy.join("heavy/old")).expect("a directory"));
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let upon = inside(&scene, &scene.mounted_copy().join("heavy/old"));
    scene.testbed.run(&["mount", "-t", "tmpfs", "testbed", &upon]);
    held.release();
    daemon.in_state("unmounting").await;
    scene.testbed.unmount(&upon);
    let finished = daemon.finished(1).await;
    assert_not_stored(&told(&daemon, &finished), "mount-point", "heavy/old");
    scene.assert_left_clean();
}

/// Fills the room for data, frees half of each part of it, and then uses up the room for metadata.
fn fill_notes(directory: &Path) {
    let filling = |number: u32| directory.join(format!("filling-{number}"));
    let full = (0..).find(|number| fs::write(filling(*number), vec![b'x'; 1 << 20]).is_err()).expect("an end");
    rustix::fs::sync();
    (0..full).step_by(2).for_each(|number| fs::remove_file(filling(number)).expect("it"));
    rustix::fs::sync();
    let crowd = directory.join("crowd");
    fs::create_dir(&crowd).expect("a directory");
    let note = |number: u32| fs::write(crowd.join(format!("note-{number}")), [b'n'; 2000]);
    let found = (0..200_000).find(|number| note(*number).is_err());
    assert!(found.is_some(), "the notes take more than thought");
}

#[tokio::test]
async fn a_btrfs_without_room_for_metadata_is_no_full_disk() {
    let mut scene = Scene::with(FileSystem::Btrfs);
    scene.source.heavy();
    (0..2000).for_each(|number| drop(scene.source.file(format!("later/{number}"), [b'n'; 2000])));
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    fill_notes(scene.mounted_copy().parent().expect("the disk's top"));
    held.release();
    let finished = daemon.finished(1).await;
    assert_not_stored(&told(&daemon, &finished), "metadata-full", "later/");
}
