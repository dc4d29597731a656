//! Random trees, random sharing, random changes in place, and knowledge that is wrong: the target equals the source byte by byte.
//!
//! `TRANSFER_CASES` says how many, 200 if not set; `PROPTEST_RNG_SEED` plays the same ones again.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use asbackup_transfer::{Known, Quiet, Stamp};
use common::{BTRFS, Disks, Pair, XFS, assert_same, clone, disks, noise, patch};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const NAMES: [&str; 4] = ["a", "b", "below/c", "below/d"];
/// Files are as long as so many blocks, and some bytes.
const BLOCKS: u64 = 40;
const BLOCK: u64 = 4096;

/// Something that happens to the source.
#[derive(Debug, Clone)]
enum Change {
    Write { file: usize, at: u64, length: u64 },
    Share { from: usize, to: usize, at: u64, offset: u64, blocks: u64 },
    CloneWhole { from: usize, to: usize },
    Cut { file: usize, length: u64 },
    Remove { file: usize },
}

/// Something that is said of the target, true or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    Unchanged,
    Base,
    /// The clone is written to after it has been noted.
    SpoiltBase,
    /// The copy is written to after it has been noted, and gets its old time back.
    SpoiltCopy,
}

#[derive(Debug, Clone)]
struct Case {
    /// How much larger everything is: small files go another way than large ones.
    scale: u64,
    before: Vec<Change>,
    between: Vec<Change>,
    claims: Vec<(usize, Claim)>,
    after: Vec<Change>,
}

fn change() -> impl Strategy<Value = Change> {
    let (file, at, blocks) = (0..NAMES.len(), 0..BLOCKS, 1..BLOCKS);
    let odd = 0..2 * BLOCK;
    let share = (file.clone(), file.clone(), at.clone(), at.clone(), blocks.clone());
    prop_oneof![
        4 => (file.clone(), 0..BLOCKS * BLOCK, 1..8 * BLOCK).prop_map(|(file, at, length)| Change::Write { file, at, length }),
        4 => share.prop_map(|(from, to, at, offset, blocks)| Change::Share { from, to, at, offset, blocks }),
        2 => (file.clone(), file.clone()).prop_map(|(from, to)| Change::CloneWhole { from, to }),
        1 => (file.clone(), blocks, odd).prop_map(|(file, blocks, odd)| Change::Cut { file, length: blocks * BLOCK + odd }),
        1 => file.prop_map(|file| Change::Remove { file }),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let claim =
        prop_oneof![Just(Claim::Unchanged), Just(Claim::Base), Just(Claim::SpoiltBase), Just(Claim::SpoiltCopy)];
    let changes = |most| proptest::collection::vec(change(), 0..most);
    let claims = proptest::collection::vec((0..NAMES.len(), claim), 0..5);
    let scale = prop_oneof![5 => Just(1), 1 => Just(16)];
    (scale, changes(12), changes(6), claims, changes(4)).prop_map(|(scale, before, between, claims, after)| Case {
        scale,
        before,
        between,
        claims,
        after,
    })
}

struct Bench {
    source: PathBuf,
    target: PathBuf,
    bases: PathBuf,
    seed: u64,
    scale: u64,
}

impl Bench {
    fn new(disks: &Disks) -> Self {
        let [source, bases] = ["s", "bases"].map(|name| disks.directory("source", name));
        let bench = Self { source, bases, target: disks.directory("target", "t"), seed: 0, scale: 1 };
        for top in [&bench.source, &bench.bases] {
            fs::create_dir(top.join("below")).expect("a directory");
        }
        bench
    }

    fn there(&self) -> Vec<&'static str> {
        NAMES.into_iter().filter(|name| self.source.join(name).exists()).collect()
    }

    fn fresh(&mut self, length: u64) -> Vec<u8> {
        self.seed += 1;
        noise(self.seed, usize::try_from(length).expect("small"))
    }

    fn apply(&mut self, change: &Change) {
        let path = |file: &usize| self.source.join(NAMES[*file]);
        match change {
            Change::Write { file, at, length } => {
                let path = path(file);
                let bytes = self.fresh(length * self.scale);
                File::options().create(true).append(true).open(&path).expect("a file");
                patch(&path, at * self.scale, &bytes);
            }
            Change::Share { from, to, at, offset, blocks } => {
                share(&path(from), &path(to), [at, offset, blocks].map(|blocks| blocks * self.scale));
            }
            Change::CloneWhole { from, to } if from != to && path(from).exists() => clone(&path(from), &path(to)),
            Change::CloneWhole { .. } => {}
            Change::Cut { file, length } => {
                let _ = File::options().write(true).open(path(file)).and_then(|file| file.set_len(length * self.scale));
            }
            Change::Remove { file } => drop(fs::remove_file(path(file))),
        }
    }

    fn keep_bases(&self) {
        for name in self.there() {
            clone(&self.source.join(name), &self.bases.join(name));
        }
    }

    fn claim<'a>(&self, known: &mut Known<'a>, bases: &'a File, name: &str, claim: Claim) {
        // Nobody has touched it since it was copied.
        let Some(noted) = File::open(self.target.join(name)).ok().and_then(|file| Stamp::of(file).ok()) else { return };
        let added = match claim {
            Claim::Unchanged if !self.source.join(name).exists() => return,
            Claim::Unchanged => known.add_unchanged(Path::new(name)),
            _ => known.add_base(bases.as_fd(), Path::new(name), noted),
        };
        added.expect("both are there");
    }

    /// After all has been claimed.
    fn spoil(&self, name: &str, claim: Claim) {
        let copy = self.target.join(name);
        match claim {
            Claim::SpoiltBase if copy.exists() => patch(&self.bases.join(name), 0, b"spoilt"),
            Claim::SpoiltCopy if copy.exists() => {
                let time = fs::metadata(&copy).and_then(|stat| stat.modified()).expect("a time");
                patch(&copy, 0, b"spoilt");
                let file = File::options().write(true).open(&copy).expect("the copy");
                file.set_modified(time).expect("its time");
            }
            _ => {}
        }
    }

    fn play(&mut self, case: &Case) {
        self.scale = case.scale;
        case.before.iter().for_each(|change| self.apply(change));
        let pair = Pair::open(&self.source, &self.target);
        let there = self.there();
        pair.transfer(&there, &Quiet).expect("no trouble");
        assert_same(&self.source, &self.target, &there);
        self.keep_bases();
        case.between.iter().for_each(|change| self.apply(change));
        let bases = File::open(&self.bases).expect("bases");
        let mut known = Known::new(pair.trees());
        for (file, claim) in &case.claims {
            self.claim(&mut known, &bases, NAMES[*file], *claim);
        }
        case.claims.iter().for_each(|(file, claim)| self.spoil(NAMES[*file], *claim));
        case.after.iter().for_each(|change| self.apply(change));
        let there = self.there();
        let summary = pair.transfer_knowing(&there, &mut known, &Quiet).expect("no trouble");
        assert_eq!((summary.skipped, summary.files), (Vec::new(), there.len() as u64));
        assert_same(&self.source, &self.target, &there);
    }
}

/// As far as both are long enough; ranges of one file that overlap are refused by the kernel.
fn share(from: &Path, to: &Path, [at, offset, blocks]: [u64; 3]) {
    let (Ok(source), Ok(target)) = (File::open(from), File::options().write(true).open(to)) else { return };
    let whole = source.metadata().expect("its length").len() / BLOCK;
    let blocks = blocks.min(whole.saturating_sub(offset));
    if blocks > 0 {
        let _ = reflink(&source, &target, [offset * BLOCK, at * BLOCK, blocks * BLOCK]);
    }
}

fn reflink(source: &File, target: &File, [offset, at, length]: [u64; 3]) -> std::io::Result<u64> {
    // On these file systems it shares blocks where it can.
    let (mut from, mut to) = (offset, at);
    rustix::fs::copy_file_range(source, Some(&mut from), target, Some(&mut to), usize::try_from(length).expect("small"))
        .map(|count| count as u64)
        .map_err(Into::into)
}

fn cases() -> u32 {
    std::env::var("TRANSFER_CASES").map_or(200, |cases| cases.parse().expect("a number in TRANSFER_CASES"))
}

fn play_all(kind: &'static [&'static str], cases: u32) {
    let Some(disks) = disks(&[("source", kind, 400), ("target", kind, 400)]) else { return };
    let played = AtomicU64::new(0);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let outcome = TestRunner::new(config).run(&case(), |case| {
        played.fetch_add(1, Ordering::Relaxed);
        Bench::new(&disks).play(&case);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("after {} cases: {error}", played.into_inner()));
}

#[test]
fn whatever_is_shared_changed_and_claimed_xfs_gets_the_right_bytes() {
    play_all(XFS, cases().div_ceil(2));
}

#[test]
fn whatever_is_shared_changed_and_claimed_btrfs_gets_the_right_bytes() {
    play_all(BTRFS, cases().div_ceil(2));
}
