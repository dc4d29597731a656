//! The commands that the READMEs name, read from their text: in blocks of code and within sentences. What is neither a known
//! program nor known to be something else is an error, so that no command is forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

pub const READMES: [&str; 2] = ["README.md", "README.de.md"];

/// Programs that are told to be called.
const PROGRAMS: [&str; 20] = [
    "apt-get",
    "asbackup",
    "busctl",
    "cargo",
    "cat",
    "curl",
    "install",
    "journalctl",
    "lsblk",
    "make",
    "man",
    "mount",
    "rsync",
    "sudo",
    "systemctl",
    "systemd-sysusers",
    "umount",
    "veeam-lock",
    "veeam-unlock",
    "chmod",
];
/// What `tests/bus/readmes.rs` runs.
pub const OF_THE_BUS: [&str; 4] = ["asbackup", "busctl", "veeam-lock", "veeam-unlock"];
/// What `vm_debian/readmes.rs` runs.
pub const OF_A_SYSTEM: [&str; 10] =
    ["cat", "chmod", "install", "journalctl", "lsblk", "mount", "rsync", "systemctl", "systemd-sysusers", "umount"];
/// How blocks begin that show something else: a config.ini, what a program says, another program's settings.
const OTHERS: [&str; 4] = ["[", "Success: disk", "The copy to the disk", "location "];
/// It names the peers of a comparison.
const WITHOUT_COMMANDS: &str = "## Measured";

pub fn text(readme: &str) -> String {
    // Of the package, or of the one around it.
    let mut tops = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|top| top.join(readme));
    fs::read_to_string(tops.find(|path| path.exists()).expect(readme)).expect(readme)
}

/// The commands that call one of these programs.
pub fn commands_with(programs: &[&str]) -> Vec<String> {
    let calls = |command: &String| command.split(' ').next().is_some_and(|word| programs.contains(&word));
    commands().into_iter().filter(calls).collect()
}

/// Every command once, without `sudo` and without comments, in order of appearance.
pub fn commands() -> Vec<String> {
    let mut known = BTreeSet::new();
    let all = READMES.iter().flat_map(|readme| commands_of(&text(readme)));
    all.filter(|command| known.insert(command.clone())).collect()
}

pub fn commands_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block = Block::None;
    let mut silent = false;
    for line in paragraphs(text) {
        if line.starts_with("## ") {
            silent = line.starts_with(WITHOUT_COMMANDS);
        }
        match line.strip_prefix("    ") {
            Some(code) => {
                block = block.with(code);
                found.extend(block.command(code));
            }
            None if silent => {}
            None => {
                block = Block::None;
                found.extend(within(&line));
            }
        }
    }
    found
}

/// Lines of code as they are, all others that follow each other as one.
fn paragraphs(text: &str) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for line in text.lines() {
        let goes_on = |last: &&mut String| !last.is_empty() && !last.starts_with("    ") && !line.starts_with("    ");
        match joined.last_mut().filter(goes_on) {
            Some(last) if !line.is_empty() => *last += &format!(" {}", line.trim_start()),
            _ => joined.push(line.to_owned()),
        }
    }
    joined
}

#[derive(Clone, Copy)]
enum Block {
    None,
    Commands,
    Other,
}

impl Block {
    /// Its first line decides.
    fn with(self, code: &str) -> Self {
        match self {
            Self::None if OTHERS.iter().any(|head| code.starts_with(head)) => Self::Other,
            Self::None => Self::Commands,
            begun => begun,
        }
    }

    fn command(self, code: &str) -> Option<String> {
        let code = code.trim();
        if matches!(self, Self::Other) || code.is_empty() || code.starts_with(['#', '…']) {
            return None;
        }
        let command = code.split("  #").next().unwrap_or_default().trim();
        let is_name = command.starts_with("B=");
        assert!(is_name || is_command(command), "neither a known program nor known to be something else: {command}");
        Some(bare(command))
    }
}

/// Between backticks, when there is more than a name.
fn within(line: &str) -> Vec<String> {
    let spans = line.split('`').skip(1).step_by(2);
    spans.filter(|span| span.contains(' ') && is_command(span)).map(bare).collect()
}

fn is_command(text: &str) -> bool {
    text.split(' ').next().is_some_and(|word| PROGRAMS.contains(&word))
}

fn bare(command: &str) -> String {
    command.replace("sudo ", "")
}
