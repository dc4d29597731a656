//! `cargo bench -p asbackup-snapshot`: extents a second, beside `cp --reflink=always` of the same files in the same run, in alternation, on
//! loop devices. As root. `BENCH_QUICK=1` for a short look. Prints a table in Markdown with the medians of five rounds.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use asbackup_snapshot::Snapshot;
use common::{BTRFS, Disks, GO_ON, Source, XFS, names_in, run, shown};

const BLOCK: u64 = 4096;

struct Figures {
    /// Seconds of each round.
    ours: Vec<f64>,
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

fn measure(source: &Source, rounds: usize) -> Figures {
    let place = source.place();
    let names = names_in(&source.path);
    let mut figures = Figures { ours: Vec::new(), cp: Vec::new(), stamps: Vec::new(), extents: 0 };
    for round in 0..2 * rounds {
        if round % 2 == 0 {
            let began = Instant::now();
            let stamps = source.stamps(&names);
            figures.stamps.push(began.elapsed().as_secs_f64());
            let snapshot = Snapshot::create(&place, "1").expect("a snapshot");
            let report = source.clone_files(&snapshot, &stamps);
            assert!(report.is_whole() && source.changed(&stamps).is_empty(), "{report:?}");
            figures.extents = report.extents;
            figures.ours.push(report.time.as_secs_f64());
        } else {
            figures.cp.push(cp(&source.path, &shown(&place, "1")));
        }
        place.remove("1", &GO_ON).expect("removed");
        rustix::fs::syncfs(&source.file).expect("a sound disk");
    }
    figures
}

fn cp(from: &Path, to: &Path) -> f64 {
    fs::create_dir(to).expect("a directory");
    let to = fs::canonicalize(to).unwrap_or_else(|_| to.to_owned());
    let began = Instant::now();
    let mut command = Command::new("cp");
    run(command
        .args(["--reflink=always", "--preserve=timestamps", "--recursive", "--no-target-directory"])
        .args([from, &to]));
    began.elapsed().as_secs_f64()
}

fn main() {
    let quick = std::env::var_os("BENCH_QUICK").is_some();
    let Some(disks) = common::disks(&[("xfs", XFS, 8 << 10), ("btrfs", BTRFS, 8 << 10)]) else {
        return;
    };
    println!("| file system | files | extents | ours | extents/s | `cp --reflink=always` | ours/cp | stamps |");
    println!("|---|---|---|---|---|---|---|---|");
    let cases: &[(u64, u64)] =
        if quick { &[(4, 20_000)] } else { &[(1, 200_000), (20, 200_000), (2000, 200_000), (1, 400_000)] };
    for disk in ["xfs", "btrfs"] {
        for (files, extents) in cases {
            let source = make(&disks, disk, *files, *extents);
            let mut figures = measure(&source, if quick { 1 } else { 5 });
            let (ours, cp) = (median(&mut figures.ours), median(&mut figures.cp));
            println!(
                "| {disk} | {files} | {} | {ours:.2} s | {:.0} | {cp:.2} s | **{:.2}** | {:.2} s |",
                figures.extents,
                figures.extents as f64 / ours,
                ours / cp,
                median(&mut figures.stamps)
            );
        }
    }
}
