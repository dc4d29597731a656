//! Chooses disks among those that the service sees attached. Configured disks stay; to remove one, people edit the file.

use std::time::Duration;

use crate::told;
use crate::{ANSWER, connect, proxy};
use asbackup_api::{Disk, DiskId};
use asbackup_config::{DISK_LIST, KnownDisk, disk_line, disk_list};
use asbackup_texts::harmless;
use tokio::time::sleep;

use super::ask::{Asker, Halt, Question};
use super::consent::{self, Answer, Consent, about};
use super::draft::Draft;
use crate::commands::arguments::Setup;
use crate::commands::table::columns;
use crate::commands::ui::{Ui, name_of};
use crate::commands::unformatted;
use crate::commands::which::{ambiguous, pick};

/// UDisks2 reports an unmount at once, unless the machine is busy.
const PAUSE: Duration = Duration::from_millis(100);
const LOOKS: usize = 50;

/// Returns what a person agrees to lose on new disks.
pub async fn settle(options: &Setup, draft: &mut Draft, asker: &Asker<'_>) -> Result<Vec<Consent>, Halt> {
    let given = &options.disks;
    if given.is_empty() && asker.is_mute() {
        return Ok(Vec::new());
    }
    let present = plugged_in().await?;
    if given.is_empty() {
        return choose(present, draft, asker).await;
    }
    let mut consents = Vec::new();
    for option in given {
        let (name, recipients) = read(option);
        let id = pick(name, &present).map_err(|uuids| Halt::Said(ambiguous(name, &uuids, asker.ui)))?;
        let id = DiskId::new(&id);
        if !is_known(&id, draft) {
            let seen = present.iter().find(|other| DiskId::new(&other.uuid) == id);
            let absent = || Halt::Said(asker.ui.words("setup-disk-absent", &[("disk", id.as_str().into())]));
            let label = label_of(seen.ok_or_else(absent)?);
            match consent::ask(&id, &label, options.delete_foreign_files, draft.config(), asker).await? {
                Answer::NothingToLose => {}
                Answer::Agreed(consent) => consents.push(consent),
                Answer::Refused(foreign) => {
                    wait_until_seen(&id).await?;
                    return Err(Halt::Said(asker.ui.words("setup-foreign-refused", &about(&label, &foreign))));
                }
            }
        }
        add(id, recipients, draft, asker.ui).map_err(Halt::Said)?;
    }
    Ok(consents)
}

fn is_known(id: &DiskId, draft: &Draft) -> bool {
    draft.config().disks.iter().any(|other| other.id == *id)
}

fn label_of(disk: &Disk) -> String {
    harmless(name_of(&disk.label, &disk.uuid))
}

/// Attached disks that can be copied to, configured or not.
async fn plugged_in() -> Result<Vec<Disk>, Halt> {
    let disks = told::disks(&proxy(&connect(ANSWER).await?).await?).await?;
    let usable = |disk: &Disk| {
        let listed = KnownDisk { id: DiskId::new(&disk.uuid), recipients: Vec::new() };
        disk.present && !disk.ignored && disk_line(&[listed]).is_some()
    };
    Ok(disks.into_iter().filter(usable).collect())
}

/// Waits until the service has seen the disk unmounted, so that the next attempt finds it even if it follows at once.
async fn wait_until_seen(id: &DiskId) -> Result<(), Halt> {
    for _ in 0..LOOKS {
        if plugged_in().await?.iter().any(|disk| DiskId::new(&disk.uuid) == *id) {
            break;
        }
        sleep(PAUSE).await;
    }
    Ok(())
}

/// `disk[,mail]*`, as in the file; without any mail the recipients stay as they are.
fn read(option: &str) -> (&str, Option<Vec<String>>) {
    let (disk, mails) = option.split_once(',').map_or((option, None), |(disk, mails)| (disk, Some(mails)));
    (disk, mails.map(addresses))
}

/// As one string: the reader of the whole list splits it.
fn addresses(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() { Vec::new() } else { vec![text.to_owned()] }
}

/// Appends a disk, or replaces the recipients of one that is listed.
fn add(id: DiskId, recipients: Option<Vec<String>>, draft: &mut Draft, ui: &Ui) -> Result<(), String> {
    let mut disks = draft.config().disks.clone();
    let known = disks.iter_mut().find(|other| other.id == id);
    match (known, recipients) {
        (Some(_), None) => return Ok(()),
        (Some(known), Some(recipients)) => known.recipients = recipients,
        (None, recipients) => disks.push(KnownDisk { id, recipients: recipients.unwrap_or_default() }),
    }
    draft.set("Backup", DISK_LIST, &disk_list(&disks), ui)
}

/// Shows the attached disks until the choice is valid; an empty answer keeps the configured ones.
async fn choose(mut present: Vec<Disk>, draft: &mut Draft, asker: &Asker<'_>) -> Result<Vec<Consent>, Halt> {
    loop {
        asker.ui.print(&table(&present, draft, asker.ui));
        show_unformatted(&present, asker.ui).await?;
        let answer = asker.ask(&Question { id: "setup-disks", default: String::new() })?;
        if answer.is_empty() && !draft.config().disks.is_empty() {
            return Ok(Vec::new());
        }
        match chosen(&answer, &present) {
            Some(disks) if !disks.is_empty() => {
                if let Some(consents) = agree(&disks, draft, asker).await? {
                    return take(&disks, draft, asker).map(|()| consents);
                }
            }
            Some(_) => asker.ui.complain(&asker.ui.word("setup-disks-again")),
            None => asker.ui.complain(&asker.ui.words("setup-disks-wrong", &[("answer", answer.into())])),
        }
        // Another disk may have been attached meanwhile.
        present = plugged_in().await?;
    }
}

/// Shows the disks that would be in the table if they had a file system.
async fn show_unformatted(present: &[Disk], ui: &Ui) -> Result<(), Halt> {
    let unformatted = told::unformatted(&proxy(&connect(ANSWER).await?).await?).await;
    if let Some(page) = unformatted::page(&unformatted, present, ui) {
        ui.print(&format!("\n{page}\n"));
    }
    Ok(())
}

/// `None` if the person refuses for any of the disks.
async fn agree(disks: &[&Disk], draft: &Draft, asker: &Asker<'_>) -> Result<Option<Vec<Consent>>, Halt> {
    let mut consents = Vec::new();
    for disk in disks {
        let (id, label) = (DiskId::new(&disk.uuid), label_of(disk));
        if is_known(&id, draft) {
            continue;
        }
        match consent::ask(&id, &label, false, draft.config(), asker).await? {
            Answer::NothingToLose => {}
            Answer::Agreed(consent) => consents.push(consent),
            Answer::Refused(_) => {
                wait_until_seen(&id).await?;
                asker.ui.print(&asker.ui.words("setup-foreign-kept", &[("label", label.into())]));
                return Ok(None);
            }
        }
    }
    Ok(Some(consents))
}

fn table(present: &[Disk], draft: &Draft, ui: &Ui) -> String {
    if present.is_empty() {
        return format!("\n{}", ui.word("setup-disks-none"));
    }
    let heads =
        ["setup-head-number", "cli-head-disk", "cli-head-uuid", "cli-head-device", "cli-head-size", "setup-head-known"];
    let row = |(number_of, disk): (usize, &Disk)| {
        let uuid = &disk.uuid;
        let known = is_known(&DiskId::new(uuid), draft);
        [
            number_of.to_string(),
            harmless(name_of(&disk.label, "–")),
            harmless(uuid),
            harmless(&disk.device),
            ui.size(disk.size),
            ui.word(if known { "setup-known" } else { "setup-new" }),
        ]
    };
    let rows: Vec<_> = (1..).zip(present).map(row).collect();
    format!("\n{}", columns(heads.map(|id| ui.word(id)), &rows, ui.screen))
}

/// The disks with these numbers in the table; `None` if there is no such number.
fn chosen<'a>(answer: &str, present: &'a [Disk]) -> Option<Vec<&'a Disk>> {
    let words = answer.split([',', ' ']).filter(|word| !word.is_empty());
    words.map(|word| present.get(word.parse::<usize>().ok()?.checked_sub(1)?)).collect()
}

fn take(disks: &[&Disk], draft: &mut Draft, asker: &Asker) -> Result<(), Halt> {
    for disk in disks {
        let id = DiskId::new(&disk.uuid);
        let known = draft.config().disks.iter().find(|other| other.id == id);
        let default = known.map(|disk| disk.recipients.join(", ")).unwrap_or_default();
        asker.ui.print(&asker.ui.words("setup-disk", &[("label", label_of(disk).into())]));
        asker.settle(&Question { id: "setup-disk-recipients", default }, None, |answer| {
            add(id.clone(), Some(addresses(answer)), draft, asker.ui)
        })?;
    }
    Ok(())
}
