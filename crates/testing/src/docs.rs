//! Finds every command in the READMEs, CONTRIBUTING, SECURITY and docs/: in `sh` blocks, and between backticks. A line in such a
//! block that calls no known program is an error, so no command goes untested.

use std::collections::BTreeSet;
use std::fs;

/// The same text in two languages.
pub const READMES: [&str; 2] = ["README.md", "README.de.md"];
/// The pages that list every config key.
pub const CONFIGURATIONS: [&str; 2] = ["docs/configuration.md", "docs/configuration.de.md"];

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
/// The programs whose commands `tests/bus/docs.rs` runs.
pub const OF_THE_BUS: [&str; 4] = ["asbackup", "busctl", "veeam-lock", "veeam-unlock"];
/// The programs whose commands `tests/vm/vm_debian/docs.rs` runs.
pub const OF_A_SYSTEM: [&str; 10] =
    ["cat", "chmod", "install", "journalctl", "lsblk", "mount", "rsync", "systemctl", "systemd-sysusers", "umount"];
/// Blocks that hold no commands: settings, output, scripts for Windows. Any other language is an error.
const NOT_COMMANDS: [&str; 6] = ["ini", "text", "nginx", "powershell", "bat", "rust"];
/// Pages whose commands no test runs: generated ones, and the peers of a comparison.
const WITHOUT_COMMANDS: [&str; 3] = ["docs/messages.en.md", "docs/messages.de.md", "docs/performance.md"];

/// The paths of all pages from the top of the repository, the READMEs first.
pub fn pages() -> Vec<String> {
    let docs =
        fs::read_dir(crate::top().join("docs")).expect("docs/").map(|entry| entry.expect("an entry").file_name());
    let names = docs.map(|name| name.into_string().expect("UTF-8")).filter(|name| name.ends_with(".md"));
    let sorted: BTreeSet<String> = names.map(|name| format!("docs/{name}")).collect();
    let at_top = [READMES[0], READMES[1], "CONTRIBUTING.md", "SECURITY.md"].map(str::to_owned);
    at_top.into_iter().chain(sorted).collect()
}

/// The text of a page.
pub fn text(page: &str) -> String {
    fs::read_to_string(crate::top().join(page)).expect(page)
}

/// The commands that call one of these programs.
pub fn commands_with(programs: &[&str]) -> Vec<String> {
    let calls = |command: &String| command.split(' ').next().is_some_and(|word| programs.contains(&word));
    commands().into_iter().filter(calls).collect()
}

/// Every command once, in order of appearance, without `sudo` and comments.
pub fn commands() -> Vec<String> {
    let mut known = BTreeSet::new();
    let pages = pages().into_iter().filter(|page| !WITHOUT_COMMANDS.contains(&page.as_str()));
    let all = pages.flat_map(|page| commands_of(&page, &text(&page)));
    all.filter(|command| known.insert(command.clone())).collect()
}

fn commands_of(page: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (nth, part) in text.split("```").enumerate() {
        if nth % 2 == 0 {
            found.extend(within(part));
            continue;
        }
        let (language, block) = part.split_once('\n').unwrap_or_else(|| panic!("{page}: no block: {part}"));
        match language {
            "sh" => found.extend(commands_of_block(page, block)),
            other => assert!(NOT_COMMANDS.contains(&other), "{page}: a block of what? {other:?}"),
        }
    }
    found
}

fn commands_of_block(page: &str, block: &str) -> Vec<String> {
    let is_script = block.trim_start().starts_with("#!");
    let lines = block.lines().map(str::trim).filter(|line| !is_script && !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| command_of_line(page, line)).collect()
}

fn command_of_line(page: &str, line: &str) -> String {
    let command = line.split("  #").next().unwrap_or_default().trim();
    let is_name = command.starts_with("B=");
    assert!(is_name || is_command(command), "{page}: no known program: {command}");
    without_sudo(command)
}

/// Commands between backticks; a single word is only a name.
fn within(prose: &str) -> Vec<String> {
    let joined = prose.split_whitespace().collect::<Vec<_>>().join(" ");
    let spans = joined.split('`').skip(1).step_by(2);
    spans.filter(|span| span.contains(' ') && is_command(span)).map(without_sudo).collect()
}

fn is_command(text: &str) -> bool {
    text.split(' ').next().is_some_and(|word| PROGRAMS.contains(&word))
}

fn without_sudo(command: &str) -> String {
    command.replace("sudo ", "")
}
