//! Takes a new config, whole or not at all. A run that is on goes on with the config that it began with.

use std::net::IpAddr;
use std::sync::Arc;

use log::Level;
use serde_json::{Value, json};

use super::Controller;
use crate::blocking::blocking;
use crate::config::{self, Config, ConfigFaults, Loaded};
use crate::disks::host_disks;
use crate::logging;
use crate::model::{Fault, Notice, Told};
use crate::path_check;
use crate::systemd;
use crate::texts::Texts;
use asbackup_mail::mailer::Request as MailRequest;
use asbackup_mail::message::host::Host;

/// The answer to `Reload` is due within two seconds.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(1500);

impl Controller {
    /// # Errors
    /// Every fault of the file; the former config stays in force.
    pub(super) async fn reload(&mut self) -> Result<(), Fault> {
        // A caller may be faster than the disks, and systemd hears of no reload before the daemon is ready.
        let heard = self.service.ready && !self.service.stopping;
        if heard {
            systemd::reloading();
        }
        let path = self.config_file.path.clone();
        let read = blocking(PATIENCE, move || config::load(&path).map_err(Unread::Faults)).await;
        let result = match read {
            Ok(loaded) => {
                self.take_config(loaded).await;
                Ok(())
            }
            Err(unread) => Err(self.refuse(unread)),
        };
        if heard {
            systemd::ready();
        }
        result
    }

    async fn take_config(&mut self, loaded: Loaded) {
        for warning in &loaded.warnings {
            self.tell(Level::Warn, warning);
        }
        self.config = Arc::new(loaded.config);
        // It looks for the source of before.
        self.source_watch.end();
        self.repository = host_disks::HostDisks::of_path(&self.config.source);
        self.config_file.error = Told::default();
        self.config_file.web_names = web_names(&self.config);
        self.apply_language();
        logging::set_text_log(Some(&self.config.log_file));
        logging::set_debug(self.config.debug);
        self.send_to_mailer(MailRequest::Settings { config: self.config.clone(), texts: self.texts.clone() });
        self.note(Notice::ConfigReloaded);
        path_check::tell(self.config.clone(), self.config_file.path.clone(), self.texts.clone());
        self.note_missing();
        self.watch_locks().await;
        self.restart_lock_check();
        self.reidentify_unusable();
    }

    fn apply_language(&mut self) {
        if self.texts.language() == self.config.language {
            return;
        }
        self.texts = Arc::new(Texts::new(self.config.language));
        logging::set_language(self.config.language);
        self.outputs.texts.send_replace(self.texts.clone());
    }

    fn refuse(&mut self, unread: Unread) -> Fault {
        let (problems, parts) = match unread {
            Unread::Faults(faults) => {
                for problem in &faults.0 {
                    self.tell(Level::Error, problem);
                }
                self.mail_config_refused(&faults);
                let told: Vec<Told> = faults.0.iter().map(|problem| self.texts.tell(problem)).collect();
                let sentences: Vec<&str> = told.iter().map(|told| told.text.as_str()).collect();
                (sentences.join(" "), told.iter().map(|told| json!(told.facts)).collect())
            }
            Unread::Io(error) => (error.to_string(), Value::from(error.to_string())),
        };
        let fault = Fault::ConfigRefused { problems };
        self.config_file.error = self.texts.tell(&fault);
        // Each as readers know it instead of our sentences.
        self.config_file.error.facts.args.insert("problems".to_owned(), parts);
        fault
    }

    /// An untouched template is no fault, but nothing can be copied with it; where something was, it is odd.
    pub(super) fn note_missing(&self) {
        let keys = self.config.missing().join(", ");
        if !keys.is_empty() {
            let level = if self.run_index.is_empty() { Level::Info } else { Level::Warn };
            self.tell(level, &Notice::ConfigIncomplete { keys });
        }
    }
}

/// Where the status page listens, for whoever asks the daemon instead of reading its config.
pub(super) fn web_address(config: &Config) -> String {
    let host = &config.web.host;
    if host.contains(':') {
        return format!("[{host}]:{}", config.web.port);
    }
    format!("{host}:{}", config.web.port)
}

/// By which names it may be asked for: the machine's own, where it listens, and what the config adds.
pub(super) fn web_names(config: &Config) -> Vec<String> {
    let Host { name, domain } = Host::of_this_machine();
    let mut names = vec![format!("{name}.local"), name, domain, config.web.host.clone()];
    names.extend(config.web.names.iter().cloned());
    names.retain(|name| !name.is_empty() && name.parse::<IpAddr>().is_err());
    names.sort();
    names.dedup();
    names
}

enum Unread {
    Faults(ConfigFaults),
    Io(std::io::Error),
}

impl From<std::io::Error> for Unread {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
