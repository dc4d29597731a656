//! Setup on a terminal: its questions, Ctrl-C, and a kill.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fs, thread};

use asbackup_testing::testbed::processes::{Held, Stage, descendants, signal};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};
use asbackup_testing::{PATIENCE, program, wait_for};
use rustix::process::Signal;

use super::{FLAG, LIST, Office, lay_photos};

#[tokio::test]
async fn on_a_terminal_enter_alone_means_no() {
    let scene = Scene::new();
    lay_photos(&scene);
    let office = Office::of(scene).await;
    let line = format!("{} setup --disk {}", program("asbackup"), office.scene.disk.uuid);
    let before = office.config();
    let mut terminal = Terminal::open(&office, &line);
    terminal.answer("to be copied", "");
    terminal.answer("copy to this disk? [y/N]", "");
    let (code, shown) = terminal.ended();
    assert!(code == Some(1) && shown.contains(FLAG) && shown.contains("6 files (15.7 MB)"), "{shown}");
    assert_eq!(office.config(), before);
    office.scene.assert_unmounted();

    let mut terminal = Terminal::open(&office, line.split(" --disk").next().expect("a program"));
    terminal.answer("to be copied", "");
    for answer in ["no", "y"] {
        terminal.choose(&office.scene.disk.uuid);
        terminal.answer("copy to this disk? [y/N]", answer);
    }
    for question in ["in addition to those", "Mail server"] {
        terminal.answer(question, "");
    }
    terminal.answer("Write these changes?", "y");
    let (code, shown) = terminal.ended();
    assert!(code == Some(0) && shown.contains("is left alone"), "{shown}");
    assert_success(&office.daemon.finished(1).await);
}

#[tokio::test]
async fn ctrl_c_leaves_nothing_mounted() {
    let mut scene = Scene::new();
    lay_photos(&scene);
    scene.source_of_many_files();
    let office = Office::of(scene).await;
    let line = format!("{} setup --disk {}", program("asbackup"), office.scene.disk.uuid);
    let mut terminal = Terminal::open(&office, &line);
    terminal.answer("to be copied", "");
    let setup = terminal.program();
    let held = tokio::task::spawn_blocking(move || Held::catch(setup, Stage::DryRun)).await.expect("rsync is caught");
    assert!(!office.scene.testbed.mounts_of(office.scene.disk.disk_device()).is_empty());
    terminal.keys("\u{3}");
    drop(held);
    let (code, shown) = terminal.ended();
    assert_eq!(code, Some(130), "{shown}");
    office.scene.assert_unmounted();
    assert!(office.daemon.recorded().started.is_empty());
}

/// What is left behind then is the service's to clear up when it knows the disk.
#[tokio::test]
async fn the_service_clears_up_the_mount_that_a_killed_setup_left() {
    let mut scene = Scene::new();
    lay_photos(&scene);
    scene.source_of_many_files();
    let mut office = Office::of(scene).await;
    let line = format!("{} setup --disk {}", program("asbackup"), office.scene.disk.uuid);
    let mut terminal = Terminal::open(&office, &line);
    terminal.answer("to be copied", "");
    let setup = terminal.program();
    let held = tokio::task::spawn_blocking(move || Held::catch(setup, Stage::DryRun)).await.expect("rsync is caught");
    signal(setup, Signal::KILL);
    drop(held);
    drop(terminal.ended());
    office.daemon.stop().await;
    office.scene.config.set("Backup", LIST, &office.scene.disk.uuid);
    let daemon = office.scene.daemon().await;
    assert_aborted(&daemon.finished(1).await, "ForeignFiles");
    office.scene.assert_unmounted();
}

/// A program on a terminal, in the testbed; its output is read as far as the test waits for it.
struct Terminal {
    child: Child,
    input: ChildStdin,
    shown: Arc<Mutex<String>>,
    answered: usize,
}

impl Terminal {
    fn open(office: &Office, line: &str) -> Self {
        let mut command = office.command("script");
        command.args(["-qec", line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("script of util-linux");
        let (input, mut output) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        let shown = Arc::new(Mutex::new(String::new()));
        let seen = shown.clone();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                seen.lock().expect("nobody panics with it").push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
        });
        Self { child, input, shown, answered: 0 }
    }

    fn shown(&self) -> String {
        self.shown.lock().expect("nobody panics with it").clone()
    }

    /// By the number in the newest table; disks of other testbeds may be in it as well.
    fn choose(&mut self, uuid: &str) {
        self.wait_for("Which of these disks");
        let shown = self.shown();
        let row = shown.lines().rfind(|line| line.contains(uuid));
        let row = row.unwrap_or_else(|| panic!("{uuid} is not offered: {shown}"));
        self.keys(&format!("{}\r", row.split_whitespace().next().expect("a number")));
    }

    fn answer(&mut self, question: &str, answer: &str) {
        self.wait_for(question);
        self.keys(&format!("{answer}\r"));
    }

    fn wait_for(&mut self, question: &str) {
        let deadline = Instant::now() + PATIENCE;
        let found = loop {
            if let Some(place) = self.shown()[self.answered..].find(question) {
                break place;
            }
            assert!(Instant::now() < deadline, "waited in vain for {question:?}: {}", self.shown());
            thread::sleep(Duration::from_millis(10));
        };
        self.answered += found + question.len();
    }

    fn keys(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).expect("a terminal");
    }

    /// The pid of asbackup, as the host sees it.
    fn program(&self) -> u32 {
        let is_it =
            |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == "asbackup");
        wait_for("the program", PATIENCE, || descendants(self.child.id()).into_iter().find(is_it))
    }

    fn ended(mut self) -> (Option<i32>, String) {
        let status = wait_for("the program's end", PATIENCE, || self.child.try_wait().expect("its end"));
        (status.code(), self.shown())
    }
}
