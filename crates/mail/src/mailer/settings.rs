//! The current settings, and what depends on them alone: whether mails are sent, and what an occasion's mail is.

use std::sync::Arc;

use log::Level;

use crate::message;
use crate::occasion::Occasion;
use crate::outbox::Outbox;
use asbackup_config::Config;
use asbackup_logging::Scope;
use asbackup_texts::{HasText, Texts};

/// Configuration and texts.
#[derive(Clone)]
pub struct Settings {
    pub config: Arc<Config>,
    pub texts: Arc<Texts>,
}

impl Settings {
    pub fn sends(&self) -> bool {
        !self.config.mail.server.is_empty()
    }

    pub fn log<T: HasText>(&self, level: Level, value: &T, run: u64) {
        asbackup_logging::log(level, &self.texts, value, &Scope { run, ..Scope::default() });
    }

    /// Stores the mail of an occasion, once. Blocks; returns the outbox's size in bytes if it is over its limit.
    pub fn store(&self, occasion: &Occasion, outbox: &Outbox) -> std::io::Result<Option<u64>> {
        let ended = match occasion {
            Occasion::Ended(record) => Some(record.run),
            _ => None,
        };
        if ended.is_some() && ended <= outbox.last_mailed_run() {
            return Ok(None);
        }
        let size = outbox.size()?;
        let is_full = size > self.config.mail.outbox_limit;
        if self.sends() {
            let composed = message::compose(occasion, &self.config, &self.texts, !is_full);
            if let Some(mail) = composed.map_err(std::io::Error::other)? {
                outbox.store(&occasion.id(), &mail.envelope, &mail.message)?;
            }
        }
        if let Some(run) = ended {
            outbox.set_last_mailed_run(run)?;
        }
        Ok(is_full.then_some(size))
    }
}
