//! Servers written in Python: started, stopped, and started again at the same port.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::port::Port;

/// Debian's, which has aiosmtpd; another one may come first in PATH.
pub const PYTHON: &str = "/usr/bin/python3";

/// A script of `crates/testing/servers`.
pub fn script(name: &str) -> PathBuf {
    crate::top().join("crates/testing/servers").join(name)
}

/// A server that prints its port when it listens; ends with the value.
pub struct PythonServer {
    child: Option<Child>,
    port: Port,
}

impl PythonServer {
    /// One that has a port and does not run yet.
    pub fn new() -> Self {
        Self { child: None, port: Port::keep() }
    }

    /// Starts it, each time at the same port.
    pub fn start(&mut self, mut command: Command) {
        command.arg(self.port.number().to_string());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("python3");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its port");
        assert_eq!(line.trim(), self.port.number().to_string(), "{command:?} printed no port but {line:?}");
        self.child = Some(child);
    }

    /// Ends it; from now on connections are refused.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("our own child");
            child.wait().expect("it ends");
        }
    }

    /// On loopback.
    pub fn port(&self) -> u16 {
        self.port.number()
    }
}

impl Drop for PythonServer {
    fn drop(&mut self) {
        self.stop();
    }
}
