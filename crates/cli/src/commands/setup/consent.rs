//! What a person agrees to lose on a new disk, from the question to the service's state directory.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use asbackup::copy::preview::ForeignFiles;
use asbackup::disks::Volume;
use asbackup::store::agreements::Agreements;
use asbackup_api::{Agreed, DiskId, DiskIdentity};
use asbackup_config::Config;
use asbackup_texts::Arg;

use super::examine::examine;
use super::prompt::{Prompter, SetupError};
use crate::commands::ui::Ui;

/// The service's state directory.
const STATE: &str = "/var/lib/asbackup";

pub struct Consent {
    disk: DiskId,
    identity: DiskIdentity,
    agreed: Agreed,
}

/// What the person decided about a disk.
pub enum Decision {
    /// No files would be lost, as far as setup could see.
    NothingToLose,
    Agreed(Consent),
    Refused(ForeignFiles),
}

/// Examines a disk, and asks if files would be lost. `agreed_by_option`: the option that agrees was given.
pub async fn obtain(
    disk: &DiskId,
    label: &str,
    agreed_by_option: bool,
    config: &Config,
    prompter: &Prompter<'_>,
) -> Result<Decision, SetupError> {
    let ui = prompter.ui;
    ui.print(&ui.words("setup-looking", &[("label", label.into())]));
    let (volume, foreign) = match examine(disk, config, ui).await {
        Ok((volume, foreign)) if foreign.files > 0 => (volume, foreign),
        Ok(_) => return Ok(Decision::NothingToLose),
        Err(cause) => {
            ui.print(&ui.words("setup-unseen", &[("label", label.into()), ("cause", Arg::Ready(cause))]));
            return Ok(Decision::NothingToLose);
        }
    };
    ui.print(&ui.words("setup-foreign", &loss_args(label, &foreign)));
    let question = ui.words("setup-foreign-agree", &[("files", foreign.files.into())]);
    if agreed_by_option || prompter.confirm_loss(&question)? {
        return Ok(Decision::Agreed(Consent::to(volume, &foreign)));
    }
    Ok(Decision::Refused(foreign))
}

pub fn loss_args(label: &str, foreign: &ForeignFiles) -> [(&'static str, Arg); 4] {
    [
        ("label", label.into()),
        ("files", foreign.files.into()),
        ("bytes", foreign.bytes.into()),
        ("examples", foreign.examples.clone().into()),
    ]
}

impl Consent {
    fn to(volume: Volume, foreign: &ForeignFiles) -> Self {
        let agreed = Agreed { files: foreign.files, bytes: foreign.bytes };
        Self { identity: volume.identity_now(), disk: volume.id, agreed }
    }
}

/// Writes all agreements, or none.
pub fn write(consents: &[Consent], ui: &Ui) -> Result<(), SetupError> {
    let agreements = agreements();
    for consent in consents {
        let written = agreements.write(&consent.disk, consent.identity.clone(), consent.agreed);
        if let Err(error) = written {
            withdraw(consents);
            if error.kind() == ErrorKind::PermissionDenied {
                return Err(SetupError::PermissionDenied);
            }
            return Err(SetupError::Message(ui.words("setup-not-agreed", &[("cause", error.to_string().into())])));
        }
    }
    Ok(())
}

/// Removes the agreements if no disk is added after all.
pub fn withdraw(consents: &[Consent]) {
    let agreements = agreements();
    consents.iter().for_each(|consent| agreements.end(&consent.disk));
}

fn agreements() -> Agreements {
    let state = env::var_os("STATE_DIRECTORY").map_or_else(|| PathBuf::from(STATE), PathBuf::from);
    Agreements::new(Path::new(&state))
}
