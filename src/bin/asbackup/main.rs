//! The command line's process: arguments, runtime, exit code. Each command has its file; `arguments` is what can be said,
//! `face` how it looks, `watch` follows a run and `bar` draws it.

#![forbid(unsafe_code)]

mod arguments;
mod bar;
mod config;
mod disks;
mod face;
mod history;
mod mail;
mod orders;
mod screen;
mod setup;
mod status;
mod table;
mod unformatted;
mod watch;
mod which;

use std::process::ExitCode;

use asbackup::bus::contract::Error;
use asbackup::client::end::{End, is_crowded, message};
use asbackup::paths::Who;
use clap::Parser;
use rustix::process::getuid;
use tokio::runtime::Builder;

use arguments::{Arguments, Command, Mail, Start};
use face::Face;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let face = Face::of_caller();
    let denied = denial(&arguments.command);
    let end = run(arguments.command, &face).unwrap_or_else(|error| complain(&error, denied, &face));
    end.into()
}

/// What to say to somebody who may not: how they come to be allowed.
fn denial(command: &Command) -> &'static str {
    match command {
        Command::Cancel | Command::Start(Start { allow_deletions: false, .. }) => "cli-denied-group",
        _ => "cli-denied-root",
    }
}

fn run(command: Command, face: &Face) -> Result<End, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::ZBus(zbus::Error::InputOutput(error.into())))?;
    runtime.block_on(async {
        match command {
            Command::Status(output) => status::run(output, face).await,
            Command::Watch(output) => watch::run(output, face).await,
            Command::Start(start) => orders::start(&start, face).await,
            Command::Cancel => orders::cancel(face).await,
            Command::Disks(disks) => disks::run(disks, face).await,
            Command::History(history) => history::run(&history, face).await,
            Command::Config(what) => Ok(config::run(&what, face)),
            Command::Mail(Mail::Test(file)) => Ok(mail::test(&file, &Face::with_all_texts()).await),
            Command::Setup(wishes) => setup::run(wishes, &Face::with_all_texts()).await,
        }
    })
}

/// The daemon's own words, or that it is not there, or what the caller lacks.
fn complain(error: &Error, denied: &str, face: &Face) -> End {
    let end = End::of(error);
    let cause = message(error);
    match end {
        End::Unreachable if is_crowded(error) => face.complain(&face.words("cli-crowded", &[("cause", cause.into())])),
        End::Unreachable => face.complain(&face.words("cli-unreachable", &[("cause", cause.into())])),
        End::NotAuthorised => face.complain(&face.words(denied, &[("user", user().into())])),
        _ => face.complain(&cause),
    }
    end
}

/// The caller's name, to be read and copied into a command.
fn user() -> String {
    Who::User(getuid().as_raw()).to_string()
}
