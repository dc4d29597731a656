//! A disk mounted where neither the daemon nor UDisks2 sees it: in a mount and pid namespace of its own below the testbed's.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Testbed;
use super::loop_device::{LoopDevice, is_free};
use super::processes;
use crate::{PATIENCE, wait_for};

/// Mounts, prints "mounted", waits for the end of its input and unmounts. It has a pid namespace because the program behind a
/// FUSE file system would keep the mount namespace, and with it the mount, alive. It tries more than once because a daemon that
/// has just started claims each disk while it proves that it may be unplugged.
const SCRIPT: &str = r#"
mkdir -p /run/testbed/mount
mount -t tmpfs testbed /run/testbed/mount
mkdir /run/testbed/mount/disk
tries=0
until mount -o "$2" "$1" /run/testbed/mount/disk; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || exit 1
    sleep 0.1
done
echo mounted
read -r _
umount /run/testbed/mount/disk
"#;

/// The mount; unmounted when this is dropped.
pub struct PrivateMount {
    script: Child,
    first: u32,
    device: PathBuf,
    /// The loop device of a disk that is not plugged in.
    attached: Option<LoopDevice>,
}

impl PrivateMount {
    pub(super) fn new(testbed: &Testbed, device: &Path, attached: Option<LoopDevice>, mode: &str) -> Self {
        let mut command = testbed.command("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
        command.args(["--propagation", "private", "sh", "-c", SCRIPT, "private-mount"]);
        command.arg(device).arg(mode);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = command.spawn().expect("unshare of util-linux");
        let mut line = String::new();
        let mut stdout = BufReader::new(script.stdout.take().expect("piped"));
        stdout.read_line(&mut line).expect("the script's answer");
        assert_eq!(line.trim(), "mounted", "{} {mode}", device.display());
        // nsenter, unshare, shell: the last one has the mount.
        let first = *processes::descendants(script.id()).get(1).expect("a shell");
        Self { script, first, device: device.to_owned(), attached }
    }

    /// The file system's top directory, as the test reaches it.
    pub fn top(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root/run/testbed/mount/disk", self.first))
    }

    /// A path on the file system, as the test reaches it.
    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.top().join(below)
    }

    /// A program that sees the file system at `/run/testbed/mount/disk`.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.first.to_string(), "--mount", "--"]);
        command.arg(program);
        command
    }

    /// Unmounts, so that what was written is on the disk.
    pub fn done(self) {}
}

/// Where `command` sees the file system.
pub const MOUNTED_AT: &str = "/run/testbed/mount/disk";

impl Drop for PrivateMount {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        let _ = self.script.wait();
        if std::thread::panicking() {
            return;
        }
        wait_for("the private mount to end", PATIENCE, || is_free(&self.device).then_some(()));
        self.attached.take();
    }
}
