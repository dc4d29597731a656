//! A root shell in the machine, on a virtio port (`root/shell-port`).

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::qmp::connect;

pub struct Shell {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
    number: u64,
    /// The part of an answer that came before the time was up.
    begun: String,
}

pub struct Said {
    pub code: i32,
    /// Both streams, without the last line break.
    pub text: String,
}

impl Shell {
    pub fn connect(path: &Path) -> Self {
        let stream = connect(path);
        let writer = stream.try_clone().expect("a second descriptor");
        Self { reader: BufReader::new(stream), writer, number: 0, begun: String::new() }
    }

    /// Waits until the machine answers: after it was started, reset, or set back to a snapshot.
    pub fn awake(&mut self, patience: Duration) {
        self.insist("true", patience);
    }

    /// Until it succeeds. What was sent to a machine that was just starting, or was asleep, may be lost, so ask again; but a slow one needs
    /// ever longer.
    pub fn insist(&mut self, command: &str, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut wait = Duration::from_secs(2);
        while self.run(command, wait).is_none_or(|said| said.code != 0) {
            assert!(Instant::now() < deadline, "the machine did not answer {command} within {patience:?}");
            wait = (wait + Duration::from_secs(1)).min(Duration::from_secs(30));
            sleep(Duration::from_millis(500));
        }
    }

    /// None when the command has not ended in time.
    pub fn run(&mut self, command: &str, patience: Duration) -> Option<Said> {
        self.number += 1;
        let line = format!("{} {}\n", self.number, encode(command));
        self.writer.write_all(line.as_bytes()).expect("QEMU is there");
        let deadline = Instant::now() + patience;
        loop {
            let answer = self.line(deadline)?;
            let mut words = answer.split_whitespace();
            // Answers to what was not waited for come late.
            if words.next() != Some(self.number.to_string().as_str()) {
                continue;
            }
            let code = words.next()?.parse().ok()?;
            return Some(Said { code, text: decode(words.next().unwrap_or_default()) });
        }
    }

    fn line(&mut self, deadline: Instant) -> Option<String> {
        let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
        self.reader.get_ref().set_read_timeout(Some(left)).expect("a time-out");
        match self.reader.read_line(&mut self.begun) {
            Ok(0) => panic!("QEMU has gone"),
            Ok(_) => Some(std::mem::take(&mut self.begun)),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => None,
            Err(error) => panic!("the machine's port: {error}"),
        }
    }
}

/// As bash's `printf %b` takes it.
fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
}

/// As `od` writes it.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = bytes.map(byte).collect();
    String::from_utf8_lossy(&bytes.expect("hexadecimal digits")).into_owned()
}
