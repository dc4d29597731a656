//! `asbackup setup`: the first configuration, or a change of it, question by question or from options. Each answer is checked at
//! once; nothing is written before all of them are known and shown.
//!
//! `ask` asks, `hidden` what nobody is to see, `draft` is the file as it would be written, `disks` and `mail` have the questions that need more than a line;
//! `look` looks into a disk, and `consent` is what somebody has agreed to lose on it.

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

pub async fn run(wishes: Setup, ui: &Ui) -> Result<End, Error> {
    match go(&wishes, ui).await {
        Ok(end) => Ok(end),
        Err(Halt::Bus(error)) => Err(error),
        Err(Halt::Said(why)) => {
            ui.complain(&why);
            Ok(End::Refused)
        }
        Err(Halt::Denied) => {
            ui.complain(&ui.words("setup-denied", &[("path", wishes.path.display().to_string().into())]));
            Ok(End::NotAuthorised)
        }
    }
}

async fn go(wishes: &Setup, ui: &Ui) -> Result<End, Halt> {
    let asker = Asker::new(ui, wishes.yes);
    let mut draft = Draft::open(&wishes.path, ui)?;
    settle_source(wishes.source.as_deref(), &mut draft, &asker)?;
    let consents = disks::settle(wishes, &mut draft, &asker).await?;
    mail::settle(wishes, &mut draft, &asker).await?;
    if !draft.is_changed() {
        ui.print(&ui.word("setup-nothing"));
        return Ok(End::Done);
    }
    ui.print(&draft.changes(ui));
    if !asker.confirm("setup-write")? {
        return Err(Halt::Said(ui.word("setup-not-written")));
    }
    // Before the service can know the disk: it may begin at once then.
    consent::write(&consents, ui)?;
    if let Err(error) = draft.write() {
        consent::withdraw(&consents);
        return Err(unwritable(&error, &wishes.path, ui));
    }
    ui.print(&ui.words("setup-written", &[("path", wishes.path.display().to_string().into())]));
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

/// What there is to see, or why nothing.
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

/// The file is there by now, so whatever is wrong with the service is told beside it.
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
