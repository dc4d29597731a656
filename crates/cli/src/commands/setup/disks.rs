//! Chooses among the attached disks. Configured disks stay; to remove one, people edit the file.

use std::time::Duration;

use crate::query;
use crate::{CALL_TIMEOUT, connect, proxy};
use asbackup_api::{Disk, DiskId};
use asbackup_config::{DISK_LIST, KnownDisk, disk_line, disk_list};
use asbackup_texts::harmless;
use tokio::time::sleep;

use super::consent::{self, Consent, Decision, loss_args};
use super::draft::Draft;
use super::prompt::{Prompter, Question, SetupError};
use crate::commands::arguments::SetupArguments;
use crate::commands::disk_lookup::{ambiguous_label, find_uuid};
use crate::commands::table::columns;
use crate::commands::ui::{Ui, name_of};
use crate::commands::unformatted;

/// UDisks2 reports an unmount at once, unless the machine is busy.
const POLL_DELAY: Duration = Duration::from_millis(100);
const MAX_POLLS: usize = 50;

/// Returns what a person agrees to lose on new disks.
pub async fn configure(
    options: &SetupArguments,
    draft: &mut Draft,
    prompter: &Prompter<'_>,
) -> Result<Vec<Consent>, SetupError> {
    if options.disks.is_empty() && !prompter.is_interactive() {
        return Ok(Vec::new());
    }
    let attached = attached_disks().await?;
    if options.disks.is_empty() {
        return choose(attached, draft, prompter).await;
    }
    let mut consents = Vec::new();
    for option in &options.disks {
        let (name, recipients) = parse(option);
        let uuid = find_uuid(name, &attached)
            .map_err(|uuids| SetupError::Message(ambiguous_label(name, &uuids, prompter.ui)))?;
        let id = DiskId::new(&uuid);
        if !is_known(&id, draft) {
            consents.extend(consent_by_option(&id, &attached, options, draft, prompter).await?);
        }
        add(id, recipients, draft, prompter.ui).map_err(SetupError::Message)?;
    }
    Ok(consents)
}

/// `None` if nothing would be lost on the disk.
async fn consent_by_option(
    id: &DiskId,
    attached: &[Disk],
    options: &SetupArguments,
    draft: &Draft,
    prompter: &Prompter<'_>,
) -> Result<Option<Consent>, SetupError> {
    let ui = prompter.ui;
    let absent = || SetupError::Message(ui.words("setup-disk-absent", &[("disk", id.as_str().into())]));
    let disk = attached.iter().find(|disk| DiskId::new(&disk.uuid) == *id).ok_or_else(absent)?;
    let label = label_of(disk);
    match consent::obtain(id, &label, options.delete_foreign_files, draft.config(), prompter).await? {
        Decision::NothingToLose => Ok(None),
        Decision::Agreed(consent) => Ok(Some(consent)),
        Decision::Refused(foreign) => {
            wait_until_usable(id).await?;
            Err(SetupError::Message(ui.words("setup-foreign-refused", &loss_args(&label, &foreign))))
        }
    }
}

fn is_known(id: &DiskId, draft: &Draft) -> bool {
    draft.config().disks.iter().any(|other| other.id == *id)
}

fn label_of(disk: &Disk) -> String {
    harmless(name_of(&disk.label, &disk.uuid))
}

/// Attached disks that can be copied to, configured or not.
async fn attached_disks() -> Result<Vec<Disk>, SetupError> {
    let disks = query::disks(&proxy(&connect(CALL_TIMEOUT).await?).await?).await?;
    let usable = |disk: &Disk| {
        let listed = KnownDisk { id: DiskId::new(&disk.uuid), recipients: Vec::new() };
        disk.present && !disk.ignored && disk_line(&[listed]).is_some()
    };
    Ok(disks.into_iter().filter(usable).collect())
}

/// Waits until the service sees the disk unmounted, so that even an immediate next attempt finds it.
async fn wait_until_usable(id: &DiskId) -> Result<(), SetupError> {
    for _ in 0..MAX_POLLS {
        if attached_disks().await?.iter().any(|disk| DiskId::new(&disk.uuid) == *id) {
            break;
        }
        sleep(POLL_DELAY).await;
    }
    Ok(())
}

/// `disk[,mail]*`, as in the file; without a mail address, the recipients stay as they are.
fn parse(option: &str) -> (&str, Option<Vec<String>>) {
    let (disk, mails) = option.split_once(',').map_or((option, None), |(disk, mails)| (disk, Some(mails)));
    (disk, mails.map(addresses))
}

/// All addresses as one string, which the parser of the whole list splits.
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
async fn choose(
    mut attached: Vec<Disk>,
    draft: &mut Draft,
    prompter: &Prompter<'_>,
) -> Result<Vec<Consent>, SetupError> {
    loop {
        prompter.ui.print(&table(&attached, draft, prompter.ui));
        show_unformatted(&attached, prompter.ui).await?;
        let answer = prompter.ask(&Question { id: "setup-disks", default: String::new() })?;
        if answer.is_empty() && !draft.config().disks.is_empty() {
            return Ok(Vec::new());
        }
        match parse_choice(&answer, &attached) {
            Some(disks) if !disks.is_empty() => {
                if let Some(consents) = consent_to_all(&disks, draft, prompter).await? {
                    return add_all(&disks, draft, prompter).map(|()| consents);
                }
            }
            Some(_) => prompter.ui.print_error(&prompter.ui.word("setup-disks-again")),
            None => prompter.ui.print_error(&prompter.ui.words("setup-disks-wrong", &[("answer", answer.into())])),
        }
        // Another disk may have been attached meanwhile.
        attached = attached_disks().await?;
    }
}

/// Shows the attached disks without a file system, which the table can't list.
async fn show_unformatted(attached: &[Disk], ui: &Ui) -> Result<(), SetupError> {
    let unformatted = query::unformatted(&proxy(&connect(CALL_TIMEOUT).await?).await?).await;
    if let Some(page) = unformatted::page(&unformatted, attached, ui) {
        ui.print(&format!("\n{page}\n"));
    }
    Ok(())
}

/// `None` if the person refuses for any of the disks.
async fn consent_to_all(
    disks: &[&Disk],
    draft: &Draft,
    prompter: &Prompter<'_>,
) -> Result<Option<Vec<Consent>>, SetupError> {
    let mut consents = Vec::new();
    for disk in disks {
        let (id, label) = (DiskId::new(&disk.uuid), label_of(disk));
        if is_known(&id, draft) {
            continue;
        }
        match consent::obtain(&id, &label, false, draft.config(), prompter).await? {
            Decision::NothingToLose => {}
            Decision::Agreed(consent) => consents.push(consent),
            Decision::Refused(_) => {
                wait_until_usable(&id).await?;
                prompter.ui.print(&prompter.ui.words("setup-foreign-kept", &[("label", label.into())]));
                return Ok(None);
            }
        }
    }
    Ok(Some(consents))
}

fn table(attached: &[Disk], draft: &Draft, ui: &Ui) -> String {
    if attached.is_empty() {
        return format!("\n{}", ui.word("setup-disks-none"));
    }
    let heads =
        ["setup-head-number", "cli-head-disk", "cli-head-uuid", "cli-head-device", "cli-head-size", "setup-head-known"];
    let row = |(number, disk): (usize, &Disk)| {
        let uuid = &disk.uuid;
        let known = is_known(&DiskId::new(uuid), draft);
        [
            number.to_string(),
            harmless(name_of(&disk.label, "–")),
            harmless(uuid),
            harmless(&disk.device),
            ui.size(disk.size),
            ui.word(if known { "setup-known" } else { "setup-new" }),
        ]
    };
    let rows: Vec<_> = (1..).zip(attached).map(row).collect();
    format!("\n{}", columns(heads.map(|id| ui.word(id)), &rows, ui.terminal))
}

/// The disks with these numbers in the table; `None` if there is no such number.
fn parse_choice<'a>(answer: &str, attached: &'a [Disk]) -> Option<Vec<&'a Disk>> {
    let words = answer.split([',', ' ']).filter(|word| !word.is_empty());
    words.map(|word| attached.get(word.parse::<usize>().ok()?.checked_sub(1)?)).collect()
}

fn add_all(disks: &[&Disk], draft: &mut Draft, prompter: &Prompter) -> Result<(), SetupError> {
    for disk in disks {
        let id = DiskId::new(&disk.uuid);
        let known = draft.config().disks.iter().find(|other| other.id == id);
        let default = known.map(|disk| disk.recipients.join(", ")).unwrap_or_default();
        prompter.ui.print(&prompter.ui.words("setup-disk", &[("label", label_of(disk).into())]));
        prompter.resolve(&Question { id: "setup-disk-recipients", default }, None, |answer| {
            add(id.clone(), Some(addresses(answer)), draft, prompter.ui)
        })?;
    }
    Ok(())
}
