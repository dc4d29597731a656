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
  asbackup setup                    fill in config.ini, question by question
  asbackup mail test                send a test mail to everybody who gets mails

Exit codes:
  0  done; of watch and start --watch: the copy succeeded; of mail test: the server accepted the mail for all recipients
  1  the service refuses, with its reason; no copy to watch; config.ini is not in order; a mail was not taken for somebody;
     setup wrote nothing
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
    /// List the known disks, plugged-in ones that could be added, and those that have no file system yet
    #[command(args_conflicts_with_subcommands = true)]
    Disks(Disks),
    /// List the newest runs
    #[command(after_help = HISTORY)]
    History(History),
    /// Look at the service's configuration
    #[command(subcommand)]
    Config(Config),
    /// Try out the mails
    #[command(subcommand)]
    Mail(Mail),
    /// Fill in config.ini: asks, checks each answer at once, shows what it would write, and loads it
    #[command(after_help = SETUP)]
    Setup(Setup),
}

const WATCH: &str = "\
On a terminal this is a bar; elsewhere a line for each change; with --json all properties in one line for each change.
Ending this program does not end the copy. The exit code says how the copy ended: 0 good, 3 failed, 6 cancelled.";

const START: &str = "\
Examples:
  asbackup start
  asbackup start OFFSITE1 --watch
  asbackup start 0f3a2c1e-1111-2222-3333-444455556666
  asbackup start --allow-deletions OFFSITE1";

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
    /// The disk, by its label or the UUID of its file system; without it the first known disk that is plugged in
    #[arg(value_name = "DISK", default_value = "", hide_default_value = true)]
    pub disk: String,
    /// Show the progress until the copy ends
    #[arg(long, short)]
    pub watch: bool,
    /// For this one copy: let it delete and replace whatever it would, from a source that may lie on another file system than before;
    /// without a UUID to the disk that was refused for that
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
        /// The disk, by its label or the UUID of its file system; without it the first known disk that is plugged in
        #[arg(value_name = "DISK", default_value = "", hide_default_value = true)]
        disk: String,
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

#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Send a test mail to everybody who gets mails, and say what the mail server answers about each; for root
    #[command(after_help = MAIL_TEST)]
    Test(File),
}

const MAIL_TEST: &str = "\
Sends at once, past the outbox, with the settings of config.ini; these are in force in the service after systemctl reload
asbackupd. The password is that of config.ini, or the credential mail-password that the service has or would be given.
Taken by the server does not mean arrived: look into the mailboxes. The exit code is 0 when it was taken for everybody.";

#[derive(Debug, Args)]
pub struct Setup {
    /// The file to fill in
    #[arg(value_name = "FILE", default_value = "/etc/asbackup/config.ini")]
    pub path: PathBuf,
    /// The directory that is copied
    #[arg(long, value_name = "DIRECTORY")]
    pub source: Option<String>,
    /// A plugged-in disk to add, by its label or the UUID of its file system, and who is told about it; may be given several times
    #[arg(long = "disk", value_name = "DISK[,MAIL…]")]
    pub disks: Vec<String>,
    /// Agree that the first copy to the disks given here deletes the files on them that are no older copy of the backups; --yes does not
    #[arg(long)]
    pub delete_foreign_files: bool,
    /// The mail server; the port is 465 unless it is given
    #[arg(long, value_name = "HOST[:PORT]")]
    pub mail_server: Option<String>,
    /// The name to log in to the mail server with; "" for no login
    #[arg(long, value_name = "NAME")]
    pub mail_user: Option<String>,
    /// A file whose first line is the password for the mail server
    #[arg(long, value_name = "FILE")]
    pub mail_password_file: Option<PathBuf>,
    /// The sender of the mails
    #[arg(long, value_name = "MAIL")]
    pub mail_from: Option<String>,
    /// Who gets every mail; may be given several times, and takes the place of those who did
    #[arg(long = "recipient", value_name = "MAIL")]
    pub recipients: Vec<String>,
    /// Send no test mail
    #[arg(long)]
    pub no_test_mail: bool,
    /// Ask nothing and write: what is not given stays as it is
    #[arg(long, short)]
    pub yes: bool,
}

const SETUP: &str = "\
Asks for what is not given by options. Comments and all other settings of the file stay as they are; a file that is not there is
made from the template; one that nobody has filled in yet gets the caller's language. Disks are only added: to take one out of the
list, edit the file. It looks into a disk before it adds it: what the first copy would delete there, and is no older copy of the backups,
is shown and asked about. The password can't be given as an option, since everybody would see it in the list of processes.

Examples:
  asbackup setup
  asbackup setup --disk OFFSITE1,office@example.com --yes
  asbackup setup --source /srv/veeam --disk B78E-6CC4 --mail-server mail.example.com --recipient admin@example.com --yes";
