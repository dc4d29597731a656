//! What every step may use: the task, the connections, and how far the run is. Knows no step.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use backon::ConstantBuilder;
use zbus::Connection;

use crate::copy::cancel::CancelToken;
use crate::copy::event::{Event, EventSink};
use crate::disks::Volume;
use crate::disks::mount_markers::MountMarkers;
use crate::disks::mounted::Space;
use crate::disks::udisks::UdisksError;
use asbackup_api::{Agreed, DiskId, DiskIdentity, Fault, Micros, Notice, Step, Totals, Warning};
use asbackup_config::Config;

const SERVICE_PAUSE: Duration = Duration::from_millis(500);
const SERVICE_PAUSES: usize = 20;

/// What is to be done.
#[derive(Debug)]
pub struct RunSpec {
    pub run: u64,
    pub disk: DiskId,
    /// What is attached at the moment.
    pub volumes: Vec<Volume>,
    pub config: Arc<Config>,
    /// The daemon's runtime directory.
    pub runtime: PathBuf,
    pub remembered: Remembered,
    /// Somebody has allowed this run to delete more than the budget, and to copy a source that has moved.
    pub allowed: bool,
}

/// What is remembered from earlier runs.
#[derive(Debug, Default)]
pub struct Remembered {
    pub disk: Option<DiskIdentity>,
    /// The source's file system.
    pub source: Option<String>,
    /// When the last good copy to this disk and destination began.
    pub copied: Option<Micros>,
    /// What somebody has agreed to lose, if there was no good copy yet.
    pub agreed: Option<Agreed>,
}

/// What a run is connected to.
#[derive(Debug)]
pub struct RunContext {
    pub connection: Connection,
    pub cancel: CancelToken,
    pub events: EventSink,
}

/// One run, as every step sees it. What a step holds is in its own stage.
pub struct Job {
    pub spec: RunSpec,
    pub connection: Connection,
    pub cancel: CancelToken,
    pub events: EventSink,
    pub markers: MountMarkers,
    /// The step that began last.
    pub step: Step,
    pub totals: Totals,
    pub begun: SystemTime,
}

impl Job {
    pub fn new(spec: RunSpec, context: RunContext) -> Self {
        let RunContext { connection, cancel, events } = context;
        Self {
            markers: MountMarkers::new(&spec.runtime),
            spec,
            connection,
            cancel,
            events,
            step: Step::IdentifyDisk,
            totals: Totals::default(),
            begun: SystemTime::now(),
        }
    }

    pub fn begin(&mut self, step: Step) {
        self.step = step;
        self.events.send(Event::StepBegan(step));
    }

    pub fn notice(&self, notice: Notice) {
        self.events.notice(notice);
    }

    pub fn warn(&self, warning: Warning) {
        self.events.warning(warning);
    }

    pub fn note_space(&mut self, space: Space) {
        self.totals.free_bytes = space.free;
        self.totals.size_bytes = space.size;
        self.events.send(Event::FreeBytes(space.free));
    }
}

/// UDisks2 is back within a second of a restart.
pub fn service_retry() -> ConstantBuilder {
    ConstantBuilder::default().with_delay(SERVICE_PAUSE).with_max_times(SERVICE_PAUSES)
}

pub fn is_service_lost(error: &UdisksError) -> bool {
    matches!(error, UdisksError::ServiceLost(_))
}

pub fn internal(error: &io::Error) -> Fault {
    Fault::Internal { cause: error.to_string() }
}

/// Writes a list of file names for rsync, readable by root alone.
///
/// # Errors
/// The file can't be written.
pub fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text)
}

/// The first `count` paths, as a message names them.
pub fn examples<'a>(paths: impl IntoIterator<Item = &'a Path>, count: usize) -> String {
    let names: Vec<_> = paths.into_iter().take(count).map(|path| path.display().to_string()).collect();
    names.join(", ")
}
