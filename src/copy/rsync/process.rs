//! Runs rsync as a child: clean environment, own process group, the target as working directory, bounded in every wait.
//! Knows processes and pipes, and nothing of what rsync says.

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

/// rsync removes its temporary file and ends within half a second, unless the disk hangs.
pub const POLITE: Duration = Duration::from_secs(20);
/// On a disk that has gone there is nothing to be put in order, and rsync would write on into memory.
pub const BRUSQUE: Duration = Duration::from_secs(1);
const GLIMPSE: Duration = Duration::from_millis(10);
const KILL_PATIENCE: Duration = Duration::from_secs(5);
/// The end of rsync's complaints that goes into a message; the whole is in its own log.
const COMPLAINTS: usize = 12;
const CHUNK: usize = 64 * 1024;

/// The program's absolute path, from the daemon's own PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|path| path.is_absolute() && path.is_file())
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
pub struct Ended {
    pub status: ExitStatus,
    /// The last lines on standard error.
    pub complaints: Vec<String>,
}

impl Invocation<'_> {
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
            // rsync reads options from RSYNC_* and from ~/.popt; numbers and messages depend on the locale.
            .env("LC_ALL", "C")
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", "/nonexistent")
            // Resolved by the child in its own descriptor table, so no path leads anywhere else meanwhile.
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
        // A full pipe would stop the child, so complaints are read all the time.
        let complaints = tokio::spawn(last_lines(errors));
        Ok(Running { child, group, output, buffer: Vec::with_capacity(CHUNK), finished: false, complaints })
    }
}

impl Running {
    /// Reads what there is and gives each line (ended by `\n` or `\r`) away as whole, then what has come of the next one as
    /// not whole; after the last one, waits for the end and gives it. May be dropped and called again.
    ///
    /// # Errors
    /// The pipe can't be read, or the child not be waited for.
    pub async fn proceed(&mut self, line: impl FnMut(&[u8], bool)) -> io::Result<Option<Ended>> {
        if !self.finished {
            self.read(line).await?;
            return Ok(None);
        }
        let status = self.child.wait().await?;
        let complaints = (&mut self.complaints).await.unwrap_or_default();
        Ok(Some(Ended { status, complaints: complaints.into() }))
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

    /// Ends the child: asks the leader, kills it after `patience`, and the whole group after as long again. A child that hangs
    /// in the kernel is left behind rather than waited for.
    pub async fn terminate(mut self, patience: Duration) {
        let Some(group) = self.group else { return };
        // Its output must be read on, or it can't finish its last words.
        let drain = tokio::spawn(drain(self.output));
        let _ = kill_process(group, Signal::TERM);
        if timeout(patience, self.child.wait()).await.is_err() {
            let _ = kill_process(group, Signal::KILL);
            let _ = timeout(KILL_PATIENCE, self.child.wait()).await;
        }
        // The leader's helpers end by themselves when it is gone, the one that writes after it has put its half file in order;
        // whoever does not is killed.
        let _ = timeout(patience, end_of(group)).await;
        let _ = kill_process_group(group, Signal::KILL);
        drain.abort();
        self.complaints.abort();
    }
}

/// Nothing tells of the end of a process that is no child of ours.
async fn end_of(group: Pid) {
    while test_kill_process_group(group).is_ok() {
        sleep(GLIMPSE).await;
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
