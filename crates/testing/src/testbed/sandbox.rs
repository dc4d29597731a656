//! The sandbox of the unit, as far as it can be had without systemd: capabilities, system calls, address families, environment.
//! The daemon of every disk test runs in it; a test may take one more thing away.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tokio::process::Child;

use super::Testbed;
use crate::{SEARCH_PATH, file};

/// Where the daemon reads its config, in the testbed.
pub const CONFIG: &str = "/etc/asbackup/config.ini";
/// The notify socket, in the testbed.
pub const NOTIFY: &str = "/run/testbed/notify";

/// The unit's sandbox by default; each field makes it tighter or takes another unit.
#[derive(Debug, Clone, Default)]
pub struct Sandbox {
    /// Takes a capability away, such as `CAP_CHOWN`.
    pub without: Option<&'static str>,
    /// Shows the daemon alone an empty directory here, as `ProtectHome=tmpfs` would.
    pub hidden: Option<PathBuf>,
    /// Takes the filters of this unit file instead.
    pub unit: Option<PathBuf>,
}

impl Sandbox {
    /// Starts the daemon in the testbed; `log` gets what it prints.
    pub fn start(&self, testbed: &Testbed, log: &Path) -> Child {
        let log = File::options().create(true).append(true).open(log);
        let log = log.expect("a file for the daemon's log");
        let mut command = self.command(testbed, &[crate::program("asbackupd")]);
        command.env_clear();
        command.env("PATH", SEARCH_PATH);
        command.env("LANG", "C.UTF-8");
        command.env("ASBACKUP_CONFIG", CONFIG);
        command.env("NOTIFY_SOCKET", NOTIFY);
        // Long, since nobody enforces it here.
        command.env("WATCHDOG_USEC", "20000000");
        command.env("STATE_DIRECTORY", "/var/lib/asbackup");
        command.env("RUNTIME_DIRECTORY", "/run/asbackup");
        command.env("LOGS_DIRECTORY", "/var/log/asbackup");
        command.stdin(Stdio::null());
        command.stdout(log.try_clone().expect("a second descriptor"));
        command.stderr(log);
        let spawned = tokio::process::Command::from(command).spawn();
        spawned.expect("the daemon in the testbed")
    }

    /// A command with the capabilities and in the filter. Each program that leads to it is replaced by the next.
    fn command(&self, testbed: &Testbed, program: &[&str]) -> Command {
        let set = self.capabilities().join(",");
        let tight = ["setpriv", "--no-new-privs", "--bounding-set", &set];
        let [python, script, unit] = filter();
        let unit = self.unit.as_ref().map_or(unit, |unit| unit.to_str().expect("UTF-8"));
        let filter = [python, script, unit];
        let Some(hidden) = &self.hidden else {
            return with(testbed.command(tight[0]), &[&tight[1..], &filter, program]);
        };
        // As systemd does it: mounts made later outside are seen inside, and not the other way round.
        testbed.run(&["mount", "--make-rshared", "/"]);
        let mut unshare = testbed.command("unshare");
        unshare.args(["--mount", "--propagation", "slave", "sh", "-c"]);
        unshare.arg("mount -t tmpfs hidden \"$0\" && exec \"$@\"").arg(hidden);
        with(unshare, &[&tight, &filter, program])
    }

    /// As options of setpriv.
    fn capabilities(&self) -> Vec<String> {
        let kept = capabilities().into_iter().filter(|name| Some(*name) != self.without);
        let words = kept.map(|name| format!("+{}", name.trim_start_matches("CAP_").to_lowercase()));
        std::iter::once("-all".to_owned()).chain(words).collect()
    }
}

/// The capabilities of the unit.
pub fn capabilities() -> Vec<&'static str> {
    let unit = include_str!("../../../../systemd/asbackupd.service");
    let set = unit.lines().find_map(|line| line.strip_prefix("CapabilityBoundingSet=")).expect("a set in the unit");
    set.split(' ').collect()
}

/// The words that run a command under the unit's filters.
pub fn filter() -> [&'static str; 3] {
    ["/usr/bin/python3", file("crates/testing/machine/filtered.py"), file("systemd/asbackupd.service")]
}

fn with(mut command: Command, parts: &[&[&str]]) -> Command {
    for words in parts {
        command.args(*words);
    }
    command
}
