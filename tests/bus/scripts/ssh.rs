//! Over the real sshd, through the forced command, with the real tools, to the real daemon.

use std::fs;
use std::process::Output;

use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::daemon::Daemon;
use asbackup_testing::harness::{Harness, first};

use super::sshd::Sshd;

struct Way {
    harness: Harness,
    polkit: FakePolkit,
    sshd: Sshd,
}

impl Way {
    async fn new() -> Self {
        let harness = Harness::new().await;
        let polkit = FakePolkit::start(harness.bus.address(), Decision::Yes).await;
        let sshd = Sshd::start(harness.bus.address());
        Self { harness, polkit, sshd }
    }

    /// Exit code, and everything printed.
    async fn ask(&self, order: Option<&str>) -> (i32, String) {
        let mut client = tokio::process::Command::from(self.sshd.client(order));
        let Output { status, stdout, stderr } = client.kill_on_drop(true).output().await.expect("ssh");
        let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        (status.code().expect("an exit code"), said)
    }

    fn lock_files(&self) -> usize {
        fs::read_dir(self.harness.path("veeam")).unwrap().count()
    }
}

async fn locks(daemon: &Daemon) -> usize {
    daemon.client.veeam_locks().await.unwrap().len()
}

#[tokio::test]
async fn a_job_locks_and_unlocks_over_ssh() {
    let way = Way::new().await;
    let daemon = way.harness.daemon().await;
    let (code, said) = way.ask(Some("veeam-lock --timeout 840 -- Tägliche Sicherung (1)")).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Tägliche Sicherung (1)"), "{said}");
    let text = fs::read_to_string(way.harness.veeam_lock("Tägliche Sicherung (1).lock")).unwrap();
    assert!(text.contains(&format!("uid={NOBODY}\n")), "{text}");
    assert_eq!(way.ask(Some("veeam-unlock --quiet -- Tägliche Sicherung (1)")).await, (0, String::new()));
    assert_eq!(way.lock_files(), 0);
    way.polkit.decide(Decision::No);
    assert_eq!(way.ask(Some("veeam-lock -- Nightly")).await.0, 5);
    assert_eq!(locks(&daemon).await, 0);
}

#[tokio::test]
async fn a_request_over_ssh_ends_with_its_connection() {
    let way = Way::new().await;
    let daemon = way.harness.daemon().await;
    way.harness.hang_in_mount(&daemon, &first()).await;
    assert_eq!(way.ask(Some("veeam-lock --timeout 0 -- Nightly")).await.0, 3);
    let mut waiting = way.sshd.client(Some("veeam-lock --quiet -- Nightly")).spawn().unwrap();
    daemon.until("the request", |recorded| recorded.has_lock("Nightly", "waiting")).await;
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    daemon.until("no request", |recorded| !recorded.has_lock("Nightly", "waiting")).await;
    daemon.client.cancel().await.unwrap();
    daemon.finished(1).await;
    assert_eq!(locks(&daemon).await, 0);
}

#[tokio::test]
async fn all_but_the_two_tools_with_a_plain_name_is_refused_over_ssh() {
    let way = Way::new().await;
    let daemon = way.harness.daemon().await;
    let canary = way.sshd.path("canary");
    let touch = format!("touch {}", canary.display());
    let long = "x".repeat(64 << 10);
    let mut names =
        vec!["".to_owned(), "../x".into(), "a/../b".into(), "..".into(), ".hidden".into(), "a/b".into(), long];
    for (before, after) in
        [(";", ""), ("&", ""), ("|", ""), ("$(", ")"), ("`", "`"), ("\n", ""), ("\r\n", ""), (">", "")]
    {
        names.push(format!("a{before}{touch}{after}"));
    }
    for odd in [
        "a'b",
        "a\"b",
        "a\\b",
        "a*",
        "a?",
        "a!",
        "~a",
        "{a}",
        "[a]",
        "a%b",
        "a^b",
        "$HOME",
        "a\tb",
        "a\n",
        "a\u{1b}[2J",
    ] {
        names.push(odd.to_owned());
    }
    let mut orders: Vec<String> = names.iter().map(|name| format!("veeam-lock -- {name}")).collect();
    orders.extend(names.iter().take(12).map(|name| format!("veeam-unlock -- {name}")));
    orders.extend([touch.clone(), format!("veeam-lock -- a\n{touch}"), format!("veeam-lock;{touch}")]);
    for order in
        ["sh", "veeam-lock", "veeam-lock a", "veeam-lock --help", "veeam-lock --session ;id -- a", "/bin/sh -- a"]
    {
        orders.push(order.to_owned());
    }
    for order in &orders {
        let (code, said) = way.ask(Some(order)).await;
        assert_eq!(code, 2, "{order:?}: {said}");
        assert!(said.starts_with("veeam-ssh: refused: "), "{order:?}: {said}");
    }
    assert_eq!(way.ask(None).await.0, 2, "no login");
    let (code, said) = way.ask(Some("veeam-lock --session today -- a")).await;
    assert_eq!(code, 2, "{said}");
    assert!(!canary.exists());
    assert_eq!((way.lock_files(), locks(&daemon).await), (0, 0));
}

#[tokio::test]
async fn the_key_opens_neither_files_nor_tunnels() {
    let way = Way::new().await;
    let mut sftp = way.sshd.client(None);
    let subsystem = sftp.args(["-s", "sftp"]).output().unwrap();
    assert_eq!(subsystem.status.code(), Some(2), "{}", String::from_utf8_lossy(&subsystem.stderr));
    let tunnel = way.sshd.client(None).args(["-W", "127.0.0.1:22"]).output().unwrap();
    assert_ne!(tunnel.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&tunnel.stdout).contains("SSH-2.0"));
}
