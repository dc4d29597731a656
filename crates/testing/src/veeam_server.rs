//! Veeam's REST API on loopback: what it knows, how it misbehaves, and which requests it received.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::certificates::Certificates;
use crate::python::{PYTHON, PythonServer, script};

/// Who may log in.
pub const USER: &str = "viewer";
/// Of [`USER`]; with everything that a form has to encode.
pub const PASSWORD: &str = "hunter2 ü&=%+";

/// The server, written in Python; ends with the test.
pub struct VeeamServer {
    server: PythonServer,
    room: PathBuf,
    /// Its certificate, and the authority to trust.
    pub certificates: Certificates,
    /// Where it listens, on loopback.
    pub port: u16,
    state: Value,
}

impl VeeamServer {
    /// With a certificate for `localhost`. It has no jobs yet.
    pub fn start(room: &Path) -> Self {
        Self::named(room, "localhost")
    }

    /// With a certificate for this name.
    pub fn named(room: &Path, name: &str) -> Self {
        Self::certified(room, Certificates::make(room, name))
    }

    /// With any certificate.
    pub fn certified(room: &Path, certificates: Certificates) -> Self {
        let room = room.join("veeam-server");
        fs::create_dir_all(&room).expect("a directory");
        let state = json!({ "login": [USER, PASSWORD] });
        let mut server = Self { server: PythonServer::new(), room, certificates, port: 0, state };
        server.write_state();
        server.restart();
        server.port = server.server.port();
        server
    }

    /// For the config.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Up again, at the same port.
    pub fn restart(&mut self) {
        let mut python = Command::new(PYTHON);
        python.arg(script("veeam.py")).arg(&self.room).arg(&self.certificates.cert).arg(&self.certificates.key);
        self.server.start(python);
    }

    /// Down: connections are refused.
    pub fn stop(&mut self) {
        self.server.stop();
    }

    /// Sets what it knows or how it misbehaves; `servers/veeam.py` says what there is.
    pub fn set(&mut self, key: &str, value: Value) {
        self.state[key] = value;
        self.write_state();
    }

    fn write_state(&self) {
        let unfinished = self.room.join("state.new");
        fs::write(&unfinished, self.state.to_string()).expect("its state");
        fs::rename(unfinished, self.room.join("state.json")).expect("its state");
    }

    /// Every request so far, in order; `method`, `path`, `query`, `version` and `grant` of each.
    pub fn requests(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.room.join("requests")).unwrap_or_default();
        // The last line may be half written.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// How often a path that begins with `path` was requested.
    pub fn asked(&self, path: &str) -> usize {
        self.requests().iter().filter(|seen| seen["path"].as_str().is_some_and(|is| is.starts_with(path))).count()
    }

    /// How often somebody logged in by this kind of grant, `password` or `refresh_token`.
    pub fn grants(&self, kind: &str) -> usize {
        self.requests().iter().filter(|seen| seen["grant"] == kind).count()
    }
}

impl Drop for VeeamServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- requests to the Veeam server ----");
            self.requests().iter().for_each(|request| eprintln!("{request}"));
        }
    }
}

/// The time `seconds` from now, as Veeam writes it.
pub fn moment(seconds: i64) -> String {
    let moment = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    moment.strftime("%Y-%m-%dT%H:%M:%S.%7f+00:00").to_string()
}

/// A session that began a minute ago, in a state such as `Working` or `Stopped`.
pub fn session(id: &str, state: &str) -> Value {
    json!({
        "id": id, "name": "Nightly", "jobId": JOB, "sessionType": "BackupJob", "creationTime": moment(-60), "state": state,
        "progressPercent": 40, "result": { "result": "None", "message": "", "isCanceled": false }, "usn": 7,
        "platformName": "VMware", "parentSessionId": "00000000-0000-0000-0000-000000000000",
    })
}

/// A session that ended `seconds` from now (negative: ago), with this result.
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

/// The id of every job here.
pub const JOB: &str = "11111111-2222-3333-4444-555555555555";
/// An id for a session.
pub const SESSION: &str = "2b3c4d5e-1111-2222-3333-444455556666";
