//! What is on the disk already prevents that a file is stored there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use asbackup_testing::run;
use asbackup_testing::testbed::disk::FileSystem;
use asbackup_testing::testbed::scene::Scene;

use super::{aborted, assert_not_stored, format_with_small_blocks, prepare, told};

#[tokio::test]
async fn a_read_only_snapshot_inside_the_target_is_named() {
    let mut scene = Scene::with(FileSystem::Btrfs);
    prepare(&scene, |copy| {
        fs::create_dir_all(copy.join("repository")).expect("a directory");
        let vault = copy.join("repository/vault");
        run(Command::new("btrfs").args(["-q", "subvolume", "create"]).arg(&vault));
        fs::write(vault.join("old.vbk"), "old").expect("a file");
        run(Command::new("btrfs").args(["property", "set", "-ts"]).arg(vault).args(["ro", "true"]));
    });
    scene.source.file("repository/vault/old.vbk", "new contents");
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "read-only-subvolume", "repository/vault");
}

#[tokio::test]
async fn an_attribute_too_large_for_ext4_is_no_full_disk() {
    let mut scene = Scene::new();
    let large = scene.source.file("with attribute", "x");
    let value = [b'x'; 2000];
    rustix::fs::setxattr(&large, "user.a", &value, rustix::fs::XattrFlags::empty()).expect("more than 1 KiB");
    format_with_small_blocks(&scene, &[]);
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "attribute-too-large", "with attribute");
}

/// Blocks of 1 KiB and names of 250 bytes: some ten thousands of entries fill the two levels of an index.
#[tokio::test]
async fn a_full_directory_index_is_no_full_disk() {
    let mut scene = Scene::new();
    format_with_small_blocks(&scene, &["-N", "200000"]);
    prepare(&scene, |copy| {
        let crowd = copy.join("crowd");
        fs::create_dir(&crowd).expect("a directory");
        let long = "n".repeat(240);
        fs::write(crowd.join("first"), "").expect("a file");
        let full = (0..150_000).find(|n| {
            fs::hard_link(crowd.join("first"), crowd.join(format!("{long}{n}"))).is_err()
                && fs::write(crowd.join(format!("{long}{n}")), "").is_err()
        });
        assert!(full.is_some(), "the index takes more than thought");
    });
    scene.config.set("Safety", "max-deletions-percent", "100");
    scene.config.set("Safety", "max-deleted-bytes-percent", "100");
    let long = "m".repeat(240);
    for number in 0..200 {
        scene.source.file(format!("crowd/{long}{number}"), "x");
    }
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "directory-full", "crowd/mmm");
}

#[tokio::test]
async fn a_quota_is_no_full_disk() {
    let mut scene = Scene::with(FileSystem::Btrfs);
    scene.source.noise("repository/big.vbk", 40 << 20);
    prepare(&scene, |copy| {
        run(Command::new("btrfs").args(["-q", "subvolume", "create"]).arg(copy.join("repository")));
        run(Command::new("btrfs").args(["quota", "enable"]).arg(copy));
        run(Command::new("btrfs").args(["qgroup", "limit", "10M"]).arg(copy.join("repository")));
    });
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "quota", "repository/");
}

#[tokio::test]
async fn a_file_that_must_not_change_is_named_with_the_flag() {
    for (flag, why) in [("+i", "immutable"), ("+a", "append-only")] {
        let mut scene = Scene::new();
        prepare(&scene, |copy| {
            fs::create_dir_all(copy.join("config")).expect("a directory");
            fs::write(copy.join("config/job.vbm"), "old").expect("a file");
            run(Command::new("chattr").arg(flag).arg(copy.join("config/job.vbm")));
        });
        let fault = aborted(&mut scene).await;
        assert_not_stored(&fault, why, "config/job.vbm");
    }
}

#[tokio::test]
async fn a_directory_that_must_not_change_is_named() {
    let mut scene = Scene::new();
    prepare(&scene, |copy| {
        fs::create_dir_all(copy.join("repository")).expect("a directory");
        run(Command::new("chattr").arg("+i").arg(copy.join("repository")));
    });
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "immutable", "repository");
}

/// ext4's largest file with blocks of 1 KiB and without extents.
#[tokio::test]
async fn a_file_larger_than_the_file_system_takes_is_named() {
    let mut scene = Scene::new();
    format_with_small_blocks(&scene, &["-O", "^extent,^64bit,^flex_bg,^metadata_csum"]);
    scene.source.sparse("huge.vbk", 17_250_000_000);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    // rsync reads its holes like anything else.
    let finished = daemon.finished_within(1, Duration::from_secs(900)).await;
    let fault = told(&daemon, &finished);
    assert_not_stored(&fault, "file-too-large", "huge.vbk");
}

/// 65,000 on ext4, which this machine may have as well, so that the last ones are there under other names already.
#[tokio::test]
async fn too_many_hard_links_of_one_file_are_named() {
    const MOST: usize = 65_000;
    let mut scene = Scene::new();
    let time = std::time::SystemTime::UNIX_EPOCH;
    let first = scene.source.file("names/first", "x");
    (1..MOST).for_each(|number| fs::hard_link(&first, scene.source.path(format!("names/{number}"))).expect("a link"));
    let set_time = |path: &Path| fs::File::open(path).expect("it").set_modified(time).expect("a time");
    set_time(&first);
    prepare(&scene, |copy| {
        fs::create_dir_all(copy.join("names")).expect("a directory");
        let first = copy.join("names/first");
        fs::write(&first, "x").expect("a file");
        set_time(&first);
        fs::hard_link(&first, copy.with_file_name("beside the target")).expect("one more");
    });
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "too-many-links", "names/");
}

#[tokio::test]
async fn a_link_to_a_place_that_the_disk_cannot_hold_is_named() {
    let mut scene = Scene::new();
    symlink("x".repeat(4000), scene.source.path("long link")).expect("a link");
    format_with_small_blocks(&scene, &[]);
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "name-too-long", "long link");
}

/// A file may be made in it, and not be given its name.
#[tokio::test]
async fn a_directory_that_may_only_grow_is_named() {
    let mut scene = Scene::new();
    prepare(&scene, |copy| {
        fs::create_dir_all(copy.join("repository")).expect("a directory");
        run(Command::new("chattr").arg("+a").arg(copy.join("repository")));
    });
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "append-only", "repository/");
}

#[tokio::test]
async fn a_file_that_is_gone_from_the_source_and_must_not_be_deleted_is_named() {
    let mut scene = Scene::new();
    prepare(&scene, |copy| {
        fs::create_dir_all(copy.join("config")).expect("a directory");
        fs::write(copy.join("config/old.vbm"), "old").expect("a file");
        run(Command::new("chattr").arg("+i").arg(copy.join("config/old.vbm")));
    });
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "immutable", "config/old.vbm");
}

/// rsync says no more than that it "could not make way", without an error number.
#[tokio::test]
async fn a_protected_directory_in_the_place_of_a_file_is_named() {
    let mut scene = Scene::new();
    let excludes = scene.testbed.directory().join("excludes");
    fs::write(&excludes, "*.tmp\n").expect("the list");
    scene.config.set("Backup", "rsync-excludes-path", excludes.to_str().expect("UTF-8"));
    prepare(&scene, |copy| {
        fs::create_dir_all(copy.join("config/job.vbm")).expect("a directory");
        fs::write(copy.join("config/job.vbm/kept.tmp"), "x").expect("a file");
    });
    let fault = aborted(&mut scene).await;
    assert_eq!((&fault["kind"], &fault["path"]), (&"not-empty".into(), &"config/job.vbm".into()), "{fault}");
}
