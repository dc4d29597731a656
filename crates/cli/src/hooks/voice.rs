//! How the hooks talk to the bus and to the readers of their output.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use zbus::Connection;

use super::arguments::Job;
use super::exit_code::End;
use crate::ANSWER;
use crate::exit_code::{is_crowded, message};
use crate::locale::language;
use asbackup_api::bus::Error;
use asbackup_texts::Texts;

/// Veeam lets a script run for fifteen minutes.
const CROWDED: Duration = Duration::from_secs(60);

/// Waits long: many jobs may begin at the same moment, and a program that floods the bus gets Veeam's calls refused along with its
/// own.
pub async fn in_turn<T>(call: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    crate::in_turn(CROWDED, call).await
}

pub async fn connect() -> Result<Connection, Error> {
    crate::connect_within(CROWDED, ANSWER).await
}

/// Prints a line per change, and errors even when quiet.
pub struct Voice {
    texts: Texts,
    job: String,
    quiet: bool,
}

impl Voice {
    pub fn new(job: &Job) -> Self {
        Self { texts: Texts::of_tools(language()), job: job.name(), quiet: job.quiet }
    }

    pub fn say(&self, id: &str) {
        self.tell(id, "");
    }

    /// With the daemon's own sentence, which is in the daemon's language.
    pub fn tell(&self, id: &str, status: &str) {
        if !self.quiet {
            // `reader` notices when nobody reads it.
            let _ = writeln!(io::stdout(), "{}", self.words(id, ("status", status)));
        }
    }

    fn words(&self, id: &str, (name, value): (&str, &str)) -> String {
        self.texts.text(id, &[("job", self.job.as_str().into()), (name, value.into())])
    }

    pub fn finish(&self, result: Result<End, Error>) -> ExitCode {
        let end = result.as_ref().map_or_else(End::of, |end| *end);
        let complaint = match result {
            Ok(End::Done) => return end.into(),
            Ok(end) => self.words(end.text(), ("cause", "")),
            Err(error) if end == End::Unreachable && is_crowded(&error) => {
                self.words("tools-crowded", ("cause", &message(&error)))
            }
            Err(Error::ZBus(cause)) if end == End::Unreachable => self.words(end.text(), ("cause", &cause.to_string())),
            Err(error) => message(&error),
        };
        let _ = writeln!(io::stderr(), "{complaint}");
        end.into()
    }
}
