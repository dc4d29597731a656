//! What the disk's file system does not take, however much room there is; and room that is not there for everybody.

use std::fs;
use std::process::Command;

use asbackup_testing::run;
use asbackup_testing::testbed::disk::FileSystem;
use asbackup_testing::testbed::scene::Scene;
use asbackup_testing::testbed::tree::Tree;
use rustix::fs::{XattrFlags, setxattr};

use super::source::damage_directory;
use super::{aborted, assert_not_stored, assert_words, format_with_small_blocks, prepare};

#[tokio::test]
async fn hard_links_across_subvolumes_are_reported_as_such() {
    let mut scene = Scene::with(FileSystem::Btrfs);
    let first = scene.source.file("first/full.vbk", "x");
    fs::hard_link(first, scene.source.directory("second").join("same.vbk")).expect("a second name");
    prepare(&scene, |copy| {
        for name in ["first", "second"] {
            run(Command::new("btrfs").args(["-q", "subvolume", "create"]).arg(copy.join(name)));
        }
    });
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "links-apart", ".vbk");
}

/// Without the feature `dir_nlink`: each directory is a name of the one above it.
#[tokio::test]
async fn too_many_directories_in_one_are_reported_as_such() {
    let mut scene = Scene::new();
    format_with_small_blocks(&scene, &["-O", "^dir_nlink", "-N", "100000"]);
    prepare(&scene, |copy| {
        let crowd = copy.join("crowd");
        fs::create_dir(&crowd).expect("a directory");
        let full = (0..70_000).find(|number| fs::create_dir(crowd.join(number.to_string())).is_err());
        assert!(full.is_some(), "it takes more than thought");
    });
    scene.config.set("Safety", "max-deletions-percent", "100");
    scene.source.file("crowd/another/file", "x");
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "directory-full", "crowd/another");
}

#[tokio::test]
async fn permissions_that_the_disk_must_not_hold_are_reported_as_such() {
    let mut scene = Scene::with(FileSystem::Btrfs);
    let file = scene.source.file("with permissions", "x");
    run(Command::new("setfacl").args(["-m", "u:1234:r"]).arg(&file));
    scene.testbed.run(&["mkdir", "/mnt/by-fstab"]);
    let options = "noauto,noacl,nosuid,nodev,noexec,nosymfollow";
    let line = format!("UUID={} /mnt/by-fstab btrfs {options} 0 0\n", scene.disk.uuid);
    fs::write(scene.testbed.path("/etc/fstab"), line).expect("fstab");
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "attributes-unsupported", "with permissions");
}

/// 16 KiB at most, where tmpfs and xfs take four times as much.
#[tokio::test]
async fn an_attribute_too_large_for_btrfs_is_no_full_disk() {
    let mut scene = Scene::with(FileSystem::Btrfs);
    scene.config.set("Backup", "backup-source", "/mnt/source");
    let source = Tree::new(scene.testbed.path("/mnt/source"));
    let file = source.file("with attribute", "x");
    setxattr(&file, "user.a", &[b'x'; 20_000], XattrFlags::empty()).expect("a large attribute");
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "attribute-too-large", "with attribute");
}

/// Half of the disk is ext4's reserve for root, in which there would be room.
#[tokio::test]
async fn reserved_room_is_named_instead_of_asking_for_a_larger_disk() {
    let mut scene = Scene::with_size(64 << 20);
    let mut mkfs = Command::new("/usr/sbin/mkfs.ext4");
    mkfs.args(["-q", "-F", "-m", "50", "-L", "OFFSITE", "-U", &scene.disk.uuid]);
    run(mkfs.arg(scene.disk.image()));
    scene.source.noise("full.vbk", 36 << 20);
    let fault = aborted(&mut scene).await;
    assert_eq!(fault["kind"], "no-space", "{fault}");
    assert!(fault["reserved"].as_u64() >= fault["missing"].as_u64(), "{fault}");
}

/// xfs makes inodes as it goes, up to a share of the disk.
#[tokio::test]
async fn a_share_of_inodes_that_is_used_up_is_found_before_anything_changes() {
    let mut scene = Scene::with(FileSystem::Xfs);
    let uuid = format!("uuid={}", scene.disk.uuid);
    let mut mkfs = Command::new("/usr/sbin/mkfs.xfs");
    run(mkfs.args(["-q", "-f", "-K", "-L", "OFFSITE", "-i", "maxpct=1", "-m", &uuid]).arg(scene.disk.image()));
    scene.source.many(9000);
    let fault = aborted(&mut scene).await;
    assert_eq!(fault["kind"], "too-few-inodes", "{fault}");
}

/// The file system reports the damage itself, so this disk is blamed.
#[tokio::test]
async fn a_damaged_directory_on_the_disk_is_reported_as_damage() {
    let mut scene = Scene::new();
    prepare(&scene, |copy| {
        fs::create_dir_all(copy.join("repository")).expect("a directory");
        fs::write(copy.join("repository/full.vbk"), "old").expect("a file");
    });
    damage_directory(scene.disk.image(), "/copy/repository");
    let (daemon, finished) = scene.run_once().await;
    assert_eq!((finished.result.as_str(), finished.error.as_str()), ("aborted", "WriteFailed"), "{finished:?}");
    assert_words(&daemon, &["fsck"], &[]);
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
}
