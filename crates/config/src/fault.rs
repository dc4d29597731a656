//! Everything that can be wrong or suspicious in config.ini, as typed values.
//! Texts: `locales/*/config.ftl`, one message a variant, with the correction in the attribute `.action`.
//! No variant ever holds a password: values come from `Value::shown`.

use std::fmt;

use serde::{Deserialize, Serialize};

use asbackup_texts::{HasText, Message, Texts};

/// One fault (the file is refused whole) or one warning (it is used all the same). `section` and `key` name the place, lines
/// count from 1, and `value` is what may be shown of the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants' texts are in the locales, and the fields are named above")]
pub enum ConfigProblem {
    // Faults of the file.
    FileMissing { path: String },
    FileUnreadable { path: String, cause: String },
    NotUtf8 { line: u64 },
    ByteOrderMark,

    // Faults of the notation.
    MissingSection { line: u64 },
    MissingDelimiter { section: String, line: u64 },
    MissingKey { section: String, line: u64 },
    DuplicateSection { section: String, line: u64, first: u64 },
    DuplicateKey { section: String, key: String, line: u64, first: u64 },
    PercentSign { section: String, key: String, value: String },
    UnknownReference { section: String, key: String, reference: String },
    ReferenceLoop { section: String, key: String },
    SeveralLines { section: String, key: String, line: u64 },
    IndentedSection { section: String, key: String, line: u64, name: String },
    IndentedKey { section: String, key: String, line: u64, name: String },
    ControlCharacter { section: String, key: String, value: String },

    // Faults of a value.
    NotANumber { section: String, key: String, value: String, minimum: u64, maximum: u64 },
    NotASize { section: String, key: String, value: String, maximum: u64 },
    NotASwitch { section: String, key: String, value: String },
    NotAChoice { section: String, key: String, value: String, choices: String },
    NotAHost { section: String, key: String, value: String },
    NotASecureAddress { section: String, key: String, value: String },
    NotAnAddress { section: String, key: String, value: String },
    NameNotQuoted { section: String, key: String, value: String },
    NotADisk { section: String, key: String, value: String },
    AddressBeforeDisk { section: String, key: String, value: String },
    DiskTwice { section: String, key: String, value: String },
    PasswordInClear { section: String, key: String },
    ServerWithoutUser { section: String, key: String, user: String },
    PathNotAbsolute { section: String, key: String, value: String },
    PathNotRelative { section: String, key: String, value: String },
    PathClimbs { section: String, key: String, value: String },
    PathWithoutFile { section: String, key: String, value: String },

    // Faults of what lies at a path. `user` as in `Fault::UnsafePath`.
    PathSwappable { section: String, key: String, path: String, component: String, user: String },
    PathThroughLink { section: String, key: String, path: String, component: String, user: String },
    PathNotPlain { section: String, key: String, path: String },

    // Warnings.
    QuotedValue { section: String, key: String, value: String },
    LogNotRotated { section: String, key: String, path: String },
    UnknownSection { section: String, nearest: String },
    UnknownKey { section: String, key: String, nearest_section: String, nearest: String },
    MisplacedKey { section: String, key: String, belongs: String },
    CommentInValue { section: String, key: String },
    LocalRecipient { section: String, key: String, value: String },
    RecipientsWithoutServer,
    TwoVeeamDirectories { path: String, other: String },
    ReadableByOthers { path: String },
}

impl HasText for ConfigProblem {
    const FAMILY: &'static str = "config";
}

/// Several at once.
pub type Problems = Vec<ConfigProblem>;

/// Everything that is wrong with a refused file; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<ConfigProblem>);

impl ConfigFaults {
    /// One line for each fault, in the reader's language.
    pub fn messages(&self, texts: &Texts) -> Vec<Message> {
        self.0.iter().map(|problem| texts.message(problem)).collect()
    }
}

impl fmt::Display for ConfigFaults {
    /// For debugging only; people read `messages`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "config.ini has {} faults: {:?}", self.0.len(), self.0)
    }
}

impl std::error::Error for ConfigFaults {}
