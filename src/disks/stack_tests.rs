//! Stacks in a directory tree like sysfs. What a real kernel shows for a loop device over a partition is in
//! `tests/disk/stack.rs`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Medium, Node, Stack};

struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        for name in ["class/block", "dev/block", "devices"] {
            fs::create_dir_all(place.path().join(name)).unwrap();
        }
        Self(place)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// `path` below `devices`.
    fn device(&self, path: &str, number: &str) -> PathBuf {
        let own = self.at("devices").join(path);
        fs::create_dir_all(own.join("holders")).unwrap();
        fs::write(own.join("dev"), format!("{number}\n")).unwrap();
        fs::write(own.join("size"), "2048\n").unwrap();
        symlink(&own, self.at("class/block").join(own.file_name().unwrap())).unwrap();
        symlink(&own, self.at("dev/block").join(number)).unwrap();
        own
    }

    fn disk(&self, path: &str, number: &str, diskseq: u64) -> PathBuf {
        let own = self.device(path, number);
        fs::write(own.join("diskseq"), format!("{diskseq}\n")).unwrap();
        own
    }

    fn partition(&self, path: &str, number: &str) -> PathBuf {
        let own = self.device(path, number);
        fs::write(own.join("partition"), "1\n").unwrap();
        own
    }

    fn mapped(&self, name: &str, number: &str, called: &str, upon: &[&Path]) -> PathBuf {
        let own = self.disk(name, number, 90);
        fs::create_dir_all(own.join("dm")).unwrap();
        fs::write(own.join("dm/name"), format!("{called}\n")).unwrap();
        self.build(&own, upon);
        own
    }

    fn build(&self, own: &Path, upon: &[&Path]) {
        fs::create_dir_all(own.join("slaves")).unwrap();
        for slave in upon {
            symlink(slave, own.join("slaves").join(slave.file_name().unwrap())).unwrap();
            symlink(own, slave.join("holders").join(own.file_name().unwrap())).unwrap();
        }
    }

    fn looped(&self, name: &str, number: &str, behind: &str) -> PathBuf {
        let own = self.disk(name, number, 70);
        fs::create_dir_all(own.join("loop")).unwrap();
        fs::write(own.join("loop/backing_file"), format!("{behind}\n")).unwrap();
        own
    }

    /// A disk that is pulled while something is built upon it leaves a link to it.
    fn pull(&self, own: &Path, number: &str) {
        fs::remove_dir_all(own).unwrap();
        fs::remove_file(self.at("class/block").join(own.file_name().unwrap())).unwrap();
        fs::remove_file(self.at("dev/block").join(number)).unwrap();
    }

    fn stack(&self, number: &str) -> Stack {
        Stack::read(self.0.path(), number)
    }
}

fn names<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Vec<String> {
    let mut names: Vec<_> = nodes.into_iter().map(Node::name).collect();
    names.sort();
    names
}

/// sda: sda1 with a file system, sda2 with LUKS and LVM in it, and a second volume.
fn machine() -> Tree {
    let tree = Tree::new();
    tree.disk("sda", "8:0", 3);
    tree.partition("sda/sda1", "8:1");
    let second = tree.partition("sda/sda2", "8:2");
    let crypt = tree.mapped("dm-0", "253:0", "luks", &[&second]);
    tree.mapped("dm-1", "253:1", "vg-backup", &[&crypt]);
    tree.mapped("dm-2", "253:2", "vg-root", &[&crypt]);
    tree
}

#[test]
fn a_partition_is_beneath_nothing_and_beside_the_rest() {
    let tree = machine();
    let stack = tree.stack("8:1");
    assert_eq!(names(&stack.disks), ["sda"]);
    assert_eq!(names(&stack.family), ["dm-0", "dm-1", "dm-2", "sda", "sda1", "sda2"]);
    assert_eq!(names(stack.beside()), ["dm-0", "dm-1", "dm-2", "sda2"]);
    assert!(stack.between().is_empty(), "a partition holds nothing");
}

#[test]
fn a_volume_in_a_container_is_traced_to_its_disk() {
    let tree = machine();
    let stack = tree.stack("253:1");
    assert_eq!(names(&stack.disks), ["sda"]);
    assert_eq!(names(stack.between()), ["dm-0", "dm-1"]);
    assert_eq!(names(stack.beside()), ["dm-2", "sda1"]);
    assert_eq!(stack.media(), [Medium { number: "8:0".into(), diskseq: Some(3) }]);
    assert!(!stack.torn);
}

#[test]
fn a_raid_is_built_upon_all_its_disks() {
    let tree = Tree::new();
    let (one, two) = (tree.disk("sdb", "8:16", 4), tree.disk("sdc", "8:32", 5));
    tree.partition("sdc/sdc1", "8:33");
    let raid = tree.disk("md0", "9:0", 6);
    tree.build(&raid, &[&one, &two]);
    let stack = tree.stack("9:0");
    assert_eq!(names(&stack.disks), ["sdb", "sdc"]);
    assert_eq!(names(stack.beside()), ["sdc1"]);
}

#[test]
fn a_loop_device_is_traced_to_a_device_but_not_to_a_file() {
    let tree = machine();
    tree.looped("loop0", "7:0", "/dev/sda1");
    tree.looped("loop1", "7:1", "/dev/mapper/vg-backup");
    tree.looped("loop2", "7:2", "/srv/image");
    assert_eq!(names(&tree.stack("7:0").disks), ["sda"]);
    assert_eq!(names(tree.stack("7:1").between()), ["dm-0", "dm-1", "loop1"]);
    assert_eq!(names(&tree.stack("7:2").family), ["loop2"]);
    let beside = tree.stack("253:2");
    assert_eq!(names(beside.beside()), ["dm-1", "loop0", "loop1", "sda1"]);
    let shown: Vec<_> = beside.beside().into_iter().map(Node::shown).collect();
    assert!(shown.contains(&"/dev/loop0: /dev/sda1".to_owned()), "{shown:?}");
    assert!(shown.contains(&"/dev/dm-1 (vg-backup)".to_owned()), "{shown:?}");
}

#[test]
fn a_stack_over_a_pulled_disk_is_torn_even_if_its_name_is_reused() {
    let tree = Tree::new();
    let disk = tree.disk("sdb", "8:16", 4);
    tree.mapped("dm-0", "253:0", "luks", &[&disk]);
    tree.looped("loop0", "7:0", "/dev/sdb");
    assert!(!tree.stack("253:0").torn && !tree.stack("7:0").torn);
    fs::write(disk.join("size"), "0\n").unwrap();
    assert!(tree.stack("253:0").torn && tree.stack("7:0").torn, "no medium");
    tree.pull(&disk, "8:16");
    assert!(tree.stack("253:0").torn && tree.stack("7:0").torn);
    tree.disk("sdb", "8:16", 5);
    let stack = tree.stack("253:0");
    assert!(stack.torn && stack.disks.is_empty(), "{stack:?}");
    let gone = tree.at("devices/loop0/loop/backing_file");
    fs::write(gone, "/dev/sdb (deleted)\n").unwrap();
    assert!(tree.stack("7:0").torn);
}

#[test]
fn a_circular_stack_ends() {
    let tree = Tree::new();
    let one = tree.disk("dm-0", "253:0", 1);
    let two = tree.disk("dm-1", "253:1", 2);
    tree.build(&one, &[&two]);
    tree.build(&two, &[&one]);
    assert!(tree.stack("253:0").disks.is_empty());
}

#[test]
fn a_missing_device_has_no_stack() {
    assert_eq!(Tree::new().stack("8:0"), Stack::default());
    assert_eq!(Stack::of(0), Stack::default());
}
