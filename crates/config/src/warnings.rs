//! What is suspicious in a file that can be used all the same: keys without effect and the nearest known ones, comments and
//! quotation marks in values, recipients that get nothing. The Python script accepted all of it, so these are warnings.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use strsim::jaro_winkler;

use super::fault::ConfigProblem;
use super::ini::{DEFAULT_SECTION, Ini};
use super::keys::{KEYS, Key, sections};
use super::numbering::is_space;
use super::types::Config;
use super::values::{Value, looks_like_host};

/// The warnings about a file: sections and keys in its order, then values.
pub fn find(ini: &Ini, config: &Config) -> Vec<ConfigProblem> {
    let variables = ini.references();
    let mut found = Vec::new();
    for section in [DEFAULT_SECTION].into_iter().chain(ini.sections()) {
        if section != DEFAULT_SECTION && !sections().contains(&section) {
            found.push(unknown_section(section));
            continue;
        }
        let unused = |key: &&str| !variables.iter().any(|name| name == key);
        let keys = ini.own_keys(section);
        found.extend(keys.into_iter().filter(unused).filter_map(|key| unused_key(section, key)));
    }
    found.extend(KEYS.iter().filter_map(|key| comment_in_value(ini, key)));
    found.extend(KEYS.iter().filter_map(|key| quoted_value(ini, key)));
    found.extend(local_recipients(config));
    found.extend(recipients_without_server(config));
    found.extend(two_veeam_directories(config));
    found
}

fn unknown_section(section: &str) -> ConfigProblem {
    let near = |name: &&str| similarity(section, name);
    let nearest = sections().into_iter().max_by(|a, b| near(a).total_cmp(&near(b)));
    ConfigProblem::UnknownSection { section: section.to_owned(), nearest: nearest.unwrap_or_default().to_owned() }
}

fn unused_key(section: &str, name: &str) -> Option<ConfigProblem> {
    let namesake = KEYS.iter().find(|key| key.name == name);
    if section == DEFAULT_SECTION && namesake.is_some() {
        return None;
    }
    if KEYS.iter().any(|key| key.is(section, name)) {
        return None;
    }
    let (section_name, key) = (section.to_owned(), name.to_owned());
    if let Some(namesake) = namesake {
        return Some(ConfigProblem::MisplacedKey { section: section_name, key, belongs: namesake.section.to_owned() });
    }
    let nearest = nearest_key(section, name)?;
    Some(ConfigProblem::UnknownKey {
        section: section_name,
        key,
        nearest_section: nearest.section.to_owned(),
        nearest: nearest.name.to_owned(),
    })
}

/// Of equally similar keys the one in the same section.
fn nearest_key(section: &str, name: &str) -> Option<&'static Key> {
    const SAME_SECTION: f64 = 0.05;
    let near = |key: &Key| {
        let bonus = if key.section == section { SAME_SECTION } else { 0.0 };
        similarity(name, key.name) + bonus
    };
    KEYS.iter().max_by(|a, b| near(a).total_cmp(&near(b)))
}

fn similarity(written: &str, known: &str) -> f64 {
    jaro_winkler(&written.to_lowercase(), &known.to_lowercase())
}

/// Python knows no comments after a value: they become part of it.
fn comment_in_value(ini: &Ini, key: &Key) -> Option<ConfigProblem> {
    if key.traits.secret {
        return None;
    }
    let text = &ini.raw(key.section, key.name)?.text;
    let starts = text.split(is_space).skip(1);
    let comment = starts.filter(|word| word.starts_with(['#', ';'])).count() > 0;
    comment.then(|| ConfigProblem::CommentInValue { section: key.section.to_owned(), key: key.name.to_owned() })
}

fn quoted_value(ini: &Ini, key: &Key) -> Option<ConfigProblem> {
    if key.traits.list {
        return None;
    }
    let text = ini.raw(key.section, key.name)?.text.trim();
    quoted(&Value { section: key.section, key: key.name, text, secret: key.traits.secret })
}

/// Python keeps the quotation marks that other programs strip. In a password they may be meant.
pub fn quoted(value: &Value) -> Option<ConfigProblem> {
    let marked = |mark: char| value.text.len() > 1 && value.text.starts_with(mark) && value.text.ends_with(mark);
    let (section, key) = value.place();
    let quoted = !value.secret && ['"', '\''].into_iter().any(marked);
    quoted.then(|| ConfigProblem::QuotedValue { section, key, value: value.shown() })
}

/// Only root may read a file with a password.
pub fn readable_by_others(path: &Path, config: &Config) -> Option<ConfigProblem> {
    if config.mail.password.is_empty() && config.veeam.password.is_empty() {
        return None;
    }
    let stat = std::fs::metadata(path).ok()?;
    let group = if stat.gid() == 0 { 0 } else { 0o070 };
    let open = stat.mode() & (group | 0o007) != 0;
    open.then(|| ConfigProblem::ReadableByOthers { path: path.display().to_string() })
}

/// An address without its first half goes to a user of this machine.
fn local_recipients(config: &Config) -> impl Iterator<Item = ConfigProblem> {
    let policies: Vec<String> = config.mail.policy.iter().map(|policy| policy.address.clone()).collect();
    let lists = [
        ("to-mail-addresses-sysop", config.mail.sysops.clone()),
        ("cc", config.mail.cc.clone()),
        ("mail-policy", policies),
    ];
    lists.into_iter().flat_map(|(key, list)| {
        let suspicious = list.into_iter().filter(|address| looks_like_host(address));
        suspicious.map(move |value| ConfigProblem::LocalRecipient {
            section: "Mail".to_owned(),
            key: key.to_owned(),
            value,
        })
    })
}

fn recipients_without_server(config: &Config) -> Option<ConfigProblem> {
    config.has_recipients_without_server().then_some(ConfigProblem::RecipientsWithoutServer)
}

fn two_veeam_directories(config: &Config) -> Option<ConfigProblem> {
    match config.veeam_directories.as_slice() {
        [first, second] => Some(ConfigProblem::TwoVeeamDirectories {
            path: first.display().to_string(),
            other: second.display().to_string(),
        }),
        _ => None,
    }
}
