//! The command line's arguments. Help, man pages and completions are generated from this file, so it must know nothing of the rest of
//! the program.

use std::path::PathBuf;

use clap::builder::RangedI64ValueParser;
use clap::{Args, Parser, Subcommand};

/// Monitor and control backups to external disks
///
/// asbackup talks to the backup service asbackupd over D-Bus and answers in the caller's language (LC_ALL, LC_MESSAGES, LANG).
/// Everyone may view the status; root and members of the group "asbackup" may start and cancel copies.
#[derive(Debug, Parser)]
#[command(name = "asbackup", version, max_term_width = 100, arg_required_else_help = true, after_help = AFTER)]
pub struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "\
Examples:
  asbackup status                   the current status, and whether a disk is safe to remove
  asbackup start --watch            copy to the first configured disk that is plugged in, and
                                    wait until it is done
  asbackup history -n 3             the three newest runs
  asbackup disks --json             all disks, for programs
  asbackup config check             find errors in config.ini before the service reads it
  asbackup setup                    fill in config.ini, question by question
  asbackup mail test                send a test mail to all recipients

Exit codes:
  0  done; of watch and start --watch: the copy succeeded; of mail test: the server accepted the
     mail for all recipients
  1  the service refused and says why; there is no copy to watch; config.ini is not valid;
     the mail server did not accept a mail for all recipients; setup wrote nothing
  2  wrong arguments
  3  of watch and start --watch: the copy failed
  4  the service can't be reached
  5  not authorised
  6  of watch and start --watch: the copy was cancelled";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the current status
    Status(OutputArguments),
    /// Show the progress of the running copy until it ends
    #[command(after_help = WATCH)]
    Watch(OutputArguments),
    /// Start a copy
    #[command(after_help = START)]
    Start(StartArguments),
    /// Cancel the running copy cleanly
    Cancel,
    /// List the configured disks, plugged-in disks that could be added, and those without a file system
    #[command(args_conflicts_with_subcommands = true)]
    Disks(DisksArguments),
    /// List the newest runs
    #[command(after_help = HISTORY)]
    History(HistoryArguments),
    /// Inspect the service's configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Test the mails
    #[command(subcommand)]
    Mail(MailCommand),
    /// Fill in config.ini: ask, check each answer at once, show the changes, write and load them
    #[command(after_help = SETUP)]
    Setup(SetupArguments),
}

const WATCH: &str = "\
Shows a progress bar on a terminal and prints one line per change elsewhere; with --json, each
line holds all properties. Stopping this program does not stop the copy. The exit code says how
the copy ended: 0 succeeded, 3 failed, 6 cancelled.";

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
pub(crate) struct OutputArguments {
    /// Print JSON with the names of the D-Bus interface
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StartArguments {
    /// Label or file system UUID of the disk; default: the first configured disk that is plugged in
    #[arg(value_name = "DISK", default_value = "", hide_default_value = true)]
    pub disk: String,
    /// Show the progress until the copy ends
    #[arg(long, short)]
    pub watch: bool,
    /// Allow this one copy to delete and replace any files, even if the repository is on a different file system than before; without
    /// DISK, the disk is the one that was refused for this reason
    #[arg(long)]
    pub allow_deletions: bool,
    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DisksArguments {
    #[command(subcommand)]
    pub command: Option<DiskCommand>,
    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DiskCommand {
    /// Accept a plugged-in disk as it is now, for example in another enclosure than at its first copy
    Trust {
        /// Label or file system UUID of the disk; default: the first configured disk that is plugged in
        #[arg(value_name = "DISK", default_value = "", hide_default_value = true)]
        disk: String,
    },
}

/// The service returns no more runs than this.
fn runs() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=1000)
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    /// Maximum number of runs
    #[arg(short = 'n', long = "newest", value_name = "COUNT", default_value_t = 10, value_parser = runs())]
    pub newest: u32,
    /// Show only runs to this disk, given by UUID or label
    #[arg(long, value_name = "DISK")]
    pub disk: Option<String>,
    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Find errors in config.ini; the service need not be running
    Check(ConfigFileArguments),
    /// Show the value in force of every key and where it comes from; passwords are masked
    Show(ConfigFileArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigFileArguments {
    /// The file to read
    #[arg(value_name = "FILE", default_value = "/etc/asbackup/config.ini")]
    pub path: PathBuf,
    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Send a test mail to all recipients and show the mail server's answer for each (root only)
    #[command(after_help = MAIL_TEST)]
    Test(ConfigFileArguments),
}

const MAIL_TEST: &str = "\
Sends at once, bypassing the outbox, with the settings in config.ini; the service itself uses
them after systemctl reload asbackupd. The password is the one in config.ini, or the credential
mail-password that the service has or would be given. Accepted by the server does not mean
delivered: check the mailboxes. The exit code is 0 if the server accepted the mail for all
recipients.";

#[derive(Debug, Args)]
pub(crate) struct SetupArguments {
    /// The file to fill in
    #[arg(value_name = "FILE", default_value = "/etc/asbackup/config.ini")]
    pub path: PathBuf,
    /// The directory to copy
    #[arg(long, value_name = "DIRECTORY")]
    pub source: Option<String>,
    /// Label or file system UUID of a plugged-in disk to add, and who gets mails about it; may be repeated
    #[arg(long = "disk", value_name = "DISK[,MAIL…]")]
    pub disks: Vec<String>,
    /// Agree that the first copy to the disks given here deletes files on them that are not an older copy of the backups; --yes does
    /// not imply this
    #[arg(long)]
    pub delete_foreign_files: bool,
    /// The mail server; the default port is 465
    #[arg(long, value_name = "HOST[:PORT]")]
    pub mail_server: Option<String>,
    /// User name for the mail server; "" for no login
    #[arg(long, value_name = "NAME")]
    pub mail_user: Option<String>,
    /// A file whose first line is the password for the mail server
    #[arg(long, value_name = "FILE")]
    pub mail_password_file: Option<PathBuf>,
    /// The sender of the mails
    #[arg(long, value_name = "MAIL")]
    pub mail_from: Option<String>,
    /// A recipient of every mail; may be repeated, and replaces the current recipients
    #[arg(long = "recipient", value_name = "MAIL")]
    pub recipients: Vec<String>,
    /// Do not send a test mail
    #[arg(long)]
    pub no_test_mail: bool,
    /// Write without asking; what is not given stays unchanged
    #[arg(long, short)]
    pub yes: bool,
}

const SETUP: &str = "\
Asks for everything not given as an option. Comments and all other settings stay unchanged. A
missing file is created from the template; a file that was never filled in gets the caller's
language. Disks are only added: to remove one, edit the file. Before adding a disk, setup
examines it, lists files that the first copy would delete and that are not an older copy of the
backups, and asks about them. The password can't be given as an option, because everyone would
see it in the process list.

Examples:
  asbackup setup
  asbackup setup --disk OFFSITE1,office@example.com --yes
  asbackup setup --source /srv/veeam --disk B78E-6CC4 --mail-server mail.example.com --recipient admin@example.com --yes";
