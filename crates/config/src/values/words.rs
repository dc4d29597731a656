//! Text as it is, and words of which a key takes one.

use super::value::{Kind, Value};
use crate::fault::{ConfigProblem, Problems};
use crate::types::{Encryption, IdentityPolicy, LossyPolicy, MailLevel, Secret, SnapshotMode, StaleLockPolicy};
use asbackup_texts::Language;

pub const TEXT: Kind<String> = Kind::new(|value| Ok(value.text.to_owned()), Clone::clone);

pub const SECRET: Kind<Secret> = Kind::new(|value| Ok(Secret::new(value.text)), Secret::to_string).secret();

/// Which word stands for what.
type Words<T> = &'static [(&'static str, T)];

const LANGUAGES: Words<Language> = &[("de", Language::German), ("en", Language::English)];
const LOSSY_POLICIES: Words<LossyPolicy> = &[("warn", LossyPolicy::Warn), ("refuse", LossyPolicy::Refuse)];
const IDENTITY_POLICIES: Words<IdentityPolicy> =
    &[("warn", IdentityPolicy::Warn), ("refuse", IdentityPolicy::Refuse), ("off", IdentityPolicy::Off)];
const STALE_LOCK_POLICIES: Words<StaleLockPolicy> =
    &[("warn", StaleLockPolicy::Warn), ("clear", StaleLockPolicy::Clear)];
const SNAPSHOT_MODES: Words<SnapshotMode> =
    &[("auto", SnapshotMode::Auto), ("off", SnapshotMode::Off), ("require", SnapshotMode::Require)];
const ENCRYPTIONS: Words<Encryption> = &[
    ("auto", Encryption::Auto),
    ("tls", Encryption::Tls),
    ("starttls", Encryption::StartTls),
    ("none", Encryption::None),
];
pub const MAIL_LEVELS: Words<MailLevel> =
    &[("all", MailLevel::All), ("end", MailLevel::End), ("problems", MailLevel::Problems), ("none", MailLevel::None)];

pub const LANGUAGE: Kind<Language> = Kind::new(|value| choose(value, LANGUAGES), |language| word(LANGUAGES, *language));

pub const LOSSY: Kind<LossyPolicy> =
    Kind::new(|value| choose(value, LOSSY_POLICIES), |policy| word(LOSSY_POLICIES, *policy));

pub const IDENTITY: Kind<IdentityPolicy> =
    Kind::new(|value| choose(value, IDENTITY_POLICIES), |policy| word(IDENTITY_POLICIES, *policy));

pub const SNAPSHOT_MODE: Kind<SnapshotMode> =
    Kind::new(|value| choose(value, SNAPSHOT_MODES), |mode| word(SNAPSHOT_MODES, *mode));

pub const STALE_LOCK: Kind<StaleLockPolicy> =
    Kind::new(|value| choose(value, STALE_LOCK_POLICIES), |policy| word(STALE_LOCK_POLICIES, *policy));

pub const ENCRYPTION: Kind<Encryption> =
    Kind::new(|value| choose(value, ENCRYPTIONS), |encryption| word(ENCRYPTIONS, *encryption));

/// The words of Python's `getboolean`.
pub const SWITCH: Kind<bool> = Kind::new(
    |value| match value.text.to_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Ok(true),
        "0" | "no" | "false" | "off" => Ok(false),
        _ => value.refuse(|section, key, value| ConfigProblem::NotASwitch { section, key, value }),
    },
    bool::to_string,
);

/// What the word in `value` stands for, in upper or lower case.
pub fn choose<T: Copy>(value: &Value, words: Words<T>) -> Result<T, Problems> {
    let chosen = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(value.text));
    chosen.map(|(_, choice)| *choice).ok_or_else(|| {
        let choices: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let (section, key) = value.place();
        vec![ConfigProblem::NotAChoice { section, key, value: value.shown(), choices: choices.join(", ") }]
    })
}

/// The word that stands for `choice`.
pub fn word<T: PartialEq + Copy>(words: Words<T>, choice: T) -> String {
    let known = words.iter().find(|(_, value)| *value == choice);
    known.map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}
