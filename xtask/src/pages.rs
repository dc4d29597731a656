//! Makes the man pages and the completions for bash, zsh and fish, from the very definitions that the command lines
//! are read by.

use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate_to};

use asbackup_cli::commands::arguments;
use asbackup_cli::hooks::arguments as hooks;

const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Fish, Shell::Zsh];

/// `man/` and `completions/` in `directory`.
pub fn make(directory: &Path) -> io::Result<()> {
    let (man, completions) = (directory.join("man"), directory.join("completions"));
    std::fs::create_dir_all(&man)?;
    std::fs::create_dir_all(&completions)?;
    for (name, command) in programs() {
        for shell in SHELLS {
            generate_to(shell, &mut command.clone(), name, &completions)?;
        }
        // The version is that of asbackup, not of this program; its package says it.
        clap_mangen::generate_to(command.version(None).disable_help_subcommand(true), &man)?;
    }
    Ok(())
}

fn programs() -> [(&'static str, Command); 3] {
    [
        ("asbackup", arguments::Arguments::command()),
        ("veeam-lock", hooks::LockArguments::command()),
        ("veeam-unlock", hooks::UnlockArguments::command()),
    ]
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Makes them below target, where nothing else is called so.
    fn made(name: &str) -> PathBuf {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pages-tested").join(name);
        // Not there yet is as good.
        let _ = std::fs::remove_dir_all(&directory);
        make(&directory).unwrap();
        directory
    }

    fn names(directory: PathBuf) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn every_command_has_its_page_and_is_completed_in_every_shell() {
        let directory = made("all");
        let pages = names(directory.join("man"));
        for command in
            ["", "-status", "-watch", "-start", "-cancel", "-disks", "-history", "-config-check", "-mail-test"]
        {
            assert!(pages.contains(&format!("asbackup{command}.1")), "{command:?} in {pages:?}");
        }
        for tool in ["asbackup-setup.1", "veeam-lock.1", "veeam-unlock.1"] {
            assert!(pages.contains(&tool.to_owned()), "{tool} in {pages:?}");
        }
        let completions = directory.join("completions");
        let wanted = |program: &str| [format!("_{program}"), format!("{program}.bash"), format!("{program}.fish")];
        let mut all: Vec<String> =
            ["asbackup", "veeam-lock", "veeam-unlock"].iter().flat_map(|name| wanted(name)).collect();
        all.sort();
        assert_eq!(names(completions.clone()), all);
        for name in all {
            let text = std::fs::read_to_string(completions.join(&name)).unwrap();
            let option = if name.contains("asbackup") { "newest" } else { "session" };
            assert!(text.contains(option), "{option} in {name}");
        }
    }

    #[test]
    fn the_page_says_what_the_exit_codes_mean() {
        let page = std::fs::read_to_string(made("codes").join("man/asbackup.1")).unwrap();
        assert!(page.contains("Exit codes:") && page.contains("the copy was cancelled"), "{page}");
        let page = std::fs::read_to_string(made("tools").join("man/veeam-lock.1")).unwrap();
        assert!(page.contains("timed out") && page.contains("veeam.md"), "{page}");
    }
}
