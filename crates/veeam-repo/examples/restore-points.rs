//! `restore-points DIR` prints what can be restored from the Veeam repository in that directory.

use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use asbackup_veeam_repo::{Backup, Contents, Entry, Limits, Machine, Moment, PlugIn, Repository, Shares, read};

fn main() -> Result<(), Box<dyn Error>> {
    let top = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: restore-points DIR")?;
    let mut entries = Vec::new();
    list(&top, Path::new(""), &mut entries)?;
    print(&read(&entries, |path| File::open(top.join(path)), Limits::default()));
    Ok(())
}

/// All files below a directory; links are not followed.
fn list(top: &Path, below: &Path, entries: &mut Vec<Entry>) -> io::Result<()> {
    for entry in fs::read_dir(top.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(top, &path, entries)?;
        } else if kind.is_file() {
            let metadata = entry.metadata()?;
            entries.push(Entry { path, size: metadata.len(), modified: metadata.modified()? });
        }
    }
    Ok(())
}

fn print(repository: &Repository) {
    for backup in &repository.backups {
        print_backup(backup);
    }
    for unread in &repository.unread {
        let source = unread.error.source().map(|source| format!(": {source}")).unwrap_or_default();
        println!("{}: {}{source}", unread.path.display(), unread.error);
    }
    for path in &repository.unfinished {
        println!("{}: unfinished", path.display());
    }
}

fn print_backup(backup: &Backup) {
    let encrypted = if backup.encrypted == Some(true) { ", encrypted" } else { "" };
    println!("{} in {:?}, by {:?}{encrypted}", backup.name, backup.directory, backup.basis);
    match &backup.contents {
        Contents::Machines(machines) => machines.iter().for_each(print_machine),
        Contents::Shares(shares) => print_shares(shares),
        Contents::PlugIn(plug_in) => print_plug_in(plug_in),
    }
    for path in &backup.unlisted {
        println!("    {} is not in the metadata", path.display());
    }
}

fn print_machine(machine: &Machine) {
    let newest = machine.newest_complete().map_or_else(|| "nothing".to_owned(), |point| told(&point.at));
    let complete = machine.points.iter().filter(|point| point.complete).count();
    println!("  {}: {newest}, {complete} of {} points complete", machine.name, machine.points.len());
    for file in &machine.chain {
        println!("    needs {}", file.display());
    }
    for flaw in &machine.flaws {
        let (points, newest) = (flaw.breaks, told(&flaw.newest));
        println!("    {}: {:?} breaks {points}, up to {newest}", flaw.file.display(), flaw.trouble);
    }
}

fn print_shares(shares: &Shares) {
    for share in &shares.shares {
        let whole = shares.store && share.source && share.metadata && share.empty.is_empty();
        let state = if whole { "all parts there" } else { "parts missing" };
        println!("  {}: {} files with {} bytes, {state}", share.directory.display(), share.blobs, share.bytes);
    }
}

fn print_plug_in(plug_in: &PlugIn) {
    println!("  {} files complete, {} incomplete", plug_in.complete, plug_in.incomplete.len());
}

fn told(moment: &Moment) -> String {
    match moment {
        Moment::Utc(time) => time.to_string(),
        Moment::Local(time) => format!("{time} (local)"),
    }
}
