//! What the daemon costs while nothing happens: memory and wake-ups, against udisksd in the same minute.

use std::collections::HashMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::config::ConfigText;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::processes;
use asbackup_testing::{PATIENCE, output, program, wait_for};
use procfs::process::{Process, Status};
use rustix::process::Signal;

use crate::Amounts;
use crate::figures::Table;

/// tokio's spare threads end when they were idle for ten seconds.
const QUIET_AFTER: Duration = Duration::from_secs(15);
/// Shorter than the unit's three minutes, so that it is fed six times in the minute that is looked at.
const WATCHDOG: Duration = Duration::from_secs(20);

pub async fn measure(amounts: &Amounts, table: &mut Table) {
    let testbed = Testbed::new();
    let disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
    let config = ConfigText::new(&testbed, &[&disk]);
    fs::write(testbed.path("/etc/asbackup/config.ini"), config.text()).expect("config.ini");
    let (udisksd, udevd) = (process_named(&testbed, "udisksd"), process_named(&testbed, "systemd-udevd"));
    for watchdog in [None, Some(WATCHDOG)] {
        let mut daemon = start(&testbed, watchdog);
        let pid = wait_for("the daemon", PATIENCE, || processes::children(daemon.id()).first().copied());
        wait_until_it_answers(&testbed);
        tokio::time::sleep(QUIET_AFTER.min(amounts.idle * 3)).await;
        // Other disks of the machine that come and go are no idle time; without udevd nobody in the testbed hears of them.
        processes::signal(udevd, Signal::STOP);
        let before = (wakeups(pid), wakeups(udisksd));
        tokio::time::sleep(amounts.idle).await;
        let minutes = amounts.idle.as_secs_f64() / 60.0;
        let (ours, theirs) = (since(&before.0, pid), since(&before.1, udisksd));
        processes::signal(udevd, Signal::CONT);
        if watchdog.is_none() {
            let (ours, theirs) = (pss(pid), pss(udisksd));
            let (ours_shown, theirs_shown) = (mebibytes(ours), mebibytes(theirs));
            let ratio = format!("{:.2}", ours as f64 / theirs as f64);
            table.line(["idle memory (PSS)", &ours_shown, &theirs_shown, &ratio, "peer: udisksd"]);
        }
        let what = watchdog.map_or("without a watchdog", |_| "with a watchdog of 20 s (fed 6 times)");
        let per_minute = |count: u64| format!("{:.1}", count as f64 / minutes);
        let what = format!("idle wake-ups a minute, {what}");
        table.line([&what, &per_minute(ours), &per_minute(theirs), "–", "peer: udisksd"]);
        processes::signal(pid, Signal::TERM);
        daemon.wait().expect("its end");
    }
}

fn start(testbed: &Testbed, watchdog: Option<Duration>) -> Child {
    let mut command: Command = testbed.command(program("asbackupd"));
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    if let Some(period) = watchdog {
        command.env("WATCHDOG_USEC", period.as_micros().to_string());
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the daemon in the testbed")
}

fn wait_until_it_answers(testbed: &Testbed) {
    wait_for("the daemon's answer", PATIENCE, || {
        let mut ask = testbed.command("busctl");
        ask.args(["get-property", "de.example.Backup", "/de/example/Backup", "de.example.Backup", "Status"]);
        output(&mut ask).status.success().then_some(())
    });
}

fn process_named(testbed: &Testbed, name: &str) -> u32 {
    let is_it = |pid: &u32| {
        let stat = Process::new(pid.cast_signed()).and_then(|process| process.stat());
        stat.is_ok_and(|stat| stat.comm == name)
    };
    let below = processes::descendants(testbed.init());
    let beside = processes::descendants(std::process::id());
    below.into_iter().chain(beside).find(is_it).expect("the process")
}

/// Bytes, shared pages counted in part.
fn pss(pid: u32) -> u64 {
    let process = Process::new(pid.cast_signed()).expect("it runs");
    let rollup = process.smaps_rollup().expect("its memory");
    rollup.memory_map_rollup.iter().filter_map(|map| map.extension.map.get("Pss")).sum()
}

/// How often each of its threads was put on a processor, wanted or not.
fn wakeups(pid: u32) -> HashMap<i32, u64> {
    let tasks = Process::new(pid.cast_signed()).and_then(|process| process.tasks()).expect("it runs");
    let switches = |status: Status| {
        let wanted = status.voluntary_ctxt_switches.unwrap_or_default();
        (status.pid, wanted + status.nonvoluntary_ctxt_switches.unwrap_or_default())
    };
    tasks.flatten().filter_map(|task| task.status().ok()).map(switches).collect()
}

/// Threads that ended meanwhile are not counted.
fn since(before: &HashMap<i32, u64>, pid: u32) -> u64 {
    let now = wakeups(pid);
    now.iter().map(|(thread, count)| count - before.get(thread).unwrap_or(&0)).sum()
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
