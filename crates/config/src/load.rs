//! Reads config.ini by the table of keys and reports all faults at once. Looks at no file but config.ini itself.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::continuation;
use super::fault::{ConfigFaults, ConfigProblem, Problems};
use super::ini::Ini;
use super::interpolation::{self, InterpolationError};
use super::keys::{KEYS, Key, SOURCE};
use super::numbering::{is_space, strip, unify_line_ends};
use super::settings::{self, Setting};
use super::types::{Config, Encryption, IdentityPolicy, LossyPolicy, MASK, Mail, Snapshot, Veeam, Web};
use super::values::{DISK_LIST, Value};
use super::warnings;
use asbackup_texts::Language;

/// A file that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Its values.
    pub config: Config,
    /// What is suspicious in it.
    pub warnings: Vec<ConfigProblem>,
    /// Every key with the value in force.
    pub settings: Vec<Setting>,
}

/// Reads a file.
///
/// # Errors
///
/// All its faults; a file with a fault is refused whole.
pub fn load(path: &Path) -> Result<Loaded, ConfigFaults> {
    let bytes = std::fs::read(path).map_err(|error| ConfigFaults(vec![io_problem(path, &error)]))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        ConfigFaults(vec![ConfigProblem::NotUtf8 { line: line_after(valid) }])
    })?;
    let mut loaded = parse(&text)?;
    loaded.warnings.extend(warnings::readable_by_others(path, &loaded.config));
    Ok(loaded)
}

/// Reads the text of a file.
///
/// # Errors
///
/// As `load`.
pub fn parse(text: &str) -> Result<Loaded, ConfigFaults> {
    let (ini, mut faults) = Ini::read(text);
    faults.extend(continuation::indented_sections(&ini));
    let mut config = empty();
    for key in &KEYS {
        faults.extend(apply(&mut config, key, &ini).err().into_iter().flatten());
    }
    faults.extend(contradictions(&config));
    if !faults.is_empty() {
        return Err(ConfigFaults(faults));
    }
    let warnings = warnings::find(&ini, &config);
    let settings = settings::list(&ini, &config);
    Ok(Loaded { config, warnings, settings })
}

impl Default for Config {
    fn default() -> Self {
        let mut config = empty();
        for key in &KEYS {
            // A test reads every default.
            let _ = apply(&mut config, key, &Ini::default());
        }
        config
    }
}

impl Config {
    /// Keys that must be filled in before anything can be copied, and are not.
    pub fn missing(&self) -> Vec<&'static str> {
        let disks = self.disks.is_empty().then_some(DISK_LIST);
        let source = self.source.as_os_str().is_empty().then_some(SOURCE);
        disks.into_iter().chain(source).collect()
    }
}

/// Values that are valid by themselves and not together.
fn contradictions(config: &Config) -> Problems {
    let sends_password_in_clear = config.mail.encryption == Encryption::None && config.mail.logs_in();
    let in_clear = sends_password_in_clear
        .then(|| ConfigProblem::PasswordInClear { section: "Mail".to_owned(), key: "encryption".to_owned() });
    let lacks_user = config.veeam.has_api() && config.veeam.user.is_empty();
    let nameless = lacks_user.then(|| ConfigProblem::ServerWithoutUser {
        section: "VEEAM".to_owned(),
        key: "api-url".to_owned(),
        user: "api-user".to_owned(),
    });
    in_clear.into_iter().chain(nameless).collect()
}

/// Puts the value of a key, or its default, into the config.
fn apply(config: &mut Config, key: &Key, ini: &Ini) -> Result<(), Problems> {
    // First, since other faults show the value, and a line that does not belong to it may hold a password.
    continuation::check(key, ini)?;
    let given = match ini.get(key.section, key.name) {
        None if key.alternative().is_some_and(|other| is_filled_in(ini, other)) => return Ok(()),
        None => None,
        Some(Ok(text)) => Some(text),
        Some(Err(error)) => return Err(vec![reference_problem(key, ini, error)]),
    };
    let text = given.as_deref().map(strip);
    let text = match text.filter(|text| key.traits.keeps_empty || !text.is_empty()) {
        Some(text) => text,
        None => key.default,
    };
    let mut value = value_of(key, text);
    value.secret |= holds_a_secret(ini, key, text);
    check_characters(key, &value, ini)?;
    (key.set)(config, &value).map_err(|problems| warnings::quoted(&value).map_or(problems, |quoted| vec![quoted]))
}

fn is_filled_in(ini: &Ini, key: &Key) -> bool {
    let raw = ini.raw(key.section, key.name);
    raw.is_some_and(|raw| !strip(&raw.text).is_empty())
}

fn value_of<'a>(key: &'a Key, text: &'a str) -> Value<'a> {
    Value { section: key.section, key: key.name, text, secret: key.traits.secret }
}

/// Whether `%(password)s` has put a secret into another key's value.
fn holds_a_secret(ini: &Ini, key: &Key, text: &str) -> bool {
    let refers = ini.raw(key.section, key.name).is_some_and(|raw| raw.text.contains("%("));
    let secrets = KEYS.iter().filter(|key| key.traits.secret);
    refers
        && secrets
            .filter_map(|secret| ini.get(key.section, secret.name)?.ok())
            .any(|secret| !strip(&secret).is_empty() && text.contains(strip(&secret)))
}

fn reference_problem(key: &Key, ini: &Ini, error: InterpolationError) -> ConfigProblem {
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
                // It is part of another value, which may be a secret.
                MASK.to_owned()
            },
        },
        InterpolationError::TooDeep => ConfigProblem::ReferenceLoop { section, key },
    }
}

fn check_characters(key: &Key, value: &Value, ini: &Ini) -> Result<(), Problems> {
    let (section, name) = value.place();
    if let Some(line) = continuation::of_reference(key, value, ini) {
        return Err(vec![ConfigProblem::SeveralLines { section, key: name, line }]);
    }
    let harmful = |c: char| c.is_control() && !(key.traits.list && is_space(c));
    if value.text.contains(harmful) {
        return Err(vec![ConfigProblem::ControlCharacter { section, key: name, value: value.shown() }]);
    }
    Ok(())
}

fn io_problem(path: &Path, error: &std::io::Error) -> ConfigProblem {
    let path = path.display().to_string();
    if error.kind() == ErrorKind::NotFound {
        return ConfigProblem::FileMissing { path };
    }
    let cause = error.to_string();
    ConfigProblem::FileUnreadable { path, cause }
}

/// The line that `valid` ends in, counted as Python counts lines.
fn line_after(valid: &[u8]) -> u64 {
    let text = unify_line_ends(&String::from_utf8_lossy(valid));
    1 + text.matches('\n').count() as u64
}

/// Nothing yet, not even the defaults.
fn empty() -> Config {
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
        snapshot: Snapshot::default(),
        veeam: Veeam::default(),
        mail: Mail::default(),
        web: Web::default(),
        debug: false,
    }
}
