//! `freeze SOURCE [--directory PLACE] [--name NAME] [PATH…]` freezes what is in a directory: all of it, or what is named.
//! Prints what it did and what it proves. `freeze SOURCE [--directory PLACE] --remove` removes all that was frozen.

use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use asbackup_snapshot::{Place, Report, Snapshot, Stamps, Wanted};

static GO_ON: AtomicBool = AtomicBool::new(false);

#[derive(Default)]
struct Arguments {
    source: PathBuf,
    directory: Option<PathBuf>,
    name: Option<String>,
    remove: bool,
    paths: Vec<PathBuf>,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut read = Self { source: PathBuf::from(words.next()?), ..Self::default() };
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--directory") => read.directory = Some(PathBuf::from(words.next()?)),
                Some("--name") => read.name = Some(words.next()?.into_string().ok()?),
                Some("--remove") => read.remove = true,
                Some(other) if other.starts_with("--") => return None,
                _ => read.paths.push(PathBuf::from(word)),
            }
        }
        Some(read)
    }
}

/// Everything below a directory but one part of it, relative to the top; links are not followed.
fn list(top: &Path, directory: &Path, without: Option<&Path>, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let relative = path.strip_prefix(top).unwrap_or(&path).to_owned();
        if without == Some(&relative) {
            continue;
        }
        found.push(relative);
        if entry.file_type()?.is_dir() {
            list(top, &path, without, found)?;
        }
    }
    Ok(())
}

fn freeze(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let source = File::open(&arguments.source)?;
    let wanted = arguments.directory.as_deref().map_or(Wanted::Default, Wanted::Directory);
    let place = Place::prepare(source.as_fd(), wanted)?;
    if arguments.remove {
        let removal = place.keep_only(&[], &GO_ON)?;
        println!("removed {} files and {} directories", removal.files, removal.directories);
        removal.left.iter().for_each(|left| eprintln!("{left}"));
        return Ok(removal.left.is_empty());
    }
    place.can_clone()?;
    let mut paths = arguments.paths.clone();
    if paths.is_empty() {
        list(&arguments.source, &arguments.source, place.within_source(), &mut paths)?;
    }
    let stamps = Stamps::take(source.as_fd(), paths, &GO_ON)?;
    let name = arguments.name.as_deref().unwrap_or("1");
    let snapshot = Snapshot::create(&place, name)?;
    let report = snapshot.freeze(source.as_fd(), stamps.entries(), &GO_ON);
    let changed = stamps.changed(source.as_fd(), &GO_ON)?;
    let diverged = snapshot.diverged(source.as_fd(), stamps.entries(), &GO_ON)?;
    let (rate, room) = (report.extents as f64 / report.time.as_secs_f64(), place.room()?);
    println!("{}", place.path().join(name).display());
    let Report { files, links, bytes, others, .. } = report;
    println!("{files} files and {links} more names, {bytes} bytes; {others} directories and others");
    println!("{} extents in {:.3} s, {rate:.0} a second", report.extents, report.time.as_secs_f64());
    println!("takes {} bytes alone; {:.1} % are free", snapshot.exclusive_bytes(&GO_ON)?, room.free_percent());
    report.skipped.iter().for_each(|skipped| eprintln!("{skipped}"));
    changed.iter().for_each(|changed| eprintln!("{}: {}", changed.path.display(), changed.change));
    diverged.iter().for_each(|path| eprintln!("{}: has other blocks by now", path.display()));
    let is_sound = report.is_whole() && changed.is_empty() && diverged.is_empty();
    println!("{}", if is_sound { "all of one moment" } else { "NOT of one moment" });
    Ok(is_sound)
}

fn main() -> ExitCode {
    let Some(arguments) = Arguments::read(std::env::args_os().skip(1)) else {
        eprintln!("usage: freeze SOURCE [--directory PLACE] [--name NAME] [--remove] [PATH…]");
        return ExitCode::from(2);
    };
    match freeze(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let mut cause: Option<&dyn Error> = Some(&*error);
            while let Some(error) = cause {
                eprintln!("{error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}
