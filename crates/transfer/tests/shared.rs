//! Blocks that files share, on the file systems that can: XFS and btrfs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::cell::RefCell;
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Command;

use asbackup_transfer::{Known, Listener, Quiet, Refusal, Stamp};
use common::{BTRFS, Disks, EXT4, MEBIBYTE, Pair, Wanted, XFS, assert_same, clone, clone_range, disks, noise, patch};
use common::{run, used, write};

const SIZE: u64 = 400;

/// A source and a target of each kind that can share.
fn each_kind(test: impl Fn(&Disks)) {
    for kind in [XFS, BTRFS] {
        let wanted: [Wanted; 2] = [("source", kind, SIZE), ("target", kind, SIZE)];
        if let Some(disks) = disks(&wanted) {
            test(&disks);
        }
    }
}

#[derive(Default)]
struct Refusals(RefCell<Vec<Refusal>>);

impl Listener for Refusals {
    fn refused(&self, what: &Refusal) {
        self.0.borrow_mut().push(what.clone());
    }
}

#[test]
fn synthetic_fulls_share_on_the_target_what_they_share_on_the_source() {
    each_kind(|disks| {
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        let names = ["1.vbk", "2.vbk", "3.vbk", "4.vbk"];
        write(&source.join(names[0]), 1, 16 << 20);
        for (number, pair) in names.windows(2).enumerate() {
            clone(&source.join(pair[0]), &source.join(pair[1]));
            patch(&source.join(pair[1]), (number as u64) * 3 * MEBIBYTE + 12_345, &noise(50 + number as u64, 1 << 20));
        }
        let pair = Pair::open(&source, &target);
        let before = used(&target);
        let forecast = pair.forecast(&names, &Known::new(pair.trees()));
        let summary = pair.transfer(&names, &Quiet).expect("no trouble");
        assert_same(&source, &target, &names);
        assert_eq!(forecast.amount, summary.amount);
        assert!(summary.amount.written < 20 * MEBIBYTE, "{:?}", summary.amount);
        let more = used(&target) - before;
        assert!(more < 21 * MEBIBYTE, "{more} bytes on the disk");
    });
}

#[test]
fn with_a_base_only_what_changed_is_written() {
    each_kind(|disks| {
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        let bases = disks.directory("source", "bases");
        write(&source.join("full.vbk"), 1, 16 << 20);
        clone(&source.join("full.vbk"), &bases.join("full.vbk"));
        let pair = Pair::open(&source, &target);
        pair.transfer(&["full.vbk"], &Quiet).expect("no trouble");
        patch(&source.join("full.vbk"), 5 * MEBIBYTE, &noise(7, 300_000));
        patch(&source.join("full.vbk"), 16 * MEBIBYTE, &noise(8, 1000));
        let base = File::open(&bases).expect("bases");
        let noted = Stamp::of(File::open(target.join("full.vbk")).expect("the copy")).expect("its stamp");
        let mut known = Known::new(pair.trees());
        assert!(known.add_base(base.as_fd(), Path::new("full.vbk"), noted).expect("both are there"));
        let summary = pair.transfer_knowing(&["full.vbk"], &mut known, &Quiet).expect("no trouble");
        assert_same(&source, &target, &["full.vbk"]);
        assert!(summary.amount.written < 600_000, "{:?}", summary.amount);
    });
}

#[test]
fn what_is_on_the_target_unchanged_is_shared_with_new_files() {
    each_kind(|disks| {
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        write(&source.join("old.vbk"), 1, 8 << 20);
        let pair = Pair::open(&source, &target);
        pair.transfer(&["old.vbk"], &Quiet).expect("no trouble");
        clone(&source.join("old.vbk"), &source.join("new.vbk"));
        let mut known = Known::new(pair.trees());
        assert!(known.add_unchanged(Path::new("old.vbk")).expect("both are there"));
        let summary = pair.transfer_knowing(&["new.vbk"], &mut known, &Quiet).expect("no trouble");
        assert_same(&source, &target, &["old.vbk", "new.vbk"]);
        assert_eq!((summary.amount.written, summary.amount.shared), (0, 8 * MEBIBYTE));
    });
}

/// XFS writes at the same address what nobody shares.
#[test]
fn a_file_overwritten_in_place_is_written_again() {
    each_kind(|disks| {
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        write(&source.join("a"), 1, 4 << 20);
        let pair = Pair::open(&source, &target);
        pair.transfer(&["a"], &Quiet).expect("no trouble");
        patch(&source.join("a"), 0, &noise(2, 1 << 20));
        let mut known = Known::new(pair.trees());
        assert!(!known.add_unchanged(Path::new("a")).expect("both are there"));
        let summary = pair.transfer_knowing(&["a"], &mut known, &Quiet).expect("no trouble");
        assert_same(&source, &target, &["a"]);
        assert_eq!(summary.amount.shared, 0);
    });
}

/// Between noting and using, the witness gets other contents at its old addresses, and a clone of them comes along.
#[test]
fn a_witness_that_changed_on_the_source_is_not_believed() {
    each_kind(|disks| {
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        write(&source.join("a"), 1, 4 << 20);
        clone(&source.join("a"), &source.join("twin"));
        let pair = Pair::open(&source, &target);
        pair.transfer(&["a"], &Quiet).expect("no trouble");
        let mut known = Known::new(pair.trees());
        assert!(known.add_unchanged(Path::new("a")).expect("both are there"));
        fs::remove_file(source.join("twin")).expect("it");
        used(&source);
        patch(&source.join("a"), 0, &noise(2, 4 << 20));
        clone(&source.join("a"), &source.join("b"));
        let summary = pair.transfer_knowing(&["b"], &mut known, &Quiet).expect("no trouble");
        assert_same(&source, &target, &["b"]);
        assert_eq!(summary.amount.shared, 0);
    });
}

#[test]
fn a_witness_that_changed_on_the_target_is_refused_and_told() {
    each_kind(|disks| {
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        write(&source.join("a"), 1, 4 << 20);
        clone(&source.join("a"), &source.join("b"));
        let pair = Pair::open(&source, &target);
        pair.transfer(&["a"], &Quiet).expect("no trouble");
        let mut known = Known::new(pair.trees());
        assert!(known.add_unchanged(Path::new("a")).expect("both are there"));
        patch(&target.join("a"), MEBIBYTE, b"rotten");
        let refusals = Refusals::default();
        let summary = pair.transfer_knowing(&["b"], &mut known, &refusals).expect("no trouble");
        assert_same(&source, &target, &["b"]);
        assert_eq!(summary.amount.written, 4 * MEBIBYTE);
        assert_eq!(refusals.0.borrow().iter().map(|what| what.errno).collect::<Vec<_>>(), [None]);
    });
}

#[test]
fn a_base_whose_copy_is_not_as_noted_counts_for_nothing() {
    each_kind(|disks| {
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        let bases = disks.directory("source", "bases");
        write(&source.join("a"), 1, 1 << 20);
        clone(&source.join("a"), &bases.join("a"));
        let pair = Pair::open(&source, &target);
        pair.transfer(&["a"], &Quiet).expect("no trouble");
        let noted = Stamp::of(File::open(target.join("a")).expect("the copy")).expect("its stamp");
        patch(&target.join("a"), 0, b"rotten");
        let base = File::open(&bases).expect("bases");
        let mut known = Known::new(pair.trees());
        assert!(!known.add_base(base.as_fd(), Path::new("a"), noted).expect("both are there"));
    });
}

#[test]
fn room_that_was_only_set_aside_stays_a_hole() {
    each_kind(|disks| {
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        run(Command::new("fallocate").args(["-l", "32M"]).arg(source.join("a")));
        patch(&source.join("a"), 8 * MEBIBYTE, &noise(1, 100_000));
        let pair = Pair::open(&source, &target);
        let summary = pair.transfer(&["a"], &Quiet).expect("no trouble");
        assert_same(&source, &target, &["a"]);
        assert!(summary.amount.written < MEBIBYTE, "{:?}", summary.amount);
    });
}

/// btrfs gives both halves of a compressed extent the same address once its middle has been overwritten.
#[test]
fn compressed_files_are_right_whatever_their_addresses_say() {
    let Some(disks) = disks(&[("source", BTRFS, SIZE), ("target", BTRFS, SIZE)]) else { return };
    disks.run(&["mount", "-o", "remount,compress-force=zstd", "/mnt/source"]);
    let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
    let text: Vec<u8> = (0..(4 << 20)).map(|at| b"compressible"[at / 4096 % 12]).collect();
    fs::write(source.join("a"), &text).expect("room");
    fs::write(source.join("inline"), b"tiny").expect("room");
    used(&source);
    clone(&source.join("a"), &source.join("b"));
    clone(&source.join("inline"), &source.join("inline2"));
    patch(&source.join("b"), 65_536, &noise(3, 8192));
    let names = ["a", "b", "inline", "inline2"];
    Pair::open(&source, &target).transfer(&names, &Quiet).expect("no trouble");
    assert_same(&source, &target, &names);
}

/// The last blocks of files are odd, and ranges lie anywhere in the other one.
#[test]
fn odd_lengths_and_shifted_ranges_are_shared_as_far_as_blocks_go() {
    each_kind(|disks| {
        let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
        let mut names = Vec::new();
        for odd in [0usize, 1, 4095] {
            let (one, other) = (format!("one-{odd}"), format!("other-{odd}"));
            write(&source.join(&one), odd as u64, (1 << 20) + odd);
            write(&source.join(&other), 77, 700_000);
            clone_range((&source.join(&one), 65_536), (&source.join(&other), 8192), 131_072);
            names.extend([one, other]);
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let summary = Pair::open(&source, &target).transfer(&names, &Quiet).expect("no trouble");
        assert_same(&source, &target, &names);
        assert_eq!(summary.amount.shared, 3 * 131_072);
    });
}

#[test]
fn a_target_that_cannot_share_gets_whole_files() {
    let Some(disks) = disks(&[("source", XFS, SIZE), ("target", EXT4, SIZE)]) else { return };
    let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
    write(&source.join("a"), 1, 8 << 20);
    clone(&source.join("a"), &source.join("b"));
    let pair = Pair::open(&source, &target);
    let forecast = pair.forecast(&["a", "b"], &Known::new(pair.trees()));
    let summary = pair.transfer(&["a", "b"], &Quiet).expect("no trouble");
    assert_same(&source, &target, &["a", "b"]);
    assert_eq!((summary.amount.shared, summary.amount.written), (0, 16 * MEBIBYTE));
    assert_eq!(forecast.amount, summary.amount);
}

/// The target is two file systems: what is known of one can't be shared on the other.
#[test]
fn a_range_beyond_a_mount_is_written() {
    let Some(disks) = disks(&[("source", XFS, SIZE), ("target", XFS, SIZE), ("more", XFS, SIZE)]) else { return };
    let (source, target) = (disks.directory("source", "s"), disks.directory("target", "t"));
    fs::create_dir(target.join("more")).expect("a directory");
    disks.run(&["mount", "--bind", "/mnt/more", "/mnt/target/t/more"]);
    write(&source.join("a"), 1, 4 << 20);
    fs::create_dir(source.join("more")).expect("a directory");
    clone(&source.join("a"), &source.join("more/b"));
    let refusals = Refusals::default();
    let summary = Pair::open(&source, &target).transfer(&["a", "more/b"], &refusals).expect("no trouble");
    assert_same(&source, &target, &["a", "more/b"]);
    assert_eq!(summary.amount.written, 8 * MEBIBYTE);
    assert_eq!(refusals.0.borrow()[0].errno, Some(rustix::io::Errno::XDEV));
}
