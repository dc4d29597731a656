//! A small machine for one test: own mounts, own processes, own network, own system bus, udevd and UDisks2.
//!
//! Everything in it dies with the test, also when that is killed: the kernel sends SIGKILL to `unshare` when the thread that
//! started it ends, `unshare --kill-child` passes that on to the first process of the pid namespace, and with that one all
//! others go. So a `Testbed` has to live and die in the thread that made it. Loop devices are the machine's own: testbeds see
//! each other's disks come and go, which is harmless, since each knows only its own UUIDs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

use crate::sockets::Sockets;
use crate::{PATIENCE, run, scratch, top, wait_for};

pub mod compare;
pub mod config;
pub mod daemon;
pub mod disk;
pub mod played;
pub mod private_mount;
pub mod processes;
pub mod sandbox;
pub mod scene;
pub mod stacked;
pub mod tree;

const UDISKSD: &str = "/usr/libexec/udisks2/udisksd";

pub struct Testbed {
    outer: Child,
    /// Closing it ends the testbed; held for that alone.
    _stdin: ChildStdin,
    init: u32,
    udisks: Option<Child>,
    /// The bus that was started after the first one had been killed.
    bus: Option<Child>,
    /// Where mails are sent and Veeam is asked.
    _sockets: Sockets,
    directory: TempDir,
    said: Arc<Mutex<String>>,
}

impl Testbed {
    /// A testbed in which UDisks2 runs.
    pub fn new() -> Self {
        let mut testbed = Self::without_udisks();
        testbed.start_udisks();
        testbed
    }

    /// A testbed in which nobody has started UDisks2 yet.
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
        let said = Arc::new(Mutex::new(String::new()));
        collect(outer.stderr.take().expect("piped"), said.clone());
        if let Err(why) = wait_until_ready(outer.stdout.take().expect("piped")) {
            let _ = outer.kill();
            panic!("the testbed did not start: {why}: {}", said.lock().unwrap());
        }
        let init = processes::children(outer.id())[0];
        let stdin = outer.stdin.take().expect("piped");
        let run = PathBuf::from(format!("/proc/{init}/root/run/asbackup"));
        let sockets = Sockets::open_with(&run, move |program| inside(init, program));
        Self { outer, _stdin: stdin, init, udisks: None, bus: None, _sockets: sockets, directory, said }
    }

    /// Starts UDisks2 and waits until it answers.
    pub fn start_udisks(&mut self) {
        let mut command = self.command(UDISKSD);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().expect("udisksd");
        collect(child.stderr.take().expect("piped"), self.said.clone());
        self.udisks = Some(child);
        wait_for("UDisks2 on the bus", PATIENCE, || {
            let mut ask = self.command("busctl");
            ask.args(["--quiet", "get-property", "org.freedesktop.UDisks2"]);
            ask.args(["/org/freedesktop/UDisks2/Manager"]);
            ask.args(["org.freedesktop.UDisks2.Manager", "Version"]);
            crate::output(&mut ask).status.success().then_some(())
        });
    }

    /// Ends UDisks2 the hard way, as a crash would.
    pub fn kill_udisks(&mut self) {
        let mut child = self.udisks.take().expect("UDisks2 was started");
        for pid in processes::children(child.id()) {
            processes::signal(pid, rustix::process::Signal::KILL);
        }
        child.wait().expect("udisksd ends");
    }

    /// From now on UDisks2 neither hears nor says anything, until `wake_udisks`.
    pub fn stun_udisks(&self) {
        self.signal_udisks(rustix::process::Signal::STOP);
    }

    /// nsenter stops with what it has started.
    pub fn wake_udisks(&self) {
        self.signal_udisks(rustix::process::Signal::CONT);
        self.udisks.iter().for_each(|outer| processes::signal(outer.id(), rustix::process::Signal::CONT));
    }

    fn signal_udisks(&self, signal: rustix::process::Signal) {
        let outer = self.udisks.as_ref().map(Child::id).unwrap_or_default();
        processes::descendants(outer).into_iter().for_each(|pid| processes::signal(pid, signal));
    }

    /// Ends the bus the hard way; whoever lives by it ends too, UDisks2 among them.
    pub fn kill_bus(&mut self) {
        for pid in processes::children(self.init) {
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            if name.trim() == "dbus-daemon" {
                processes::signal(pid, rustix::process::Signal::KILL);
            }
        }
        if let Some(mut bus) = self.bus.take() {
            processes::children(bus.id()).iter().for_each(|pid| processes::signal(*pid, rustix::process::Signal::KILL));
            bus.wait().expect("dbus-daemon ends");
        }
        self.udisks.take().expect("UDisks2 was started").wait().expect("udisksd ends");
    }

    /// Starts the bus again after `kill_bus`.
    pub fn start_bus(&mut self) {
        let socket = self.path("/run/dbus/system_bus_socket");
        let _ = fs::remove_file(&socket);
        let config = top().join("crates/testing/machine/bus.conf");
        let mut command = self.command("dbus-daemon");
        command.arg(format!("--config-file={}", config.display())).args(["--nofork", "--nopidfile", "--nosyslog"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.bus = Some(command.spawn().expect("dbus-daemon"));
        wait_for("the bus", PATIENCE, || std::os::unix::net::UnixStream::connect(&socket).ok());
    }

    /// A program that will run inside.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        inside(self.init, program)
    }

    /// Runs a program inside to its end and returns what it printed.
    pub fn run(&self, words: &[&str]) -> String {
        run(self.command(words[0]).args(&words[1..]))
    }

    /// Where the test finds a path of the testbed.
    pub fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        let inside = inside.as_ref();
        let below = inside.strip_prefix("/").unwrap_or(inside);
        PathBuf::from(format!("/proc/{}/root", self.init)).join(below)
    }

    /// A directory that has the same path inside and outside, on a real file system, removed at the end.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Makes a directory in `directory()`.
    pub fn make_directory(&self, name: &str) -> PathBuf {
        let path = self.directory().join(name);
        fs::create_dir_all(&path).expect("a directory in the testbed's own");
        path
    }

    /// A connection of its own to the testbed's system bus, as root.
    pub async fn bus(&self) -> zbus::Connection {
        let socket = self.path("/run/dbus/system_bus_socket");
        zbus::connection::Builder::address(format!("unix:path={}", socket.display()).as_str())
            .build()
            .await
            .expect("the testbed's bus")
    }

    /// The lines of the mount table that name `device` as their source.
    pub fn mounts_of(&self, device: &Path) -> Vec<String> {
        let table = fs::read_to_string(format!("/proc/{}/mountinfo", self.init)).expect("the testbed's mount table");
        let source = format!(" {} ", device.display());
        let part = format!(" {}p", device.display());
        table.lines().filter(|line| line.contains(&source) || line.contains(&part)).map(str::to_owned).collect()
    }

    /// Waits until udevd has worked off what happened so far.
    pub fn settle(&self) {
        self.run(&["udevadm", "settle"]);
    }

    /// The pid of the first process inside, as seen from outside.
    pub fn init(&self) -> u32 {
        self.init
    }

    /// The loop devices in UDisks2's and in udev's eyes.
    fn seen_by_udisks(&self) -> String {
        let script = "udisksctl dump | grep -aE '^/.*loop|IdUUID|IdUsage|  Size|MountPoints'; lsblk -f; \
                      for device in /dev/loop*; do udevadm info --query=property \"$device\"; done \
                      | grep -E '^DEVNAME|FS_UUID='";
        let output = crate::output(self.command("sh").args(["-c", script]));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What bus, udevd and UDisks2 wrote to their standard errors.
    pub fn said(&self) -> String {
        self.said.lock().expect("nobody panics with it").clone()
    }
}

impl Drop for Testbed {
    fn drop(&mut self) {
        if thread::panicking() {
            self.wake_udisks();
            eprintln!("---- what the testbed said ----\n{}", self.said());
            eprintln!("---- what UDisks2 sees ----\n{}", self.seen_by_udisks());
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

const PREFIX: &str = "testbed-";

/// Directories of tests that were killed stay behind; their names tell whose they were.
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
    command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    command.spawn().expect("setpriv and unshare of util-linux")
}

fn wait_until_ready(stdout: ChildStdout) -> Result<(), String> {
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let _ = BufReader::new(stdout).read_line(&mut line);
        let _ = tell.send(line);
    });
    match told.recv_timeout(PATIENCE) {
        Ok(line) if line.trim() == "ready" => Ok(()),
        Ok(line) => Err(format!("it ended after saying {line:?}")),
        Err(_) => Err(format!("no word of it within {PATIENCE:?}")),
    }
}

fn collect(stderr: ChildStderr, said: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let mut said = said.lock().expect("nobody panics with it");
            said.push_str(&line);
            said.push('\n');
        }
    });
}
