//! Checks the paths in config.ini before they are needed: finds paths that other users could redirect, and logs that
//! nothing rotates. Runs at startup, at each reload and in `asbackup config check`. Creates and changes nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use log::Level;
use rustix::fs::{AtFlags, FileType, statat};

use asbackup_config::{Config, ConfigProblem};
use asbackup_logging::Scope;
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::paths::{self, Purpose, Reason, Refused};
use asbackup_texts::Texts;

/// Where logrotate's rules are; the package's own are in the second.
const LOGROTATE: [&str; 2] = ["/etc/logrotate.conf", "/etc/logrotate.d"];
/// The pattern in the package's own rules.
const OURS: &str = "/var/log/asbackup/*.log";

/// A key and the path it names.
struct Named<'a> {
    section: &'static str,
    key: &'static str,
    path: &'a Path,
    purpose: Purpose,
}

/// Paths that the service refuses to use. May block.
pub fn refused(config: &Config) -> Vec<ConfigProblem> {
    let mut found: Vec<_> = named(config).iter().filter_map(problem).collect();
    found.extend(foreign_lock(config));
    found
}

/// Problems that the service works with. `file`: config.ini itself. May block.
pub fn tolerated(config: &Config, file: &Path) -> Vec<ConfigProblem> {
    let itself = Named { section: "", key: "config.ini", path: file, purpose: Purpose::File };
    let logs = named(config).into_iter().filter(|named| named.purpose == Purpose::Log);
    let endless = logs.filter(|log| !is_rotated(log.path)).map(|log| ConfigProblem::LogNotRotated {
        section: log.section.to_owned(),
        key: log.key.to_owned(),
        path: log.path.display().to_string(),
    });
    problem(&itself).into_iter().chain(endless).collect()
}

/// Logs what both find, from a task of its own, since the repository may be on a drive that hangs.
pub(crate) fn log_problems(config: Arc<Config>, file: PathBuf, texts: Arc<Texts>) {
    tokio::spawn(async move {
        let look = move || Ok::<_, std::io::Error>([refused(&config), tolerated(&config, &file)].concat());
        for problem in blocking(GLANCE, look).await.unwrap_or_default() {
            asbackup_logging::log(Level::Warn, &texts, &problem, &Scope::default());
        }
    });
}

fn named(config: &Config) -> Vec<Named<'_>> {
    let mut all = vec![
        ("Backup", "backup-source", &config.source, Purpose::Directory),
        ("Backup", "log-file-path", &config.log_file, Purpose::Log),
        ("Backup", "rsync-log-file-path", &config.rsync_log_file, Purpose::Log),
        ("Backup", "rsync-excludes-path", &config.rsync_excludes, Purpose::File),
        ("Mail", "ca-file-path", &config.mail.ca_file, Purpose::File),
        ("VEEAM", "api-ca-file", &config.veeam.ca_file, Purpose::File),
    ];
    let keys = [("Backup", "veeam-lockfile-path"), ("VEEAM", "veeam-lockfiles")];
    let locks = keys.into_iter().zip(&config.veeam_directories);
    all.extend(locks.map(|((section, key), path)| (section, key, path, Purpose::Directory)));
    let given = all.into_iter().filter(|(_, _, path, _)| !path.as_os_str().is_empty());
    given.map(|(section, key, path, purpose)| Named { section, key, path, purpose }).collect()
}

/// A path that is missing or not accessible to the caller is no problem.
fn problem(named: &Named<'_>) -> Option<ConfigProblem> {
    let error = paths::check(named.path, named.purpose).err()?;
    let Refused { component, reason, .. } = Refused::within(&error)?;
    let (section, key) = (named.section.to_owned(), named.key.to_owned());
    let (path, component) = (named.path.display().to_string(), component.display().to_string());
    Some(match reason {
        Reason::Writable(who) => ConfigProblem::PathSwappable { section, key, path, component, user: who.to_string() },
        Reason::Link(who) => ConfigProblem::PathThroughLink { section, key, path, component, user: who.to_string() },
        Reason::NoFile | Reason::HardLinks | Reason::Replaced => ConfigProblem::PathNotPlain { section, key, path },
    })
}

/// The source's lock file, if its name belongs to something else.
fn foreign_lock(config: &Config) -> Option<ConfigProblem> {
    let source = paths::directory(&config.source).ok()?;
    let there = statat(source, &config.source_lockfile, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    let is_plain = FileType::from_raw_mode(there.st_mode) == FileType::RegularFile && there.st_nlink == 1;
    let path = config.source.join(&config.source_lockfile).display().to_string();
    let (section, key) = ("Backup".to_owned(), "source-lockfile-path".to_owned());
    (!is_plain).then_some(ConfigProblem::PathNotPlain { section, key, path })
}

/// Devices such as /dev/null never grow.
fn is_rotated(log: &Path) -> bool {
    let patterns = LOGROTATE.iter().flat_map(|place| files(Path::new(place))).flat_map(|file| patterns(&file));
    log.starts_with("/dev") || patterns.chain([OURS.to_owned()]).any(|pattern| fits(&pattern, log))
}

fn files(place: &Path) -> Vec<PathBuf> {
    match fs::read_dir(place) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![place.to_owned()],
    }
}

/// All absolute paths in one of logrotate's files.
fn patterns(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let words = text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(str::split_whitespace);
    let words = words.map(|word| word.trim_end_matches('{').trim_matches('"'));
    words.filter(|word| word.starts_with('/')).map(str::to_owned).collect()
}

/// The pattern may contain any number of stars, which match anything but a slash.
fn fits(pattern: &str, path: &Path) -> bool {
    let Some(mut rest) = path.to_str() else { return false };
    let mut parts = pattern.split('*');
    let Some(after) = rest.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    rest = after;
    let mut ends = pattern.ends_with('*') || rest.is_empty();
    for part in parts {
        let Some(at) = rest.rfind(part).filter(|at| !rest[..*at].contains('/')) else { return false };
        rest = &rest[at + part.len()..];
        ends = rest.is_empty();
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logrotate_pattern_matches_its_logs() {
        for (pattern, path, named) in [
            ("/var/log/asbackup/*.log", "/var/log/asbackup/rsync.log", true),
            ("/var/log/asbackup/*.log", "/var/log/asbackup/deep/rsync.log", false),
            ("/var/log/asbackup/*.log", "/var/log/asbackup/rsync.txt", false),
            ("/srv/copy.log", "/srv/copy.log", true),
            ("/srv/copy.log", "/srv/copy.log.old", false),
            ("/srv/*", "/srv/copy", true),
            ("/srv/*/*.log", "/srv/a/b.log", true),
        ] {
            assert_eq!(fits(pattern, Path::new(path)), named, "{pattern} {path}");
        }
    }

    #[test]
    fn only_paths_are_read_from_a_logrotate_file() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("rules");
        fs::write(&file, "# /not/this\n/srv/a.log \"/srv/b.log\" {\n  weekly\n}\n/srv/c{\n").unwrap();
        assert_eq!(patterns(&file), ["/srv/a.log", "/srv/b.log", "/srv/c"]);
    }

    #[test]
    fn a_log_nobody_rotates_is_reported_and_the_default_ones_are_not() {
        let mut config = Config::default();
        let file = Path::new("/nowhere/config.ini");
        assert_eq!(tolerated(&config, file), []);
        config.log_file = "/srv/asbackup-test/copy.log".into();
        config.rsync_log_file = "/dev/null".into();
        let [ConfigProblem::LogNotRotated { key, .. }] = &tolerated(&config, file)[..] else {
            panic!("{:?}", tolerated(&config, file))
        };
        assert_eq!(key, "log-file-path");
    }

    #[test]
    fn a_hard_linked_lock_file_is_found_before_a_copy_meets_it() {
        let place = tempfile::tempdir().unwrap();
        let mut config = Config { source: place.path().to_owned(), ..Config::default() };
        config.log_file = "/dev/null".into();
        config.rsync_log_file = "/dev/null".into();
        fs::write(place.path().join("victim"), "x").unwrap();
        assert_eq!(refused(&config), []);
        fs::hard_link(place.path().join("victim"), place.path().join(&config.source_lockfile)).unwrap();
        assert!(
            matches!(&refused(&config)[..], [ConfigProblem::PathNotPlain { key, .. }] if key == "source-lockfile-path")
        );
    }
}
