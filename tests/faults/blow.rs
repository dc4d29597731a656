//! Does the harm, and brings back what a real machine would bring back by itself: a killed service is started again.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::processes;
use rustix::process::Signal;

use crate::moment::{Held, rsyncs};
use crate::plan::{Blow, Plan};
use crate::world::World;

/// Returns the daemon that runs afterwards.
pub async fn strike(world: &mut World, mut daemon: Daemon, plan: &Plan, held: Option<Held>) -> Daemon {
    let mut dice = plan.dice();
    let rsync = rsyncs(daemon.pid());
    let kill = |pids: &[u32]| pids.iter().for_each(|pid| processes::signal(*pid, Signal::KILL));
    match plan.blow {
        Blow::Pull => world.disk.pull(),
        Blow::KillOneRsync if !rsync.is_empty() => kill(&rsync[dice.usize(..rsync.len())..][..1]),
        Blow::KillOneRsync | Blow::KillAllRsync => kill(&rsync),
        Blow::KillUdisks => {
            world.testbed.kill_udisks();
            drop(held);
            sleep(Duration::from_millis(dice.u64(..400)));
            world.testbed.start_udisks();
            return daemon;
        }
        Blow::Cancel => {
            // The run may have ended meanwhile.
            let _ = daemon.cancel().await;
        }
        Blow::Fill => fill(world),
        Blow::StopDaemon => {
            daemon.signal(Signal::TERM);
            drop(held);
            let status = daemon.exit().await;
            assert!(status.success(), "SIGTERM ended the daemon with {status}");
            return world.start_daemon().await;
        }
        Blow::KillDaemon => {
            daemon.kill().await;
            return world.start_daemon().await;
        }
        Blow::KillDaemonAndRsync => {
            daemon.kill().await;
            kill(&rsync);
            return world.start_daemon().await;
        }
        Blow::PowerCut => {
            let device = world.disk.device();
            world.disk.pull();
            daemon.kill().await;
            kill(&rsync);
            drop(held);
            world.testbed.kill_udisks();
            world.reboot(&device);
            return world.start_daemon().await;
        }
        Blow::KillBus => {
            world.testbed.kill_bus();
            drop(held);
            let status = daemon.exit().await;
            assert_eq!(status.code(), Some(76), "systemd starts it again for any failure");
            world.testbed.start_bus();
            world.testbed.start_udisks();
            return world.start_daemon().await;
        }
    }
    daemon
}

/// rsync meets the full disk when it goes on; on a small one it may have written all it has to.
fn fill(world: &World) {
    let Some(mount_point) = world.mount_point() else { return };
    let filler = world.testbed.path(mount_point).join("filler");
    let mut dd = Command::new("dd");
    dd.args(["if=/dev/zero", "bs=1M", "status=none"]).arg(format!("of={}", filler.display()));
    // It ends with an error, which is the point.
    let _ = dd.stderr(Stdio::null()).status();
}
