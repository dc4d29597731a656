//! Veeam's tools by the thousand, and with names that no job has; and more connections of one user than the bus takes. The limits hold,
//! each program ends with its documented code and says why, and none hangs.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use asbackup_testing::harness::bus::{NOBODY, open_to_all};
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::program;
use asbackup_testing::recorder::Recorded;
use zbus::Connection;

const TOOLS: usize = 1000;
const MOST_LOCKS: usize = 100;
/// Of one user, see `bus.rs`.
const MOST_CONNECTIONS: usize = 256;
const IN_MEMORY: &str = "/dev/shm";

/// The tools as an ordinary user has them.
struct Tools {
    room: tempfile::TempDir,
    address: String,
}

impl Tools {
    fn new(harness: &Harness) -> Self {
        let room = tempfile::tempdir().unwrap();
        for program in [program("veeam-lock"), program("veeam-unlock"), program("asbackup")] {
            open_to_all(program, room.path());
        }
        Self { room, address: harness.bus.address().to_owned() }
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.room.path().join(program));
        command.env_clear().env("DBUS_SYSTEM_BUS_ADDRESS", &self.address).uid(NOBODY).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Blocks the thread.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// What they printed to standard error, by exit code.
fn ends(children: Vec<Child>) -> BTreeMap<Option<i32>, Vec<String>> {
    let mut ends = BTreeMap::<_, Vec<String>>::new();
    for child in children {
        let Output { status, stderr, .. } = child.wait_with_output().unwrap();
        ends.entry(status.code()).or_default().push(String::from_utf8(stderr).unwrap());
    }
    ends
}

fn number(ends: &BTreeMap<Option<i32>, Vec<String>>, code: i32) -> usize {
    ends.get(&Some(code)).map_or(0, Vec::len)
}

#[tokio::test]
async fn of_a_thousand_tools_a_hundred_wait_and_the_others_are_told_why_not() {
    let harness = Harness::within(Path::new(IN_MEMORY)).await;
    let daemon = harness.daemon().await;
    let _polkit = FakePolkit::start(harness.bus.address(), Decision::Yes).await;
    harness.hang_in_mount(&daemon, &first()).await;
    let tools = Tools::new(&harness);
    let one = move |nth: usize| tools.command("veeam-lock", &[&format!("Job {nth}")]).spawn().unwrap();
    let ended = tokio::task::spawn_blocking(move || ends((0..TOOLS).map(one).collect()));
    let waiting = |recorded: &Recorded| recorded.veeam_locks().iter().filter(|(_, state)| state == "waiting").count();
    daemon.until("a hundred requests", |recorded| waiting(recorded) == MOST_LOCKS).await;
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    let ends = ended.await.unwrap();
    assert_eq!([0, 1, 5].map(|code| number(&ends, code)).iter().sum::<usize>(), TOOLS, "{ends:?}");
    let unsaid =
        ends.iter().filter(|(code, _)| **code != Some(0)).flat_map(|(_, said)| said).filter(|said| said.len() < 50);
    assert_eq!(unsaid.count(), 0, "{ends:?}");
    let held = daemon.client.veeam_locks().await.unwrap().len();
    assert_eq!(held, number(&ends, 0), "each lock has somebody who gives it back");
    assert!(held <= MOST_LOCKS, "{held}");
    assert!(daemon.log().len() < 128 << 10, "{} bytes of log", daemon.log().len());
}

#[tokio::test]
async fn impossible_job_names_are_refused_as_such_however_long() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let _polkit = FakePolkit::start(harness.bus.address(), Decision::Yes).await;
    let tools = Tools::new(&harness);
    let long = [256, 20_000, 64 << 10].map(|length| "x".repeat(length));
    let odd = ["a\u{1b}[2J", "a\u{7}", "a\nb", "a\u{7f}", "a\u{9b}b"];
    for name in long.iter().map(String::as_str).chain(odd) {
        for program in ["veeam-lock", "veeam-unlock"] {
            let mut command = tools.command(program, &["--", name]);
            let Output { status, stdout, stderr } = aside(move || command.output().unwrap()).await;
            let said = String::from_utf8(stderr).unwrap();
            let shown = &name[..name.len().min(20)];
            assert_eq!(status.code(), Some(2), "{program} {shown:?}: {said}");
            assert!(stdout.is_empty() && !said.trim_end().contains(char::is_control), "{program} {shown:?}: {said:?}");
            assert!(said.len() < 2000, "{} bytes", said.len());
        }
    }
    assert_eq!(daemon.client.veeam_locks().await.unwrap(), []);
    assert!(daemon.log().len() < 64 << 10, "{} bytes of log", daemon.log().len());
}

/// Every connection that the bus grants `NOBODY`.
async fn take_all(harness: &Harness) -> Vec<Connection> {
    let mut taken = Vec::new();
    for _ in 0..MOST_CONNECTIONS {
        taken.push(harness.bus.connect_as(NOBODY).await);
    }
    taken
}

#[tokio::test]
async fn a_tool_that_finds_the_bus_full_says_so_in_plain_words() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let tools = Tools::new(&harness);
    let taken = take_all(&harness).await;
    let number = "maximum number of active connections for UID 65534";
    let languages = [
        ("en_US.UTF-8", "The computer's system bus accepts no more connections at the moment ("),
        ("de_DE.UTF-8", "Der Systembus dieses Rechners nimmt gerade keine weiteren Verbindungen an ("),
    ];
    // All at once, since each of them tries for a while.
    let asked = languages.iter().flat_map(|told| ["status", "start", "history"].map(|command| (command, *told)));
    let asked: Vec<_> = asked
        .map(|(command, (language, words))| {
            (command, words, tools.command("asbackup", &[command]).env("LANG", language).spawn().unwrap())
        })
        .collect();
    for (command, words, child) in asked {
        let Output { status, stderr, .. } = aside(move || child.wait_with_output().unwrap()).await;
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(4), "{command}: {said}");
        assert!(said.starts_with(words) && said.contains(number), "{command}: {said}");
        assert!(said.contains("sudo busctl list"), "what to do: {said}");
    }
    let waiting = tools.command("asbackup", &["status"]).spawn().unwrap();
    drop(taken);
    let Output { status, stderr, .. } = aside(move || waiting.wait_with_output().unwrap()).await;
    assert_eq!(status.code(), Some(0), "it has waited for a place: {}", String::from_utf8_lossy(&stderr));
    drop(daemon);
}
