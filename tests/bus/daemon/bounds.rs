//! A runaway user `veeam`, or somebody in its name: more locks, requests and files than any repository has.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use asbackup_testing::harness::daemon::{Daemon, proxy, refused};
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::recorder::{NAME, Recorded};
use asbackup_testing::until;
use futures_util::StreamExt;
use zbus::message::Type;
use zbus::{MatchRule, MessageStream};

const MOST_LOCKS: usize = 100;
/// So many that a list of them was more than a message on the bus may hold.
const FILES: usize = 140_000;
const IN_MEMORY: &str = "/dev/shm";

/// As long as a job's name may be, and all different.
fn job(nth: usize) -> String {
    format!("{nth:06} {}", "x".repeat(200))
}

async fn fill(daemon: &Daemon, count: usize) {
    for nth in 0..count {
        assert_eq!(daemon.client.veeam_lock(&job(nth)).await.unwrap(), "held", "{nth}");
    }
}

#[tokio::test]
async fn a_lock_beyond_the_limit_is_refused_and_held_ones_stay() {
    let harness = Harness::within(Path::new(IN_MEMORY)).await;
    let daemon = harness.daemon().await;
    fill(&daemon, MOST_LOCKS).await;
    let (name, message) = refused(daemon.client.veeam_lock("one more").await);
    assert_eq!(name, "TooManyLocks", "{message}");
    assert!(message.contains(harness.path("veeam").to_str().unwrap()), "where to look: {message}");
    assert_eq!(daemon.client.veeam_lock(&job(7)).await.unwrap(), "held", "one that is held can be renewed");
    assert_eq!(daemon.client.veeam_locks().await.unwrap().len(), MOST_LOCKS);
    daemon.client.veeam_unlock(&job(7)).await.unwrap();
    assert_eq!(daemon.client.veeam_lock("one more").await.unwrap(), "held");
}

#[tokio::test]
async fn a_request_beyond_the_limit_is_refused_during_a_copy() {
    let harness = Harness::within(Path::new(IN_MEMORY)).await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    for nth in 0..MOST_LOCKS {
        assert_eq!(daemon.client.veeam_lock(&job(nth)).await.unwrap(), "waiting", "{nth}");
    }
    assert_eq!(refused(daemon.client.veeam_lock("one more").await).0, "TooManyLocks");
    let mut callers = Vec::new();
    for _ in 0..MOST_LOCKS - 1 {
        callers.push(harness.bus.connect().await);
    }
    let asked = futures_util::future::join_all(
        callers.iter().map(|caller| async { proxy(caller).await.veeam_lock(&job(0)).await }),
    );
    let refused = asked.await.into_iter().filter(Result::is_err).count();
    assert!(refused > 0, "scripts that wait for one job have their bound, too");
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    assert_eq!(daemon.client.veeam_locks().await.unwrap().len(), MOST_LOCKS);
}

#[tokio::test]
async fn a_directory_full_of_lock_files_holds_the_copy_back_and_nothing_else() {
    let harness = Harness::within(Path::new(IN_MEMORY)).await;
    for nth in 0..FILES {
        fs::write(harness.veeam_lock(&job(nth)), "x").unwrap();
    }
    let daemon = harness.daemon().await;
    harness.udisks.plug(&first()).await;
    daemon.in_state("waiting-for-veeam").await;
    for _ in 0..10 {
        let asked = Instant::now();
        assert_eq!(refused(daemon.client.veeam_lock("Nightly").await).0, "TooManyLocks");
        daemon.client.reload().await.unwrap();
        assert!(asked.elapsed() < Duration::from_secs(4), "two calls took {:?}", asked.elapsed());
    }
    let all = daemon.properties().await;
    let locks: Vec<(String, String, u64)> = all["VeeamLocks"].try_clone().unwrap().try_into().unwrap();
    assert!(!locks.is_empty() && locks.len() <= 2 * MOST_LOCKS, "{} locks in one message", locks.len());
    let count: u32 = all["VeeamLockCount"].downcast_ref().unwrap();
    assert!(count > 1000, "{count}");
    let status: String = all["Status"].downcast_ref().unwrap();
    assert!(status.len() < 5000, "{} bytes of status", status.len());
    daemon.client.veeam_unlock(&job(FILES / 2)).await.unwrap();
    assert!(!harness.veeam_lock(&job(FILES / 2)).exists(), "also one that is not in the list can be given back");
    assert_eq!(harness.calls("Mount"), 0);
    fs::remove_dir_all(harness.path("veeam")).unwrap();
    fs::create_dir(harness.path("veeam")).unwrap();
    daemon.client.reload().await.unwrap();
    daemon.finished(1).await;
    assert!(daemon.log().len() < 64 << 10, "{} bytes of log", daemon.log().len());
}

#[tokio::test]
async fn locks_that_come_and_go_send_few_signals_but_always_the_last_state() {
    const ROUNDS: usize = 150;
    let harness = Harness::within(Path::new(IN_MEMORY)).await;
    let daemon = harness.daemon().await;
    fill(&daemon, MOST_LOCKS - 1).await;
    let listener = harness.bus.connect().await;
    let rule = MatchRule::builder().msg_type(Type::Signal).sender(NAME).build().unwrap();
    let mut signals = MessageStream::for_match_rule(rule, &listener, None).await.unwrap();
    let counted = tokio::spawn(async move {
        let (mut count, mut bytes, mut recorded) = (0_u32, 0, Recorded::default());
        while let Some(Ok(signal)) = signals.next().await {
            count += 1;
            bytes += signal.data().len();
            recorded.add(&signal);
            if recorded.has_lock("last one", "held") {
                break;
            }
        }
        (count, bytes)
    });
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        daemon.client.veeam_lock("short").await.unwrap();
        daemon.client.veeam_unlock("short").await.unwrap();
    }
    daemon.client.veeam_lock("last one").await.unwrap();
    let (count, bytes) = tokio::time::timeout(asbackup_testing::PATIENCE, counted).await.unwrap().unwrap();
    let most = u32::try_from(begun.elapsed().as_millis() / 100).unwrap() + 5;
    assert!(count <= most, "{count} signals of {bytes} bytes in {:?}", begun.elapsed());
    let log = daemon.log();
    assert!(log.len() < 64 << 10, "{} bytes of log", log.len());
    until("all of them", || harness.veeam_lock("last one.lock").exists()).await;
}
