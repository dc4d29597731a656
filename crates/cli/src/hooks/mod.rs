//! The tools for Veeam's job scripts, `veeam-lock` and `veeam-unlock`: small clients of the bus, made to start and answer fast.
//! `arguments` reads the command line, `lock` and `unlock` do what it says, `exit_code` turns what came of it into exit codes.
//! `reader` notices that nobody listens any more.

pub mod arguments;
mod exit_code;
mod lock;
mod reader;
mod unlock;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::runtime::Builder;
use zbus::Connection;

use crate::exit_code::{is_crowded, message};
use crate::locale::language;
use crate::{ANSWER, proxy};
use asbackup_api::bus::Error;
use asbackup_texts::Texts;

use arguments::{Job, LockArguments, UnlockArguments};
use exit_code::End;

/// A script of Veeam's may take fifteen minutes.
const CROWDED: Duration = Duration::from_secs(60);

/// All of `veeam-lock`.
pub fn veeam_lock() -> ExitCode {
    let arguments = LockArguments::parse();
    let voice = Voice::new(&arguments.job);
    voice.finish(run(lock::lock(&arguments, &voice)))
}

/// All of `veeam-unlock`.
pub fn veeam_unlock() -> ExitCode {
    let arguments = UnlockArguments::parse();
    let voice = Voice::new(&arguments.job);
    voice.finish(run(unlock::unlock(&arguments, &voice)))
}

fn run(work: impl Future<Output = Result<End, Error>>) -> Result<End, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Error::ZBus(zbus::Error::InputOutput(error.into())))?.block_on(work)
}

/// Jobs that begin at the same moment are many, and who floods the bus has Veeam's calls refused with his own.
async fn in_turn<T>(call: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    crate::in_turn(CROWDED, call).await
}

async fn connect() -> Result<Connection, Error> {
    crate::connect_within(CROWDED, ANSWER).await
}

/// Says what changes, a line each; errors even when it is to be quiet.
struct Voice {
    texts: Texts,
    job: String,
    quiet: bool,
}

impl Voice {
    fn new(job: &Job) -> Self {
        Self { texts: Texts::of_tools(language()), job: job.name(), quiet: job.quiet }
    }

    fn say(&self, id: &str) {
        self.tell(id, "");
    }

    /// With the daemon's own sentence, which is in its own language.
    fn tell(&self, id: &str, status: &str) {
        if !self.quiet {
            // Whether anybody reads it is seen elsewhere.
            let _ = writeln!(io::stdout(), "{}", self.words(id, ("status", status)));
        }
    }

    fn words(&self, id: &str, (name, value): (&str, &str)) -> String {
        self.texts.text(id, &[("job", self.job.as_str().into()), (name, value.into())])
    }

    fn finish(&self, result: Result<End, Error>) -> ExitCode {
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
