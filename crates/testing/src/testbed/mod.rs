//! A small machine for one test: its own mounts, processes, network, system bus, udevd and UDisks2.
//!
//! Everything in it dies with the test, also when that is killed: the kernel sends SIGKILL to `unshare` when the thread that
//! started it ends, `unshare --kill-child` passes that on to the first process of the pid namespace, and all others go with that
//! one. So a `Testbed` must live and die in the thread that made it. Testbeds share the loop devices of the host and see each
//! other's disks come and go, which is harmless, since each knows only its own UUIDs.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use crate::sockets::Sockets;
use crate::{PATIENCE, PAUSE, SEARCH_PATH, run, scratch, top};

pub mod compare;
pub mod config;
pub mod daemon;
pub mod disk;
pub mod frozen;
pub mod loop_device;
pub mod played;
pub mod private_mount;
pub mod processes;
pub mod sandbox;
pub mod scene;
pub mod stacked;
pub mod tree;

mod file_system;
mod services;

const PREFIX: &str = "testbed-";

/// The machine; everything in it ends with the value.
pub struct Testbed {
    outer: Child,
    /// Its end is what the first process inside waits for.
    _stdin: ChildStdin,
    init: u32,
    udisks: Option<Child>,
    /// The bus that was started after the first one had been killed.
    bus: Option<Child>,
    /// Where mails are sent and Veeam is asked.
    _sockets: Sockets,
    directory: TempDir,
    /// What the machine around has mounted is mounted in here, too: the numbers of those mounts.
    inherited: HashSet<String>,
    /// What bus, udevd and UDisks2 write to their standard errors.
    log: Arc<Mutex<String>>,
}

impl Testbed {
    /// Makes a testbed in which UDisks2 runs. Needs root.
    pub fn new() -> Self {
        let mut testbed = Self::without_udisks();
        testbed.start_udisks();
        testbed
    }

    /// Makes a testbed in which nobody has started UDisks2 yet. Needs root.
    pub fn without_udisks() -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "the disk tests make loop devices and mounts in namespaces of their own: run them as root"
        );
        remove_leftovers();
        let directory = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir_in(scratch())
            .expect("a directory for the testbed");
        let mut outer = start();
        let log = Arc::new(Mutex::new(String::new()));
        collect(outer.stderr.take().expect("piped"), log.clone());
        if let Err(why) = wait_until_ready(outer.stdout.take().expect("piped")) {
            let _ = outer.kill();
            panic!("the testbed did not start: {why}: {}", log.lock().unwrap());
        }
        let init = processes::children(outer.id())[0];
        let stdin = outer.stdin.take().expect("piped");
        let run = PathBuf::from(format!("/proc/{init}/root/run/asbackup"));
        let sockets = Sockets::open_with(&run, move |program| inside(init, program));
        let inherited = mount_table(init).lines().map(number_of).collect();
        Self { outer, _stdin: stdin, init, udisks: None, bus: None, _sockets: sockets, directory, inherited, log }
    }

    /// A command that will run inside.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        inside(self.init, program)
    }

    /// Runs a command inside to its end and returns what it printed.
    ///
    /// # Panics
    /// If it fails, with what it printed.
    pub fn run(&self, words: &[&str]) -> String {
        run(self.command(words[0]).args(&words[1..]))
    }

    /// Unmounts what is mounted there, as soon as nobody is in it: a loop device that has gone, or a process that has ended, lets go
    /// of its file a moment later.
    ///
    /// # Panics
    /// If it can't be unmounted within [`PATIENCE`], with what umount and the testbed said.
    pub fn unmount(&self, inside: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let output = crate::output(self.command("umount").arg(inside));
            if output.status.success() {
                return;
            }
            if Instant::now() > deadline {
                panic!("{}{}", String::from_utf8_lossy(&output.stderr), self.run(&["cat", "/proc/mounts"]));
            }
            thread::sleep(PAUSE);
        }
    }

    /// Where the test finds a path that is inside.
    pub fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        let inside = inside.as_ref();
        let below = inside.strip_prefix("/").unwrap_or(inside);
        PathBuf::from(format!("/proc/{}/root", self.init)).join(below)
    }

    /// A directory with the same path inside and outside, on a real file system; removed at the end.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Makes a directory in `directory()`.
    pub fn make_directory(&self, name: &str) -> PathBuf {
        let path = self.directory().join(name);
        fs::create_dir_all(&path).expect("a directory in the testbed's own");
        path
    }

    /// A new connection to the testbed's system bus, as root.
    pub async fn bus(&self) -> zbus::Connection {
        let socket = self.path("/run/dbus/system_bus_socket");
        zbus::connection::Builder::address(format!("unix:path={}", socket.display()).as_str())
            .build()
            .await
            .expect("the testbed's bus")
    }

    /// The lines of the mount table that name `device` as their source.
    pub fn mounts_of(&self, device: &Path) -> Vec<String> {
        let source = format!(" {} ", device.display());
        let part = format!(" {}p", device.display());
        self.mounts(|line| line.contains(&source) || line.contains(&part))
    }

    /// The lines of the mount table that have any disk as their source, but for what the machine around has mounted.
    pub fn mounts_of_disks(&self) -> Vec<String> {
        self.mounts(|line| line.contains(" /dev/loop"))
    }

    fn mounts(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let table = mount_table(self.init);
        let own = table.lines().filter(|line| !self.inherited.contains(&number_of(line)));
        own.filter(|line| is_wanted(line)).map(str::to_owned).collect()
    }

    /// Waits until udevd has handled all events so far.
    pub fn settle(&self) {
        self.run(&["udevadm", "settle"]);
    }

    /// The pid of the first process inside, as the host sees it.
    pub fn init(&self) -> u32 {
        self.init
    }

    /// The loop devices as UDisks2 and udev see them.
    fn loop_devices(&self) -> String {
        let script = "udisksctl dump | grep -aE '^/.*loop|IdUUID|IdUsage|  Size|MountPoints'; lsblk -f; \
                      for device in /dev/loop*; do udevadm info --query=property \"$device\"; done \
                      | grep -E '^DEVNAME|FS_UUID='";
        let output = crate::output(self.command("sh").args(["-c", script]));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Prints what everybody in here is about, for a test that has failed.
    pub fn print(&self) {
        self.wake_udisks();
        eprintln!("---- the log of bus, udevd and UDisks2 ----\n{}", self.log());
        eprintln!("---- the loop devices ----\n{}", self.loop_devices());
        eprintln!("---- the disks that are mounted ----\n{:#?}", self.mounts_of_disks());
    }

    /// What bus, udevd and UDisks2 have written to their standard errors.
    pub fn log(&self) -> String {
        self.log.lock().expect("nobody panics with it").clone()
    }
}

impl Drop for Testbed {
    fn drop(&mut self) {
        if thread::panicking() {
            self.print();
        }
        let _ = self.outer.kill();
        let _ = self.outer.wait();
        for mut child in self.udisks.take().into_iter().chain(self.bus.take()) {
            let _ = child.wait();
        }
    }
}

fn inside(init: u32, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "nsenter", "--target"]);
    command.arg(init.to_string());
    command.args(["--mount", "--net", "--pid", "--ipc", "--uts", "--"]);
    command.arg(program);
    command
}

fn mount_table(init: u32) -> String {
    fs::read_to_string(format!("/proc/{init}/mountinfo")).expect("the testbed's mount table")
}

/// A mount's number, which it keeps while it is mounted.
fn number_of(line: &str) -> String {
    line.split(' ').next().unwrap_or_default().to_owned()
}

/// Removes the directories of tests that were killed; the names hold the pids.
fn remove_leftovers() {
    let Ok(entries) = fs::read_dir(scratch()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let Some((pid, _)) = owner.and_then(|rest| rest.split_once('-')) else {
            continue;
        };
        if !Path::new("/proc").join(pid).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn start() -> Child {
    let machine = top().join("crates/testing/machine");
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare"]);
    command.args(["--mount", "--net", "--pid", "--ipc", "--uts"]);
    command.args(["--fork", "--kill-child", "--mount-proc"]);
    command.args(["--propagation", "private"]);
    command.arg(machine.join("init.sh"));
    command.args([machine, top().join("dbus")]);
    command.env_clear();
    command.env("PATH", SEARCH_PATH);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    command.spawn().expect("setpriv and unshare of util-linux")
}

fn wait_until_ready(stdout: ChildStdout) -> Result<(), String> {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let _ = BufReader::new(stdout).read_line(&mut line);
        let _ = sender.send(line);
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(line) if line.trim() == "ready" => Ok(()),
        Ok(line) => Err(format!("it ended after printing {line:?}")),
        Err(_) => Err(format!("it printed nothing within {PATIENCE:?}")),
    }
}

fn collect(stderr: ChildStderr, log: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let mut log = log.lock().expect("nobody panics with it");
            log.push_str(&line);
            log.push('\n');
        }
    });
}
