//! Holds `config.ini.template` and the shipped excludes file against the code.

use std::collections::BTreeMap;

use asbackup_config::ini::Ini;
use asbackup_config::{Config, parse};

const TEMPLATE: &str = include_str!("../../config.ini.template");
const EXCLUDES: &str = include_str!("../../packaging/rsync_excludes");

fn places(entries: Vec<(String, String, String)>) -> BTreeMap<(String, String), String> {
    entries.into_iter().map(|(section, key, value)| ((section, key), value)).collect()
}

#[test]
fn the_untouched_template_has_no_faults_and_says_what_is_required() {
    let loaded = parse(TEMPLATE).unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.config, Config::default());
    let required = ["filesystem-ids-and-notification-mail-addresses", "backup-source"];
    assert_eq!(loaded.config.missing(), required);
}

#[test]
fn template_and_code_have_the_same_keys_with_the_same_defaults() {
    let (ini, errors) = Ini::read(TEMPLATE);
    assert_eq!(errors, []);
    let mut written = Vec::new();
    for section in ini.sections() {
        for key in ini.own_keys(section) {
            let value = ini.get(section, key).unwrap().unwrap();
            written.push((section.to_owned(), key.to_owned(), value));
        }
    }
    let defaults = Config::default().entries();
    let known = defaults.into_iter().map(|(section, key, value)| (section.to_owned(), key.to_owned(), value));
    assert_eq!(places(written), places(known.collect()));
}

#[test]
fn every_key_of_the_template_has_a_comment_above_it() {
    for block in TEMPLATE.split("\n\n") {
        let is_key = |line: &str| !line.starts_with(['#', '[']) && line.contains('=');
        if block.lines().any(is_key) {
            assert!(block.trim_start().starts_with('#'), "{block}");
        }
    }
}

#[test]
fn the_shipped_excludes_file_excludes_nothing() {
    for line in EXCLUDES.lines() {
        assert!(line.is_empty() || line.starts_with('#'), "{line}");
    }
}
