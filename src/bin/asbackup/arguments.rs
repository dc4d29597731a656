//! What can be said on the command line. The help is made from this, and so are the man pages and the completions, which
//! read this very file; so it must know nothing of the rest of the program.

use std::path::PathBuf;

use clap::builder::RangedI64ValueParser;
use clap::{Args, Parser, Subcommand};

/// See and steer the backup onto external disks
///
/// asbackup asks the backup service asbackupd over D-Bus, in the language of the caller (LC_ALL, LC_MESSAGES, LANG).
/// Everybody may look; root and the members of the group "asbackup" may start and cancel.
#[derive(Debug, Parser)]
#[command(name = "asbackup", version, max_term_width = 100, arg_required_else_help = true, after_help = AFTER)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "\
Examples:
  asbackup status                   how things stand, and whether a disk may be unplugged
  asbackup start --watch            copy to the first known disk that is plugged in, and stay until it is done
  asbackup history -n 3             the three newest runs
  asbackup disks --json             all disks, for programs
  asbackup config check             what is wrong with config.ini, before the service reads it

Exit codes:
  0  done; of watch and start --watch: the copy succeeded
  1  the service refuses, with its reason; no copy to watch; config.ini is not in order
  2  wrong arguments
  3  of watch and start --watch: the copy failed
  4  the service can't be reached
  5  not authorised
  6  of watch and start --watch: the copy was cancelled";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say how things stand
    Status(Output),
    /// Show the progress of the running copy until it ends
    #[command(after_help = WATCH)]
    Watch(Output),
    /// Begin a copy
    #[command(after_help = START)]
    Start(Start),
    /// End the running copy in good order
    Cancel,
    /// List the known disks, and plugged-in ones that could be added
    #[command(args_conflicts_with_subcommands = true)]
    Disks(Disks),
    /// List the newest runs
    #[command(after_help = HISTORY)]
    History(History),
    /// Look at the service's configuration
    #[command(subcommand)]
    Config(Config),
}

const WATCH: &str = "\
On a terminal this is a bar; elsewhere a line for each change; with --json all properties in one line for each change.
Ending this program does not end the copy. The exit code says how the copy ended: 0 good, 3 failed, 6 cancelled.";

const START: &str = "\
Examples:
  asbackup start
  asbackup start 0f3a2c1e-1111-2222-3333-444455556666 --watch
  asbackup start --allow-deletions";

const HISTORY: &str = "\
Examples:
  asbackup history --disk OFFSITE1
  asbackup history -n 100 --json";

#[derive(Debug, Clone, Copy, Args)]
pub struct Output {
    /// Print JSON, with the names of the D-Bus interface
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Start {
    /// The disk, by the UUID of its file system; without it the first known disk that is plugged in
    #[arg(value_name = "UUID", default_value = "", hide_default_value = true)]
    pub uuid: String,
    /// Show the progress until the copy ends
    #[arg(long, short)]
    pub watch: bool,
    /// For this one copy: let it delete more than config.ini allows, from a source that may lie on another file system than before
    #[arg(long)]
    pub allow_deletions: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Disks {
    #[command(subcommand)]
    pub order: Option<DiskOrder>,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Subcommand)]
pub enum DiskOrder {
    /// Accept a plugged-in disk as it is now, when it is in another enclosure than at its first copy
    Trust {
        /// The disk, by the UUID of its file system; without it the first known disk that is plugged in
        #[arg(value_name = "UUID", default_value = "", hide_default_value = true)]
        uuid: String,
    },
}

/// The service gives no more than that.
fn runs() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=1000)
}

#[derive(Debug, Args)]
pub struct History {
    /// How many runs at most
    #[arg(short = 'n', long = "newest", value_name = "COUNT", default_value_t = 10, value_parser = runs())]
    pub newest: u32,
    /// Only runs of this disk, by UUID or label
    #[arg(long, value_name = "DISK")]
    pub disk: Option<String>,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Say what is wrong with config.ini; the service need not run
    Check(File),
    /// Show every key with what is in force and where it comes from; passwords masked
    Show(File),
}

#[derive(Debug, Args)]
pub struct File {
    /// The file to read
    #[arg(value_name = "FILE", default_value = "/etc/asbackup/config.ini")]
    pub path: PathBuf,
    #[command(flatten)]
    pub output: Output,
}
