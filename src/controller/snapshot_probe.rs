//! What is known of whether the repository can be frozen. One question at a time: on a share that hangs an answer takes long, and more
//! questions would not help.

use std::io;
use std::sync::Arc;

use log::debug;
use tokio::sync::mpsc::UnboundedSender;

use crate::copy;
use asbackup_api::Notice;
use asbackup_config::Config;
use asbackup_system::blocking::{GLANCE, blocking};

/// What is known.
#[derive(Debug, Default)]
pub struct SnapshotProbe {
    /// What is in the way; empty for nothing.
    obstacle: String,
    /// A question is under way.
    is_pending: bool,
    /// Something has changed since it was asked.
    is_outdated: bool,
}

impl SnapshotProbe {
    /// Asks, or has it asked again once there is an answer.
    pub fn ask(&mut self, config: Arc<Config>, answers: UnboundedSender<io::Result<String>>) {
        if std::mem::replace(&mut self.is_pending, true) {
            self.is_outdated = true;
            return;
        }
        tokio::spawn(async move {
            let probed = blocking(GLANCE, move || Ok::<_, io::Error>(copy::snapshot_obstacle(&config))).await;
            let probed = probed.inspect_err(|error| debug!("whether the repository can be frozen: {error}"));
            // The receiver ends only with the daemon.
            let _ = answers.send(probed.map(Option::unwrap_or_default));
        });
    }

    /// Takes the answer; without one, what was known stays. Says whether to ask again.
    pub fn take(&mut self, probed: io::Result<String>) -> bool {
        self.is_pending = false;
        if let Ok(obstacle) = probed {
            self.obstacle = obstacle;
        }
        std::mem::take(&mut self.is_outdated)
    }

    /// For people, if something is in the way.
    pub fn notice(&self) -> Option<Notice> {
        (!self.obstacle.is_empty()).then(|| Notice::SnapshotImpossible { cause: self.obstacle.clone() })
    }
}
