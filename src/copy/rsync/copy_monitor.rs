//! Reads rsync's output during the copy and reports how far it is.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::itemize::OutputLine;
use super::progress::Meter;
use super::runner::OutputReader;
use crate::copy::event::{Event, EventSink};
use asbackup_api::{Notice, Warning};

/// A disk that takes no data for this long is worth a warning; rsync's own time-out does not notice.
const STALL: Duration = Duration::from_secs(10 * 60);

/// Reads the copy's output.
#[derive(Debug)]
pub struct CopyMonitor {
    meter: Meter,
    events: EventSink,
    /// How often progress is logged.
    sample_every: Duration,
    sampled: Instant,
    stalled: bool,
    pub files: u64,
    /// Directories that were to be deleted and are not empty; rsync names some of them twice.
    pub not_empty: BTreeSet<PathBuf>,
}

impl CopyMonitor {
    /// `total`: bytes of contents in the plan.
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

    /// Reports progress, and returns the bytes of contents copied so far.
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

impl OutputReader for CopyMonitor {
    fn line(&mut self, line: &[u8]) {
        let now = Instant::now();
        match OutputLine::parse(line) {
            OutputLine::Progress(bytes) => self.meter.bytes(bytes, now),
            OutputLine::Item(item) => {
                self.files += u64::from(item.is_transfer());
                self.meter.file(&item.path.to_string_lossy(), now);
            }
            OutputLine::NotEmpty(directory) => {
                self.not_empty.insert(directory);
            }
            OutputLine::Total(..) | OutputLine::Count(..) | OutputLine::Other => {}
        }
    }

    /// rsync ends a progress line only when it prints the next one.
    fn partial_line(&mut self, text: &[u8]) {
        if let OutputLine::Progress(bytes) = OutputLine::parse(text) {
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
