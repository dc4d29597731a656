//! What rsync's end means: its exit code, its last words, its version. Texts for each code are in `locales`.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};

use super::command::{Ended, find};

/// Files went away in the source before they could be copied.
pub const VANISHED: i32 = 24;
/// The newest version with security fixes that matter for foreign disks.
const SOUND: (u32, u32, u32) = (3, 4, 1);

/// The exit code, or the number of the signal that ended rsync, with a minus.
pub fn code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| -signal)).unwrap_or(-1)
}

/// Whether everything that was there has been copied.
pub fn is_good(code: i32) -> bool {
    matches!(code, 0 | VANISHED)
}

/// The first of rsync's last complaints name the reason; its closing line only repeats the code.
pub fn cause(ended: &Ended) -> String {
    let lines: Vec<&str> = ended
        .complaints
        .iter()
        .map(String::as_str)
        .filter(|line| !line.starts_with("rsync error: ") && !line.starts_with("rsync warning: "))
        .take(3)
        .collect();
    lines.join("; ")
}

/// Reasons that need words of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The kernel does not write to the disk's file system any more.
    ReadOnly,
    /// The disk answers with errors, or its file system makes no sense.
    Failing,
    Full,
    /// Something in the source can't be read.
    Source,
}

/// What is behind rsync's complaints, the gravest first. Its sender has to do with the source alone, all else with the disk.
pub fn trouble(ended: &Ended) -> Option<Trouble> {
    const FAILING: [&str; 4] =
        ["Input/output error (5)", "Bad message (74)", "Structure needs cleaning (117)", "No such device (19)"];
    let has = |wanted: &dyn Fn(&str, bool) -> bool| {
        ended.complaints.iter().any(|line| wanted(line, line.contains("[sender]")))
    };
    if has(&|line, source| !source && line.contains("Read-only file system (30)")) {
        return Some(Trouble::ReadOnly);
    }
    if has(&|line, source| !source && FAILING.iter().any(|error| line.contains(error))) {
        return Some(Trouble::Failing);
    }
    if has(&|line, _| line.contains("No space left on device (28)")) {
        return Some(Trouble::Full);
    }
    // Without a path it is about the pipe between the two: the other one has ended first.
    let names_a_file = |line: &str| line.contains('"') && line.ends_with(')');
    let vanished = |line: &str| line.contains("No such file or directory (2)");
    has(&|line, source| source && names_a_file(line) && !vanished(line)).then_some(Trouble::Source)
}

/// rsync's version as it says it; none when it says nothing that can be read.
///
/// # Errors
/// rsync can't be run.
pub fn version() -> io::Result<Option<String>> {
    let program = find("rsync").ok_or(io::ErrorKind::NotFound)?;
    let output = Command::new(program).arg("--version").env_clear().stdin(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_ascii_whitespace().skip_while(|word| *word != "version");
    Ok(words.nth(1).map(|word| word.trim_start_matches('v').to_owned()))
}

pub fn is_old(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().unwrap_or_default()
    });
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next()) < SOUND
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(complaints: &[&str]) -> Ended {
        let complaints = complaints.iter().map(|line| (*line).to_owned()).collect();
        Ended { status: ExitStatus::from_raw(11 << 8), complaints }
    }

    #[test]
    fn a_full_disk_is_recognised_and_named() {
        let ended = ended(&[
            "rsync: [receiver] write failed on \"x\": No space left on device (28)",
            "rsync error: error in file IO (code 11) at receiver.c(384)",
        ]);
        assert_eq!(trouble(&ended), Some(Trouble::Full));
        assert_eq!(code(ended.status), 11);
        assert_eq!(cause(&ended), "rsync: [receiver] write failed on \"x\": No space left on device (28)");
    }

    #[test]
    fn the_source_is_told_from_the_disk_and_the_gravest_goes_first() {
        let source = r#"rsync: [sender] read errors mapping "/srv/a": Input/output error (5)"#;
        let disk = r#"rsync: [receiver] write failed on "a": Input/output error (5)"#;
        let stopped = r#"rsync: [receiver] mkstemp "/.a.x" failed: Read-only file system (30)"#;
        let other = r#"rsync: [generator] chown "a" failed: Operation not permitted (1)"#;
        assert_eq!(trouble(&ended(&[source])), Some(Trouble::Source));
        assert_eq!(trouble(&ended(&[source, disk])), Some(Trouble::Failing));
        assert_eq!(trouble(&ended(&[disk, stopped])), Some(Trouble::ReadOnly));
        assert_eq!(trouble(&ended(&[other])), None);
        assert_eq!(trouble(&ended(&["rsync: [sender] write error: Broken pipe (32)"])), None);
        assert_eq!(trouble(&ended(&["rsync error: received SIGINT (code 20) at rsync.c(1) [sender=3.5.0]"])), None);
    }

    #[test]
    fn a_signal_is_told_apart_from_a_code() {
        assert_eq!(code(ExitStatus::from_raw(9)), -9);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_old("3.2.7"));
        assert!(is_old("3.4.0pre1"));
        assert!(!is_old("3.4.1"));
        assert!(!is_old("3.10.0"));
    }
}
