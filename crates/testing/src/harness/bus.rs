//! A private bus: a real `dbus-daemon` under the rules of a system bus, with the shipped policy in force.
//! Knows nothing of the daemon that is tested on it.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::Uid;
use rustix::thread::set_thread_res_uid;
use tempfile::TempDir;
use zbus::{Connection, connection};

/// The uid of "nobody" on every Linux: neither root nor a member of anything.
pub const NOBODY: u32 = 65534;

/// Copies a program into `room`, where other users can reach it, wherever it was built. Returns the path of the copy.
pub fn open_to_all(program: &str, room: &Path) -> PathBuf {
    fs::set_permissions(room, Permissions::from_mode(0o755)).unwrap();
    let place = room.join(Path::new(program).file_name().unwrap());
    // By a process of its own: a child that another test forks just then would have the copy open for writing, too, and Linux
    // starts no program that somebody may still write to.
    assert!(Command::new("cp").arg(program).arg(&place).status().unwrap().success(), "cp {program}");
    place
}

/// What Debian's system.conf says of names, calls and limits (those that it names as built in), and what the packages of
/// UDisks2, polkit and logind add.
const RULES: &str = r#"
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.UDisks2"/>
    <allow send_destination="org.freedesktop.PolicyKit1"/>
    <allow send_destination="org.freedesktop.login1"/>
  </policy>
  <limit name="max_incoming_bytes">133169152</limit>
  <limit name="max_outgoing_bytes">133169152</limit>
  <limit name="max_message_size">33554432</limit>
  <limit name="max_completed_connections">2048</limit>
  <limit name="max_connections_per_user">256</limit>
  <limit name="max_match_rules_per_connection">512</limit>
  <limit name="max_replies_per_connection">128</limit>
  <policy user="root">
    <allow own="org.freedesktop.UDisks2"/>
    <allow own="org.freedesktop.PolicyKit1"/>
    <allow own="org.freedesktop.login1"/>
  </policy>
"#;

/// The bus; ends with the value.
pub struct PrivateBus {
    daemon: Child,
    address: String,
    directory: TempDir,
}

impl PrivateBus {
    /// Starts the bus. Needs root, since only root can connect as several users.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Other users must be able to reach the socket.
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        let config = directory.path().join("bus.conf");
        fs::write(&config, configuration(directory.path())).unwrap();
        // It complains about limits that a test does not need.
        let complaints = directory.path().join("complaints");
        let mut daemon = Command::new("dbus-daemon")
            .arg("--nofork")
            .arg("--nopidfile")
            .arg("--nosyslog")
            .arg("--print-address")
            .arg(format!("--config-file={}", config.display()))
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&complaints).unwrap())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        let output = daemon.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let complaints = fs::read_to_string(complaints).unwrap_or_default();
        assert!(!address.is_empty(), "dbus-daemon: {complaints}");
        Self { daemon, address, directory }
    }

    /// For `DBUS_SYSTEM_BUS_ADDRESS` and `busctl --address=`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A connection as root.
    pub async fn connect(&self) -> Connection {
        let builder = connection::Builder::address(self.address());
        builder.build().await.unwrap()
    }

    /// A connection as another user: the bus looks at who opened the socket, so a thread of that user does it.
    pub async fn connect_as(&self, uid: u32) -> Connection {
        let builder = connection::Builder::unix_stream(self.open_as(uid));
        builder.user_id(uid).build().await.unwrap()
    }

    /// The socket alone, opened by this user, before any byte is sent on it.
    pub fn open_as(&self, uid: u32) -> UnixStream {
        let socket = self.socket();
        let opened = std::thread::spawn(move || {
            let id = Uid::from_raw(uid);
            set_thread_res_uid(id, id, id).unwrap();
            UnixStream::connect(socket).unwrap()
        });
        let stream = opened.join().unwrap();
        stream.set_nonblocking(true).unwrap();
        stream
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn configuration(directory: &Path) -> String {
    let socket = directory.join("socket");
    let policy = crate::top().join("dbus/de.example.Backup.conf");
    format!(
        "<busconfig>\n  <listen>unix:path={}</listen>{RULES}  <include>{}</include>\n</busconfig>\n",
        socket.display(),
        policy.display()
    )
}
