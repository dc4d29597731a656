//! Takes a new config, whole or not at all. A run keeps the config that it began with.

use std::sync::Arc;

use log::Level;
use serde_json::{Value, json};

use super::Controller;
use super::call::Reply;
use super::config_file::{ConfigRead, NewConfig, ReadError};
use crate::disks::host_disks;
use crate::path_check;
use asbackup_api::{Fault, Notice, Statement};
use asbackup_mail::mailer::Request as MailRequest;
use asbackup_system::systemd;
use asbackup_texts::Texts;

impl Controller {
    /// Reads config.ini; `on_config_read` goes on from there.
    pub(super) fn reload(&mut self, reply: Option<Reply<()>>) {
        if !self.config_file.begin_reload(reply) {
            return;
        }
        if self.is_reload_announced() {
            systemd::reloading();
        }
        self.config_file.read(self.senders.config_read.clone());
    }

    /// Takes the new config, or keeps the former one if the file has faults, and answers.
    pub(super) fn on_config_read(&mut self, read: ConfigRead) {
        let result = match read {
            Ok(new) => {
                self.take_config(*new);
                Ok(())
            }
            Err(error) => Err(self.refuse(error)),
        };
        if self.is_reload_announced() {
            systemd::ready();
        }
        // The properties are up to date before the caller is answered.
        self.publish();
        if self.config_file.end_reload(&result) {
            self.reload(None);
        }
    }

    /// systemd must not see a reload before the daemon is ready, which takes as long as the first look at the disks.
    fn is_reload_announced(&self) -> bool {
        self.service.ready && !self.service.stopping
    }

    fn take_config(&mut self, new: NewConfig) {
        let NewConfig { loaded, web_names } = new;
        for warning in &loaded.warnings {
            self.log(Level::Warn, warning);
        }
        self.config = Arc::new(loaded.config);
        self.probe_snapshots();
        // It waits for the former source.
        self.source_watch.end();
        self.repository = host_disks::HostDisks::of_path(&self.config.source);
        self.config_file.error = Statement::default();
        self.config_file.web_names = web_names;
        self.apply_language();
        asbackup_logging::set_text_log(Some(&self.config.log_file));
        asbackup_logging::set_debug(self.config.debug);
        self.send_to_mailer(MailRequest::Settings { config: self.config.clone(), texts: self.texts.clone() });
        self.log_notice(Notice::ConfigReloaded);
        path_check::log_problems(self.config.clone(), self.config_file.path(), self.texts.clone());
        self.log_missing_keys();
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

    fn refuse(&mut self, error: ReadError) -> Fault {
        let (problems, parts) = match error {
            ReadError::Faults(faults) => {
                for problem in &faults.0 {
                    self.log(Level::Error, problem);
                }
                self.mail_config_refused(&faults);
                let statements: Vec<Statement> = faults.0.iter().map(|problem| self.texts.statement(problem)).collect();
                let sentences: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
                (sentences.join(" "), statements.iter().map(|statement| json!(statement.facts)).collect())
            }
            ReadError::Io(error) => (error.to_string(), Value::from(error.to_string())),
        };
        let fault = Fault::ConfigRefused { problems };
        self.config_file.error = self.texts.statement(&fault);
        // Readers get each problem with its facts instead of our sentences.
        self.config_file.error.facts.args.insert("problems".to_owned(), parts);
        fault
    }

    /// An untouched template is no fault, but allows no copy; once there have been runs, it is worth a warning.
    pub(super) fn log_missing_keys(&self) {
        let keys = self.config.missing().join(", ");
        if !keys.is_empty() {
            let level = if self.run_index.is_empty() { Level::Info } else { Level::Warn };
            self.log(level, &Notice::ConfigIncomplete { keys });
        }
    }
}
