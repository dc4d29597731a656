//! One case from its beginning to its end.

use std::time::Duration;

use asbackup_api::Outcome;
use asbackup_testing::PATIENCE;
use asbackup_testing::testbed::daemon::Daemon;

use crate::plan::Plan;
use crate::truth::{self, Before};
use crate::world::World;
use crate::{blow, moment};

pub async fn play(world: &mut World, plan: &Plan) {
    world.reset(plan);
    let before = Before::look(world);
    let daemon = world.start_daemon().await;
    world.disk.plug();
    let held = moment::wait(plan.moment, &daemon).await;
    let mut daemon = blow::strike(world, daemon, plan, held).await;
    come_to_rest(world, &daemon).await;
    truth::is_recorded(world, &daemon);
    before.holds(world);
    let ended = plug_in_again(world, &daemon).await;
    // A disk that is plugged in may flicker before it settles.
    daemon.finished(ended + 1).await;
    come_to_rest(world, &daemon).await;
    assert_eq!(daemon.record().outcome, Outcome::Success, "{:?}", daemon.record());
    truth::is_recorded(world, &daemon);
    before.holds(world);
    daemon.stop().await;
    world.disk.unplug();
    world.disk.check();
}

/// Gives how many runs were over by then.
async fn plug_in_again(world: &mut World, daemon: &Daemon) -> usize {
    if world.disk.is_plugged() {
        world.disk.unplug();
        wait_until_seen(world, daemon).await;
    }
    world.remove_filler();
    // The daemon may have taken this for a disk that came and went, and have begun a run for it.
    world.testbed.settle();
    come_to_rest(world, daemon).await;
    let ended = daemon.recorded().finished.len();
    world.disk.plug();
    ended
}

/// Waits until the daemon sees the disk, or no longer sees it, and is idle.
async fn come_to_rest(world: &World, daemon: &Daemon) {
    wait_until_seen(world, daemon).await;
    until("the daemon to be idle", async || {
        // A run that ends between two of these questions may have a successor: that waits, or has begun by the last of them.
        let begun = daemon.begun();
        let waits = !daemon.queue().await.is_empty();
        let idle = daemon.state().await == "idle";
        idle && !waits && daemon.queue().await.is_empty() && daemon.begun() == begun && daemon.unfinished() == 0
    })
    .await;
    // A mount that comes after its run has ended is undone when it is there, and its mark goes last.
    let is_clear = || world.mounts().is_empty() && world.marks().is_empty();
    asbackup_testing::until("everything to be unmounted", is_clear).await;
}

async fn wait_until_seen(world: &World, daemon: &Daemon) {
    let plugged = world.disk.is_plugged();
    until("the daemon to see what is plugged in", async || daemon.is_present(&world.disk.uuid).await == plugged).await;
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    // A hung rsync is given half a minute, and a busy disk two.
    let patience = PATIENCE * 4;
    let so = tokio::time::timeout(patience, async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    so.await.unwrap_or_else(|_| panic!("waited {patience:?} in vain for {what}"));
}
