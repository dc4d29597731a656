//! A mail server on loopback that keeps what it receives, and Python's reading of it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::certificates::Certificates;
use crate::python::{PYTHON, PythonServer, script};
use crate::until;

/// A mail as the server received it and as Python reads it.
#[derive(Debug, Clone)]
pub struct Received {
    /// What the client said of it: `from`, `to`, `hello`, `tls`, `login`.
    pub envelope: Value,
    /// What `parse.py` prints.
    pub parsed: Value,
    /// Every byte of it.
    pub raw: String,
}

impl Received {
    /// The value of a header, unfolded and decoded.
    ///
    /// # Panics
    /// If the header is there twice.
    pub fn header(&self, name: &str) -> Option<String> {
        let headers = self.parsed["headers"].as_array().expect("headers");
        let mut found = headers.iter().filter(|pair| pair[0].as_str().is_some_and(|is| is.eq_ignore_ascii_case(name)));
        let value = found.next()?[1].as_str().expect("text").to_owned();
        assert!(found.next().is_none(), "{name} is there twice");
        Some(value)
    }

    /// The subject, decoded.
    pub fn subject(&self) -> String {
        self.header("Subject").expect("a subject")
    }

    /// The plain text.
    pub fn body(&self) -> &str {
        self.parsed["body"].as_str().expect("a text")
    }

    /// The recipients of the envelope.
    pub fn to(&self) -> Vec<String> {
        let to = self.envelope["to"].as_array().expect("recipients");
        to.iter().map(|address| address.as_str().expect("text").to_owned()).collect()
    }

    /// Name and unpacked content of each attachment.
    pub fn attachments(&self) -> Vec<(String, String)> {
        let attachments = self.parsed["attachments"].as_array().expect("attachments");
        let one = |attachment: &Value| {
            let text = |key: &str| attachment[key].as_str().expect("text").to_owned();
            (text("name"), base64(&text("content")))
        };
        attachments.iter().map(one).collect()
    }
}

fn base64(text: &str) -> String {
    let decode = "import base64,sys; sys.stdout.buffer.write(base64.b64decode(sys.stdin.buffer.read()))";
    let mut python = Command::new(PYTHON);
    python.args(["-c", decode]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().expect("python3");
    let mut stdin = child.stdin.take().expect("piped");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("its output");
    writer.join().expect("no panic").expect("written");
    String::from_utf8(output.stdout).expect("text")
}

/// Reads mails with Python, one value a file; `servers/parse.py` says what is in it.
pub fn parse(files: &[PathBuf]) -> Vec<Value> {
    let printed = crate::run(Command::new(PYTHON).arg(script("parse.py")).args(files));
    serde_json::from_str(&printed).expect("JSON")
}

/// A mail server in Python; ends with the test.
pub struct SmtpSink {
    server: PythonServer,
    directory: PathBuf,
    /// Where it listens, on loopback.
    pub port: u16,
}

impl SmtpSink {
    /// Without encryption and login.
    pub fn plain(room: &Path) -> Self {
        Self::start(room, &json!({ "mode": "plain" }))
    }

    /// `mode` is `starttls` or `tls`.
    pub fn encrypted(room: &Path, mode: &str, certificates: &Certificates) -> Self {
        Self::start(room, &json!({ "mode": mode, "cert": certificates.cert, "key": certificates.key }))
    }

    /// With any setup; `servers/sink.py` says what there is.
    pub fn start(room: &Path, setup: &Value) -> Self {
        Self::start_with(room, setup, Command::new(PYTHON))
    }

    /// The same with another `python`, such as one in a testbed.
    pub fn start_with(room: &Path, setup: &Value, python: Command) -> Self {
        let directory = room.join("sink");
        fs::create_dir_all(&directory).expect("a directory");
        fs::write(directory.join("setup.json"), setup.to_string()).expect("its setup");
        let mut sink = Self { server: PythonServer::new(), directory, port: 0 };
        sink.launch(python);
        sink.port = sink.server.port();
        sink
    }

    fn launch(&mut self, mut python: Command) {
        python.args(["-W", "ignore"]).arg(script("sink.py")).arg(&self.directory);
        self.server.start(python);
    }

    /// Down: connections are refused.
    pub fn stop(&mut self) {
        self.server.stop();
    }

    /// Up again, at the same port.
    pub fn restart(&mut self) {
        self.launch(Command::new(PYTHON));
    }

    /// From now on, and instead of what was told before; `servers/sink.py` says what there is.
    pub fn behave(&self, behaviour: &Value) {
        let unfinished = self.directory.join("behaviour.new");
        fs::write(&unfinished, behaviour.to_string()).expect("its behaviour");
        fs::rename(unfinished, self.directory.join("behaviour.json")).expect("its behaviour");
    }

    /// Whether it has ever left a client without an answer.
    pub fn hangs(&self) -> bool {
        self.directory.join("hanging").exists()
    }

    /// How many mails it has received.
    pub fn count(&self) -> usize {
        self.envelopes().len()
    }

    fn envelopes(&self) -> Vec<PathBuf> {
        files(&self.directory, |path| path.extension().is_some_and(|is| is == "json") && is_numbered(path))
    }

    /// Waits for that many mails and returns them in the order in which they came.
    ///
    /// # Panics
    /// If they don't come, or more than `count` do.
    pub async fn received(&self, count: usize) -> Vec<Received> {
        until(&format!("{count} mails"), || self.count() >= count).await;
        let mails = self.all();
        assert_eq!(mails.len(), count, "{mails:#?}");
        mails
    }

    /// All mails so far, in the order in which they came.
    pub fn all(&self) -> Vec<Received> {
        let envelopes = self.envelopes();
        let mails: Vec<PathBuf> = envelopes.iter().map(|path| path.with_extension("eml")).collect();
        let parsed = parse(&mails);
        let read = |path: &PathBuf| fs::read_to_string(path).expect("a file of the sink");
        let both = envelopes.iter().zip(&mails).zip(parsed);
        both.map(|((envelope, mail), parsed)| Received {
            envelope: serde_json::from_str(&read(envelope)).expect("JSON"),
            parsed,
            raw: read(mail),
        })
        .collect()
    }
}

fn is_numbered(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()))
}

/// The wanted entries of a directory, sorted by name; none if there is no directory.
pub fn files(directory: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| wanted(path));
    files.sort();
    files
}
