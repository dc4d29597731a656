//! `asbackup setup`: creates or changes the configuration, question by question or from options. Each answer is checked at once;
//! nothing is written until all changes are known and shown.
//!
//! `prompt` asks, `signals` hides passwords and cleans up when a signal arrives, `draft` is the file as it would be written, `disks`
//! and `mail` ask the longer questions, `examine` lists the files on a disk, and `consent` is what a person agrees to lose on it.

mod consent;
mod disks;
mod draft;
mod examine;
mod mail;
mod prompt;
mod signals;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::exit_code::{Exit, message};
use crate::{INTERACTIVE_TIMEOUT, connect, proxy};
use asbackup_api::bus::Error;
use asbackup_config::SOURCE;

use crate::commands::arguments::SetupArguments;
use crate::commands::ui::Ui;
use draft::Draft;
use prompt::{Prompter, Question, SetupError};

pub async fn run(options: SetupArguments, ui: &Ui) -> Result<Exit, Error> {
    match configure(&options, ui).await {
        Ok(exit) => Ok(exit),
        Err(SetupError::Bus(error)) => Err(error),
        Err(SetupError::Message(why)) => {
            ui.print_error(&why);
            Ok(Exit::Refused)
        }
        Err(SetupError::PermissionDenied) => {
            ui.print_error(&ui.words("setup-denied", &[("path", options.path.display().to_string().into())]));
            Ok(Exit::NotAuthorised)
        }
    }
}

async fn configure(options: &SetupArguments, ui: &Ui) -> Result<Exit, SetupError> {
    let prompter = Prompter::new(ui, !options.yes);
    let mut draft = Draft::open(&options.path, ui)?;
    configure_source(options.source.as_deref(), &mut draft, &prompter)?;
    let consents = disks::configure(options, &mut draft, &prompter).await?;
    mail::configure(options, &mut draft, &prompter).await?;
    if !draft.is_changed() {
        ui.print(&ui.word("setup-nothing"));
        return Ok(Exit::Done);
    }
    ui.print(&draft.changes(ui));
    if !prompter.confirm("setup-write")? {
        return Err(SetupError::Message(ui.word("setup-not-written")));
    }
    // Written first, since the service may start a copy as soon as it knows the disk.
    consent::write(&consents, ui)?;
    if let Err(error) = draft.write() {
        consent::withdraw(&consents);
        return Err(unwritable(&error, &options.path, ui));
    }
    ui.print(&ui.words("setup-written", &[("path", options.path.display().to_string().into())]));
    load(&draft, ui).await
}

fn configure_source(given: Option<&str>, draft: &mut Draft, prompter: &Prompter) -> Result<(), SetupError> {
    let default = draft.config().source.display().to_string();
    let question = Question { id: "setup-source", default };
    prompter.resolve(&question, given, |answer| {
        let summary = count_entries(answer, prompter.ui)?;
        draft.set("Backup", SOURCE, answer, prompter.ui)?;
        prompter.ui.print(&summary);
        Ok(())
    })
}

/// What the directory contains, in words.
///
/// # Errors
/// Why it can't be read, in words.
fn count_entries(directory: &str, ui: &Ui) -> Result<String, String> {
    let path = || ("path", directory.into());
    if directory.is_empty() {
        return Err(ui.word("setup-source-missing"));
    }
    match fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(entries) => Ok(ui.words("setup-source-seen", &[path(), ("count", (entries.len() as u64).into())])),
        Err(error) => Err(ui.words("setup-source-unreadable", &[path(), ("cause", error.to_string().into())])),
    }
}

fn unwritable(error: &io::Error, path: &Path, ui: &Ui) -> SetupError {
    if error.kind() == ErrorKind::PermissionDenied {
        return SetupError::PermissionDenied;
    }
    let args = [("path", path.display().to_string().into()), ("cause", error.to_string().into())];
    SetupError::Message(ui.words("setup-unwritable", &args))
}

/// Reloads the service. The file is already written, so an error is only shown.
async fn load(draft: &Draft, ui: &Ui) -> Result<Exit, SetupError> {
    if let Err(error) = reload().await {
        ui.print_error(&ui.words("setup-not-loaded", &[("cause", message(&error).into())]));
        return Ok(Exit::of(&error));
    }
    let missing = draft.config().missing();
    if !missing.is_empty() {
        ui.print(&ui.words("status-unconfigured", &[("keys", missing.join(", ").into())]));
        return Ok(Exit::Done);
    }
    ui.print(&ui.word("setup-done"));
    Ok(Exit::Done)
}

async fn reload() -> Result<(), Error> {
    proxy(&connect(INTERACTIVE_TIMEOUT).await?).await?.reload().await
}
