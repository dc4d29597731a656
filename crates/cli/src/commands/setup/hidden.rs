//! Leaves things in order, whatever ends this process. Hides what is typed, and restores the terminal after the answer, on Ctrl-C, on
//! a hang-up, and while Ctrl-Z stops us. Lets work on a disk finish before a signal ends us. From the first use on, this process's
//! signals are handled here.

use std::io::{self, Write};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use futures_util::FutureExt;
use rustix::process::{Signal, getpid, kill_process};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::runtime::Builder;
use tokio::signal::unix::{self, SignalKind, signal};

/// Added to the signal's number for the exit code, as shells do.
const ENDED_BY_SIGNAL: i32 = 128;

/// Set while something is hidden.
static ASKED: Mutex<Option<Asked>> = Mutex::new(None);
/// Whether signals are handled here.
static HEARING: OnceLock<bool> = OnceLock::new();

/// The work that must finish before a signal ends us.
static AT_WORK: Mutex<Option<Work>> = Mutex::new(None);

struct Work {
    stop: Box<dyn Fn() + Send>,
    /// The signal that ends us afterwards.
    signal: Option<Signal>,
}

/// While it lives, no signal ends us; when it is dropped, a signal that came meanwhile does.
pub struct AtWork(());

impl AtWork {
    /// `stop` is called for each signal.
    pub fn begin(stop: impl Fn() + Send + 'static) -> Self {
        HEARING.get_or_init(hear);
        *at_work() = Some(Work { stop: Box::new(stop), signal: None });
        Self(())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let work = at_work().take();
        if let Some(signal) = work.and_then(|work| work.signal) {
            end(signal);
        }
    }
}

fn at_work() -> MutexGuard<'static, Option<Work>> {
    AT_WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Asked {
    /// The terminal's modes before.
    before: Termios,
    question: String,
}

/// While it lives, the terminal shows nothing of what is typed but the line break.
pub struct Hidden(());

impl Hidden {
    /// `None` without a terminal. The question is shown again after Ctrl-Z and `fg`.
    pub fn begin(question: &str) -> Option<Self> {
        let before = tcgetattr(io::stdin()).ok()?;
        HEARING.get_or_init(hear);
        hide(&before);
        *asked() = Some(Asked { before, question: question.to_owned() });
        Some(Self(()))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(asked) = asked().take() {
            set(&asked.before);
        }
    }
}

fn asked() -> MutexGuard<'static, Option<Asked>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hide(before: &Termios) {
    let mut unseen = before.clone();
    unseen.local_modes.remove(LocalModes::ECHO);
    unseen.local_modes.insert(LocalModes::ECHONL);
    set(&unseen);
}

/// Ignores errors: a terminal that is gone needs no echo.
fn set(modes: &Termios) {
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, modes);
}

/// Handles signals in a thread of its own, since the main thread blocks while it waits for a line.
fn hear() -> bool {
    let (ready, heard) = channel();
    std::thread::spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_io().build() else { return };
        // If it fails, Ctrl-C ends us like any other program.
        let _ = runtime.block_on(listen(ready));
    });
    heard.recv().is_ok()
}

async fn listen(ready: Sender<()>) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut quit = signal(SignalKind::quit())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut stop = signal(SignalKind::from_raw(Signal::TSTP.as_raw()))?;
    let mut resume = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
    // Fails only if nobody waits for it.
    let _ = ready.send(());
    loop {
        tokio::select! {
            _ = interrupt.recv() => end(Signal::INT),
            _ = quit.recv() => end(Signal::QUIT),
            _ = terminate.recv() => end(Signal::TERM),
            _ = hangup.recv() => end(Signal::HUP),
            _ = stop.recv() => pause(&mut resume).await,
        }
    }
}

fn end(signal: Signal) {
    if let Some(work) = at_work().as_mut() {
        work.signal.get_or_insert(signal);
        (work.stop)();
        return;
    }
    if let Some(asked) = asked().as_ref() {
        set(&asked.before);
    }
    say("\n");
    std::process::exit(ENDED_BY_SIGNAL + signal.as_raw());
}

/// Stops the process until it is continued. A thread keeps running for a moment after the process was stopped, so this waits for
/// SIGCONT.
async fn pause(resume: &mut unix::Signal) {
    let _ = resume.recv().now_or_never();
    if let Some(asked) = asked().as_ref() {
        set(&asked.before);
    }
    let _ = kill_process(getpid(), Signal::STOP);
    resume.recv().await;
    if let Some(asked) = asked().as_ref() {
        hide(&asked.before);
        say(&asked.question);
    }
}

/// Ignores errors: perhaps nobody is looking any more.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}
