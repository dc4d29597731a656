//! What the unit gives to the daemon, as far as that can be had without systemd: capabilities, system calls, address families,
//! environment. Every disk test's daemon lives in it; a test may take one more thing away.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tokio::process::Child;

use super::Testbed;
use crate::file;

pub const CONFIG: &str = "/etc/asbackup/config.ini";
pub const NOTIFY: &str = "/run/testbed/notify";

/// As the unit has it, and tighter.
#[derive(Debug, Clone, Default)]
pub struct Sandbox {
    /// `CAP_CHOWN`
    pub without: Option<&'static str>,
    /// A directory that the daemon alone sees empty, as `ProtectHome=tmpfs` would make it.
    pub hidden: Option<PathBuf>,
    /// Another unit, whose filter holds instead.
    pub unit: Option<PathBuf>,
}

impl Sandbox {
    /// The daemon in the testbed.
    pub fn start(&self, testbed: &Testbed, log: &Path) -> Child {
        let log = File::options().create(true).append(true).open(log);
        let log = log.expect("a file for the daemon's words");
        let mut command = self.command(testbed, &[crate::program("asbackupd")]);
        command.env_clear();
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("LANG", "C.UTF-8");
        command.env("ASBACKUP_CONFIG", CONFIG);
        command.env("NOTIFY_SOCKET", NOTIFY);
        // Long: what the watchdog does is counted, it is not enforced here.
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

    /// A program with the capabilities and in the filter. It takes the place of each of those that lead to it.
    fn command(&self, testbed: &Testbed, program: &[&str]) -> Command {
        let set = self.capabilities().join(",");
        let tight = ["setpriv", "--no-new-privs", "--bounding-set", &set];
        let [python, script, unit] = filter();
        let unit = self.unit.as_ref().map_or(unit, |unit| unit.to_str().expect("UTF-8"));
        let filter = [python, script, unit];
        let Some(hidden) = &self.hidden else {
            return with(testbed.command(tight[0]), &[&tight[1..], &filter, program]);
        };
        // As systemd makes it: what is mounted later is seen, what is done in here is not seen by others.
        testbed.run(&["mount", "--make-rshared", "/"]);
        let mut unshare = testbed.command("unshare");
        unshare.args(["--mount", "--propagation", "slave", "sh", "-c"]);
        unshare.arg("mount -t tmpfs hidden \"$0\" && exec \"$@\"").arg(hidden);
        with(unshare, &[&tight, &filter, program])
    }

    /// In setpriv's words.
    fn capabilities(&self) -> Vec<String> {
        let kept = capabilities().into_iter().filter(|name| Some(*name) != self.without);
        let words = kept.map(|name| format!("+{}", name.trim_start_matches("CAP_").to_lowercase()));
        std::iter::once("-all".to_owned()).chain(words).collect()
    }
}

/// Those of the unit.
pub fn capabilities() -> Vec<&'static str> {
    let unit = include_str!("../../../../systemd/asbackupd.service");
    let set = unit.lines().find_map(|line| line.strip_prefix("CapabilityBoundingSet=")).expect("a set in the unit");
    set.split(' ').collect()
}

/// What runs the words after it under the unit's filter.
pub fn filter() -> [&'static str; 3] {
    ["/usr/bin/python3", file("crates/testing/machine/filtered.py"), file("systemd/asbackupd.service")]
}

fn with(mut command: Command, parts: &[&[&str]]) -> Command {
    for words in parts {
        command.args(*words);
    }
    command
}
