//! The command line as a person or a script calls it, and its outcome.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use asbackup_testing::program;
use tokio::process::{Child, Command};

/// Long enough for a loaded machine; only a test that fails ever waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

pub const ENGLISH: &str = "C.UTF-8";
pub const GERMAN: &str = "de_DE.UTF-8";

/// How a call ended.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Ended with `code` and exactly one line on standard error that contains `words`.
    #[track_caller]
    pub fn assert_complained(&self, code: i32, words: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert!(self.err.contains(words), "{words:?} in {self:?}");
    }
}

/// Nobody's terminal, and an environment of nothing but this.
pub fn command(address: &str, language: &str, arguments: &[&str]) -> Command {
    of_program(Path::new(program("asbackup")), address, language, arguments)
}

pub fn of_program(program: &Path, address: &str, language: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env_clear();
    command.env("DBUS_SYSTEM_BUS_ADDRESS", address).env("LC_ALL", language).env("TZ", "UTC").env("TERM", "xterm");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

pub async fn call(address: &str, language: &str, arguments: &[&str]) -> Said {
    ended(command(address, language, arguments).spawn().expect("asbackup")).await
}

pub async fn ended(child: Child) -> Said {
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").expect("its output");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// On a terminal of 120 columns; what is shown there is the output.
pub fn on_terminal(address: &str, arguments: &str) -> Command {
    on_terminal_of(120, address, ENGLISH, arguments)
}

/// Made by `script`.
pub fn on_terminal_of(columns: usize, address: &str, language: &str, arguments: &str) -> Command {
    let line = format!("stty rows 40 cols {columns}; exec {} {arguments}", program("asbackup"));
    let mut command = of_program(Path::new("script"), address, language, &["-qec", &line, "/dev/null"]);
    command.env("PATH", "/usr/bin:/bin");
    command
}
