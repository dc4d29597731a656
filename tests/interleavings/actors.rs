//! Does what the dice say: scripts of Veeam, people who start and cancel copies, and a disk whose mounting takes as long as the
//! test likes, which makes a copy of any length out of it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use asbackup_testing::PATIENCE;
use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::harness::daemon::Daemon;
use asbackup_testing::harness::{Harness, broken, first};
use asbackup_testing::recorder::{NAME, PATH};
use fastrand::Rng;
use zbus::{Connection, Message};

use crate::judge::{Judge, MARKER};

const JOBS: [&str; 3] = ["Nightly", "Weekly", "Nightly@2b3c4d5e-1111-2222-3333-444455556666"];
/// As often as each number says, of all of them together.
const WEIGHTS: [(Step, usize); 10] = [
    (Step::Lock, 32),
    (Step::Unlock, 14),
    (Step::Start, 16),
    (Step::Cancel, 5),
    (Step::Release, 8),
    (Step::KillClient, 8),
    (Step::AddForeign, 4),
    (Step::RemoveForeign, 4),
    (Step::Breathe, 12),
    (Step::Pause, 6),
];
/// Once in so many steps.
const DAEMON_DIES: usize = 250;

#[derive(Clone, Copy)]
enum Step {
    Lock,
    Unlock,
    Start,
    Cancel,
    Release,
    KillClient,
    AddForeign,
    RemoveForeign,
    Breathe,
    Pause,
}

pub struct Actors {
    dice: Rng,
    harness: Harness,
    daemon: Daemon,
    judge: Judge,
    scripts: Vec<Connection>,
    person: Connection,
    foreign: Vec<String>,
    next_foreign: usize,
}

impl Actors {
    pub async fn new(seed: u64) -> Self {
        let harness = Harness::within(Path::new("/dev/shm")).await;
        let judge = Judge::watch(harness.bus.connect().await).await;
        let mut scripts = Vec::new();
        for _ in 0..3 {
            scripts.push(harness.bus.connect().await);
        }
        harness.udisks.plug(&first()).await;
        let daemon = harness.daemon().await;
        let person = harness.bus.connect().await;
        let dice = Rng::with_seed(seed);
        Self { dice, harness, daemon, judge, scripts, person, foreign: Vec::new(), next_foreign: 0 }
    }

    /// One interleaving, from nothing locked to nothing locked.
    pub async fn interleave(&mut self) {
        self.judge.look(crate::judge::Notes::forget);
        self.harness.udisks.on_call("Mount", Behaviour::Waits);
        for _ in 0..self.dice.usize(4..=12) {
            if self.dice.usize(0..DAEMON_DIES) == 0 {
                self.replace_daemon().await;
            }
            let step = self.throw();
            self.take(step).await;
        }
        self.end().await;
    }

    fn throw(&mut self) -> Step {
        let all = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut thrown = self.dice.usize(0..all);
        for (step, weight) in WEIGHTS {
            if thrown < weight {
                return step;
            }
            thrown -= weight;
        }
        Step::Breathe
    }

    /// Nothing here waits for an answer, but for the steps that are a wait.
    async fn take(&mut self, step: Step) {
        match step {
            Step::Lock => self.ask("VeeamLock").await,
            Step::Unlock => self.ask("VeeamUnlock").await,
            Step::Start => call(&self.judge, &self.person, "Start", &"").await,
            Step::Cancel => call(&self.judge, &self.person, "Cancel", &()).await,
            Step::Release => {
                self.release().await;
                self.harness.udisks.on_call("Mount", Behaviour::Waits);
            }
            Step::KillClient => self.kill_script().await,
            Step::AddForeign => self.add_foreign(),
            Step::RemoveForeign => self.remove_foreign().await,
            Step::Breathe => self.judge.all_answered().await,
            Step::Pause => tokio::time::sleep(Duration::from_micros(self.dice.u64(0..3000))).await,
        }
    }

    async fn ask(&mut self, member: &str) {
        let script = self.dice.usize(0..self.scripts.len());
        let job = JOBS[self.dice.usize(0..JOBS.len())];
        call(&self.judge, &self.scripts[script], member, &job).await;
    }

    /// Whatever copy is on ends.
    async fn release(&self) {
        self.mark("Releasing", "").await;
        self.harness.udisks.on_call("Mount", broken());
    }

    async fn kill_script(&mut self) {
        let script = self.dice.usize(0..self.scripts.len());
        let fresh = self.harness.bus.connect().await;
        let killed = std::mem::replace(&mut self.scripts[script], fresh);
        killed.close().await.unwrap();
    }

    async fn replace_daemon(&mut self) {
        self.daemon.kill().await;
        self.daemon = self.harness.launch_with("").await;
        self.daemon.ready().await;
    }

    /// Each name is used once, so that no late word about a former file can be mistaken.
    fn add_foreign(&mut self) {
        let name = format!("foreign {}", self.next_foreign);
        self.next_foreign += 1;
        fs::write(self.harness.veeam_lock(&name), if self.dice.bool() { "" } else { "by hand" }).unwrap();
        self.foreign.push(name);
    }

    async fn remove_foreign(&mut self) {
        if let Some(name) = self.foreign.pop() {
            self.mark("Removing", &name).await;
            fs::remove_file(self.harness.veeam_lock(&name)).unwrap();
        }
    }

    async fn mark(&self, what: &str, about: &str) {
        self.person.emit_signal(None::<&str>, "/test", MARKER, what, &about).await.unwrap();
    }

    /// Ends the copy and asserts that no job is locked without a reason; releases all locks and asserts that nothing is left and
    /// that the next copy runs.
    async fn end(&mut self) {
        self.release().await;
        self.judge.all_answered().await;
        self.calm_down().await;
        let locks = self.daemon.client.veeam_locks().await.unwrap();
        for (job, state, _) in &locks {
            self.judge.look(|notes| {
                if notes.is_inexplicable(job) {
                    notes.offence.get_or_insert(format!("{job} is {state}, and nobody knows why"));
                }
            });
        }
        while !self.foreign.is_empty() {
            self.remove_foreign().await;
        }
        for job in ["Nightly", "Weekly"] {
            call(&self.judge, &self.person, "VeeamUnlock", &job).await;
        }
        self.judge.all_answered().await;
        self.until("nothing to be locked", async || self.daemon.client.veeam_locks().await.unwrap().is_empty()).await;
        self.copy().await;
    }

    async fn calm_down(&self) {
        self.until("the end of the copy", async || {
            if self.daemon.client.state().await.unwrap() == "idle" {
                return true;
            }
            // A run that waits for Veeam would wait on; and that it has ended meanwhile is as well.
            let _ = self.daemon.client.cancel().await;
            false
        })
        .await;
    }

    async fn copy(&self) {
        let before = self.judge.look(|notes| notes.mounts);
        let run = loop {
            match self.daemon.client.start("").await {
                Ok(run) => break run,
                // A daemon that was just started copies to the disk by itself.
                Err(_) => self.calm_down().await,
            }
        };
        self.judge.until("a copy", |notes| notes.mounts > before).await;
        self.judge.until("the end of the copy", |notes| notes.finished >= run).await;
    }

    /// For what only the daemon itself knows.
    async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !is_so().await {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        if waited.await.is_err() {
            panic!("waited in vain for {what}\n{}", self.judge.trace());
        }
    }
}

async fn call<B: serde::Serialize + zbus::DynamicType>(judge: &Judge, client: &Connection, member: &str, body: &B) {
    judge.look(|notes| notes.sends(client.unique_name().expect("a bus")));
    let message = Message::method_call(PATH, member).destination(NAME).interface(NAME).build(body).unwrap();
    client.send(&message).await.unwrap();
}
