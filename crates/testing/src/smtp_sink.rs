//! Mail servers on loopback, what they got, and Python's view of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Debian's, which has aiosmtpd; another one may come first in PATH.
const PYTHON: &str = "/usr/bin/python3";
/// Only a test that fails ever waits for it.
const PATIENCE: Duration = Duration::from_secs(40);

/// A mail as the server got it and as Python reads it.
#[derive(Debug, Clone)]
pub struct Received {
    pub envelope: Value,
    pub parsed: Value,
    pub raw: String,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<String> {
        let headers = self.parsed["headers"].as_array().expect("headers");
        let mut found = headers.iter().filter(|pair| pair[0].as_str().is_some_and(|is| is.eq_ignore_ascii_case(name)));
        let value = found.next()?[1].as_str().expect("text").to_owned();
        assert!(found.next().is_none(), "{name} is there twice");
        Some(value)
    }

    pub fn subject(&self) -> String {
        self.header("Subject").expect("a subject")
    }

    pub fn body(&self) -> &str {
        self.parsed["body"].as_str().expect("a text")
    }

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
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, text.as_bytes()));
    let output = child.wait_with_output().expect("its output");
    writer.join().expect("no panic").expect("written");
    String::from_utf8(output.stdout).expect("text")
}

/// Reads mails with Python.
pub fn parse(files: &[PathBuf]) -> Vec<Value> {
    let mut python = Command::new(PYTHON);
    python.arg(script("parse.py")).args(files);
    let output = python.output().expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

pub fn script(name: &str) -> PathBuf {
    crate::top().join("crates/testing/servers").join(name)
}

/// Our own authority, and a certificate of it for `localhost`.
pub struct Certificates {
    pub ca: PathBuf,
    pub cert: PathBuf,
    pub key: PathBuf,
}

impl Certificates {
    /// For a server that is called `name`.
    pub fn make(room: &Path, name: &str) -> Self {
        let directory = room.join(format!("certificates-{name}"));
        fs::create_dir_all(&directory).expect("a directory");
        let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let authority = ["req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority"];
        openssl(&directory, &[&authority[..], &new_key, &["-days", "2"]].concat());
        let request = ["req", "-keyout", "key.pem", "-out", "request", "-subj", "/CN=server"];
        openssl(&directory, &[&request[..], &new_key].concat());
        fs::write(directory.join("names"), format!("subjectAltName=DNS:{name}\n")).expect("a file");
        let sign = ["x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
        openssl(&directory, &[&sign[..], &["-extfile", "names", "-out", "cert.pem", "-days", "2"]].concat());
        let path = |name: &str| directory.join(name);
        Self { ca: path("ca.pem"), cert: path("cert.pem"), key: path("key.pem") }
    }
}

fn openssl(directory: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(directory).output().expect("openssl");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A certificate that nobody but itself has signed, for a server of another name, and out of date since yesterday.
pub fn self_signed(room: &Path) -> Certificates {
    let directory = room.join("self-signed");
    fs::create_dir_all(&directory).expect("a directory");
    let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem"];
    openssl(&directory, &[&["req", "-out", "request", "-subj", "/CN=elsewhere.example"][..], &new_key].concat());
    fs::write(directory.join("kind"), "basicConstraints=CA:TRUE\n").expect("a file");
    let sign = ["x509", "-req", "-in", "request", "-signkey", "key.pem", "-extfile", "kind"];
    openssl(&directory, &[&sign[..], &["-out", "cert.pem", "-days", "-1"]].concat());
    let path = |name: &str| directory.join(name);
    Certificates { ca: path("cert.pem"), cert: path("cert.pem"), key: path("key.pem") }
}

/// A Python server; ends with the test.
pub struct SmtpSink {
    child: Option<Child>,
    directory: PathBuf,
    pub port: u16,
}

impl SmtpSink {
    pub fn plain(room: &Path) -> Self {
        Self::start(room, &json!({ "mode": "plain" }))
    }

    pub fn encrypted(room: &Path, mode: &str, certificates: &Certificates) -> Self {
        Self::start(room, &json!({ "mode": mode, "cert": certificates.cert, "key": certificates.key }))
    }

    pub fn start(room: &Path, setup: &Value) -> Self {
        Self::start_with(room, setup, Command::new(PYTHON))
    }

    /// `python` may be one that runs elsewhere.
    pub fn start_with(room: &Path, setup: &Value, python: Command) -> Self {
        let directory = room.join("sink");
        fs::create_dir_all(&directory).expect("a directory");
        fs::write(directory.join("setup.json"), setup.to_string()).expect("its setup");
        let mut sink = Self { child: None, directory, port: 0 };
        sink.launch(python);
        sink
    }

    fn launch(&mut self, mut python: Command) {
        python.args(["-W", "ignore"]).arg(script("sink.py")).arg(&self.directory);
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
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("our own child");
        child.wait().expect("it ends");
    }

    /// Up again, at the same port.
    pub fn restart(&mut self) {
        self.launch(Command::new(PYTHON));
    }

    pub fn behave(&self, behaviour: &Value) {
        let unfinished = self.directory.join("behaviour.new");
        fs::write(&unfinished, behaviour.to_string()).expect("its behaviour");
        fs::rename(unfinished, self.directory.join("behaviour.json")).expect("its behaviour");
    }

    /// Whether it keeps somebody waiting.
    pub fn hangs(&self) -> bool {
        self.directory.join("hanging").exists()
    }

    pub fn count(&self) -> usize {
        self.files("json").len()
    }

    fn files(&self, suffix: &str) -> Vec<PathBuf> {
        files(&self.directory, |path| path.extension().is_some_and(|is| is == suffix) && numbered(path))
    }

    /// Waits for so many mails, and gives them in the order in which they came.
    pub async fn received(&self, count: usize) -> Vec<Received> {
        wait(&format!("{count} mails"), || self.count() >= count).await;
        let mails = self.all();
        assert_eq!(mails.len(), count, "{mails:#?}");
        mails
    }

    pub fn all(&self) -> Vec<Received> {
        let envelopes = self.files("json");
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

fn numbered(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()))
}

/// Sorted by name.
pub fn files(directory: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| wanted(path));
    files.sort();
    files
}

pub async fn wait(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.stop();
        }
    }
}
