//! Runs rsync to its end or to the run's end, whichever comes first, and hands its lines to whoever asked for them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use super::itemize::{Change, Item, Line};
use super::process::{BRUSQUE, Ended, Invocation, POLITE};
use super::progress::Meter;
use crate::copy::cancel::{CancelToken, RunError, StopReason};
use crate::copy::dry_run::loss::Loss;
use crate::copy::dry_run::plan::Plan;
use crate::copy::dry_run::survey::Survey;
use crate::copy::event::{Event, EventSink};
use crate::copy::trees::partial::Halves;
use crate::copy::trees::tree_info::TreeInfo;
use crate::model::{Fault, Notice, Warning};

/// Progress is published this often at most.
const TICK: Duration = Duration::from_secs(1);
/// A disk that takes nothing for this long is worth a warning; rsync's own time-out does not see it.
const STALL: Duration = Duration::from_secs(10 * 60);

/// Something that follows rsync's output.
pub trait Follow {
    fn line(&mut self, line: &[u8]);
    /// What has come of a line whose end has not; `line` gets it again when it is whole.
    fn beginning(&mut self, _text: &[u8]) {}
    /// Called about once a second.
    fn tick(&mut self) {}
}

/// Runs rsync under `follow`'s eyes.
///
/// # Errors
/// The run is to end (rsync is gone by then), or rsync can't be run.
pub async fn drive(
    invocation: Invocation<'_>,
    stop: &mut CancelToken,
    follow: &mut impl Follow,
) -> Result<Ended, RunError> {
    let broken = |error: std::io::Error| Fault::Internal { cause: format!("rsync: {error}") };
    let mut running = invocation.start().map_err(broken)?;
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            biased;
            reason = stop.requested() => {
                running.terminate(patience_for(reason)).await;
                return Err(RunError::Stopped(reason));
            }
            _ = ticks.tick() => follow.tick(),
            ended = running.proceed(|text, whole| if whole { follow.line(text) } else { follow.beginning(text) }) => {
                if let Some(ended) = ended.map_err(broken)? {
                    return Ok(ended);
                }
            }
        }
    }
}

fn patience_for(reason: StopReason) -> Duration {
    match reason {
        StopReason::DiskRemoved | StopReason::DiskHung | StopReason::DiskFailing => BRUSQUE,
        StopReason::Cancelled | StopReason::ServiceStopped => POLITE,
    }
}

/// Lines to a thread that may ask the disk about each of them.
struct Forward(UnboundedSender<Line>);

impl Follow for Forward {
    fn line(&mut self, line: &[u8]) {
        // The thread ends only after this end does.
        let _ = self.0.send(Line::parse(line));
    }
}

/// What the dry run's lines come to.
#[derive(Debug, Default)]
pub struct Listed {
    pub plan: Plan,
    /// What the disk would hold less.
    pub loss: Loss,
    /// What a copy before left half done.
    pub halves: Halves,
}

impl Listed {
    fn add(&mut self, line: &Line, trees: &impl TreeInfo) {
        if let Line::Item(item) = line {
            self.halves.add(item);
        }
        self.plan.add(line, trees);
        self.loss.add(line, trees);
    }
}

/// The dry run: rsync's end, and what the copy would do.
///
/// # Errors
/// As `drive`.
pub async fn dry_run(
    invocation: Invocation<'_>,
    stop: &mut CancelToken,
    trees: impl TreeInfo + Send + 'static,
) -> Result<(Ended, Listed), RunError> {
    gather(invocation, stop, move |listed: &mut Listed, line| listed.add(&line, &trees)).await
}

/// The comparison: rsync's end, and the files that differ.
///
/// # Errors
/// As `drive`.
pub async fn differing(invocation: Invocation<'_>, stop: &mut CancelToken) -> Result<(Ended, Vec<PathBuf>), RunError> {
    let add = |differing: &mut Vec<PathBuf>, line: Line| {
        if let Line::Item(item) = line
            && item.is_transfer()
        {
            differing.push(item.path);
        }
    };
    gather(invocation, stop, add).await
}

/// After a copy: rsync's end, and what it would still make or write.
///
/// # Errors
/// As `drive`.
pub async fn undone(invocation: Invocation<'_>, stop: &mut CancelToken) -> Result<(Ended, Vec<Item>), RunError> {
    let add = |undone: &mut Vec<Item>, line: Line| {
        if let Line::Item(item) = line
            && (item.is_transfer() || item.change == Change::Made)
        {
            undone.push(item);
        }
    };
    gather(invocation, stop, add).await
}

/// The survey: rsync's end, and what the source holds. `max_file`: see `Survey::add`.
///
/// # Errors
/// As `drive`.
pub async fn survey(
    invocation: Invocation<'_>,
    stop: &mut CancelToken,
    max_file: Option<u64>,
) -> Result<(Ended, Survey), RunError> {
    let add = move |survey: &mut Survey, line: Line| {
        if let Line::Item(item) = line {
            survey.add(&item, max_file);
        }
    };
    gather(invocation, stop, add).await
}

async fn gather<T: Default + Send + 'static>(
    invocation: Invocation<'_>,
    stop: &mut CancelToken,
    add: impl Fn(&mut T, Line) + Send + 'static,
) -> Result<(Ended, T), RunError> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let sum = spawn_blocking(move || fold(receiver, add));
    let ended = {
        let mut forward = Forward(sender);
        drive(invocation, stop, &mut forward).await?
    };
    tokio::select! {
        reason = stop.requested() => Err(RunError::Stopped(reason)),
        sum = sum => Ok((ended, sum.map_err(|panic| Fault::Internal { cause: panic.to_string() })?)),
    }
}

fn fold<T: Default>(mut lines: UnboundedReceiver<Line>, add: impl Fn(&mut T, Line)) -> T {
    let mut sum = T::default();
    while let Some(line) = lines.blocking_recv() {
        add(&mut sum, line);
    }
    sum
}

/// Follows the copy itself and tells how far it is.
#[derive(Debug)]
pub struct Watcher {
    meter: Meter,
    events: EventSink,
    /// How often progress is worth a line in the logs.
    sample_every: Duration,
    sampled: Instant,
    stalled: bool,
    pub files: u64,
    /// What was to be deleted and is not empty; rsync tells some of it twice.
    pub not_empty: BTreeSet<PathBuf>,
}

impl Watcher {
    /// `total`: bytes that the dry run announced.
    pub fn new(total: u64, events: EventSink, sample_every: Duration) -> Self {
        let now = Instant::now();
        Self {
            meter: Meter::new(total, now),
            events,
            sample_every,
            sampled: now,
            stalled: false,
            files: 0,
            not_empty: BTreeSet::new(),
        }
    }

    /// Tells how far the copy is, and gives the bytes of contents that have been copied.
    pub fn publish(&mut self, now: Instant) -> u64 {
        let progress = self.meter.read(now);
        let bytes = progress.bytes_done;
        self.events.send(Event::Progress(progress));
        bytes
    }

    fn sample(&mut self, now: Instant) {
        self.sampled = now;
        let progress = self.meter.read(now);
        self.events.notice(Notice::CopyProgress {
            percent: (progress.ratio(true) * 100.0) as u64,
            done: progress.bytes_done,
            total: progress.bytes_total,
            rate: progress.rate,
            seconds_left: progress.seconds_left,
            file: progress.file,
        });
    }

    fn note_stall(&mut self, now: Instant) {
        let idle = self.meter.idle(now);
        if idle < STALL {
            self.stalled = false;
        } else if !std::mem::replace(&mut self.stalled, true) {
            self.events.warning(Warning::Stalled { minutes: idle.as_secs() / 60 });
        }
    }
}

impl Follow for Watcher {
    fn line(&mut self, line: &[u8]) {
        let now = Instant::now();
        match Line::parse(line) {
            Line::Progress(bytes) => self.meter.bytes(bytes, now),
            Line::Item(item) => {
                self.files += u64::from(item.is_transfer());
                self.meter.file(&item.path.to_string_lossy(), now);
            }
            Line::NotEmpty(directory) => {
                self.not_empty.insert(directory);
            }
            Line::Total(..) | Line::Count(..) | Line::Other => {}
        }
    }

    /// rsync ends the line of a progress only when it writes the next one.
    fn beginning(&mut self, text: &[u8]) {
        if let Line::Progress(bytes) = Line::parse(text) {
            self.meter.bytes(bytes, Instant::now());
        }
    }

    fn tick(&mut self) {
        let now = Instant::now();
        self.publish(now);
        if now.duration_since(self.sampled) >= self.sample_every {
            self.sample(now);
        }
        self.note_stall(now);
    }
}
