//! Makes the man pages and the completions for bash, zsh and fish, from the very definition that the command line is read by.
//! Not installed itself, and a package of its own so that none of it is linked into what is.
//!
//! usage: asbackup-pages DIRECTORY

#![forbid(unsafe_code)]

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate_to};

#[path = "../../../src/bin/asbackup/arguments.rs"]
#[allow(dead_code, reason = "only the definition is of interest here")]
mod arguments;

const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Fish, Shell::Zsh];

fn main() -> ExitCode {
    let Some(directory) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: asbackup-pages DIRECTORY");
        return ExitCode::from(2);
    };
    match make(&directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("asbackup-pages: {}: {error}", directory.display());
            ExitCode::FAILURE
        }
    }
}

/// `man/` and `completions/` in `directory`.
fn make(directory: &Path) -> io::Result<()> {
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

fn programs() -> [(&'static str, Command); 1] {
    [("asbackup", arguments::Arguments::command())]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes them below target, where nothing else is called so.
    fn made(name: &str) -> PathBuf {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/pages-tested").join(name);
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
        for command in ["", "-status", "-watch", "-start", "-cancel", "-disks", "-history", "-config", "-config-check"]
        {
            assert!(pages.contains(&format!("asbackup{command}.1")), "{command:?} in {pages:?}");
        }
        let completions = directory.join("completions");
        assert_eq!(names(completions.clone()), ["_asbackup", "asbackup.bash", "asbackup.fish"]);
        for name in names(completions.clone()) {
            let text = std::fs::read_to_string(completions.join(&name)).unwrap();
            assert!(text.contains("history") && text.contains("newest"), "{name}");
        }
    }

    #[test]
    fn the_page_says_what_the_exit_codes_mean() {
        let page = std::fs::read_to_string(made("codes").join("man/asbackup.1")).unwrap();
        assert!(page.contains("Exit codes:") && page.contains("the copy was cancelled"), "{page}");
    }
}
