//! config.ini as typed values. Owns which keys there are, what they may hold and how faults are reported: all at once,
//! each with its place. Must not know what the values are used for; looks at no file but config.ini itself.
//!
//! In reading order: `types` (what comes out), `keys` (the one table), `value`, `paths`, `addresses`, `disks`, `mail`,
//! `veeam` (the kinds of values), `ini` and `interpolation` (the notation, as Python reads it), `oddities` (warnings), `fault`,
//! `edit` (a value into the text of a file).

#![forbid(unsafe_code)]

mod addresses;
mod disks;
mod edit;
mod effective;
mod fault;
mod hosts;
pub mod ini;
mod interpolation;
mod keys;
mod mail;
mod numbering;
mod oddities;
mod paths;
mod types;
mod value;
mod veeam;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use addresses::{is_dubious, name_and_address};
pub use disks::{line as disk_line, list as disk_list};
pub use edit::with_value;
pub use effective::{Origin, Setting};
pub use fault::{ConfigFaults, ConfigProblem};
pub use interpolation::InterpolationError;
pub use keys::{DISK_LIST, SOURCE};
pub use mail::{Encryption, Mail, Wanted, Wish};
pub use types::{Config, IdentityPolicy, KnownDisk, LossyPolicy, MASK, Secret, Web};
pub use veeam::{OldLock, Veeam};

use asbackup_texts::Language;
use fault::Problems;
use ini::Ini;
use numbering::{is_space, strip};
use keys::{KEYS, Key};
use value::Value;

/// What a new config.ini is made from: every key with its default and its reason.
pub const TEMPLATE: &str = include_str!("../../../config.ini.template");

/// A file that can be used, and what is odd in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub config: Config,
    pub warnings: Vec<ConfigProblem>,
    /// Every key with what is in force.
    pub settings: Vec<Setting>,
}

/// Reads a file. Errors: every fault of it; the file is refused whole then.
pub fn load(path: &Path) -> Result<Loaded, ConfigFaults> {
    let bytes = std::fs::read(path).map_err(|error| ConfigFaults(vec![unread(path, &error)]))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = lines(good);
        ConfigFaults(vec![ConfigProblem::NotUtf8 { line }])
    })?;
    let mut loaded = parse(&text)?;
    loaded.warnings.extend(oddities::readable_by_others(path, &loaded.config));
    Ok(loaded)
}

/// Reads the text of a file. Errors: as `load`.
pub fn parse(text: &str) -> Result<Loaded, ConfigFaults> {
    let (ini, mut faults) = Ini::read(text);
    let mut config = blank();
    for key in &KEYS {
        if let Err(problems) = take(&mut config, key, &ini) {
            faults.extend(problems);
        }
    }
    faults.extend(mail::contradictions(&config));
    faults.extend(veeam::contradictions(&config));
    if !faults.is_empty() {
        return Err(ConfigFaults(faults));
    }
    let warnings = oddities::find(&ini, &config);
    let settings = effective::settings(&ini, &config);
    Ok(Loaded { config, warnings, settings })
}

impl Default for Config {
    fn default() -> Self {
        let mut config = blank();
        let ini = Ini::default();
        for key in &KEYS {
            // A test takes every default without a fault.
            let _ = take(&mut config, key, &ini);
        }
        config
    }
}

impl Config {
    /// Somebody is to get mails, and there is no server to send them through.
    pub fn has_unreachable_recipients(&self) -> bool {
        let of_disks = self.disks.iter().flat_map(|disk| &disk.recipients);
        let mut all = self.mail.sysops.iter().chain(&self.mail.cc).chain(of_disks);
        self.mail.server.is_empty() && all.next().is_some()
    }

    /// Keys that must be filled in before anything can be copied, and are not.
    pub fn missing(&self) -> Vec<&'static str> {
        let disks = self.disks.is_empty().then_some(DISK_LIST);
        let source = self.source.as_os_str().is_empty().then_some(SOURCE);
        disks.into_iter().chain(source).collect()
    }

    /// Every key as (section, key, value) with what is in force, in the notation of the file but for percent signs, which
    /// are not doubled; secrets masked.
    pub fn effective(&self) -> Vec<(&'static str, &'static str, String)> {
        KEYS.iter().map(|key| (key.section, key.name, (key.show)(self))).collect()
    }
}

/// Puts one key of the file, or its default, into the config.
fn take(config: &mut Config, key: &Key, ini: &Ini) -> Result<(), Problems> {
    let given = match ini.get(key.section, key.name) {
        None if key.yields_to_its_twin(|twin| says_something(ini, twin)) => {
            return Ok(());
        }
        None => None,
        Some(Ok(text)) => Some(text),
        Some(Err(error)) => return Err(vec![misreferred(key, ini, error)]),
    };
    let text = given.as_deref().map(strip);
    let text = match text.filter(|text| key.traits.keeps_empty || !text.is_empty()) {
        Some(text) => text,
        None => key.default,
    };
    let mut value = value_of(key, text);
    value.secret |= holds_a_secret(ini, key, text);
    check_characters(key, &value)?;
    (key.set)(config, &value).map_err(|problems| oddities::quoted(&value).map_or(problems, |quoted| vec![quoted]))
}

fn says_something(ini: &Ini, key: &Key) -> bool {
    let raw = ini.raw(key.section, key.name);
    raw.is_some_and(|raw| !strip(&raw.text).is_empty())
}

fn value_of<'a>(key: &'a Key, text: &'a str) -> Value<'a> {
    Value { section: key.section, key: key.name, text, secret: key.traits.secret }
}

/// Whether a secret has come into another key's value by `%(password)s`.
fn holds_a_secret(ini: &Ini, key: &Key, text: &str) -> bool {
    let refers = ini.raw(key.section, key.name).is_some_and(|raw| raw.text.contains("%("));
    let secrets = KEYS.iter().filter(|key| key.traits.secret);
    refers
        && secrets
            .filter_map(|secret| ini.get(key.section, secret.name)?.ok())
            .any(|secret| !strip(&secret).is_empty() && text.contains(strip(&secret)))
}

fn misreferred(key: &Key, ini: &Ini, error: InterpolationError) -> ConfigProblem {
    let raw = ini.raw(key.section, key.name);
    let text = raw.map(|raw| strip(&raw.text)).unwrap_or_default();
    let value = value_of(key, text);
    let (section, key) = value.place();
    match error {
        InterpolationError::Syntax => ConfigProblem::PercentSign { section, key, value: value.shown() },
        InterpolationError::UnknownName { name } => ConfigProblem::UnknownReference {
            section,
            key,
            reference: if interpolation::references(text).contains(&name) {
                value.shown_item(&name)
            } else {
                // It comes from another value, which may be a secret.
                MASK.to_owned()
            },
        },
        InterpolationError::TooDeep => ConfigProblem::ReferenceLoop { section, key },
    }
}

/// An indented line belongs to the value before it, which is a mistake wherever the value is no list.
fn check_characters(key: &Key, value: &Value) -> Result<(), Problems> {
    let (section, name) = value.place();
    let broken = value.text.contains('\n');
    if broken && !key.traits.list {
        return Err(vec![ConfigProblem::SeveralLines { section, key: name }]);
    }
    let harmful = |c: char| c.is_control() && !(key.traits.list && is_space(c));
    if value.text.contains(harmful) {
        return Err(vec![ConfigProblem::ControlCharacter { section, key: name, value: value.shown() }]);
    }
    Ok(())
}

fn unread(path: &Path, error: &std::io::Error) -> ConfigProblem {
    let path = path.display().to_string();
    if error.kind() == std::io::ErrorKind::NotFound {
        return ConfigProblem::FileMissing { path };
    }
    let cause = error.to_string();
    ConfigProblem::FileUnreadable { path, cause }
}

/// The number of the line that `good` ends in, counted as Python counts lines.
fn lines(good: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(good).replace("\r\n", "\n");
    1 + text.chars().filter(|c| matches!(c, '\n' | '\r')).count() as u64
}

/// Before the defaults: nothing.
fn blank() -> Config {
    Config {
        disks: Vec::new(),
        source: Default::default(),
        destination: Default::default(),
        disk_lockfile: Default::default(),
        source_lockfile: Default::default(),
        veeam_directories: Vec::new(),
        log_file: Default::default(),
        rsync_log_file: Default::default(),
        rsync_excludes: Default::default(),
        wait_for_veeam: Duration::ZERO,
        sample_every: Duration::ZERO,
        free_space_threshold: 0,
        wait_for_backup: Duration::ZERO,
        language: Language::default(),
        lossy: LossyPolicy::default(),
        max_deletions_percent: 0,
        max_deleted_bytes_percent: 0,
        source_must_be_mountpoint: false,
        source_sentinel: PathBuf::new(),
        disk_identity: IdentityPolicy::default(),
        disk_patience: Duration::ZERO,
        power_off: false,
        veeam: Veeam::default(),
        mail: Mail::default(),
        web: Web::default(),
        debug: false,
    }
}

#[cfg(test)]
mod tests;
