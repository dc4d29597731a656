//! Veeam and the copy in ten thousand random orders: the real daemon on a private bus, with jobs that lock and unlock, copies
//! that start and end, scripts and daemons that are killed, and lock files that others make. `actors` does what the dice say,
//! and `judge` holds the order of messages on the bus against what is allowed.
//!
//! `INTERLEAVINGS_SEED=17 cargo test --test interleavings` plays one batch again, `INTERLEAVINGS_CASES=…` plays more or fewer.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod actors;
mod judge;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use asbackup_testing::campaign::seeds;

use actors::Actors;

/// Ten thousand orders.
const BATCHES: usize = 125;
/// On one daemon, unless it is killed.
const BATCH: usize = 80;
/// At a time.
const DAEMONS: usize = 2;

fn play(seed: u64) {
    println!("seed {seed}: INTERLEAVINGS_SEED={seed} cargo test --test interleavings");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut actors = Actors::new(seed).await;
        for _ in 0..BATCH {
            actors.interleave().await;
        }
    });
}

#[test]
fn no_copy_and_no_held_lock_ever_overlap() {
    let (seeds, next) = (seeds("INTERLEAVINGS", BATCHES), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..DAEMONS {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    play(*seed);
                }
            });
        }
    });
}
