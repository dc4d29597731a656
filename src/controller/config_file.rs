//! config.ini: what was last found in it, and the reload that is under way. Knows nothing of what follows from a new
//! config.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::call::Reply;
use asbackup_api::{Fault, Statement};
use asbackup_config::{Config, ConfigFaults, Loaded};
use asbackup_mail::message::host::Host;
use asbackup_system::blocking::blocking;

/// The answer to `Reload` is due within two seconds.
const PATIENCE: Duration = Duration::from_millis(1500);

/// config.ini and what was last found in it.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    /// Why it was refused at the last reload.
    pub error: Statement,
    /// Host names of the status page.
    pub web_names: Vec<String>,
    reload: Reload,
}

/// What config.ini says now.
pub type ConfigRead = Result<Box<NewConfig>, ReadError>;

/// A valid config, and what else has to be read for it.
pub struct NewConfig {
    pub loaded: Loaded,
    pub web_names: Vec<String>,
}

/// Why there is no new config.
pub enum ReadError {
    Faults(ConfigFaults),
    Io(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The reload that is under way, if any. One task at a time reads the file.
#[derive(Debug, Default)]
struct Reload {
    is_reading: bool,
    /// For the callers of this one.
    replies: Vec<Reply<()>>,
    /// Another reload was requested since the file was opened.
    repeats: bool,
    /// For the callers of the next one.
    next_replies: Vec<Reply<()>>,
}

impl ConfigFile {
    pub fn new(path: PathBuf, config: &Config) -> Self {
        Self { path, error: Statement::default(), web_names: web_names(config), reload: Reload::default() }
    }

    pub fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Whether the file is to be read now; a reload that is under way is repeated instead.
    pub fn begin_reload(&mut self, reply: Option<Reply<()>>) -> bool {
        let reload = &mut self.reload;
        if reload.is_reading {
            reload.repeats = true;
            reload.next_replies.extend(reply);
            return false;
        }
        reload.is_reading = true;
        reload.replies.extend(reply);
        true
    }

    /// Reads the file in a task of its own.
    pub fn read(&self, config_read: UnboundedSender<ConfigRead>) {
        let path = self.path.clone();
        tokio::spawn(async move {
            let read = move || {
                let loaded = asbackup_config::load(&path).map_err(ReadError::Faults)?;
                Ok(Box::new(NewConfig { web_names: web_names(&loaded.config), loaded }))
            };
            // The receiver ends only with the daemon.
            let _ = config_read.send(blocking(PATIENCE, read).await);
        });
    }

    /// Answers the callers of this reload. Returns whether another one was requested meanwhile.
    pub fn end_reload(&mut self, result: &Result<(), Fault>) -> bool {
        let Reload { replies, repeats, next_replies, .. } = std::mem::take(&mut self.reload);
        for reply in replies {
            let _ = reply.send(result.clone());
        }
        self.reload.replies = next_replies;
        repeats
    }
}

/// Where the status page listens.
pub fn web_address(config: &Config) -> String {
    let host = &config.web.host;
    if host.contains(':') {
        return format!("[{host}]:{}", config.web.port);
    }
    format!("{host}:{}", config.web.port)
}

/// The status page's host names: the machine's own, the address it listens on, and what the config adds.
fn web_names(config: &Config) -> Vec<String> {
    let Host { name, domain } = Host::of_this_machine();
    let mut names = vec![format!("{name}.local"), name, domain, config.web.host.clone()];
    names.extend(config.web.names.iter().cloned());
    names.retain(|name| !name.is_empty() && name.parse::<IpAddr>().is_err());
    names.sort();
    names.dedup();
    names
}
