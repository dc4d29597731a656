//! Runs rsync as a child process: clean environment, own process group, the target as working directory, a limit to
//! every wait. Knows processes and pipes, but nothing of what rsync prints.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use log::debug;
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use asbackup_api::Fault;

/// After SIGTERM rsync removes its temporary file and ends within half a second, unless the disk hangs.
pub const GRACE: Duration = Duration::from_secs(20);
/// On a disk that is gone there is nothing to clean up, and rsync would only go on writing into memory.
pub const SHORT_GRACE: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(10);
const KILL_WAIT: Duration = Duration::from_secs(5);
/// How many of rsync's last error messages are kept; its own log has them all.
const COMPLAINTS: usize = 12;
const CHUNK: usize = 64 * 1024;

/// The program's absolute path, from the daemon's own PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|path| path.is_absolute() && path.is_file())
}

/// # Errors
/// rsync is not installed.
pub fn rsync_program() -> Result<PathBuf, Fault> {
    find("rsync").ok_or_else(|| Fault::Internal { cause: "rsync: command not found".into() })
}

/// One run of a program.
#[derive(Debug)]
pub struct Invocation<'a> {
    /// Absolute.
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    pub directory: BorrowedFd<'a>,
    pub input: Stdio,
}

/// A running child whose output is being read.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Option<Pid>,
    output: tokio::process::ChildStdout,
    buffer: Vec<u8>,
    /// The output has ended.
    finished: bool,
    complaints: JoinHandle<VecDeque<String>>,
}

/// How a child ended.
#[derive(Debug)]
pub struct ProcessEnd {
    pub status: ExitStatus,
    /// The last lines on standard error.
    pub complaints: Vec<String>,
}

impl<'a> Invocation<'a> {
    /// Without input.
    pub fn new(program: PathBuf, arguments: Vec<OsString>, directory: BorrowedFd<'a>) -> Self {
        Self { program, arguments, directory, input: Stdio::null() }
    }

    /// Starts the child.
    ///
    /// # Errors
    /// The program can't be started.
    pub fn start(self) -> io::Result<Running> {
        debug!("running {} {:?}", self.program.display(), self.arguments);
        let mut command = Command::new(&self.program);
        command
            .args(self.arguments)
            .env_clear()
            // rsync reads options from RSYNC_* and ~/.popt, and the locale changes its numbers and messages.
            .env("LC_ALL", "C")
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", "/nonexistent")
            // The child resolves it in its own descriptor table, so no path can be redirected meanwhile.
            .current_dir(format!("/proc/self/fd/{}", self.directory.as_raw_fd()))
            .stdin(self.input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let mut child = command.spawn()?;
        let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(io::Error::other("the child has no pipes"));
        };
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        // A full pipe would block the child, so its errors are read all the time.
        let complaints = tokio::spawn(last_lines(errors));
        Ok(Running { child, group, output, buffer: Vec::with_capacity(CHUNK), finished: false, complaints })
    }
}

impl Running {
    /// Reads the next output: passes on each whole line (ended by `\n` or `\r`), then the beginning of the next one as
    /// not whole. After the last line, waits for the child and returns its end. Cancel safe.
    ///
    /// # Errors
    /// The pipe can't be read, or the child can't be waited for.
    pub async fn read_on(&mut self, line: impl FnMut(&[u8], bool)) -> io::Result<Option<ProcessEnd>> {
        if !self.finished {
            self.read(line).await?;
            return Ok(None);
        }
        let status = self.child.wait().await?;
        let complaints = (&mut self.complaints).await.unwrap_or_default();
        Ok(Some(ProcessEnd { status, complaints: complaints.into() }))
    }

    async fn read(&mut self, mut line: impl FnMut(&[u8], bool)) -> io::Result<()> {
        if self.output.read_buf(&mut self.buffer).await? == 0 {
            self.finished = true;
            line(&self.buffer, true);
            return Ok(());
        }
        let mut start = 0;
        while let Some(length) = self.buffer[start..].iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            line(&self.buffer[start..start + length], true);
            start += length + 1;
        }
        self.buffer.drain(..start);
        line(&self.buffer, false);
        Ok(())
    }

    /// Ends the child: terminates the leader, kills it after `patience`, and kills the whole group after as long again.
    /// Does not wait for a child that hangs in the kernel.
    pub async fn terminate(mut self, patience: Duration) {
        let Some(group) = self.group else { return };
        // Unless its output is read, it can't finish.
        let drain = tokio::spawn(drain(self.output));
        let _ = kill_process(group, Signal::TERM);
        if timeout(patience, self.child.wait()).await.is_err() {
            let _ = kill_process(group, Signal::KILL);
            let _ = timeout(KILL_WAIT, self.child.wait()).await;
        }
        // The leader's helpers end by themselves once it is gone, the writing one after it has moved its partial file.
        // The rest is killed.
        let _ = timeout(patience, end_of(group)).await;
        let _ = kill_process_group(group, Signal::KILL);
        drain.abort();
        self.complaints.abort();
    }
}

/// The kernel does not report the end of processes that are not our children.
async fn end_of(group: Pid) {
    while test_kill_process_group(group).is_ok() {
        sleep(POLL).await;
    }
}

async fn drain(mut output: impl AsyncRead + Unpin) {
    let mut chunk = [0; 4096];
    while output.read(&mut chunk).await.is_ok_and(|length| length > 0) {}
}

async fn last_lines(errors: impl AsyncRead + Unpin) -> VecDeque<String> {
    let mut kept = VecDeque::with_capacity(COMPLAINTS);
    let mut reader = BufReader::new(errors);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await.is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        line.clear();
        debug!("rsync: {text}");
        if text.is_empty() {
            continue;
        }
        if kept.len() == COMPLAINTS {
            kept.pop_front();
        }
        kept.push_back(text);
    }
    kept
}
