//! Makes files from what the code knows. None of it is installed.
//!
//! usage: cargo xtask pages DIRECTORY      man pages and completions

#![forbid(unsafe_code)]

mod pages;

use std::env;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (what, made) = match words[..] {
        ["pages", directory] => (directory, pages::make(Path::new(directory))),
        _ => {
            eprintln!("usage: cargo xtask pages DIRECTORY");
            return ExitCode::from(2);
        }
    };
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {what}: {error}");
            ExitCode::FAILURE
        }
    }
}
