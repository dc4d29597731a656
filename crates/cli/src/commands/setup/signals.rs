//! Cleans up before a signal ends this process. Restores the terminal when Ctrl-C, a hang-up or Ctrl-Z interrupts a hidden input, and
//! lets work on a disk finish first. From the first use on, this process's signals are handled here.

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

/// Whether signals are handled here.
static HANDLING: OnceLock<bool> = OnceLock::new();
/// Set while input is hidden.
static HIDDEN: Mutex<Option<Hidden>> = Mutex::new(None);
/// Set while signals are deferred.
static DEFERRED: Mutex<Option<Deferred>> = Mutex::new(None);

struct Deferred {
    stop: Box<dyn Fn() + Send>,
    /// The first signal that arrived.
    signal: Option<Signal>,
}

/// Keeps signals from ending the process; when it is dropped, a signal that arrived meanwhile does.
pub struct DeferredSignals(());

impl DeferredSignals {
    /// `stop` is called for each signal.
    pub fn begin(stop: impl Fn() + Send + 'static) -> Self {
        HANDLING.get_or_init(handle_signals);
        *deferred() = Some(Deferred { stop: Box::new(stop), signal: None });
        Self(())
    }
}

impl Drop for DeferredSignals {
    fn drop(&mut self) {
        let ended = deferred().take();
        if let Some(signal) = ended.and_then(|deferred| deferred.signal) {
            end(signal);
        }
    }
}

fn deferred() -> MutexGuard<'static, Option<Deferred>> {
    DEFERRED.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Hidden {
    /// The terminal's modes before.
    modes: Termios,
    question: String,
}

/// Keeps the terminal from showing what is typed, except for the line break, until it is dropped.
pub struct HiddenInput(());

impl HiddenInput {
    /// `None` without a terminal. The question is shown again after Ctrl-Z and `fg`.
    pub fn begin(question: &str) -> Option<Self> {
        let modes = tcgetattr(io::stdin()).ok()?;
        HANDLING.get_or_init(handle_signals);
        hide(&modes);
        *hidden() = Some(Hidden { modes, question: question.to_owned() });
        Some(Self(()))
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        if let Some(hidden) = hidden().take() {
            set(&hidden.modes);
        }
    }
}

fn hidden() -> MutexGuard<'static, Option<Hidden>> {
    HIDDEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hide(before: &Termios) {
    let mut modes = before.clone();
    modes.local_modes.remove(LocalModes::ECHO);
    modes.local_modes.insert(LocalModes::ECHONL);
    set(&modes);
}

/// Ignores errors: a terminal that is gone needs no echo.
fn set(modes: &Termios) {
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, modes);
}

/// Handles signals in a thread of its own, since the main thread blocks while it waits for a line.
fn handle_signals() -> bool {
    let (ready, is_ready) = channel();
    std::thread::spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_io().build() else { return };
        // If this fails, Ctrl-C ends the process without any cleanup.
        let _ = runtime.block_on(listen(ready));
    });
    is_ready.recv().is_ok()
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
    if let Some(deferred) = deferred().as_mut() {
        deferred.signal.get_or_insert(signal);
        (deferred.stop)();
        return;
    }
    if let Some(hidden) = hidden().as_ref() {
        set(&hidden.modes);
    }
    print("\n");
    std::process::exit(ENDED_BY_SIGNAL + signal.as_raw());
}

/// Stops the process until it is continued. A thread keeps running for a moment after the process was stopped, so this waits for
/// SIGCONT.
async fn pause(resume: &mut unix::Signal) {
    let _ = resume.recv().now_or_never();
    if let Some(hidden) = hidden().as_ref() {
        set(&hidden.modes);
    }
    let _ = kill_process(getpid(), Signal::STOP);
    resume.recv().await;
    if let Some(hidden) = hidden().as_ref() {
        hide(&hidden.modes);
        print(&hidden.question);
    }
}

/// Ignores errors: the terminal may be gone.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}
