//! Which disks: of those that the service sees plugged in. Disks that are known already stay; taking one away is for an editor.

use asbackup::client::told::{self, Object, flag, number, text};
use asbackup::client::{ANSWER, connect, proxy};
use asbackup::config::{DISK_LIST, KnownDisk, disk_line, disk_list};
use asbackup::model::DiskId;
use asbackup::texts::harmless;

use super::Halt;
use super::ask::{Asker, Question};
use super::draft::Draft;
use crate::face::{Face, name_of};
use crate::table::columns;
use crate::which::{ambiguous, pick};

pub async fn settle(given: &[String], draft: &mut Draft, asker: &Asker<'_>) -> Result<(), Halt> {
    if given.is_empty() && asker.is_mute() {
        return Ok(());
    }
    let present = plugged_in().await?;
    if given.is_empty() {
        return choose(present, draft, asker).await;
    }
    for wish in given {
        let (wish, recipients) = read(wish);
        let id = pick(wish, &present).map_err(|uuids| Halt::Said(ambiguous(wish, &uuids, asker.face)))?;
        let id = DiskId::new(&id);
        let known = draft.config().disks.iter().any(|other| other.id == id);
        let seen = present.iter().any(|other| DiskId::new(text(other, "uuid")) == id);
        if !known && !seen {
            return Err(Halt::Said(asker.face.words("setup-disk-absent", &[("disk", id.as_str().into())])));
        }
        add(id, recipients, draft, asker.face).map_err(Halt::Said)?;
    }
    Ok(())
}

/// Those that can be copied to, known or not.
async fn plugged_in() -> Result<Vec<Object>, Halt> {
    let disks = told::disks(&proxy(&connect(ANSWER).await?).await?).await?;
    let usable = |disk: &Object| {
        let listed = KnownDisk { id: DiskId::new(text(disk, "uuid")), recipients: Vec::new() };
        flag(disk, "present") && !flag(disk, "ignored") && disk_line(&[listed]).is_some()
    };
    Ok(disks.into_iter().filter(usable).collect())
}

/// `disk[,mail]*`, as in the file; without any mail nothing is said of recipients.
fn read(wish: &str) -> (&str, Option<Vec<String>>) {
    let (disk, mails) = wish.split_once(',').map_or((wish, None), |(disk, mails)| (disk, Some(mails)));
    (disk, mails.map(addresses))
}

/// As one: they are told apart where the whole list is read.
fn addresses(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() { Vec::new() } else { vec![text.to_owned()] }
}

/// Behind the others, or with other recipients in the place where it is.
fn add(id: DiskId, recipients: Option<Vec<String>>, draft: &mut Draft, face: &Face) -> Result<(), String> {
    let mut disks = draft.config().disks.clone();
    let known = disks.iter_mut().find(|other| other.id == id);
    match (known, recipients) {
        (Some(_), None) => return Ok(()),
        (Some(known), Some(recipients)) => known.recipients = recipients,
        (None, recipients) => disks.push(KnownDisk { id, recipients: recipients.unwrap_or_default() }),
    }
    draft.set("Backup", DISK_LIST, &disk_list(&disks), face)
}

/// Shows what is plugged in until a choice fits; with an empty answer what is known already is enough.
async fn choose(mut present: Vec<Object>, draft: &mut Draft, asker: &Asker<'_>) -> Result<(), Halt> {
    loop {
        asker.face.print(&table(&present, draft, asker.face));
        let answer = asker.ask(&Question { id: "setup-disks", default: String::new() })?;
        if answer.is_empty() && !draft.config().disks.is_empty() {
            return Ok(());
        }
        match chosen(&answer, &present) {
            Some(disks) if !disks.is_empty() => return take(&disks, draft, asker),
            Some(_) => asker.face.complain(&asker.face.word("setup-disks-again")),
            None => asker.face.complain(&asker.face.words("setup-disks-wrong", &[("answer", answer.into())])),
        }
        // One may have been plugged in meanwhile.
        present = plugged_in().await?;
    }
}

fn table(present: &[Object], draft: &Draft, face: &Face) -> String {
    if present.is_empty() {
        return format!("\n{}", face.word("setup-disks-none"));
    }
    let heads =
        ["setup-head-number", "cli-head-disk", "cli-head-uuid", "cli-head-device", "cli-head-size", "setup-head-known"];
    let row = |(number_of, disk): (usize, &Object)| {
        let uuid = text(disk, "uuid");
        let known = draft.config().disks.iter().any(|other| other.id == DiskId::new(uuid));
        [
            number_of.to_string(),
            harmless(name_of(text(disk, "label"), "–")),
            harmless(uuid),
            harmless(text(disk, "device")),
            face.size(number(disk, "size")),
            face.word(if known { "setup-known" } else { "setup-new" }),
        ]
    };
    let rows: Vec<_> = (1..).zip(present).map(row).collect();
    format!("\n{}", columns(heads.map(|id| face.word(id)), &rows, face.screen))
}

/// By the numbers of the table; none if one is not there.
fn chosen<'a>(answer: &str, present: &'a [Object]) -> Option<Vec<&'a Object>> {
    let words = answer.split([',', ' ']).filter(|word| !word.is_empty());
    words.map(|word| present.get(word.parse::<usize>().ok()?.checked_sub(1)?)).collect()
}

fn take(disks: &[&Object], draft: &mut Draft, asker: &Asker) -> Result<(), Halt> {
    for disk in disks {
        let id = DiskId::new(text(disk, "uuid"));
        let known = draft.config().disks.iter().find(|other| other.id == id);
        let default = known.map(|disk| disk.recipients.join(", ")).unwrap_or_default();
        let name = harmless(name_of(text(disk, "label"), text(disk, "uuid")));
        asker.face.print(&asker.face.words("setup-disk", &[("label", name.into())]));
        asker.settle(&Question { id: "setup-disk-recipients", default }, None, |answer| {
            add(id.clone(), Some(addresses(answer)), draft, asker.face)
        })?;
    }
    Ok(())
}
