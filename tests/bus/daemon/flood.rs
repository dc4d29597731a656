//! Callers who keep more calls open than anybody can answer, while others have work to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use asbackup_api::bus::{BackupProxy, Error};
use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::daemon::{proxy, refused};
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::until;
use tokio::task::JoinSet;

/// Another ordinary user than `NOBODY`, who is there on every Debian.
const BIN: u32 = 2;
const CONNECTIONS: usize = 2;
const OPEN_CALLS: usize = 100;
/// Every call is answered within this time.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// So many refusals filled a disk with log lines before.
const REFUSALS: usize = 5_000;
const MOST_LOG: usize = 64 << 10;

/// Keeps `OPEN_CALLS` calls open on each of two connections, and calls again when one is answered. Ends with the value.
struct Strangers {
    callers: JoinSet<()>,
    answered: Arc<AtomicUsize>,
}

#[derive(Clone, Copy)]
enum Way {
    /// With a polkit agent of its own that never answers.
    Interactive,
    Unattended,
}

impl Strangers {
    async fn come(harness: &Harness, way: Way) -> Self {
        let answered = Arc::new(AtomicUsize::new(0));
        let mut callers = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let client = proxy(&harness.bus.connect_as(NOBODY).await).await;
            for _ in 0..OPEN_CALLS {
                callers.spawn(call_for_ever(client.clone(), way, answered.clone()));
            }
        }
        Self { callers, answered }
    }

    fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    async fn go(mut self) {
        self.callers.shutdown().await;
    }
}

async fn call_for_ever(client: BackupProxy<'static>, way: Way, answered: Arc<AtomicUsize>) {
    loop {
        let refused: Result<(), Error> = match way {
            Way::Interactive => client.start("").await.map(drop),
            Way::Unattended => client.veeam_lock("theirs").await.map(drop),
        };
        assert!(refused.is_err(), "polkit let nobody in");
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

async fn in_time<T>(what: &str, call: impl Future<Output = T>) -> T {
    let asked = Instant::now();
    let answer = call.await;
    assert!(asked.elapsed() < ANSWER_LIMIT, "{what} took {:?}", asked.elapsed());
    answer
}

/// Disks, Veeam and root get what they would get without the strangers, and the log stays small.
async fn assert_nobody_is_starved(way: Way) {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let polkit = FakePolkit::start(harness.bus.address(), Decision::Hang).await;
    let veeam = harness.bus.connect_as(BIN).await;
    polkit.decide_for(&veeam, Decision::Yes);
    let veeam = proxy(&veeam).await;
    let strangers = Strangers::come(&harness, way).await;
    until("the first refusals", || strangers.answered() > OPEN_CALLS).await;
    harness.udisks.plug(&first()).await;
    assert_eq!(daemon.finished(1).await.error, "MountFailed", "UDisks2 was asked, and gave its answer");
    assert_eq!(harness.calls("Mount"), 1);
    for _ in 0..20 {
        assert_eq!(in_time("Veeam's lock", veeam.veeam_lock("Nightly")).await.unwrap(), "held");
        in_time("Veeam's unlock", veeam.veeam_unlock("Nightly")).await.unwrap();
        in_time("root's reload", daemon.client.reload()).await.unwrap();
    }
    until("many refusals", || strangers.answered() > REFUSALS).await;
    let log = daemon.log();
    assert!(log.len() < MOST_LOG, "{} bytes of log, beginning with {}", log.len(), &log[..4000]);
    strangers.go().await;
    assert_eq!(in_time("root's start", daemon.client.start("")).await.unwrap(), 2);
}

#[tokio::test]
async fn interactive_calls_that_nobody_answers_starve_nobody_else() {
    assert_nobody_is_starved(Way::Interactive).await;
}

#[tokio::test]
async fn calls_that_polkit_does_not_answer_starve_nobody_else() {
    assert_nobody_is_starved(Way::Unattended).await;
}

#[tokio::test]
async fn a_caller_with_too_many_open_calls_is_refused_and_may_call_again_later() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let polkit = FakePolkit::start(harness.bus.address(), Decision::Hang).await;
    let strangers = Strangers::come(&harness, Way::Interactive).await;
    until("the first refusals", || strangers.answered() > OPEN_CALLS).await;
    let client = proxy(&harness.bus.connect_as(NOBODY).await).await;
    let asked = Instant::now();
    let (name, message) = refused(client.cancel().await);
    assert!(asked.elapsed() < ANSWER_LIMIT, "{:?}", asked.elapsed());
    assert_eq!(name, "TooManyCalls", "{message}");
    assert!(message.contains("Wait"), "it says what to do: {message}");
    daemon.until_logged(&format!("user {NOBODY}")).await;
    strangers.go().await;
    polkit.decide(Decision::No);
    let other = proxy(&harness.bus.connect_as(BIN).await).await;
    assert!(refused(other.cancel().await).0.ends_with("AccessDenied"), "another user was never refused for it");
}
