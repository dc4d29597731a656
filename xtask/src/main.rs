//! Makes files from what the code knows. None of it is installed.
//!
//! usage: cargo xtask pages DIRECTORY      man pages and completions
//!        cargo xtask catalog              systemd/*.catalog, for journalctl -x
//!        cargo xtask messages             docs/messages.*.md
//!        cargo xtask mail-snapshots       crates/mail/snapshots/*.txt

mod catalog;
mod generated;
mod mail_snapshots;
mod messages;
mod pages;

use std::env;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let made = match words[..] {
        ["pages", directory] => pages::make(Path::new(directory)),
        ["catalog"] => generated::write(&catalog::files()),
        ["messages"] => generated::write(&messages::files()),
        ["mail-snapshots"] => generated::write(&mail_snapshots::files()),
        _ => {
            eprintln!("usage: cargo xtask pages DIRECTORY | catalog | messages | mail-snapshots");
            return ExitCode::from(2);
        }
    };
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {}: {error}", words.join(" "));
            ExitCode::FAILURE
        }
    }
}
