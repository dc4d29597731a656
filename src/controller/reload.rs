//! Takes a new config, whole or not at all. A run keeps the config that it began with.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use log::Level;
use serde_json::{Value, json};

use super::Controller;
use super::call::Reply;
use crate::disks::host_disks;
use crate::path_check;
use asbackup_api::{Fault, Notice, Told};
use asbackup_config::{Config, ConfigFaults, Loaded};
use asbackup_mail::mailer::Request as MailRequest;
use asbackup_mail::message::host::Host;
use asbackup_system::blocking::blocking;
use asbackup_system::systemd;
use asbackup_texts::Texts;

/// The answer to `Reload` is due within two seconds.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What config.ini says now.
pub type ConfigRead = Result<Box<NewConfig>, Unread>;

/// A valid config, and what else has to be read for it.
pub struct NewConfig {
    loaded: Loaded,
    web_names: Vec<String>,
}

/// The reload that is under way, if any. One task at a time reads the file.
#[derive(Debug, Default)]
pub struct Reload {
    is_reading: bool,
    /// For the callers of this one.
    replies: Vec<Reply<()>>,
    /// Somebody asked for a reload since the file was opened.
    repeats: bool,
    /// For the callers of the next one.
    next_replies: Vec<Reply<()>>,
}

impl Controller {
    /// Reads config.ini; `on_config_read` goes on from there.
    pub(super) fn reload(&mut self, reply: Option<Reply<()>>) {
        let reload = &mut self.config_file.reload;
        if reload.is_reading {
            reload.repeats = true;
            reload.next_replies.extend(reply);
            return;
        }
        reload.is_reading = true;
        reload.replies.extend(reply);
        if self.is_reload_announced() {
            systemd::reloading();
        }
        let (path, config_read) = (self.config_file.path.clone(), self.internal.config_read.clone());
        tokio::spawn(async move {
            let read = move || {
                let loaded = asbackup_config::load(&path).map_err(Unread::Faults)?;
                Ok(Box::new(NewConfig { web_names: web_names(&loaded.config), loaded }))
            };
            // The receiver ends only with the daemon.
            let _ = config_read.send(blocking(PATIENCE, read).await);
        });
    }

    /// Takes the new config, or keeps the former one if the file has faults, and answers.
    pub(super) fn on_config_read(&mut self, read: ConfigRead) {
        let result = match read {
            Ok(new) => {
                self.take_config(*new);
                Ok(())
            }
            Err(unread) => Err(self.refuse(unread)),
        };
        if self.is_reload_announced() {
            systemd::ready();
        }
        // The properties are up to date before the caller is answered.
        self.publish();
        let reload = &mut self.config_file.reload;
        for reply in reload.replies.drain(..) {
            let _ = reply.send(result.clone());
        }
        let (repeats, replies) = (std::mem::take(&mut reload.repeats), std::mem::take(&mut reload.next_replies));
        *reload = Reload { replies, ..Reload::default() };
        if repeats {
            self.reload(None);
        }
    }

    /// systemd must hear of no reload before the daemon is ready, which takes as long as the first look at the disks.
    fn is_reload_announced(&self) -> bool {
        self.service.ready && !self.service.stopping
    }

    fn take_config(&mut self, new: NewConfig) {
        let NewConfig { loaded, web_names } = new;
        for warning in &loaded.warnings {
            self.tell(Level::Warn, warning);
        }
        self.config = Arc::new(loaded.config);
        // It waits for the former source.
        self.source_watch.end();
        self.repository = host_disks::HostDisks::of_path(&self.config.source);
        self.config_file.error = Told::default();
        self.config_file.web_names = web_names;
        self.apply_language();
        asbackup_logging::set_text_log(Some(&self.config.log_file));
        asbackup_logging::set_debug(self.config.debug);
        self.send_to_mailer(MailRequest::Settings { config: self.config.clone(), texts: self.texts.clone() });
        self.note(Notice::ConfigReloaded);
        path_check::tell(self.config.clone(), self.config_file.path.clone(), self.texts.clone());
        self.note_missing();
        self.watch_locks();
        self.restart_lock_check();
        self.reidentify_unusable();
    }

    fn apply_language(&mut self) {
        if self.texts.language() == self.config.language {
            return;
        }
        self.texts = Arc::new(Texts::new(self.config.language));
        asbackup_logging::set_language(self.config.language);
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
        // Readers get each problem with its facts instead of our sentences.
        self.config_file.error.facts.args.insert("problems".to_owned(), parts);
        fault
    }

    /// An untouched template is no fault, but allows no copy; once there have been runs, it is worth a warning.
    pub(super) fn note_missing(&self) {
        let keys = self.config.missing().join(", ");
        if !keys.is_empty() {
            let level = if self.run_index.is_empty() { Level::Info } else { Level::Warn };
            self.tell(level, &Notice::ConfigIncomplete { keys });
        }
    }
}

/// Where the status page listens.
pub(super) fn web_address(config: &Config) -> String {
    let host = &config.web.host;
    if host.contains(':') {
        return format!("[{host}]:{}", config.web.port);
    }
    format!("{host}:{}", config.web.port)
}

/// The status page's host names: the machine's own, the address it listens on, and what the config adds.
pub(super) fn web_names(config: &Config) -> Vec<String> {
    let Host { name, domain } = Host::of_this_machine();
    let mut names = vec![format!("{name}.local"), name, domain, config.web.host.clone()];
    names.extend(config.web.names.iter().cloned());
    names.retain(|name| !name.is_empty() && name.parse::<IpAddr>().is_err());
    names.sort();
    names.dedup();
    names
}

/// Why there is no new config.
pub enum Unread {
    Faults(ConfigFaults),
    Io(std::io::Error),
}

impl From<std::io::Error> for Unread {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
