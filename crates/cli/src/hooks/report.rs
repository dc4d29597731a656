//! What the hooks print, and for how long anybody reads it.

use std::io::{self, Write};
use std::process::ExitCode;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::retry_on_intr;
use tokio::sync::oneshot;

use super::arguments::JobArguments;
use crate::exit_code::{Exit, is_crowded, is_too_long, message};
use crate::locale::language;
use asbackup_api::bus::Error;
use asbackup_texts::Texts;

/// Prints one line per change, and errors even when quiet.
pub struct Reporter {
    texts: Texts,
    job: String,
    quiet: bool,
}

impl Reporter {
    pub fn new(job: &JobArguments) -> Self {
        Self { texts: Texts::of_tools(language()), job: job.name(), quiet: job.quiet }
    }

    pub fn print(&self, id: &str) {
        self.print_with_status(id, "");
    }

    /// `status`: the daemon's own sentence, in the daemon's language.
    pub fn print_with_status(&self, id: &str, status: &str) {
        if !self.quiet {
            // `abandoned` notices when nobody reads it.
            let _ = writeln!(io::stdout(), "{}", self.text(id, ("status", status)));
        }
    }

    fn text(&self, id: &str, (name, value): (&str, &str)) -> String {
        self.texts.text(id, &[("job", self.job.as_str().into()), (name, value.into())])
    }

    /// Prints what went wrong, if anything did.
    pub fn finish(&self, result: Result<Exit, Error>) -> ExitCode {
        let exit = result.as_ref().map_or_else(exit_of, |exit| *exit);
        let failure = match result {
            Ok(Exit::Done) => return exit.into(),
            Ok(exit) => self.text(text_id(exit), ("cause", "")),
            Err(error) if exit == Exit::Unreachable && is_crowded(&error) => {
                self.text("tools-crowded", ("cause", &message(&error)))
            }
            Err(Error::ZBus(cause)) if exit == Exit::Unreachable => {
                self.text(text_id(exit), ("cause", &cause.to_string()))
            }
            Err(error) => message(&error),
        };
        let _ = writeln!(io::stderr(), "{failure}");
        exit.into()
    }
}

/// A job name that is too long is a wrong argument.
fn exit_of(error: &Error) -> Exit {
    if is_too_long(error) { Exit::Usage } else { Exit::of(error) }
}

fn text_id(exit: Exit) -> &'static str {
    match exit {
        Exit::Withdrawn => "tools-withdrawn",
        Exit::TimedOut => "tools-timed-out",
        _ => "tools-unreachable",
    }
}

/// Returns when nobody can read our output any more; never for files. sshd does not end a program whose client has disconnected, and
/// a request without a waiting client would be granted and never released.
pub async fn abandoned() {
    let (sender, receiver) = oneshot::channel();
    // A thread of the runtime would delay the end of the process.
    std::thread::spawn(move || {
        if wait_for_hangup().is_ok() {
            // The receiver is gone if the lock was granted meanwhile.
            let _ = sender.send(());
        }
    });
    if receiver.await.is_err() {
        std::future::pending().await
    }
}

fn wait_for_hangup() -> rustix::io::Result<usize> {
    let output = io::stdout();
    // Without requested events, poll reports only hang-ups and errors.
    let mut polled = [PollFd::new(&output, PollFlags::empty())];
    retry_on_intr(|| poll(&mut polled, None))
}

#[cfg(test)]
mod tests {
    use zbus::fdo;

    use super::*;

    #[test]
    fn a_job_name_that_is_too_long_is_a_wrong_argument() {
        assert_eq!(exit_of(&Error::ZBus(fdo::Error::InvalidArgs(String::new()).into())), Exit::Usage);
        assert_eq!(exit_of(&Error::InvalidJob(String::new())), Exit::Usage);
        assert_eq!(exit_of(&Error::LockFailed(String::new())), Exit::Refused);
    }
}
