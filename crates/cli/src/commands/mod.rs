//! The program `asbackup`: arguments, runtime, exit code. Each command has its file; `arguments` defines the command line, `ui` formats
//! the output, `watch` follows a run, and `progress` draws it.

pub mod arguments;
mod config;
mod control;
mod disk_lookup;
mod disks;
mod history;
mod mail;
mod progress;
mod setup;
mod status;
mod table;
mod terminal;
mod ui;
mod unformatted;
mod watch;

use std::process::ExitCode;

use crate::exit_code::{Exit, is_crowded, message};
use asbackup_api::bus::Error;
use asbackup_system::paths::Principal;
use clap::Parser;
use rustix::process::getuid;
use tokio::runtime::Builder;

use arguments::{Arguments, Command, MailCommand, StartArguments};
use ui::Ui;

/// Runs `asbackup`.
pub fn asbackup() -> ExitCode {
    let arguments = Arguments::parse();
    let ui = Ui::of_caller();
    let denied = denial(&arguments.command);
    let exit = run(arguments.command, &ui).unwrap_or_else(|error| report_error(&error, denied, &ui));
    exit.into()
}

/// The id of the text that tells unauthorised callers how to get permission.
fn denial(command: &Command) -> &'static str {
    match command {
        Command::Cancel | Command::Start(StartArguments { allow_deletions: false, .. }) => "cli-denied-group",
        _ => "cli-denied-root",
    }
}

fn run(command: Command, ui: &Ui) -> Result<Exit, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::ZBus(zbus::Error::InputOutput(error.into())))?;
    runtime.block_on(async {
        match command {
            Command::Status(output) => status::run(output, ui).await,
            Command::Watch(output) => watch::run(output, ui).await,
            Command::Start(start) => control::start(&start, ui).await,
            Command::Cancel => control::cancel(ui).await,
            Command::Disks(disks) => disks::run(disks, ui).await,
            Command::History(history) => history::run(&history, ui).await,
            Command::Config(what) => Ok(config::run(&what, ui)),
            Command::Mail(MailCommand::Test(file)) => Ok(mail::test(&file, &Ui::with_all_texts()).await),
            Command::Setup(options) => setup::run(options, &Ui::with_all_texts()).await,
        }
    })
}

/// Shows the daemon's message, that the daemon can't be reached, or which permission the caller lacks.
fn report_error(error: &Error, denied: &str, ui: &Ui) -> Exit {
    let exit = Exit::of(error);
    let cause = message(error);
    match exit {
        Exit::Unreachable if is_crowded(error) => ui.print_error(&ui.words("cli-crowded", &[("cause", cause.into())])),
        Exit::Unreachable => ui.print_error(&ui.words("cli-unreachable", &[("cause", cause.into())])),
        Exit::NotAuthorised => ui.print_error(&ui.words(denied, &[("user", user().into())])),
        _ => ui.print_error(&cause),
    }
    exit
}

/// The caller's name, for a command to copy.
fn user() -> String {
    Principal::User(getuid().as_raw()).to_string()
}
