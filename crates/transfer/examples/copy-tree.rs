//! `copy-tree SRC DST [--base OLD_CLONES]` transfers every regular file of a tree (contents, size, time), flushes, and prints one
//! line of JSON.
//!
//! OLD_CLONES holds clones of the files as they were when DST got them (`cp -a --reflink=always SRC OLD_CLONES`), on the file system of
//! SRC. A clone counts if DST's file has its size and time; of other files all is written.

use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use asbackup_transfer::{Item, Job, Known, Listener, Options, Refusal, Stamp, Summary, Trees};

struct Arguments {
    source: PathBuf,
    target: PathBuf,
    base: Option<PathBuf>,
}

impl Arguments {
    fn read(words: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut places = Vec::new();
        let mut base = None;
        let mut words = words.skip(1);
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--base") => base = Some(PathBuf::from(words.next()?)),
                _ => places.push(PathBuf::from(word)),
            }
        }
        let [source, target] = <[PathBuf; 2]>::try_from(places).ok()?;
        Some(Self { source, target, base })
    }
}

/// Regular files below `directory`, relative to `top`; links are not followed.
fn list(top: &Path, directory: &Path, found: &mut Vec<Item>) -> io::Result<()> {
    let mut entries = fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(top, &entry.path(), found)?;
        } else if kind.is_file() {
            found.extend(entry.path().strip_prefix(top).map(Item::new));
        }
    }
    Ok(())
}

/// What there is no clone of is simply not known.
fn add_base<'a>(known: &mut Known<'a>, trees: Trees<'a>, base: &'a File, item: &Item, clones: &Path) {
    let (Ok(clone), Ok(here)) = (File::open(clones.join(&item.path)), open_below(trees, &item.path)) else { return };
    let (Ok(clone), Ok(here)) = (Stamp::of(&clone), Stamp::of(&here)) else { return };
    if (clone.size, clone.modified) != (here.size, here.modified) {
        eprintln!("{}: its clone has another size or time and is not used", item.path.display());
    } else if let Err(error) = known.add_base(base.as_fd(), &item.path, here) {
        eprintln!("{error}");
    }
}

fn open_below(trees: Trees<'_>, path: &Path) -> io::Result<File> {
    let directory = Path::new("/proc/self/fd").join(trees.target.as_raw_fd().to_string());
    File::open(directory.join(path))
}

struct Tell;

impl Listener for Tell {
    fn refused(&self, what: &Refusal) {
        let why = what.errno.map_or("what has it is not as noted".to_owned(), |errno| errno.to_string());
        eprintln!("{}: written instead of shared from byte {}: {why}", what.path.display(), what.offset);
    }
}

fn copy(arguments: &Arguments) -> Result<Summary, Box<dyn Error>> {
    fs::create_dir_all(&arguments.target)?;
    let (source, target) = (File::open(&arguments.source)?, File::open(&arguments.target)?);
    let base = arguments.base.as_ref().map(File::open).transpose()?;
    let mut items = Vec::new();
    list(&arguments.source, &arguments.source, &mut items)?;
    let trees = Trees { source: source.as_fd(), target: target.as_fd() };
    let mut known = Known::new(trees);
    if let (Some(base), Some(clones)) = (&base, &arguments.base) {
        items.iter().for_each(|item| add_base(&mut known, trees, base, item, clones));
    }
    let job = Job { items: &items, options: Options::default() };
    let summary = job.transfer(&mut known, &Tell)?;
    rustix::fs::syncfs(&target)?;
    Ok(summary)
}

fn main() -> ExitCode {
    run(std::env::args_os())
}

/// The words of a command line; the benchmark calls it, too.
pub fn run(words: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(arguments) = Arguments::read(words) else {
        eprintln!("usage: copy-tree SRC DST [--base OLD_CLONES]");
        return ExitCode::from(2);
    };
    let began = Instant::now();
    match copy(&arguments) {
        Ok(summary) => {
            let (amount, seconds) = (summary.amount, began.elapsed().as_secs_f64());
            println!(
                "{{\"bytes_written\":{},\"bytes_shared\":{},\"files\":{},\"seconds\":{seconds:.3}}}",
                amount.written, amount.shared, summary.files
            );
            summary.skipped.iter().for_each(|error| eprintln!("{error}"));
            ExitCode::from(u8::from(!summary.skipped.is_empty()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
