//! `veeam-lock` and `veeam-unlock` as whole processes against the real daemon: what they print, how they end, and what they leave behind.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Output, Stdio};

use asbackup_testing::PATIENCE;
use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use asbackup_testing::harness::bus::{NOBODY, open_to_all};
use asbackup_testing::harness::daemon::Daemon;
use asbackup_testing::harness::{Harness, first, second};
use asbackup_testing::program;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

const ID: &str = "2b3c4d5e-1111-2222-3333-444455556666";

fn tool(harness: &Harness, program: &str, arguments: &[&str]) -> Command {
    // A shell lets what it starts in the background ignore Ctrl-C, and so does all that is started from there.
    let mut command = Command::new("/usr/bin/env");
    command
        .args(["--default-signal=INT", program])
        .args(arguments)
        .env_clear()
        .env("DBUS_SYSTEM_BUS_ADDRESS", harness.bus.address());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

fn lock(harness: &Harness, arguments: &[&str]) -> Command {
    tool(harness, program("veeam-lock"), arguments)
}

fn unlock(harness: &Harness, arguments: &[&str]) -> Command {
    tool(harness, program("veeam-unlock"), arguments)
}

async fn end(command: &mut Command) -> (i32, String, String) {
    told(command.spawn().expect("a tool")).await
}

/// Exit code, standard output, standard error.
async fn told(child: Child) -> (i32, String, String) {
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let Output { status, stdout, stderr } = output.expect("it ends").expect("its output");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code().unwrap_or_else(|| -status.signal().unwrap_or_default()), text(stdout), text(stderr))
}

async fn wait_until_waiting(daemon: &Daemon, job: &str) {
    daemon.until(&format!("{job} to wait"), |recorded| recorded.has_lock(job, "waiting")).await;
}

async fn locks(daemon: &Daemon) -> Vec<(String, String)> {
    let locks = daemon.client.veeam_locks().await.unwrap();
    locks.into_iter().map(|(job, state, _)| (job, state)).collect()
}

#[tokio::test]
async fn the_tools_lock_and_unlock_and_say_so_in_one_line() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    let (code, said, complained) = end(&mut lock(&harness, &["Nightly", "--session", ID])).await;
    let name = format!("Nightly@{ID}");
    assert_eq!(said, format!("The job “{name}” may write now; nothing is copied until it is unlocked.\n"));
    assert_eq!((code, complained.as_str()), (0, ""));
    let text = fs::read_to_string(harness.veeam_lock(&format!("{name}.lock"))).unwrap();
    for line in ["job=Nightly\n", &format!("session={ID}\n"), "host=", "time=", "uid=0\n"] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!(locks(&daemon).await, [(name, "held".to_owned())]);
    let (code, said, _) = end(&mut unlock(&harness, &["Nightly"])).await;
    assert_eq!((code, said.as_str()), (0, "The job “Nightly” has released its lock.\n"));
    let (code, said, _) = end(unlock(&harness, &["Nightly"]).env("LANG", "de_DE.UTF-8")).await;
    assert_eq!(code, 0);
    assert_eq!(said, "Für den Auftrag „Nightly“ gab es keine Sperre; es ist nichts mehr zu tun.\n");
    assert_eq!(end(&mut lock(&harness, &["--quiet", "Nightly"])).await, (0, String::new(), String::new()));
    assert_eq!(end(&mut unlock(&harness, &["-q", "Nightly"])).await, (0, String::new(), String::new()));
}

#[tokio::test]
async fn a_tool_that_waits_goes_before_the_next_disk() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    harness.udisks.plug(&second()).await;
    daemon.until("the queue", |recorded| recorded.list("Queue").contains(&second().uuid)).await;
    let waiting = lock(&harness, &["Nightly"]).spawn().unwrap();
    wait_until_waiting(&daemon, "Nightly").await;
    daemon.client.cancel().await.unwrap();
    let (code, said, _) = told(waiting).await;
    assert_eq!((code, said.lines().count()), (0, 2), "{said}");
    assert!(said.starts_with("The job “Nightly” is waiting for the copy to end. "), "{said}");
    assert!(harness.udisks.calls().iter().all(|call| call.path == first().path()));
    daemon.started(2).await;
    assert_eq!(end(&mut unlock(&harness, &["Nightly"])).await.0, 0);
    assert_eq!(daemon.finished(2).await.disk, second().uuid);
}

#[tokio::test]
async fn a_tool_that_is_killed_while_it_waits_withdraws_its_request() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    for signal in [Signal::KILL, Signal::TERM, Signal::INT] {
        let waiting = lock(&harness, &["Nightly"]).spawn().unwrap();
        wait_until_waiting(&daemon, "Nightly").await;
        let pid = Pid::from_raw(waiting.id().unwrap().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
        assert_eq!(told(waiting).await.0, -signal.as_raw());
        daemon.until("no request", |recorded| !recorded.has_lock("Nightly", "waiting")).await;
    }
    assert_eq!(daemon.log().matches("“Nightly” waited less than a minute").count(), 3, "{}", daemon.log());
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    assert_eq!(locks(&daemon).await, []);
}

#[tokio::test]
async fn a_tool_whose_reader_has_gone_withdraws_its_request() {
    let harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let mut waiting = lock(&harness, &["Nightly", "--quiet"]).spawn().unwrap();
    wait_until_waiting(&daemon, "Nightly").await;
    drop(waiting.stdout.take());
    let (code, _, complained) = told(waiting).await;
    assert_eq!(code, 6, "{complained}");
    assert_eq!(locks(&daemon).await, []);
}

#[tokio::test]
async fn a_tool_whose_time_is_up_exits_with_3_and_leaves_nothing_behind() {
    let mut harness = Harness::new().await;
    let daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let (code, _, complained) = end(&mut lock(&harness, &["Nightly", "--timeout", "0"])).await;
    assert_eq!(code, 3, "{complained}");
    assert!(complained.contains("has waited for the copy as long as it may"), "{complained}");
    assert_eq!(locks(&daemon).await, []);
    daemon.until_logged("“Nightly” waited less than a minute").await;
    // The limit of config.ini, which holds for those who set none.
    harness.settings.set("VEEAM", "wait-for-backup-minutes", "0");
    harness.write_config();
    daemon.client.reload().await.unwrap();
    let (code, ..) = end(&mut lock(&harness, &["Weekly"])).await;
    assert_eq!(code, 3);
    daemon.until_logged("“Weekly” waited less than a minute").await;
    assert_eq!(locks(&daemon).await, []);
}

#[tokio::test]
async fn a_waiting_tool_survives_the_daemons_death() {
    let harness = Harness::new().await;
    let mut daemon = harness.daemon().await;
    harness.hang_in_mount(&daemon, &first()).await;
    let waiting = lock(&harness, &["Nightly"]).spawn().unwrap();
    wait_until_waiting(&daemon, "Nightly").await;
    daemon.kill().await;
    harness.udisks.unplug(&first()).await;
    let next = harness.daemon().await;
    let (code, said, complained) = told(waiting).await;
    assert_eq!((code, said.lines().count()), (0, 3), "{said}{complained}");
    assert_eq!(locks(&next).await, [("Nightly".to_owned(), "held".to_owned())]);
    drop(daemon);
}

#[tokio::test]
async fn a_lock_that_is_held_survives_the_daemons_death() {
    let harness = Harness::new().await;
    let mut daemon = harness.daemon().await;
    assert_eq!(end(&mut lock(&harness, &["Nightly"])).await.0, 0);
    daemon.kill().await;
    let next = harness.daemon().await;
    assert_eq!(locks(&next).await, [("Nightly".to_owned(), "held".to_owned())]);
    harness.udisks.plug(&first()).await;
    next.in_state("waiting-for-veeam").await;
    assert_eq!(end(&mut unlock(&harness, &["Nightly"])).await.0, 0);
    next.finished(1).await;
}

#[tokio::test]
async fn every_other_outcome_has_its_exit_code() {
    let harness = Harness::new().await;
    let (code, _, complained) = end(&mut lock(&harness, &["Nightly"])).await;
    assert_eq!(code, 4, "nobody is there: {complained}");
    let (code, ..) = end(lock(&harness, &["Nightly"]).env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")).await;
    assert_eq!(code, 4, "not even the bus");
    let daemon = harness.daemon().await;
    for arguments in
        [&["a/b"][..], &["../x"], &[""], &["a\nb"], &[], &["a", "--session", "today"], &["a", "--timeout", "x"]]
    {
        let (code, said, complained) = end(&mut lock(&harness, arguments)).await;
        assert_eq!((code, said.as_str()), (2, ""), "{arguments:?}");
        assert!(!complained.is_empty());
    }
    let polkit = FakePolkit::start(harness.bus.address(), Decision::No).await;
    let room = tempfile::tempdir().unwrap();
    let programs = [program("veeam-lock"), program("veeam-unlock")];
    let [lock_of_all, unlock_of_all] = programs.map(|program| open_to_all(program, room.path()).display().to_string());
    let (code, _, complained) = end(tool(&harness, &lock_of_all, &["Nightly"]).uid(NOBODY)).await;
    assert_eq!(code, 5, "{complained}");
    assert!(complained.contains("You are not allowed to do this"), "{complained}");
    polkit.decide(Decision::Yes);
    assert_eq!(end(tool(&harness, &lock_of_all, &["Nightly"]).uid(NOBODY)).await.0, 0);
    assert_eq!(end(tool(&harness, &unlock_of_all, &["Nightly"]).uid(NOBODY)).await.0, 0);
    fs::remove_dir(harness.path("veeam")).unwrap();
    fs::write(harness.path("veeam"), "in the way").unwrap();
    let (code, _, complained) = end(&mut lock(&harness, &["Nightly"])).await;
    assert_eq!(code, 1);
    assert!(complained.contains(harness.path("veeam").to_str().unwrap()), "{complained}");
    drop(daemon);
}
