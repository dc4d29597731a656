//! QEMU's monitor: plugging, pulling, reset, snapshots.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A snapshot of a machine under emulation takes a few seconds, to stop everything in it longer.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Qmp {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
    events: VecDeque<Value>,
}

impl Qmp {
    pub fn connect(path: &Path) -> Self {
        let stream = connect(path);
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let writer = stream.try_clone().expect("a second descriptor");
        let mut qmp = Self { reader: BufReader::new(stream), writer, events: VecDeque::new() };
        qmp.next();
        qmp.execute("qmp_capabilities", json!({}));
        qmp
    }

    /// Runs a command; an error is a panic.
    pub fn execute(&mut self, command: &str, arguments: Value) -> Value {
        let line = json!({ "execute": command, "arguments": arguments });
        self.writer.write_all(format!("{line}\n").as_bytes()).expect("QEMU is there");
        loop {
            let answer = self.next();
            if answer.get("event").is_some() {
                self.events.push_back(answer);
            } else if let Some(result) = answer.get("return") {
                return result.clone();
            } else {
                panic!("QEMU refused {line}: {answer}");
            }
        }
    }

    /// A command of the monitor for people; any answer but silence is an error.
    pub fn monitor(&mut self, line: &str) {
        let answer = self.execute("human-monitor-command", json!({ "command-line": line }));
        assert_eq!(answer, "", "QEMU's monitor on {line:?}");
    }

    /// Waits until QEMU has let go of a device.
    pub fn device_deleted(&mut self, id: &str) {
        self.wait(|event| event["event"] == "DEVICE_DELETED" && event["data"]["device"] == id);
    }

    /// From now on only what is still to happen counts: a reset, say, is told twice, since the firmware adds one of its own.
    pub fn forget_events(&mut self) {
        self.execute("query-status", json!({}));
        self.events.clear();
    }

    /// Waits until the machine has reset itself, as at the end of a reboot.
    pub fn reset_by_itself(&mut self) {
        self.wait(|event| event["event"] == "RESET" && event["data"]["guest"] == true);
    }

    fn wait(&mut self, is_it: impl Fn(&Value) -> bool) {
        while !self.events.iter().any(&is_it) {
            let answer = self.next();
            self.events.push_back(answer);
        }
        self.events.retain(|event| !is_it(event));
    }

    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.reader.read_line(&mut line).expect("an answer of QEMU in time");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("QEMU has gone, or said {line:?}: {error}"))
    }
}

/// QEMU makes its sockets a moment after it has started.
pub fn connect(path: &Path) -> UnixStream {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return stream,
            Err(error) if Instant::now() > deadline => panic!("{}: {error}", path.display()),
            Err(_) => sleep(Duration::from_millis(20)),
        }
    }
}
