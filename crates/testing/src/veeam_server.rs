//! Veeam's REST API on loopback: what it knows, how it misbehaves, and what it was asked.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::smtp_sink::Certificates;

const PYTHON: &str = "/usr/bin/python3";
pub const USER: &str = "viewer";
pub const PASSWORD: &str = "hunter2 ü&=%+";

/// A Python server; ends with the test.
pub struct VeeamServer {
    child: Option<Child>,
    room: PathBuf,
    pub certificates: Certificates,
    pub port: u16,
    state: Value,
}

impl VeeamServer {
    pub fn start(room: &Path) -> Self {
        Self::named(room, "localhost")
    }

    /// With a certificate for this name.
    pub fn named(room: &Path, name: &str) -> Self {
        Self::certified(room, Certificates::make(room, name))
    }

    pub fn certified(room: &Path, certificates: Certificates) -> Self {
        let room = room.join("veeam-server");
        fs::create_dir_all(&room).expect("a directory");
        let state = json!({ "login": [USER, PASSWORD] });
        let mut server = Self { child: None, room, certificates, port: 0, state };
        server.tell();
        server.restart();
        server
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Up (again), at the same port.
    pub fn restart(&mut self) {
        let script = crate::top().join("crates/testing/servers/veeam.py");
        let mut python = Command::new(PYTHON);
        python.arg(script).arg(&self.room).arg(&self.certificates.cert).arg(&self.certificates.key);
        if self.port != 0 {
            python.arg(self.port.to_string());
        }
        let mut child = python.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("python3");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its port");
        self.port = line.trim().parse().expect("a port");
        self.child = Some(child);
    }

    /// Down: connections are refused.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("our own child");
            child.wait().expect("it ends");
        }
    }

    pub fn set(&mut self, key: &str, value: Value) {
        self.state[key] = value;
        self.tell();
    }

    fn tell(&self) {
        let unfinished = self.room.join("state.new");
        fs::write(&unfinished, self.state.to_string()).expect("its state");
        fs::rename(unfinished, self.room.join("state.json")).expect("its state");
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.room.join("requests")).unwrap_or_default();
        // The last line may be half written.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// How often a path that begins so was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.requests().iter().filter(|seen| seen["path"].as_str().is_some_and(|is| is.starts_with(path))).count()
    }

    /// How often somebody logged in by password or by what renews a token.
    pub fn grants(&self, kind: &str) -> usize {
        self.requests().iter().filter(|seen| seen["grant"] == kind).count()
    }
}

impl Drop for VeeamServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A moment so many seconds from now, as Veeam writes it.
pub fn moment(seconds: i64) -> String {
    let moment = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    moment.strftime("%Y-%m-%dT%H:%M:%S.%7f+00:00").to_string()
}

/// A session that began a minute ago.
pub fn session(id: &str, state: &str) -> Value {
    json!({
        "id": id, "name": "Nightly", "jobId": JOB, "sessionType": "BackupJob", "creationTime": moment(-60), "state": state,
        "progressPercent": 40, "result": { "result": "None", "message": "", "isCanceled": false }, "usn": 7,
        "platformName": "VMware", "parentSessionId": "00000000-0000-0000-0000-000000000000",
    })
}

/// One that ended so many seconds from now, with this result.
pub fn ended(id: &str, seconds: i64, result: &str) -> Value {
    let mut session = session(id, "Stopped");
    session["endTime"] = json!(moment(seconds));
    session["result"]["result"] = json!(result);
    session
}

/// A job whose last session is `session`.
pub fn job(name: &str, session: &str) -> Value {
    json!({
        "id": JOB, "name": name, "type": "Backup", "description": "", "status": "Running", "lastResult": "None",
        "workload": "VM", "objectsCount": 1, "sessionId": session, "repositoryName": "Atlantis",
    })
}

pub const JOB: &str = "11111111-2222-3333-4444-555555555555";
pub const SESSION: &str = "2b3c4d5e-1111-2222-3333-444455556666";
