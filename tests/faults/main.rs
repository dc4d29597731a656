//! The fault campaign: something fails at a random moment of a random step, then the disk is plugged in again. After each case
//! the copy is the source or the run is told as not finished, the source is what it was, nothing outside of the disk has
//! changed, and no process, mount or lock is left; and the next plug-in makes the copy whole.
//!
//! Real udisksd, loop devices, file systems and rsync, in a few testbeds side by side; the repository is copied as it is, or frozen on
//! XFS or btrfs. Each case is made from one seed, which is printed: `FAULT_SEED=… cargo test --test faults` plays that one again. What
//! a seed can't fix is how fast the machine is.
//! `FAULT_CASES=…` plays more or fewer, `FAULT_TESTBEDS=…` sets how many at a time.
//!
//! `plan` is what a seed stands for, `world` the testbed it happens in, `moment` waits for the time, `blow` does the harm,
//! `truth` is what must hold, `case` the order of it all.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod blow;
mod case;
mod moment;
mod plan;
mod truth;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use asbackup_testing::campaign::{number, seeds};

use plan::Plan;
use world::World;

const CASES: usize = 200;
/// Most of a case is waiting: for a disk to settle, for udev, for UDisks2.
const TESTBEDS: usize = 4;

/// After a failure the world can't be used for the next case. Returns the message of the assertion that failed.
fn play(world: &mut World, plan: &Plan) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(case::play(world, plan))))
        .map_err(asbackup_testing::panics::message)
}

#[test]
fn no_fault_at_any_moment_loses_anything() {
    let seeds = seeds("FAULT", CASES);
    let (next, failed, began) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Instant::now());
    thread::scope(|scope| {
        for _ in 0..number("FAULT_TESTBEDS", TESTBEDS).min(seeds.len()) {
            // A testbed lives and dies in the thread that made it.
            scope.spawn(|| {
                let mut world = World::new();
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (plan, start) = (Plan::of(*seed), Instant::now());
                    let played = play(&mut world, &plan);
                    let verdict = if played.is_ok() { "ok" } else { "FAILED" };
                    let line = format!("FAULT_SEED={seed} {plan:?}: {verdict}, {:.1} s", start.elapsed().as_secs_f32());
                    println!("{line}");
                    if let Err(words) = played {
                        world.print();
                        failed.lock().expect("nobody panics with it").push(format!("{line}: {words}"));
                        world = World::new();
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("nobody panics with it");
    println!("{} cases in {} s", seeds.len(), began.elapsed().as_secs());
    // Once more at the end, where it is found in a long log.
    assert!(failed.is_empty(), "{} of {} cases failed:\n{}", failed.len(), seeds.len(), failed.join("\n"));
}
