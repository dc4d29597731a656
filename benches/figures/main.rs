//! Figures of the release build, each against its peer, in alternation and in one run. Prints a table (Markdown) and leaves
//! nothing behind. `make bench` runs it; `BENCH_QUICK=1` makes all of it small, to see that it works, and
//! `cargo bench --bench figures -- glance idle notice reads tools runs` chooses.
//!
//! The daemon, UDisks2 and the disks are the real ones, in the testbed of the disk tests.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod figures;
mod glance;
mod idle;
mod notice;
mod reads;
mod runs;
mod tools;

use std::time::Duration;

use figures::Table;

/// How much of everything.
pub struct Amounts {
    pub large_files: usize,
    pub large_bytes: usize,
    pub small_files: usize,
    pub rounds: usize,
    pub plugs: usize,
    pub reads: usize,
    pub glances: usize,
    pub idle: Duration,
    /// Bytes of an image; sparse, so only what is written counts.
    pub disk: u64,
}

impl Amounts {
    const FULL: Self = Self {
        large_files: 4,
        large_bytes: 512 << 20,
        small_files: 100_000,
        rounds: 5,
        plugs: 7,
        reads: 2000,
        glances: 200,
        idle: Duration::from_secs(60),
        disk: 6 << 30,
    };
    const QUICK: Self = Self {
        large_files: 2,
        large_bytes: 256 << 20,
        small_files: 5_000,
        rounds: 1,
        plugs: 3,
        reads: 200,
        glances: 20,
        idle: Duration::from_secs(5),
        disk: 2 << 30,
    };

    fn wanted() -> Self {
        if std::env::var_os("BENCH_QUICK").is_some() { Self::QUICK } else { Self::FULL }
    }
}

fn main() {
    // "cargo test --all-targets" starts this program too, and wants no figures.
    let (flags, chosen): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with('-'));
    if !flags.contains(&"--bench".to_owned()) {
        return;
    }
    let wanted = |name: &str| chosen.is_empty() || chosen.iter().any(|word| word == name);
    let amounts = Amounts::wanted();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut table = Table::default();
    runtime.block_on(async {
        if wanted("glance") {
            glance::measure(&amounts, &mut table).await;
        }
        if wanted("idle") {
            idle::measure(&amounts, &mut table).await;
        }
        if wanted("notice") {
            notice::measure(&amounts, &mut table).await;
        }
        if wanted("reads") {
            reads::measure(&amounts, &mut table).await;
        }
        if wanted("tools") {
            tools::measure(&amounts, &mut table).await;
        }
        if wanted("runs") {
            runs::measure(&amounts, &mut table).await;
        }
    });
    table.print();
}
