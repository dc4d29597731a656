//! `asbackup setup`: the first configuration, or a change of it, question by question or from options. Each answer is checked at
//! once; nothing is written before all of them are known and shown.
//!
//! `ask` asks, `hidden` keeps passwords off the screen, `draft` is the file as it would be written, `disks` and `mail` have the
//! longer questions, `look` looks into a disk, and `consent` is what a person agrees to lose on it.

mod ask;
mod consent;
mod disks;
mod draft;
mod hidden;
mod look;
mod mail;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::exit_code::{End, message};
use crate::{ANSWER_OF_A_PERSON, connect, proxy};
use asbackup_api::bus::Error;
use asbackup_config::SOURCE;

use crate::commands::arguments::Setup;
use crate::commands::ui::Ui;
use ask::{Asker, Halt, Question};
use draft::Draft;

pub async fn run(options: Setup, ui: &Ui) -> Result<End, Error> {
    match go(&options, ui).await {
        Ok(end) => Ok(end),
        Err(Halt::Bus(error)) => Err(error),
        Err(Halt::Said(why)) => {
            ui.complain(&why);
            Ok(End::Refused)
        }
        Err(Halt::Denied) => {
            ui.complain(&ui.words("setup-denied", &[("path", options.path.display().to_string().into())]));
            Ok(End::NotAuthorised)
        }
    }
}

async fn go(options: &Setup, ui: &Ui) -> Result<End, Halt> {
    let asker = Asker::new(ui, options.yes);
    let mut draft = Draft::open(&options.path, ui)?;
    settle_source(options.source.as_deref(), &mut draft, &asker)?;
    let consents = disks::settle(options, &mut draft, &asker).await?;
    mail::settle(options, &mut draft, &asker).await?;
    if !draft.is_changed() {
        ui.print(&ui.word("setup-nothing"));
        return Ok(End::Done);
    }
    ui.print(&draft.changes(ui));
    if !asker.confirm("setup-write")? {
        return Err(Halt::Said(ui.word("setup-not-written")));
    }
    // Written before the service learns of the disk, since it may start a copy at once.
    consent::write(&consents, ui)?;
    if let Err(error) = draft.write() {
        consent::withdraw(&consents);
        return Err(unwritable(&error, &options.path, ui));
    }
    ui.print(&ui.words("setup-written", &[("path", options.path.display().to_string().into())]));
    load(&draft, ui).await
}

fn settle_source(given: Option<&str>, draft: &mut Draft, asker: &Asker) -> Result<(), Halt> {
    let default = draft.config().source.display().to_string();
    let question = Question { id: "setup-source", default };
    asker.settle(&question, given, |answer| {
        let seen = look_into(answer, asker.ui)?;
        draft.set("Backup", SOURCE, answer, asker.ui)?;
        asker.ui.print(&seen);
        Ok(())
    })
}

/// What the directory holds, or why it can't be read.
fn look_into(directory: &str, ui: &Ui) -> Result<String, String> {
    let path = || ("path", directory.into());
    if directory.is_empty() {
        return Err(ui.word("setup-source-missing"));
    }
    match fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(entries) => Ok(ui.words("setup-source-seen", &[path(), ("count", (entries.len() as u64).into())])),
        Err(error) => Err(ui.words("setup-source-unreadable", &[path(), ("cause", error.to_string().into())])),
    }
}

fn unwritable(error: &io::Error, path: &Path, ui: &Ui) -> Halt {
    if error.kind() == ErrorKind::PermissionDenied {
        return Halt::Denied;
    }
    let args = [("path", path.display().to_string().into()), ("cause", error.to_string().into())];
    Halt::Said(ui.words("setup-unwritable", &args))
}

/// Reloads the service. The file is written by now, so an error here is only shown.
async fn load(draft: &Draft, ui: &Ui) -> Result<End, Halt> {
    if let Err(error) = reload().await {
        ui.complain(&ui.words("setup-not-loaded", &[("cause", message(&error).into())]));
        return Ok(End::of(&error));
    }
    let missing = draft.config().missing();
    if !missing.is_empty() {
        ui.print(&ui.words("status-unconfigured", &[("keys", missing.join(", ").into())]));
        return Ok(End::Done);
    }
    ui.print(&ui.word("setup-done"));
    Ok(End::Done)
}

async fn reload() -> Result<(), Error> {
    proxy(&connect(ANSWER_OF_A_PERSON).await?).await?.reload().await
}
