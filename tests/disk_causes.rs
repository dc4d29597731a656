//! Whatever keeps a copy from its end is told by what is known of it, and neither disk nor drive is accused without evidence.
//! Each cause is made for real: rsync, kernel, ntfs-3g and UDisks2 say what they say. Tier `disk_`: as root,
//! `cargo test --test 'disk_*'`. What no file system here can be made to say is in the pure tests of `copy/cause.rs`.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use asbackup::texts::{Language, Texts};
use common::daemon::Daemon;
use common::disk::FileSystem;
use common::run;
use common::scene::{Scene, assert_aborted};
use common::seen::RunFinished;
use serde_json::Value;

/// Words that a person reads as: this disk is broken, throw it away.
const ACCUSING: [&str; 12] = [
    "damaged",
    "broken",
    "failing",
    "another disk",
    "larger disk",
    "fstab",
    "beschädigt",
    "defekt",
    "kaputt",
    "andere Platte",
    "größere Platte",
    "repariert",
];

/// The run's fault as the history has it, after a look at its words in both languages.
fn told(daemon: &Daemon, finished: &RunFinished) -> Value {
    assert_aborted(finished, &finished.error);
    let fault = daemon.record().fault.expect("a fault in the history");
    for language in Language::ALL {
        let said = Texts::new(language).say(&fault).to_string();
        let found: Vec<_> = ACCUSING.iter().filter(|word| said.contains(**word)).collect();
        assert!(found.is_empty(), "{found:?} without evidence: {said}");
    }
    serde_json::to_value(fault).expect("plain data")
}

/// The copy of one file fails for this reason, and that file is named.
#[track_caller]
fn assert_not_stored(fault: &Value, why: &str, name: &str) {
    assert_eq!((&fault["kind"], &fault["why"]), (&Value::from("not-stored"), &Value::from(why)), "{fault}");
    let path = fault["path"].as_str().expect("a path");
    assert!(path.contains(name), "{path} is not {name}");
}

/// Makes the disk's ext4 anew with blocks of 1 KiB, of which each of its limits follows.
fn format_with_small_blocks(scene: &Scene, more: &[&str]) {
    let mut mkfs = Command::new("/usr/sbin/mkfs.ext4");
    mkfs.args(["-q", "-F", "-b", "1024", "-L", "OFFSITE", "-U", &scene.disk.uuid]).args(more);
    run(mkfs.arg(scene.disk.image()));
}

async fn aborted(scene: &mut Scene) -> Value {
    let (daemon, finished) = scene.run_once().await;
    let fault = told(&daemon, &finished);
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
    fault
}

/// Makes what the copy will run into, below the destination.
fn prepare(scene: &Scene, make: impl FnOnce(&Path)) {
    let look = scene.disk.prepare(&scene.bench);
    let copy = scene.copy(&look);
    fs::create_dir_all(&copy).expect("the destination");
    make(&copy);
    look.done();
}

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
async fn a_disk_that_windows_left_hibernated_is_told_as_such() {
    let mut scene = Scene::with(FileSystem::Ntfs);
    let look = scene.disk.prepare(&scene.bench);
    let mut header = vec![0; 4096];
    header[..4].copy_from_slice(b"hibr");
    fs::write(look.path("hiberfil.sys"), header).expect("what Windows leaves");
    look.done();
    let fault = aborted(&mut scene).await;
    assert_eq!((&fault["kind"], &fault["why"]), (&"mounted-read-only".into(), &"windows".into()), "{fault}");
}

#[tokio::test]
async fn an_ext4_that_is_marked_read_only_is_told_as_such() {
    let mut scene = Scene::new();
    run(Command::new("/usr/sbin/tune2fs").args(["-O", "read-only"]).arg(scene.disk.image()));
    let fault = aborted(&mut scene).await;
    assert_eq!((&fault["kind"], &fault["why"]), (&"mounted-read-only".into(), &"marked".into()), "{fault}");
}

#[tokio::test]
async fn a_journal_to_be_replayed_on_a_write_protected_disk_is_told_as_write_protection() {
    let mut scene = Scene::new();
    run(Command::new("/usr/sbin/debugfs").args(["-w", "-R", "feature +needs_recovery"]).arg(scene.disk.image()));
    let daemon = scene.daemon().await;
    scene.disk.plug_write_protected();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "MountFailed");
    assert!(finished.message.contains("write-protected"), "{}", finished.message);
    scene.assert_unmounted();
}

#[tokio::test]
async fn an_fstab_line_that_mounts_the_disk_read_only_is_named() {
    let mut scene = Scene::new();
    scene.bench.run(&["mkdir", "/mnt/by-fstab"]);
    let line = format!("UUID={} /mnt/by-fstab ext4 noauto,ro,nosuid,nodev,noexec,nosymfollow 0 0\n", scene.disk.uuid);
    fs::write(scene.bench.path("/etc/fstab"), line).expect("fstab");
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "MountFailed");
    let fault = serde_json::to_value(daemon.record().fault).expect("plain data");
    assert_eq!((&fault["kind"], &fault["why"]), (&"mounted-read-only".into(), &"settings".into()), "{fault}");
    assert!(finished.message.contains("/etc/fstab"), "{}", finished.message);
    scene.assert_unmounted();
}

/// Bytes that rsync has written of `one.vbk`, under its temporary name.
fn written_of_one_file(scene: &Scene) -> u64 {
    let entries = fs::read_dir(scene.mounted_copy()).expect("the target").flatten();
    let temporary = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".one.vbk."));
    temporary.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
}

#[tokio::test]
async fn a_source_file_that_is_cut_off_while_it_is_read_accuses_no_drive() {
    let mut scene = Scene::new();
    let file = scene.source.noise("one.vbk", 192 << 20);
    let daemon = scene.daemon().await;
    let mut held = scene.plug_and_hold(&daemon).await;
    while written_of_one_file(&scene) == 0 {
        held.release();
        held = daemon.held_in_mid_copy().await;
    }
    fs::File::options().write(true).open(file).expect("a source file").set_len(1 << 20).expect("cut off");
    held.release();
    let finished = daemon.finished(1).await;
    let fault = told(&daemon, &finished);
    assert_eq!(fault["kind"], "source-changed", "{fault}");
    assert!(fault["path"].as_str().expect("a path").ends_with("one.vbk"), "{fault}");
    scene.assert_left_clean();
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
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "file-too-large", "huge.vbk");
}

/// 65,000 on ext4, which this machine may have as well, so that the last ones are there under other names already.
#[tokio::test]
async fn more_names_of_one_file_than_the_file_system_takes_are_named() {
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

#[tokio::test]
async fn a_link_to_a_place_that_the_disk_can_not_hold_is_told_by_its_name() {
    let mut scene = Scene::new();
    symlink("x".repeat(4000), scene.source.path("long link")).expect("a link");
    format_with_small_blocks(&scene, &[]);
    let fault = aborted(&mut scene).await;
    assert_not_stored(&fault, "name-too-long", "long link");
}
