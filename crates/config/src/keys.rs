//! The one table of all keys. Reading, warnings, `settings` and the test of the template all go by it, so a new key is one
//! entry here and one in `config.ini.template`.

use super::fault::Problems;
use super::types::Config;
use super::values::{
    ADDRESSES, API_URL, DAYS, DAYS_OR_NEVER, DIRECTORY, DISK_LIST, DISKS, ENCRYPTION, FILE, FILE_WITHIN, GIGABYTES,
    HOST, HOSTS, HOURS_OR_NEVER, IDENTITY, KILOBYTES, LANGUAGE, LOSSY, MAIL_POLICIES, MEGABYTES, MINUTES, ON_DISK,
    OPTIONAL_FILE, OPTIONAL_FILE_WITHIN, PERCENT, PORT, SECONDS, SECRET, SENDER, SNAPSHOT_MODE, STALE_LOCK, SWITCH,
    TEXT, Traits, Value, directory, show,
};

/// One key of the file.
pub struct Key {
    pub section: &'static str,
    pub name: &'static str,
    /// As in the file.
    pub default: &'static str,
    pub traits: Traits,
    /// Reads a value into its field.
    pub set: fn(&mut Config, &Value) -> Result<(), Problems>,
    /// The field as in the file; secrets masked.
    pub show: fn(&Config) -> String,
}

macro_rules! key {
    ($section:literal, $name:expr, $default:literal, $kind:ident, $($field:ident).+) => {
        Key {
            section: $section,
            name: $name,
            default: $default,
            traits: $kind.traits,
            set: |config, value| {
                config.$($field).+ = ($kind.read)(value)?;
                Ok(())
            },
            show: |config| ($kind.show)(&config.$($field).+),
        }
    };
}

/// The key of the source directory.
pub const SOURCE: &str = "backup-source";

/// In the order of the template.
#[rustfmt::skip]
pub static KEYS: [Key; 59] = [
    key!("General",   "language",                   "de",                            LANGUAGE,    language),
    key!("Backup",    DISK_LIST,                    "",                              DISKS,       disks),
    key!("Backup",    SOURCE,                       "",                              DIRECTORY,   source),
    key!("Backup",    "backup-destination",         "",                              ON_DISK,     destination),
    key!("Backup",    "backup-lockfile-path",       ".asbackup.lock",                FILE_WITHIN, disk_lockfile),
    VEEAM_IN_BACKUP,
    key!("Backup",    "log-file-path",              "/var/log/asbackup/asbackup.log", FILE,       log_file),
    key!("Backup",    "rsync-log-file-path",        "/var/log/asbackup/rsync.log",   FILE,        rsync_log_file),
    key!("Backup",    "wait-for-veeam-minutes",     "480",                           MINUTES,     wait_for_veeam),
    key!("Backup",    "rsync-update-ratio-seconds", "30",                            SECONDS,     sample_every),
    key!("Backup",    "free-space-threshold-gb",    "50",                            GIGABYTES,   free_space_threshold),
    key!("Backup",    "source-lockfile-path",       ".asbackup.lock",                FILE_WITHIN, source_lockfile),
    key!("Backup",    "rsync-excludes-path",        "/etc/asbackup/rsync_excludes",  FILE,        rsync_excludes),
    key!("Mail",      "to-mail-addresses-sysop",    "",                              ADDRESSES,   mail.sysops),
    key!("Mail",      "from-mail-address",          "",                              SENDER,      mail.from),
    key!("Mail",      "cc",                         "",                              ADDRESSES,   mail.cc),
    key!("Mail",      "server",                     "",                              HOST,        mail.server),
    key!("Mail",      "port",                       "465",                           PORT,        mail.port),
    key!("Mail",      "username",                   "",                              TEXT,        mail.username),
    key!("Mail",      "password",                   "",                              SECRET,      mail.password),
    key!("Mail",      "encryption",                 "auto",                          ENCRYPTION,  mail.encryption),
    key!("Mail",      "ca-file-path",               "",                              OPTIONAL_FILE, mail.ca_file),
    key!("Mail",      "helo-name",                  "",                              HOST,        mail.helo_name),
    key!("Mail",      "timeout-seconds",            "120",                           SECONDS,     mail.timeout),
    key!("Mail",      "retry-after-seconds",        "60",                            SECONDS,     mail.retry_after),
    key!("Mail",      "retry-days",                 "5",                             DAYS,        mail.retry_for),
    key!("Mail",      "outbox-limit-mb",            "100",                           MEGABYTES,   mail.outbox_limit),
    key!("Mail",      "compress-above-kb",          "64",                            KILOBYTES,   mail.compress_above),
    key!("Mail",      "attachment-limit-kb",        "256",                           KILOBYTES,   mail.attachment_limit),
    key!("Mail",      "mail-policy",                "",                              MAIL_POLICIES, mail.policy),
    key!("Mail",      "remind-after-days",          "0",                             DAYS_OR_NEVER, mail.remind_after),
    key!("Webserver", "webhost",                    "127.0.0.1",                     HOST,        web.host),
    key!("Webserver", "webport",                    "8080",                          PORT,        web.port),
    key!("Webserver", "web-names",                  "",                              HOSTS,       web.names),
    VEEAM_IN_VEEAM,
    key!("VEEAM",     "wait-for-backup-minutes",    "480",                           MINUTES,     wait_for_backup),
    key!("VEEAM",     "api-url",                    "",                              API_URL,     veeam.url),
    key!("VEEAM",     "api-user",                   "",                              TEXT,        veeam.user),
    key!("VEEAM",     "api-password",               "",                              SECRET,      veeam.password),
    key!("VEEAM",     "api-ca-file",                "",                              OPTIONAL_FILE, veeam.ca_file),
    key!("VEEAM",     "api-repository",             "",                              TEXT,        veeam.repository),
    key!("VEEAM",     "api-timeout-seconds",        "10",                            SECONDS,     veeam.timeout),
    key!("VEEAM",     "retry-wait-minutes",         "15",                            MINUTES,     veeam.retry_wait),
    key!("VEEAM",     "lock-check-seconds",         "60",                            SECONDS,     veeam.check_every),
    key!("VEEAM",     "lock-max-hours",             "0",                             HOURS_OR_NEVER, veeam.lock_max_age),
    key!("VEEAM",     "lock-max-action",            "warn",                          STALE_LOCK,  veeam.stale_lock),
    key!("VEEAM",     "lock-quiet-minutes",         "60",                            MINUTES,     veeam.quiet),
    key!("Snapshot",  "mode",                       "auto",                          SNAPSHOT_MODE, snapshot.mode),
    key!("Snapshot",  "directory",                  "",                              DIRECTORY,   snapshot.directory),
    key!("Snapshot",  "min-free-percent",           "5",                             PERCENT,     snapshot.min_free_percent),
    key!("Safety",    "lossy-file-systems",         "warn",                          LOSSY,       lossy),
    key!("Safety",    "max-deletions-percent",      "50",                            PERCENT,     max_deletions_percent),
    key!("Safety",    "max-deleted-bytes-percent",  "75",                            PERCENT,     max_deleted_bytes_percent),
    key!("Safety",    "source-must-be-mountpoint",  "false",                         SWITCH,      source_must_be_mountpoint),
    key!("Safety",    "source-sentinel",            "",                              OPTIONAL_FILE_WITHIN, source_sentinel),
    key!("Safety",    "disk-identity",              "warn",                          IDENTITY,    disk_identity),
    key!("Safety",    "disk-patience-seconds",      "240",                           SECONDS,     disk_patience),
    key!("Safety",    "power-off-after-copy",       "false",                         SWITCH,      power_off),
    key!("Debug",     "debug",                      "false",                         SWITCH,      debug),
];

/// The two halves of the Python script had a key each for the same directory, so either may be left out or empty. If this one
/// is empty and the other names no directory, no copy waits for Veeam.
const VEEAM_IN_BACKUP: Key = Key {
    section: "Backup",
    name: "veeam-lockfile-path",
    default: "/var/lib/asbackup/veeam",
    traits: DIRECTORY.keeps_empty().traits,
    set: add_veeam_directory,
    show: |config| show_veeam_directory(config, 0),
};

/// See `VEEAM_IN_BACKUP`.
const VEEAM_IN_VEEAM: Key = Key {
    section: "VEEAM",
    name: "veeam-lockfiles",
    default: "",
    traits: DIRECTORY.traits,
    set: add_veeam_directory,
    show: |config| show_veeam_directory(config, 1),
};

fn add_veeam_directory(config: &mut Config, value: &Value) -> Result<(), Problems> {
    let path = directory(value)?;
    // Compares by components, so that a slash at the end makes no difference.
    let known = config.veeam_directories.contains(&path);
    if !value.text.is_empty() && !known {
        config.veeam_directories.push(path);
    }
    Ok(())
}

fn show_veeam_directory(config: &Config, index: usize) -> String {
    let directory = config.veeam_directories.get(index);
    directory.map(|path| show(path)).unwrap_or_default()
}

impl Key {
    /// Whether this is the key of that section and name.
    pub fn is(&self, section: &str, name: &str) -> bool {
        self.section == section && self.name == name
    }

    /// The key whose value replaces this one's default.
    pub fn alternative(&self) -> Option<&'static Key> {
        self.is(VEEAM_IN_BACKUP.section, VEEAM_IN_BACKUP.name).then_some(&VEEAM_IN_VEEAM)
    }
}

/// The names of all sections, each once, in the table's order.
pub fn sections() -> Vec<&'static str> {
    let mut names: Vec<&str> = KEYS.iter().map(|key| key.section).collect();
    names.dedup();
    names
}
