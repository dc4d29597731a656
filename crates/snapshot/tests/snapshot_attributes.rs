//! What is frozen has the owner, mode, lists, attributes, times and names of the original: rsync, which copies all of that, would have
//! nothing to do.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::fs::{lchown, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use asbackup_snapshot::Snapshot;
use common::*;
use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags, makedev};

/// An access list for user 1234 beside owner and group, as the kernel keeps it: version 2, then tag, rights and number of each.
const ACCESS_LIST: &[u8] = b"\x02\0\0\0\
    \x01\0\x06\0\xff\xff\xff\xff\
    \x02\0\x07\0\xd2\x04\0\0\
    \x04\0\x04\0\xff\xff\xff\xff\
    \x10\0\x07\0\xff\xff\xff\xff\
    \x20\0\0\0\xff\xff\xff\xff";
/// The right to bind to low ports, as the kernel keeps it.
const CAPABILITY: &[u8] = b"\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

fn set(path: &Path, name: &str, value: &[u8]) {
    rustix::fs::lsetxattr(path, name, value, XattrFlags::empty()).unwrap_or_else(|errno| panic!("{name}: {errno}"));
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

fn set_time(path: &Path, seconds: i64) {
    let time = Timespec { tv_sec: seconds, tv_nsec: 123_456_789 };
    let times = Timestamps { last_access: time, last_modification: time };
    rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

fn make_node(path: &Path, kind: FileType, device: u64) {
    rustix::fs::mknodat(CWD, path, kind, Mode::from_raw_mode(0o620), device).unwrap();
}

/// All kinds of files with all kinds of attributes, some in directories that nobody may write to.
fn grow(source: &Source) {
    let at = |name: &str| source.path.join(name);
    fs::create_dir_all(at("closed/deep/empty")).unwrap();
    fs::create_dir_all(at("lists/below")).unwrap();
    for (seed, name) in ["plain", "suid", "capable", "closed/deep/file", "lists/file", "attributes"].iter().enumerate()
    {
        source.write(name, seed as u64, 5 + seed * 700_000);
        lchown(at(name), Some(1000 + seed as u32), Some(2000)).unwrap();
    }
    File::create(at("empty")).unwrap();
    set_mode(&at("empty"), 0);
    set_mode(&at("suid"), 0o6751);
    set(&at("capable"), "security.capability", CAPABILITY);
    set(&at("lists/file"), "system.posix_acl_access", ACCESS_LIST);
    set(&at("lists"), "system.posix_acl_default", ACCESS_LIST);
    set(&at("lists"), "system.posix_acl_access", ACCESS_LIST);
    // What is made from here on in that directory has a list of its own.
    File::create(at("lists/inherits")).unwrap();
    fs::create_dir(at("lists/heir")).unwrap();
    set(&at("attributes"), "user.empty", b"");
    set(&at("attributes"), "user.binary", b"a\0b\xff");
    set(&at("attributes"), "trusted.mark", b"1");
    set(&at("closed"), "user.directory", b"2");
    symlink("nowhere/at all", at("link")).unwrap();
    lchown(at("link"), Some(77), Some(78)).unwrap();
    set(&at("link"), "trusted.mark", b"of the link");
    fs::hard_link(at("link"), at("closed/link")).unwrap();
    make_node(&at("pipe"), FileType::Fifo, 0);
    fs::hard_link(at("pipe"), at("closed/pipe")).unwrap();
    make_node(&at("socket"), FileType::Socket, 0);
    make_node(&at("null"), FileType::CharacterDevice, makedev(1, 3));
    make_node(&at("disk"), FileType::BlockDevice, makedev(259, 70_000));
    set_mode(&at("pipe"), 0o4604);
    set_mode(&at("closed/deep"), 0o2555);
    set_mode(&at("closed"), 0o1500);
    let times = ["plain", "link", "pipe", "null", "closed/deep/empty", "closed/deep", "closed", "lists", ""];
    times.iter().zip(1..).for_each(|(name, number)| set_time(&at(name), number * 100_000_000));
    set_time(&at("empty"), -5);
}

/// Every path below a directory, and the directory itself.
fn all(top: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("./")];
    let mut next = 0;
    while let Some(directory) = found.get(next).map(|path| top.join(path)) {
        next += 1;
        if !fs::symlink_metadata(&directory).unwrap().is_dir() {
            continue;
        }
        for entry in fs::read_dir(&directory).unwrap() {
            found.push(entry.unwrap().path().strip_prefix(top).unwrap().to_owned());
        }
    }
    found
}

/// What rsync would change to make one directory the other.
fn differences(disks: &Disks, from: &Path, to: &Path) -> String {
    let mut rsync = disks.command("rsync");
    rsync.args([
        "-aHAXS",
        "--numeric-ids",
        "--checksum",
        "--delete",
        "--modify-window=-1",
        "--dry-run",
        "--itemize-changes",
    ]);
    rsync.arg(format!("{}/", disks.inside(from).display())).arg(format!("{}/", disks.inside(to).display()));
    let output = rsync.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn rsync_would_have_nothing_to_do_after_freezing() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        grow(&source);
        if disk == "btrfs" {
            set(&source.path.join("attributes"), "btrfs.compression", b"zstd");
        }
        let place = source.place();
        let listed = all(&source.path);
        let (_, _, report) = source.freeze(&place, "1", &listed);
        assert_eq!((report.files, report.links), (8, 2), "{disk}");
        assert_eq!(report.files + report.others + report.links, listed.len() as u64, "{disk}");
        let frozen = disks.path(disk).join(".asbackup/1");
        assert_eq!(differences(&disks, &source.path, &frozen), "", "{disk}");
        assert_eq!(differences(&disks, &frozen, &source.path), "", "{disk}");
        // The comparison sees what it is there for.
        set(&frozen.join("attributes"), "trusted.mark", b"3");
        fs::remove_file(frozen.join("closed/pipe")).unwrap();
        let found = differences(&disks, &source.path, &frozen);
        assert_eq!(found.lines().count(), 3, "{found}");
    }
}

/// What rsync would copy or change to bring a directory up to date, but for what it would delete.
fn listed(disks: &Disks, from: &Path, to: &Path) -> Vec<PathBuf> {
    let mut rsync = disks.command("rsync");
    rsync.args(["-aHAXS", "--numeric-ids", "--delete", "--modify-window=-1", "--dry-run", "--out-format=%i|%n"]);
    rsync.arg(format!("{}/", disks.inside(from).display())).arg(format!("{}/", disks.inside(to).display()));
    let output = rsync.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let items = lines.lines().map(|line| line.split_once('|').unwrap());
    items.filter(|(change, _)| !change.starts_with("*deleting")).map(|(_, path)| path.into()).collect()
}

/// Without its list: what is in the snapshot says all of it.
fn copy(disks: &Disks, from: &Path, to: &Path) {
    let mut rsync = disks.command("rsync");
    rsync.args(["-aHAXS", "--numeric-ids", "--modify-window=-1", "--force"]);
    rsync.arg(format!("{}/", disks.inside(from).display())).arg(format!("{}/", disks.inside(to).display()));
    run(&mut rsync);
}

#[test]
fn a_snapshot_of_what_rsync_lists_brings_an_older_copy_up_to_date() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let at = |name: &str| source.path.join(name);
        grow(&source);
        fs::create_dir_all(at("becomes/a file")).unwrap();
        source.write("becomes/a file/of old", 1, 5);
        source.write("becomes a directory", 2, 5);
        fs::hard_link(at("plain"), at("lists/plain")).unwrap();
        let older = disks.directory(disk, "copy");
        copy(&disks, &source.path, &older);
        assert_eq!(differences(&disks, &source.path, &older), "", "{disk}");

        fs::hard_link(at("plain"), at("closed/deep/third name")).unwrap();
        fs::rename(at("becomes/a file"), at("becomes/another")).unwrap();
        source.write("becomes/a file", 3, 5);
        fs::remove_file(at("becomes a directory")).unwrap();
        source.write("becomes a directory/with a file", 4, 5);
        source.write("#comment", 5, 5);
        set(&at("closed/deep"), "user.mark", b"x");
        set_mode(&at("suid"), 0o4711);
        let place = source.place();
        let listed = asbackup_snapshot::complete(source.file.as_fd(), listed(&disks, &source.path, &older), &GO_ON);
        source.freeze(&place, "1", &listed.unwrap());
        copy(&disks, &disks.path(disk).join(".asbackup/1"), &older);
        assert_eq!(differences(&disks, &source.path, &older), "", "{disk}");
        let number = |name: &str| std::os::unix::fs::MetadataExt::ino(&fs::metadata(older.join(name)).unwrap());
        assert_eq!(number("closed/deep/third name"), number("lists/plain"), "{disk}");
    }
}

#[test]
fn nothing_is_inherited_from_the_directories_above() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        source.write("unlisted/file", 1, 5);
        fs::create_dir(source.path.join("directory")).unwrap();
        make_node(&source.path.join("pipe"), FileType::Fifo, 0);
        let top = disks.path(disk);
        set(&top, "system.posix_acl_default", ACCESS_LIST);
        set_mode(&top, 0o2755);
        lchown(&top, Some(0), Some(4321)).unwrap();
        let place = source.place();
        source.freeze(&place, "1", &["unlisted/file", "directory", "pipe"]);
        let frozen = top.join(".asbackup/1");
        for name in ["unlisted/file", "directory", "pipe"] {
            let mut names = [0; 256];
            let length = rustix::fs::llistxattr(frozen.join(name), &mut names[..]).unwrap();
            assert_eq!(String::from_utf8_lossy(&names[..length]), "", "{disk}: {name}");
        }
        assert_eq!(
            mode(&frozen.join("unlisted")),
            0o700,
            "{disk}: a directory that was not listed is nobody's but ours"
        );
    }
}

#[test]
fn attributes_as_large_as_can_be_are_frozen() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for (disk, largest) in [("xfs", 65_536), ("btrfs", 15_000)] {
        let source = Source::on(&disks, disk);
        let path = source.write("file", 1, 5);
        set(&path, "user.large", &noise(1, largest));
        (0..100).for_each(|number| set(&path, &format!("user.{}{number}", "n".repeat(200)), b"x"));
        let place = source.place();
        source.freeze(&place, "1", &["file"]);
        let frozen = disks.path(disk).join(".asbackup/1");
        let mut value = vec![0; largest + 1];
        let length = rustix::fs::getxattr(frozen.join("file"), "user.large", &mut value[..]).unwrap();
        assert!(value[..length] == noise(1, largest), "{disk}");
        assert_eq!(
            rustix::fs::listxattr(frozen.join("file"), &mut vec![0; 65_536][..]).unwrap(),
            100 * 208 - 10 + 11,
            "{disk}"
        );
    }
}

/// Only its attributes, its links and its contents are the original's; what happens to the original later is not.
#[test]
fn later_changes_of_attributes_do_not_reach_the_snapshot() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else { return };
    let source = Source::on(&disks, "xfs");
    let path = source.write("file", 1, 5);
    symlink("before", source.path.join("link")).unwrap();
    set_time(&path, 1_000_000);
    set(&path, "user.note", b"before");
    let place = source.place();
    let stamps = source.stamps(&["file", "link"]);
    let snapshot = Snapshot::create(&place, "1").unwrap();
    assert!(snapshot.freeze(source.file.as_fd(), stamps.entries(), &GO_ON).is_whole());
    set(&path, "user.note", b"after");
    set_mode(&path, 0o777);
    fs::remove_file(source.path.join("link")).unwrap();
    symlink("after", source.path.join("link")).unwrap();
    assert_eq!(source.changed(&stamps).len(), 2);
    let frozen = shown(&place, "1");
    let mut value = [0; 20];
    let length = rustix::fs::getxattr(frozen.join("file"), "user.note", &mut value[..]).unwrap();
    assert_eq!((&value[..length], mode(&frozen.join("file"))), (&b"before"[..], 0o644));
    let modified = fs::metadata(frozen.join("file")).unwrap().modified().unwrap();
    assert_eq!(modified, UNIX_EPOCH + Duration::new(1_000_000, 123_456_789));
    assert_eq!(fs::read_link(frozen.join("link")).unwrap(), Path::new("before"));
}
