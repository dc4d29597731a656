//! `cargo bench -p asbackup-snapshot`: extents a second, with one thread and with two, beside `cp --reflink=always` of the same files,
//! in alternation, on loop devices. As root. `BENCH_QUICK=1` for a short look, `BENCH_ROUNDS=3` for as many rounds instead of five.
//! Prints a table in Markdown with the medians.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use asbackup_snapshot::{Place, Snapshot};
use common::{BTRFS, Disks, GO_ON, Source, XFS, names_in, run};

const BLOCK: u64 = 4096;

/// Seconds of each round.
#[derive(Default)]
struct Figures {
    ours: Vec<f64>,
    /// Of processor time: what they need on a machine that has nothing else to do.
    processor: Vec<f64>,
    two: Vec<f64>,
    cp: Vec<f64>,
    stamps: Vec<f64>,
    extents: u64,
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Files of which every second block has been written anew since they were cloned, so that each block is an extent of its own.
fn make(disks: &Disks, disk: &str, files: u64, extents: u64) -> Source {
    let source = Source::on(disks, disk);
    for number in 0..files {
        let path = source.path.join(format!("{number}.vbk"));
        let file = File::create(&path).expect("room");
        // Written from its end to its start, with gaps: no two blocks are neighbours.
        for block in (0..extents / files).rev() {
            file.write_all_at(&[7; BLOCK as usize], block * 2 * BLOCK).expect("room");
        }
        rustix::fs::fsync(&file).expect("a sound disk");
    }
    source
}

fn measure(source: &Source, target: &Path, rounds: usize) -> Figures {
    let place = source.place();
    let names = names_in(&source.path);
    let mut figures = Figures::default();
    for round in 0..3 * rounds {
        match round % 3 {
            0 => ours(source, &place, &names, &mut figures),
            1 => figures.two.push(two_threads(source, &place, &names)),
            _ => figures.cp.push(cp(&source.path, target)),
        }
        place.keep_only(&[], &GO_ON).expect("removed");
        rustix::fs::syncfs(&source.file).expect("a sound disk");
    }
    figures
}

fn ours(source: &Source, place: &Place, names: &[String], figures: &mut Figures) {
    let began = Instant::now();
    let stamps = source.stamps(names);
    figures.stamps.push(began.elapsed().as_secs_f64());
    let snapshot = Snapshot::create(place, "1").expect("a snapshot");
    let before = processor();
    let report = source.freeze_into(&snapshot, &stamps);
    figures.processor.push(processor() - before);
    assert!(report.is_whole() && source.changed(&stamps).is_empty(), "{report:?}");
    figures.extents = report.extents;
    figures.ours.push(report.time.as_secs_f64());
}

/// What this process has used so far, in steps of a hundredth of a second.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("/proc");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let ticks: u32 = fields[11..13].iter().map(|ticks| ticks.parse::<u32>().expect("ticks")).sum();
    f64::from(ticks) / 100.0
}

/// Half of the files each.
fn two_threads(source: &Source, place: &Place, names: &[String]) -> f64 {
    let stamps = source.stamps(names);
    let snapshot = Snapshot::create(place, "1").expect("a snapshot");
    let (one, other) = stamps.entries().split_at(names.len() / 2);
    let began = Instant::now();
    thread::scope(|scope| {
        for half in [one, other] {
            scope.spawn(|| snapshot.freeze(source.file.as_fd(), half, &GO_ON));
        }
    });
    began.elapsed().as_secs_f64()
}

fn cp(from: &Path, to: &Path) -> f64 {
    fs::create_dir(to).expect("a directory");
    let began = Instant::now();
    let mut command = Command::new("cp");
    command.args(["--reflink=always", "--preserve=timestamps", "--recursive", "--no-target-directory"]);
    run(command.args([from, to]));
    began.elapsed().as_secs_f64()
}

fn main() {
    let quick = std::env::var_os("BENCH_QUICK").is_some();
    let rounds =
        std::env::var("BENCH_ROUNDS").map_or(if quick { 1 } else { 5 }, |rounds| rounds.parse().expect("a number"));
    let Some(disks) = common::disks(&[("xfs", XFS, 8 << 10), ("btrfs", BTRFS, 8 << 10)]) else {
        return;
    };
    println!(
        "| file system | files | extents | one thread | extents/s | extents/s of processor time | two threads | `cp --reflink=always` | ours/cp | stamps |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let cases: &[(u64, u64)] =
        if quick { &[(4, 20_000)] } else { &[(1, 200_000), (20, 200_000), (200, 200_000), (1, 400_000)] };
    for disk in ["xfs", "btrfs"] {
        for (files, extents) in cases {
            let source = make(&disks, disk, *files, *extents);
            let mut figures = measure(&source, &disks.path(disk).join(".asbackup/cp"), rounds);
            let (ours, two, cp) = (median(&mut figures.ours), median(&mut figures.two), median(&mut figures.cp));
            println!(
                "| {disk} | {files} | {} | {ours:.2} s | {:.0} | {:.0} | {two:.2} s | {cp:.2} s | **{:.2}** | {:.2} s |",
                figures.extents,
                figures.extents as f64 / ours,
                figures.extents as f64 / median(&mut figures.processor).max(0.01),
                ours / cp,
                median(&mut figures.stamps)
            );
        }
    }
}
