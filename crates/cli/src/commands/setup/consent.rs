//! What a person agrees to lose on a disk that is to be added, from the question to the service's state directory.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use asbackup::copy::preview::ForeignFiles;
use asbackup::disks::Volume;
use asbackup::store::agreements::Agreements;
use asbackup_api::{Agreed, DiskId, DiskIdentity};
use asbackup_config::Config;
use asbackup_texts::Arg;

use super::ask::{Asker, Halt};
use super::look::{Seen, look};
use crate::commands::ui::Ui;

/// The service's state directory.
const STATE: &str = "/var/lib/asbackup";

pub struct Consent {
    disk: DiskId,
    identity: DiskIdentity,
    agreed: Agreed,
}

/// What the person answered.
pub enum Answer {
    /// No files would be lost, as far as could be seen.
    NothingToLose,
    Agreed(Consent),
    Refused(ForeignFiles),
}

/// Looks into a disk, and asks if files would be lost. `beforehand`: the flag that agrees to that was given.
pub async fn ask(
    disk: &DiskId,
    label: &str,
    beforehand: bool,
    config: &Config,
    asker: &Asker<'_>,
) -> Result<Answer, Halt> {
    let ui = asker.ui;
    ui.print(&ui.words("setup-looking", &[("label", label.into())]));
    let (volume, foreign) = match look(disk, config, ui).await {
        Seen::Foreign(volume, foreign) if foreign.files > 0 => (volume, foreign),
        Seen::Foreign(..) => return Ok(Answer::NothingToLose),
        Seen::Nothing { cause } => {
            ui.print(&ui.words("setup-unseen", &[("label", label.into()), ("cause", Arg::Ready(cause))]));
            return Ok(Answer::NothingToLose);
        }
    };
    ui.print(&ui.words("setup-foreign", &about(label, &foreign)));
    if beforehand || asker.confirm_loss(&ui.words("setup-foreign-agree", &[("files", foreign.files.into())]))? {
        return Ok(Answer::Agreed(Consent::to(*volume, &foreign)));
    }
    Ok(Answer::Refused(foreign))
}

pub fn about(label: &str, foreign: &ForeignFiles) -> [(&'static str, Arg); 4] {
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

/// Writes all agreements or none.
pub fn write(consents: &[Consent], ui: &Ui) -> Result<(), Halt> {
    let agreements = agreements();
    for consent in consents {
        let written = agreements.write(&consent.disk, consent.identity.clone(), consent.agreed);
        if let Err(error) = written {
            withdraw(consents);
            if error.kind() == ErrorKind::PermissionDenied {
                return Err(Halt::Denied);
            }
            return Err(Halt::Said(ui.words("setup-not-agreed", &[("cause", error.to_string().into())])));
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
