//! `cargo bench -p asbackup-transfer`: figures beside `rsync -aHAX` and `sync -f`, in alternation, on loop devices that go past the page
//! cache. As root. `BENCH_QUICK=1` for a short look, `BENCH_ROUNDS=3` for as many rounds.
//!
//! Prints a table in Markdown: medians of both, and the median of the ratios of each pair of rounds.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../examples/copy-tree.rs"]
#[allow(dead_code)]
mod copy_tree;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant, SystemTime};

use common::{EXT4, MEBIBYTE, Wanted, XFS, clone, noise, patch};

/// Seconds until safely written, and of processor time.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    processor: f64,
}

type Way<'w> = &'w dyn Fn(&Path) -> Cost;

struct Bench {
    disks: common::Disks,
    rounds: usize,
    /// Of one large file, in MiB.
    large: u64,
}

fn measured(command: &mut Command) -> Cost {
    let (before, began) = (processor(), Instant::now());
    let status = command.stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?} failed");
    Cost { seconds: began.elapsed().as_secs_f64(), processor: processor() - before }
}

/// What our children have used so far.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("/proc");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let ticks: u32 = fields[13..15].iter().map(|ticks| ticks.parse::<u32>().expect("ticks")).sum();
    f64::from(ticks) / 100.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Nothing of it is in memory any more.
fn forget(directory: &Path) {
    rustix::fs::syncfs(File::open(directory).expect("a directory")).expect("a sound disk");
    for entry in fs::read_dir(directory).expect("a directory") {
        let file = File::open(entry.expect("an entry").path()).expect("a file");
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    }
}

impl Bench {
    fn ours(&self, source: &Path, target: &Path, base: Option<&Path>) -> Cost {
        let mut command = self.disks.command(std::env::current_exe().expect("this program"));
        command.arg("copy-tree").args([source, target].map(|path| self.disks.inside(path)));
        base.map(|base| command.arg("--base").arg(self.disks.inside(base)));
        measured(&mut command)
    }

    fn rsync(&self, source: &Path, target: &Path) -> Cost {
        let script = "rsync -aHAX \"$0/\" \"$1/\" && sync -f \"$1\"";
        let mut command = self.disks.command("sh");
        measured(command.args(["-c", script]).args([source, target].map(|path| self.disks.inside(path))))
    }

    /// The same bytes, from nowhere and past all caches.
    fn raw(&self, target: &Path, mebibytes: u64) -> Cost {
        let count = format!("count={}", mebibytes / 4);
        let out = format!("of={}", self.disks.inside(target).join("raw").display());
        let mut command = self.disks.command("dd");
        measured(command.args(["if=/dev/zero", "bs=4M", "oflag=direct", "conv=fsync", &count, &out]))
    }

    fn new() -> Option<Self> {
        let quick = std::env::var_os("BENCH_QUICK").is_some();
        let wanted: [Wanted; 3] = [("source", XFS, 14 << 10), ("xfs", XFS, 14 << 10), ("ext4", EXT4, 14 << 10)];
        let disks = common::direct_disks(&wanted)?;
        let (rounds, large) = if quick { (1, 64) } else { (5, 512) };
        let rounds = std::env::var("BENCH_ROUNDS").map_or(rounds, |rounds| rounds.parse().expect("a number"));
        Some(Self { disks, rounds, large })
    }

    /// Rounds of both in alternation, each to a fresh directory.
    fn compare(&self, work: &str, source: &Path, disk: &str, ways: [Way<'_>; 2]) {
        self.compare_prepared(work, (source, disk), &|_| {}, ways);
    }

    fn compare_prepared(&self, work: &str, (source, disk): (&Path, &str), prepare: &dyn Fn(&Path), ways: [Way<'_>; 2]) {
        let mut costs = [Vec::new(), Vec::new()];
        for round in 0..self.rounds {
            for step in 0..2 {
                let way = (round + step) % 2;
                let target = self.disks.directory(disk, "target");
                prepare(&target);
                [source, &target].into_iter().for_each(forget);
                costs[way].push(ways[way](&target));
            }
        }
        let seconds = |way: usize| median(costs[way].iter().map(|cost| cost.seconds).collect());
        let ratio = |part: fn(&Cost) -> f64| {
            median(costs[0].iter().zip(&costs[1]).map(|(one, other)| part(one) / part(other).max(0.01)).collect())
        };
        let (time, processor) = (ratio(|cost| cost.seconds), ratio(|cost| cost.processor));
        println!("| {work} | {:.2} s | {:.2} s | **{time:.2}** | {processor:.2} |", seconds(0), seconds(1));
    }

    fn first_copy(&self, count: u64, disk: &str) {
        let source = self.disks.directory("source", "first");
        for number in 0..count {
            fs::write(source.join(format!("{number}.vbk")), self.noise(number)).expect("room");
        }
        let title = format!("{count} × {} MiB, first copy, XFS to {disk}", self.large);
        self.compare(&title, &source, disk, [&|to| self.ours(&source, to, None), &|to| self.rsync(&source, to)]);
        let title = format!("the same beside `dd oflag=direct` of as many bytes, to {disk}");
        self.compare(
            &title,
            &source,
            disk,
            [&|to| self.ours(&source, to, None), &|to| self.raw(to, count * self.large)],
        );
        fs::remove_dir_all(source).expect("it");
    }

    fn noise(&self, seed: u64) -> Vec<u8> {
        noise(seed, usize::try_from(self.large * MEBIBYTE).expect("fits"))
    }

    fn synthetic_fulls(&self) {
        let source = self.disks.directory("source", "fulls");
        let path = |number: u64| source.join(format!("{number}.vbk"));
        fs::write(path(0), self.noise(0)).expect("room");
        for number in 1..5 {
            clone(&path(number - 1), &path(number));
            let changed = usize::try_from(self.large * MEBIBYTE * 15 / 100).expect("fits");
            patch(&path(number), number * self.large * MEBIBYTE / 6, &noise(number + 10, changed));
        }
        let title = format!("5 synthetic fulls of {} MiB that share 85 %, XFS to XFS", self.large);
        let before = common::used(&self.disks.path("xfs"));
        self.compare(&title, &source, "xfs", [&|to| self.ours(&source, to, None), &|to| self.rsync(&source, to)]);
        let target = self.disks.directory("xfs", "target");
        let empty = common::used(&target).min(before);
        self.ours(&source, &target, None);
        let unique = self.large * MEBIBYTE * 160 / 100;
        println!("\nbytes on the disk / unique bytes: {:.3}\n", (common::used(&target) - empty) as f64 / unique as f64);
        fs::remove_dir_all(source).expect("it");
    }

    /// A file of four times the size, of which three per cent change in sixty places.
    fn changed_in_place(&self) {
        let [source, base] = ["changed", "base"].map(|name| self.disks.directory("source", name));
        let (full, kept) = (source.join("full.vbk"), base.join("full.vbk"));
        let bytes: Vec<u8> = (0..4).flat_map(|part| self.noise(part)).collect();
        fs::write(&full, &bytes).expect("room");
        // rsync looks at whole seconds.
        let earlier = SystemTime::now() - Duration::from_secs(3600);
        File::options().write(true).open(&full).and_then(|file| file.set_modified(earlier)).expect("its time");
        clone(&full, &kept);
        let change = |seed: u64| {
            let places = 60;
            let length = bytes.len() * 3 / 100 / places;
            for place in 0..places {
                patch(&full, (place * bytes.len() / places + 4321) as u64, &noise(seed + place as u64, length));
            }
        };
        change(1000);
        let title = format!("{} MiB changed in place by 3 %, with base, XFS to XFS", 4 * self.large);
        let ways: [Way<'_>; 2] = [&|to| self.ours(&source, to, Some(&base)), &|to| self.rsync(&source, to)];
        self.compare_prepared(
            &title,
            (&source, "xfs"),
            &|to| {
                self.ours(&base, to, None);
            },
            ways,
        );
        [source, base].iter().for_each(|path| fs::remove_dir_all(path).expect("it"));
    }

    /// Every second block of a file belongs to another one, so that each is an extent.
    fn extents(&self, count: u64) -> f64 {
        let [source, base] = ["extents", "base"].map(|name| self.disks.directory("source", name));
        let full: PathBuf = source.join("full.vbk");
        let length = usize::try_from(count * 4096).expect("fits");
        fs::write(&full, noise(1, length)).expect("room");
        clone(&full, &base.join("full.vbk"));
        (0..count).step_by(2).for_each(|block| patch(&full, block * 4096, &noise(block, 4096)));
        let target = self.disks.directory("xfs", "target");
        self.ours(&base, &target, None);
        let cost = self.ours(&source, &target, Some(&base));
        [source, base].iter().for_each(|path| fs::remove_dir_all(path).expect("it"));
        cost.seconds
    }
}

fn main() -> ExitCode {
    let mut words = std::env::args_os();
    if std::env::args().nth(1).is_some_and(|word| word == "copy-tree") {
        words.next();
        return copy_tree::run(words);
    }
    let Some(bench) = Bench::new() else { return ExitCode::SUCCESS };
    println!("| work | transfer | peer | ratio of time | ratio of processor time |\n|---|---|---|---|---|");
    bench.changed_in_place();
    bench.first_copy(4, "ext4");
    bench.first_copy(4, "xfs");
    bench.first_copy(12, "ext4");
    bench.synthetic_fulls();
    println!("\n| extents | seconds | microseconds for each |\n|---|---|---|");
    for count in [10_000, 100_000, 1_000_000].into_iter().take(if bench.large < 512 { 2 } else { 3 }) {
        let seconds = bench.extents(count);
        println!("| {count} | {seconds:.2} | {:.1} |", seconds * 1e6 / count as f64);
    }
    ExitCode::SUCCESS
}
