//! The command line: arguments, runtime, exit code. Each command has its file; `arguments` defines the command line, `ui` formats
//! answers, `watch` follows a run and `bar` draws it.

pub mod arguments;
mod bar;
mod config;
mod disks;
mod history;
mod mail;
mod orders;
mod screen;
mod setup;
mod status;
mod table;
mod ui;
mod unformatted;
mod watch;
mod which;

use std::process::ExitCode;

use crate::exit_code::{End, is_crowded, message};
use asbackup_api::bus::Error;
use asbackup_system::paths::Who;
use clap::Parser;
use rustix::process::getuid;
use tokio::runtime::Builder;

use arguments::{Arguments, Command, Mail, Start};
use ui::Ui;

/// Runs `asbackup`.
pub fn asbackup() -> ExitCode {
    let arguments = Arguments::parse();
    let ui = Ui::of_caller();
    let denied = denial(&arguments.command);
    let end = run(arguments.command, &ui).unwrap_or_else(|error| complain(&error, denied, &ui));
    end.into()
}

/// The text that tells unauthorised callers how to get permission.
fn denial(command: &Command) -> &'static str {
    match command {
        Command::Cancel | Command::Start(Start { allow_deletions: false, .. }) => "cli-denied-group",
        _ => "cli-denied-root",
    }
}

fn run(command: Command, ui: &Ui) -> Result<End, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::ZBus(zbus::Error::InputOutput(error.into())))?;
    runtime.block_on(async {
        match command {
            Command::Status(output) => status::run(output, ui).await,
            Command::Watch(output) => watch::run(output, ui).await,
            Command::Start(start) => orders::start(&start, ui).await,
            Command::Cancel => orders::cancel(ui).await,
            Command::Disks(disks) => disks::run(disks, ui).await,
            Command::History(history) => history::run(&history, ui).await,
            Command::Config(what) => Ok(config::run(&what, ui)),
            Command::Mail(Mail::Test(file)) => Ok(mail::test(&file, &Ui::with_all_texts()).await),
            Command::Setup(options) => setup::run(options, &Ui::with_all_texts()).await,
        }
    })
}

/// Shows the daemon's own words, that it can't be reached, or which permission the caller lacks.
fn complain(error: &Error, denied: &str, ui: &Ui) -> End {
    let end = End::of(error);
    let cause = message(error);
    match end {
        End::Unreachable if is_crowded(error) => ui.complain(&ui.words("cli-crowded", &[("cause", cause.into())])),
        End::Unreachable => ui.complain(&ui.words("cli-unreachable", &[("cause", cause.into())])),
        End::NotAuthorised => ui.complain(&ui.words(denied, &[("user", user().into())])),
        _ => ui.complain(&cause),
    }
    end
}

/// The caller's name, ready to be copied into a command.
fn user() -> String {
    Who::User(getuid().as_raw()).to_string()
}
