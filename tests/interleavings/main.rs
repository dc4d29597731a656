//! Veeam and the copy, in ten thousand random orders: the real daemon on a private bus, with jobs that ask and give back, copies
//! that start and end, scripts and daemons that are killed, and lock files that others make. `actors` does what the dice say,
//! and `judge` holds the order of messages on the bus against what is allowed.
//!
//! `INTERLEAVINGS_SEED=17 cargo test --test interleavings` plays one batch again.

mod actors;
mod judge;

use std::sync::atomic::{AtomicU64, Ordering};

use actors::Actors;

const BATCHES: u64 = 125;
/// On one daemon, unless it is killed.
const BATCH: usize = 80;

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
fn bus_no_copy_and_no_held_lock_ever_overlap_and_nothing_is_left_behind() {
    if let Ok(seed) = std::env::var("INTERLEAVINGS_SEED") {
        return play(seed.parse().expect("a number"));
    }
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut seed = next.fetch_add(1, Ordering::Relaxed);
                while seed < BATCHES {
                    play(seed);
                    seed = next.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
}
