//! `asbackup disks`: lists the configured disks, attached disks that could be added with their line for config.ini, and disks without a
//! file system; or accepts one as it is now (`trust`).

use crate::exit_code::Exit;
use crate::query::{self, Object};
use crate::{CALL_TIMEOUT, connect, proxy};
use asbackup_api::bus::Error;
use asbackup_api::{Disk, DiskId, UnformattedDisk};
use asbackup_config::{KnownDisk, disk_line};
use asbackup_texts::harmless;

use super::arguments::{DiskCommand, DisksArguments, OutputArguments};
use super::control;
use super::table::columns;
use super::ui::{Ui, name_of};
use super::unformatted;

pub async fn run(disks: DisksArguments, ui: &Ui) -> Result<Exit, Error> {
    match disks.command {
        Some(DiskCommand::Trust { disk }) => control::trust(&disk, ui).await,
        None => list(disks.output, ui).await,
    }
}

async fn list(output: OutputArguments, ui: &Ui) -> Result<Exit, Error> {
    let connection = connect(CALL_TIMEOUT).await?;
    let backup = proxy(&connection).await?;
    let (disks, unformatted) = (query::disks(&backup).await?, query::unformatted(&backup).await);
    if output.json {
        ui.print_json(&disks.iter().map(Disk::to_json).chain(unformatted.iter().map(as_disk)).collect::<Vec<_>>());
        return Ok(Exit::Done);
    }
    let safe = backup.safe_to_remove().await.map_err(Error::ZBus)?;
    let pages = [Some(page(&disks, &safe, ui)), unformatted::page(&unformatted, &disks, ui)];
    ui.print(&pages.into_iter().flatten().collect::<Vec<_>>().join("\n\n"));
    Ok(Exit::Done)
}

/// Adds the keys that every listed disk has.
fn as_disk(unformatted: &UnformattedDisk) -> Object {
    let mut unformatted = unformatted.to_json();
    for (key, value) in [("uuid", "".into()), ("known", false.into()), ("present", true.into())] {
        unformatted.insert(key.to_owned(), value);
    }
    unformatted
}

fn page(disks: &[Disk], safe: &[String], ui: &Ui) -> String {
    let (known, unknown): (Vec<&Disk>, Vec<&Disk>) = disks.iter().partition(|disk| disk.known);
    let mut parts = vec![if known.is_empty() { ui.word("cli-disks-none") } else { table_of(&known, safe, ui) }];
    if !unknown.is_empty() {
        parts.push(format!("{}\n{}", ui.word("cli-disks-unknown"), unknown_table(&unknown, ui)));
    }
    parts.extend(unknown.iter().filter_map(|disk| addition(&known, disk, ui)));
    parts.join("\n\n")
}

fn table_of(known: &[&Disk], safe: &[String], ui: &Ui) -> String {
    let heads = ["disk", "uuid", "plugged", "last-good", "free", "size"].map(|name| head(name, ui));
    let row = |disk: &&Disk| {
        let uuid = &disk.uuid;
        [
            harmless(name_of(&disk.label, "–")),
            harmless(uuid),
            ui.word(plugged(disk, safe)),
            ui.moment(disk.last_success),
            ui.size(disk.free),
            ui.size(disk.size),
        ]
    };
    columns(heads, &known.iter().map(row).collect::<Vec<_>>(), ui.terminal)
}

fn plugged(disk: &Disk, safe: &[String]) -> &'static str {
    let uuid = &disk.uuid;
    let is_safe = safe.iter().any(|other| other.eq_ignore_ascii_case(uuid));
    match (disk.present, is_safe) {
        (false, _) => "cli-plugged-no",
        (true, true) => "cli-plugged-safe",
        (true, false) => "cli-plugged-yes",
    }
}

fn unknown_table(unknown: &[&Disk], ui: &Ui) -> String {
    let heads = ["disk", "uuid", "device", "file-system", "size"].map(|name| head(name, ui));
    let row = |disk: &&Disk| {
        [
            harmless(name_of(&disk.label, "–")),
            harmless(&disk.uuid),
            harmless(&disk.device),
            harmless(&disk.file_system),
            ui.size(disk.size),
        ]
    };
    columns(heads, &unknown.iter().map(row).collect::<Vec<_>>(), ui.terminal)
}

/// The line for config.ini that adds an unknown disk.
fn addition(known: &[&Disk], disk: &Disk, ui: &Ui) -> Option<String> {
    let listed = known
        .iter()
        .copied()
        .chain([disk])
        .map(|disk| KnownDisk { id: DiskId::new(&disk.uuid), recipients: disk.recipients.clone() });
    let line = disk_line(&listed.collect::<Vec<_>>())?;
    let label = name_of(&disk.label, &disk.uuid);
    Some(format!("{}\n\n    {line}", ui.words("cli-disk-add", &[("label", label.into())])))
}

fn head(name: &str, ui: &Ui) -> String {
    ui.word(&format!("cli-head-{name}"))
}
