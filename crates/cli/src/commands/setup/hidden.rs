//! Puts in order what must not stay behind us, whatever ends us. Hides what is typed, and gives the terminal back: after an answer,
//! Ctrl-C, a hang-up, or Ctrl-Z for as long as that stops us. And has whoever is at work on a disk come to an end first. From the first
//! of these on, this process' signals are heard here.

use std::io::{self, Write};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use futures_util::FutureExt;
use rustix::process::{Signal, getpid, kill_process};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::runtime::Builder;
use tokio::signal::unix::{self, SignalKind, signal};

/// As shells show a program that a signal has ended.
const ENDED_BY_SIGNAL: i32 = 128;

/// While something is hidden.
static ASKED: Mutex<Option<Asked>> = Mutex::new(None);
/// Whether signals are heard.
static HEARING: OnceLock<bool> = OnceLock::new();

/// Who comes to an end before we do.
static AT_WORK: Mutex<Option<Work>> = Mutex::new(None);

struct Work {
    stop: Box<dyn Fn() + Send>,
    /// What is to end us then.
    signal: Option<Signal>,
}

/// As long as it lives, a signal does not end us; when it is dropped, the signal that came does.
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
    /// What the terminal was like.
    before: Termios,
    question: String,
}

/// As long as it lives, the terminal shows nothing of what is typed but the line's end.
pub struct Hidden(());

impl Hidden {
    /// None where there is no terminal. Who comes back after Ctrl-Z sees the question once more.
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

/// A terminal that has gone meanwhile needs no echo.
fn set(modes: &Termios) {
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, modes);
}

/// In a thread of its own, since whoever asks waits for a line and for nothing else.
fn hear() -> bool {
    let (ready, heard) = channel();
    std::thread::spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_io().build() else { return };
        // Without it Ctrl-C ends us as it ends every program.
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
    // Whoever waits for this has gone when it is not read.
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

/// Until somebody has us go on. A thread runs on for a moment after the process was stopped, so it is the news that it goes on that counts.
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

/// Nobody may look any more.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}
