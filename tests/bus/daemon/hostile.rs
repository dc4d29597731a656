//! Malicious callers, and disks whose every text was written by an attacker.

use std::time::{Duration, Instant};

use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use asbackup_testing::fakes::udisks::{Behaviour, FakeDisk};
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::daemon::{proxy, refused};
use asbackup_testing::harness::{Harness, first};
use procfs::process::Process;

/// A terminal that is cleared, a line of the log, a reversed reading direction, a header, markup, an 8-bit escape.
const EVIL: &str =
    "\u{1b}[2J\n2026-01-01 00:00:00 error forged\r\nBcc: x@y\u{202e}\u{2028}<b>\u{9b}31m\u{7f}\u{200f}\u{061c}\u{feff}";

fn assert_harmless(what: &str, text: &str) {
    let harmful = |c: char| c != '\n' && c.is_control() || "\u{202e}\u{2028}\u{200f}\u{061c}\u{feff}".contains(c);
    assert!(!text.contains(harmful), "{what}: {text:?}");
    assert!(!text.lines().any(|line| line.starts_with("2026-01-01") || line.starts_with("Bcc:")), "{what}: {text}");
}

#[tokio::test]
async fn no_text_of_a_disk_forges_a_line_or_reaches_a_terminal_raw() {
    let mut harness = Harness::new().await;
    harness.settings.set("Debug", "debug", "true");
    let daemon = harness.daemon().await;
    let disk = FakeDisk { label: EVIL.to_owned(), serial: EVIL.to_owned(), ..first() };
    harness.udisks.on_call_for(&disk, "Mount", Behaviour::fails("Failed", EVIL));
    harness.udisks.plug(&disk).await;
    let finished = daemon.finished(1).await;
    assert!(finished.message.contains("forged"), "it is told all the same: {}", finished.message);
    assert_harmless("message", &finished.message.replace('\n', "\r"));
    assert_harmless("standard error", &daemon.log());
    assert_harmless("text log", &daemon.text_log());
    let status = std::fs::read_to_string(harness.path("run/status.txt")).unwrap();
    assert_harmless("status.txt", &status);
    let last = daemon.client.last_error().await.unwrap().1;
    for (name, text) in [("Status", daemon.client.status().await.unwrap()), ("LastError", last)] {
        assert_harmless(name, &text.replace('\n', "\r"));
    }
    for row in daemon.client.list_disks().await.unwrap() {
        let label: String = row["label"].downcast_ref().unwrap();
        assert_harmless("label", &label.replace('\n', "\r"));
    }
}

#[tokio::test]
async fn arguments_that_no_disk_and_no_job_can_have_are_refused() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let huge = "x".repeat(10 << 10);
    for uuid in
        [EVIL, huge.as_str(), "../../etc/passwd", "/dev/sda", "%s%n", "0f3a2c1e-1111-2222-3333-4444555566\u{202e}1"]
    {
        let (name, message) = refused(daemon.client.start(uuid).await);
        assert_eq!(name, "UnknownDisk", "{message}");
        assert!(message.len() < 1000, "{} bytes", message.len());
        assert_harmless("message", &message.replace('\n', "\r"));
    }
    for job in [EVIL, huge.as_str(), "", "../veeam", "/etc/cron.d/x", ".hidden", "a/b"] {
        for answer in [daemon.client.veeam_lock(job).await.map(drop), daemon.client.veeam_unlock(job).await] {
            let (name, message) = refused(answer);
            assert_eq!(name, "InvalidJob", "{message}");
            assert_harmless("message", &message.replace('\n', "\r"));
        }
    }
    let endless = "x".repeat(1 << 20);
    let (name, message) = refused(daemon.client.start(&endless).await);
    assert!(name.ends_with("InvalidArgs") && message.contains("far more arguments"), "{name}: {message}");
    assert_eq!(std::fs::read_dir(harness.path("veeam")).unwrap().count(), 0);
    assert_harmless("standard error", &daemon.log());
}

const CALLERS: usize = 8;
const FLOOD: Duration = Duration::from_secs(4);
/// What an allocator keeps for later, not what a leak takes.
const MOST_GROWTH: u64 = 16 << 20;

fn memory(pid: u32) -> u64 {
    let status = Process::new(pid.cast_signed()).unwrap().status().unwrap();
    status.vmrss.unwrap() * 1024
}

/// Reads, lists and forbidden calls, as fast as the bus lets an ordinary user send them; until then, and at least so many.
async fn flood(harness: &Harness, until: Instant, least: u64) -> u64 {
    let mut callers = Vec::new();
    for _ in 0..CALLERS {
        let client = proxy(&harness.bus.connect_as(NOBODY).await).await;
        callers.push(tokio::spawn(async move {
            let mut calls = 0;
            while Instant::now() < until || calls < least / CALLERS as u64 {
                let (state, disks, runs, start, lock) = tokio::join!(
                    client.state(),
                    client.list_disks(),
                    client.list_runs(u32::MAX),
                    client.start("nonsense"),
                    client.veeam_lock("job"),
                );
                assert!(state.is_ok() && disks.is_ok() && runs.is_ok() && start.is_err() && lock.is_err());
                calls += 5;
            }
            calls
        }));
    }
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    calls
}

#[tokio::test]
async fn a_flood_of_calls_takes_no_memory_and_delays_nobody() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let _polkit = FakePolkit::start(harness.bus.address(), Decision::No).await;
    // What the daemon allocates once is allocated now.
    flood(&harness, Instant::now() + FLOOD / 4, 0).await;
    let before = memory(daemon.pid());
    let flooded = flood(&harness, Instant::now() + FLOOD, 1000 * FLOOD.as_secs());
    let run = async {
        harness.udisks.on_call("Mount", Behaviour::Late(FLOOD / 4));
        harness.udisks.plug(&first()).await;
        daemon.started(1).await;
        let mut slowest = Duration::ZERO;
        while daemon.recorded().finished.is_empty() {
            let asked = Instant::now();
            daemon.client.state().await.unwrap();
            slowest = slowest.max(asked.elapsed());
        }
        slowest
    };
    let (calls, slowest) = tokio::join!(flooded, run);
    let grown = memory(daemon.pid()).saturating_sub(before);
    println!("{calls} calls, slowest answer {slowest:?}, {grown} bytes more");
    assert!(slowest < Duration::from_secs(2), "an answer took {slowest:?}");
    assert!(grown < MOST_GROWTH, "{grown} bytes more");
}
