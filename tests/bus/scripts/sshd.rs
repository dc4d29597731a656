//! An sshd of our own on the loopback of a network namespace of its own, with a user `veeam` that this machine need not have.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use asbackup_testing::harness::bus::{NOBODY, open_to_all};
use asbackup_testing::{file, program};
use tempfile::TempDir;

/// What the user calls there.
fn tools() -> [&'static str; 3] {
    [program("veeam-lock"), program("veeam-unlock"), file("packaging/veeam-ssh")]
}

/// The user exists in there alone.
const START: &str = r#"
ip link set lo up
for file in passwd shadow group; do mount --bind "$1/$file" "/etc/$file" || exit 1; done
mount -t tmpfs sshd /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f "$1/sshd_config"
"#;

pub struct Sshd {
    server: Child,
    room: TempDir,
}

impl Sshd {
    /// Its sessions talk to the daemon on the bus at `address`.
    pub fn start(address: &str) -> Self {
        let room = tempfile::tempdir().unwrap();
        for key in ["host", "client"] {
            let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f"];
            let made = Command::new("ssh-keygen").args(arguments).arg(room.path().join(key)).status();
            assert!(made.expect("openssh-client is installed").success());
        }
        furnish(room.path(), address);
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--net", "--propagation", "private", "sh", "-c", START, "sshd"]).arg(room.path());
        let mut server = unshare.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut complaints = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(complaints.any(|line| line.contains("Server listening on 127.0.0.1")), "openssh-server is installed");
        // Somebody has to read on, or it would block.
        std::thread::spawn(move || complaints.for_each(drop));
        Self { server, room }
    }

    /// An ssh that requests `order`; none is a login.
    pub fn client(&self, order: Option<&str>) -> Command {
        let mut ssh = Command::new("nsenter");
        ssh.args(["--net", "--target", &self.server.id().to_string(), "ssh", "-F", "none", "-T", "-i"]);
        ssh.arg(self.path("client"));
        ssh.arg("-o").arg(format!("UserKnownHostsFile={}", self.path("known_hosts").display()));
        ssh.args(["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "veeam@127.0.0.1"]);
        ssh.args(order);
        ssh.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        ssh
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn furnish(room: &Path, address: &str) {
    let shown = room.display();
    let write = |name: &str, text: String| fs::write(room.join(name), text).unwrap();
    let add = |name: &str, line: String| {
        let present = fs::read_to_string(Path::new("/etc").join(name)).unwrap();
        write(name, format!("{line}\n{present}"));
    };
    add("passwd", format!("veeam:x:{NOBODY}:{NOBODY}::{shown}:/bin/sh"));
    add("shadow", "veeam:*:19000:0:99999:7:::".to_owned());
    add("group", format!("veeam:x:{NOBODY}:"));
    let client = fs::read_to_string(room.join("client.pub")).unwrap();
    write("authorized_keys", format!("restrict,command=\"{shown}/veeam-ssh\" {client}"));
    let host = fs::read_to_string(room.join("host.pub")).unwrap();
    write("known_hosts", format!("127.0.0.1 {host}"));
    tools().iter().for_each(|tool| drop(open_to_all(tool, room)));
    // StrictModes looks at the directories above, and /tmp is anybody's.
    write(
        "sshd_config",
        format!(
            "ListenAddress 127.0.0.1\nHostKey {shown}/host\nAuthorizedKeysFile {shown}/authorized_keys\nStrictModes no\n\
             UsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPidFile none\n\
             Subsystem sftp internal-sftp\nSetEnv PATH={shown}:/usr/bin:/bin DBUS_SYSTEM_BUS_ADDRESS={address}\n"
        ),
    );
}
