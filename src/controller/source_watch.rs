//! Waits for a source that comes late: a drive that is mounted after the disk was attached, a share, a directory that a
//! program fills. As long as an attached disk waits for it, a task checks whether a run would find the source now.
//! That is reported once, and the copy then starts by itself.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::copy;
use asbackup_config::Config;
use asbackup_system::blocking::{GLANCE, blocking};

/// The kernel reports mounts, but not that a directory is filled.
const PAUSE: Duration = Duration::from_secs(10);
/// A check of a hung share keeps its thread this long, so that a server that is back is noticed at once; each further
/// check costs another thread.
const HUNG_PAUSE: Duration = Duration::from_secs(10 * 60);

/// What a run would start with.
struct SourceProbe {
    config: Arc<Config>,
    remembered: Option<String>,
}

/// The task, if anybody waits for the source.
#[derive(Debug, Default)]
pub struct SourceWatch {
    task: Option<JoinHandle<()>>,
    mounts: Arc<Notify>,
    /// A source that went away in mid-copy, and its file system: whatever lies in its place now is not the source.
    lost: Option<(PathBuf, String)>,
}

impl SourceWatch {
    /// The mount table has changed.
    pub fn on_mount_change(&self) {
        self.mounts.notify_one();
    }

    pub fn lost(&mut self, source: PathBuf, file_system: String) {
        self.lost = Some((source, file_system));
    }

    /// The file system of a source that went away.
    pub fn lost_of(&self, source: &Path) -> Option<&str> {
        self.lost.as_ref().filter(|(path, _)| path == source).map(|(_, file_system)| file_system.as_str())
    }

    pub fn end(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }

    pub fn is_on(&self) -> bool {
        self.task.is_some()
    }

    /// `remembered`: the file system that the source must lie on, if it is known.
    pub fn begin(&mut self, config: Arc<Config>, remembered: Option<String>, available: UnboundedSender<()>) {
        let probe = SourceProbe { config, remembered };
        let mounts = self.mounts.clone();
        self.task = Some(tokio::spawn(async move {
            while !probe.is_there(&mounts).await {
                // Look again after either.
                let _ = timeout(PAUSE, mounts.notified()).await;
            }
            // The receiver ends only with the daemon.
            let _ = available.send(());
        }));
    }
}

impl SourceProbe {
    async fn is_there(&self, mounts: &Notify) -> bool {
        let (config, remembered) = (self.config.clone(), self.remembered.clone());
        let look = move || Ok::<_, io::Error>(copy::is_there(&config, remembered.as_deref()));
        // A hung share may have been mounted anew.
        let mounted = async {
            sleep(GLANCE).await;
            mounts.notified().await;
        };
        tokio::select! {
            seen = blocking(HUNG_PAUSE, look) => seen.unwrap_or(false),
            () = mounted => false,
        }
    }
}
