//! What is said of a run's fault or warning when it is over: what is to be done about the disk depends on whether it may be taken
//! away by then.

use serde::Serialize;

use super::{Message, Spoken, Texts};
use asbackup_api::{Presence, RunWarning, Statement};

/// The same text, with `$plug` in it.
#[derive(Debug, Serialize)]
pub struct Afterwards<'a, T> {
    /// The fault or warning.
    #[serde(flatten)]
    pub told: &'a T,
    /// Whether the disk is attached.
    #[serde(rename = "plug")]
    pub presence: Presence,
}

impl<T: Spoken> Spoken for Afterwards<'_, T> {
    const FAMILY: &'static str = T::FAMILY;

    fn error_name(&self) -> Option<&'static str> {
        self.told.error_name()
    }
}

impl Texts {
    /// What is said of a run's warning when the run is over.
    pub fn say_afterwards(&self, warning: &RunWarning, presence: Presence) -> Message {
        match warning {
            RunWarning::Copy(told) | RunWarning::Mail(told) => self.say(&Afterwards { told, presence }),
            RunWarning::Release(told) => self.say(&Afterwards { told, presence }),
        }
    }

    /// The same for readers of all languages.
    pub fn tell_afterwards(&self, warning: &RunWarning, presence: Presence) -> Statement {
        match warning {
            RunWarning::Copy(told) | RunWarning::Mail(told) => self.tell(&Afterwards { told, presence }),
            RunWarning::Release(told) => self.tell(&Afterwards { told, presence }),
        }
    }
}
